# Makes the authorities and certificates of the matrix in the folder $1. Whatever a server may show: good ones,
# and ones that are wrong in one way each. Dates are relative to now.
set -euo pipefail
cd "$1"
exec 2>log
now=$(date +%s)
day() { date -u -d "@$((now + $1 * 86400))" +%Y%m%d%H%M%SZ; }
key() { # NAME KIND
  case $2 in
    p256 | p384) openssl ecparam -name "${2/p256/prime256v1}" -genkey -noout -out "$1.key" 2>/dev/null ||
      openssl ecparam -name secp384r1 -genkey -noout -out "$1.key" ;;
    p521) openssl ecparam -name secp521r1 -genkey -noout -out "$1.key" ;;
    ed25519) openssl genpkey -algorithm ed25519 -out "$1.key" ;;
    rsa*) openssl genrsa -out "$1.key" "${2#rsa}" ;;
  esac
}
books() { # NAME: what `openssl ca` needs to sign with it
  mkdir -p "$1.db"
  : >"$1.db/index"
  openssl rand -hex 8 >"$1.db/serial"
  echo 01 >"$1.db/crlnumber"
  cat >"$1.cnf" <<CNF
[ca]
default_ca=this
[this]
database=$1.db/index
serial=$1.db/serial
crlnumber=$1.db/crlnumber
new_certs_dir=$1.db
certificate=$1.crt
private_key=$1.key
default_md=sha256
policy=any
unique_subject=no
[any]
organizationName=optional
commonName=optional
CNF
}
root() { # NAME SUBJECT KIND
  key "$1" "$3"
  openssl req -x509 -new -key "$1.key" -days 3650 -subj "$2" -out "$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
  books "$1"
}
issue() { # AUTHORITY NAME SUBJECT KIND FROM-DAY TO-DAY DIGEST EXTENSION...
  local ca=$1 name=$2 subject=$3 kind=$4 from=$5 to=$6 digest=$7
  shift 7
  key "$name" "$kind"
  openssl req -new -key "$name.key" -subj "$subject" -out "$name.csr"
  printf '%s\n' "$@" >"$name.ext"
  openssl ca -batch -notext -config "$ca.cnf" -md "$digest" -in "$name.csr" -out "$name.crt" \
    -startdate "$(day "$from")" -enddate "$(day "$to")" -extfile "$name.ext"
  cp "$name.crt" "$name.chain"
}
names=subjectAltName=DNS:localhost,IP:127.0.0.1
server=extendedKeyUsage=serverAuth
leaf() { # NAME KIND EXTENSION...: from the authority, for a year
  local name=$1 kind=$2
  shift 2
  issue ca "$name" "/CN=$name" "$kind" -1 365 sha256 basicConstraints=CA:FALSE "$@"
}
authority=basicConstraints=critical,CA:TRUE

root ca "/O=Matrix/CN=Authority" p256
root twin "/O=Matrix/CN=Authority" p256
root other "/O=Matrix/CN=Other authority" p256
root ca1024 "/O=Matrix/CN=Authority of 1024 bits" rsa1024
root ca521 "/O=Matrix/CN=Authority on P-521" p521

leaf good p256 $server $names
leaf rsa rsa2048 $server $names
leaf p384 p384 $server $names
leaf p521 p521 $server $names
leaf ed25519 ed25519 $server $names
leaf rsa1024 rsa1024 $server $names
leaf address p256 $server subjectAltName=IP:127.0.0.1
leaf dns p256 $server subjectAltName=DNS:localhost
leaf other-address p256 $server subjectAltName=IP:127.0.0.2
leaf other-host p256 $server subjectAltName=DNS:dc2.corp.example
leaf node p256 $server subjectAltName=DNS:node7.corp.example
leaf star p256 $server 'subjectAltName=DNS:*.corp.example'
leaf client-only p256 extendedKeyUsage=clientAuth $names
leaf critical p256 $server $names 1.2.3.4=critical,ASN1:UTF8String:unknown
leaf revoked p256 $server $names
leaf soon p256 $server $names
issue ca soon /CN=soon p256 -1 3 sha256 basicConstraints=CA:FALSE $server $names
issue ca common-name /CN=127.0.0.1 p256 -1 365 sha256 basicConstraints=CA:FALSE $server
issue ca common-beside /CN=127.0.0.1 p256 -1 365 sha256 basicConstraints=CA:FALSE $server subjectAltName=DNS:dc2.corp.example
issue ca expired /CN=expired p256 -30 -1 sha256 basicConstraints=CA:FALSE $server $names
issue ca early /CN=early p256 30 60 sha256 basicConstraints=CA:FALSE $server $names
issue ca sha1 /CN=sha1 rsa2048 -1 365 sha1 basicConstraints=CA:FALSE $server $names
issue twin of-twin /CN=of-twin p256 -1 365 sha256 basicConstraints=CA:FALSE $server $names
issue other untrusted /CN=untrusted p256 -1 365 sha256 basicConstraints=CA:FALSE $server $names
issue ca1024 of-1024 /CN=of-1024 p256 -1 365 sha256 basicConstraints=CA:FALSE $server $names
issue ca521 of-521 /CN=of-521 p521 -1 365 sha512 basicConstraints=CA:FALSE $server $names

# Authorities between.
between() { # NAME FROM-DAY TO-DAY EXTENSION...
  local name=$1 from=$2 to=$3
  shift 3
  issue ca "$name" "/O=Matrix/CN=$name" p256 "$from" "$to" sha256 $authority keyUsage=critical,keyCertSign,cRLSign "$@"
  books "$name"
}
between Middle -1 365
between Old -30 -1
between Narrow -1 365 nameConstraints=critical,permitted\;DNS:corp.example
for below in Middle Old Narrow; do
  issue "$below" "of-$below" "/CN=of-$below" p256 -1 300 sha256 basicConstraints=CA:FALSE $server $names
  cat "of-$below.crt" "$below.crt" >"of-$below.chain"
done
cp of-Middle.crt alone.crt
cp of-Middle.crt alone.chain
cp of-Middle.key alone.key

# Nobody else's.
self() { # NAME CA
  key "$1" p256
  openssl req -x509 -new -key "$1.key" -days 365 -subj "/CN=$1" -out "$1.crt" -addext $names \
    -addext "basicConstraints=critical,CA:$2"
  cp "$1.crt" "$1.chain"
}
self self-signed FALSE
self self-authority TRUE
key version-1 rsa2048
openssl req -new -key version-1.key -subj /CN=127.0.0.1 -out version-1.csr
openssl x509 -req -in version-1.csr -CA ca.crt -CAkey ca.key -set_serial 77 -days 365 -out version-1.crt
cp version-1.crt version-1.chain

# What was taken back.
openssl ca -config ca.cnf -revoke revoked.crt -crl_reason keyCompromise
openssl ca -config ca.cnf -gencrl -crldays 30 -out ca.crl
openssl ca -config ca.cnf -gencrl -crlsec 1 -out old.crl
openssl ca -config Middle.cnf -gencrl -crldays 30 -out Middle.crl
openssl crl -in ca.crl -outform der -out ca.der.crl
cat ca.crt twin.crt >both.crt

# Clients.
issue ca client /CN=gateway p256 -1 365 sha256 basicConstraints=CA:FALSE extendedKeyUsage=clientAuth
issue other client-rogue /CN=gateway p256 -1 365 sha256 basicConstraints=CA:FALSE extendedKeyUsage=clientAuth
for each in *.chain; do
  openssl x509 -in "$each" -noout -fingerprint -sha256 | sed 's/^.*=//; s/://g' | tr A-F a-f >"${each%.chain}.pin"
done

# Stores: openssl's of today and of before 3.0 (RC2 and 3DES), and keytool's.
p12() { # OUT PASSWORD OPTION...
  local out=$1 password=$2
  shift 2
  openssl pkcs12 -export -passout "pass:$password" -out "$out" "$@"
}
p12 openssl.p12 changeit -nokeys -in ca.crt
p12 openssl-legacy.p12 changeit -nokeys -in ca.crt -legacy
p12 openssl-no-mac.p12 changeit -nokeys -in ca.crt -nomac -certpbe AES-256-CBC
p12 openssl-empty.p12 "" -nokeys -in ca.crt
p12 client.p12 changeit -inkey client.key -in client.crt -certfile ca.crt -name gateway
p12 client-legacy.p12 changeit -inkey client.key -in client.crt -name gateway -legacy
trusts() { # OUT TYPE AUTHORITY OPTION...
  local out=$1 type=$2 authority=$3
  shift 3
  keytool "$@" -noprompt -storepass changeit -importcert -alias "$authority" -file "$authority.crt" -keystore "$out" -storetype "$type" >&2
}
trusts keytool.p12 PKCS12 ca
trusts keytool-legacy.p12 PKCS12 ca -J-Dkeystore.pkcs12.legacy
trusts keytool-open.p12 PKCS12 ca -J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE -J-Dkeystore.pkcs12.macAlgorithm=NONE
trusts keytool.jks JKS ca
trusts both.jks JKS ca
trusts both.jks JKS twin
trusts other.jks JKS other
trusts keytool.jceks JCEKS ca
keytool -noprompt -importkeystore -srckeystore client.p12 -srcstoretype PKCS12 -srcstorepass changeit \
  -destkeystore client.jks -deststoretype JKS -deststorepass changeit >&2

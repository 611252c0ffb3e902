# Makes stores with openssl and keytool in the current folder. One authority, one client certificate, and files of
# every kind and age that hold them.
set -eu
exec 3>&2 >log 2>&1
trap 'test $? = 0 || cat log >&3' EXIT

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.sec1"; openssl pkcs8 -topk8 -nocrypt -in "$1.sec1" -out "$1.key"; }
authority() {
  key "$1"
  openssl req -x509 -new -key "$1.key" -days 3650 -subj "$2" -out "$1.crt" -addext basicConstraints=critical,CA:TRUE
}
authority ca "/O=Lab/CN=Lab CA"
authority again "/O=Lab/CN=Lab CA" # another one of the same name
key client
openssl req -new -key client.key -subj "/O=Lab/OU=services/CN=gateway" -out client.csr
openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -set_serial 7 -days 365 -out client.crt
cat ca.crt again.crt >both.pem
cat client.key client.crt ca.crt >client-all.pem
openssl x509 -in ca.crt -outform der -out ca.der
openssl pkcs8 -topk8 -nocrypt -in client.key -outform der -out client.key.der
openssl pkcs8 -topk8 -v2 aes256 -passout pass:changeit -in client.key -out client.pbes2.key
openssl pkcs8 -topk8 -v2 des3 -v2prf hmacWithSHA1 -passout pass:changeit -in client.key -out client.des3.key
openssl pkcs8 -topk8 -scrypt -passout pass:changeit -in client.key -out client.scrypt.key
openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:changeit -in client.key -out client.pbes1.key
openssl ec -aes128 -passout pass:changeit -in client.sec1 -out client.rfc1421.key
openssl rsa -in <(openssl genrsa 2048) -traditional -out rsa.key
openssl req -x509 -new -key rsa.key -days 365 -subj "/CN=rsa" -out rsa.crt
openssl crl2pkcs7 -nocrl -certfile ca.crt -outform der -out ca.p7b

# openssl's PKCS#12
p12() { # OUT PASSWORD OPTIONS...
  local out=$1 password=$2; shift 2
  openssl pkcs12 -export -passout "pass:$password" -out "$out" "$@"
}
pair="-inkey client.key -in client.crt -certfile ca.crt -name gateway"
p12 new.p12 changeit $pair
p12 legacy.p12 changeit $pair -legacy
p12 des3.p12 changeit $pair -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
p12 sha512.p12 "pässwörd" $pair -iter 10000 -macalg sha512
p12 empty-password.p12 "" $pair
p12 no-mac.p12 changeit $pair -nomac
# `-iter` after `-nomac` would bring the MAC back.
p12 quick.p12 changeit -nokeys -in ca.crt -iter 1 -nomac -certpbe AES-256-CBC
p12 quick-key.p12 changeit $pair -iter 1 -nomac -certpbe NONE -keypbe AES-256-CBC
p12 plain.p12 changeit $pair -keypbe NONE -certpbe NONE -nomac
p12 certificates.p12 changeit -nokeys -in both.pem
p12 certificates-open.p12 "" -nokeys -in both.pem
p12 rsa.p12 changeit -inkey rsa.key -in rsa.crt -name rsa

# keytool's
kt() { keytool -noprompt -storepass changeit "$@"; }
kt -importcert -alias ca -file ca.crt -keystore trust.p12 -storetype PKCS12
kt -importcert -alias again -file again.crt -keystore trust.p12 -storetype PKCS12
keytool -J-Dkeystore.pkcs12.legacy -noprompt -storepass changeit -importcert -alias ca -file ca.crt -keystore trust-legacy.p12 -storetype PKCS12
keytool -J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE -J-Dkeystore.pkcs12.macAlgorithm=NONE -noprompt -storepass changeit -importcert -alias ca -file ca.crt -keystore trust-plain.p12 -storetype PKCS12
kt -importkeystore -srckeystore new.p12 -srcstoretype PKCS12 -srcstorepass changeit -destkeystore both.p12 -deststoretype PKCS12 -deststorepass changeit
kt -importcert -alias ca -file ca.crt -keystore both.p12 -storetype PKCS12
kt -importkeystore -srckeystore rsa.p12 -srcstoretype PKCS12 -srcstorepass changeit -destkeystore two-keys.p12 -deststoretype PKCS12 -deststorepass changeit
kt -importkeystore -srckeystore new.p12 -srcstoretype PKCS12 -srcstorepass changeit -destkeystore two-keys.p12 -deststoretype PKCS12 -deststorepass changeit
kt -importcert -alias ca -file ca.crt -keystore trust.jks -storetype JKS
kt -importcert -alias again -file again.crt -keystore trust.jks -storetype JKS
kt -importcert -alias ca -file ca.crt -keystore trust.jceks -storetype JCEKS
keytool -noprompt -storepass "pässwörd" -importcert -alias ca -file ca.crt -keystore umlauts.jks -storetype JKS
kt -importkeystore -srckeystore two-keys.p12 -srcstoretype PKCS12 -srcstorepass changeit -destkeystore keys.jks -deststoretype JKS -deststorepass changeit
kt -importkeystore -srckeystore new.p12 -srcstoretype PKCS12 -srcstorepass changeit -destkeystore own-password.jks -deststoretype JKS -deststorepass changeit
keytool -storepass changeit -keypass changeit -new another-one -keypasswd -alias gateway -keystore own-password.jks -storetype JKS
kt -importkeystore -srckeystore new.p12 -srcstoretype PKCS12 -srcstorepass changeit -destkeystore keys.jceks -deststoretype JCEKS -deststorepass changeit
kt -genseckey -alias secret -keyalg AES -keysize 128 -keypass changeit -keystore secret.jceks -storetype JCEKS

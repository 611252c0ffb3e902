//! The rows.

use super::How::{Ldaps, LdapsAtPlain, StartTls, StartTlsAtLdaps};
use super::Kind::{OpenSsl, Plain, Silent, Slapd};
use super::{How, Kind, Row};

/// What most rows trust.
const CA: &str = "trust = [\"{dir}/ca.crt\"]";

/// One row, in the order of the page.
const fn row(
    title: &'static str,
    kind: Kind,
    how: How,
    tls: &'static str,
    expected: &'static str,
) -> Row {
    Row {
        title,
        kind,
        how,
        tls,
        expected,
    }
}

#[rustfmt::skip]
pub(crate) fn rows() -> Vec<Row> {
    vec![
        // Chains.
        row("good", Slapd("good", ""), Ldaps, CA, "chain"),
        row("RSA of 2048 bits", Slapd("rsa", ""), Ldaps, CA, "chain"),
        row("EC P-384", Slapd("p384", ""), Ldaps, CA, "chain"),
        row("EC P-521, and its authority too", Slapd("of-521", ""), Ldaps, "trust = [\"{dir}/ca521.crt\"]", "chain"),
        row("Ed25519", Slapd("ed25519", ""), Ldaps, CA, "chain"),
        row("good, by StartTLS", Slapd("good", ""), StartTls, CA, "chain"),
        row("below an authority between, which is sent", Slapd("of-Middle", ""), Ldaps, CA, "chain"),
        row("below an authority between, which is not sent", Slapd("alone", ""), Ldaps, CA, "tls_unknown_issuer"),
        row("the same, and the authority between is trusted", Slapd("alone", ""), Ldaps, "trust = [\"{dir}/Middle.crt\"]", "chain"),
        row("from an authority that nobody trusts", Slapd("untrusted", ""), Ldaps, CA, "tls_unknown_issuer"),
        row("the same, by StartTLS", Slapd("untrusted", ""), StartTls, CA, "tls_unknown_issuer"),
        row("two roots of one name, signed by the first", Slapd("good", ""), Ldaps, "trust = [\"{dir}/both.crt\"]", "chain"),
        row("two roots of one name, signed by the second", Slapd("of-twin", ""), Ldaps, "trust = [\"{dir}/both.crt\"]", "chain"),
        row("another root of the same name", Slapd("of-twin", ""), Ldaps, CA, "tls_other_authority"),
        row("signed by itself", Slapd("self-signed", ""), Ldaps, CA, "tls_self_signed"),
        row("signed by itself, and trusted", Slapd("self-signed", ""), Ldaps, "trust = [\"{dir}/self-signed.crt\"]", "chain"),
        row("an authority's own, signed by itself", Slapd("self-authority", ""), Ldaps, CA, "tls_authority_as_leaf"),
        row("the same, and trusted", Slapd("self-authority", ""), Ldaps, "trust = [\"{dir}/self-authority.crt\"]", "tls_authority_as_leaf"),
        row("below an authority whose time is over", Slapd("of-Old", ""), Ldaps, CA, "tls_expired"),
        row("below an authority that may vouch for other names", Slapd("of-Narrow", ""), Ldaps, CA, "tls_certificate"),
        row("for clients alone", Slapd("client-only", ""), Ldaps, CA, "tls_wrong_purpose"),
        row("with something critical that nobody knows", Slapd("critical", ""), Ldaps, CA, "tls_certificate"),
        row("X.509 version 1", Slapd("version-1", ""), Ldaps, CA, "tls_old_certificate"),
        row("signed with SHA-1", Slapd("sha1", ""), Ldaps, CA, "tls_weak_signature"),
        row("RSA of 1024 bits", OpenSsl("rsa1024", &["-cipher", "DEFAULT:@SECLEVEL=0"]), Ldaps, CA, "tls_weak_key"),
        row("from an authority with RSA of 1024 bits", OpenSsl("of-1024", &["-cipher", "DEFAULT:@SECLEVEL=0"]), Ldaps, "trust = [\"{dir}/ca1024.crt\"]", "tls_weak_key"),
        // Time.
        row("its time is over", Slapd("expired", ""), Ldaps, CA, "tls_expired"),
        row("the same, by StartTLS", Slapd("expired", ""), StartTls, CA, "tls_expired"),
        row("its time has not come", Slapd("early", ""), Ldaps, CA, "tls_not_yet_valid"),
        row("three days left", Slapd("soon", ""), Ldaps, CA, "chain"),
        // Names.
        row("by address, which it has", Slapd("address", ""), Ldaps, CA, "chain"),
        row("by address, and it has a name alone", Slapd("dns", ""), Ldaps, CA, "tls_wrong_name"),
        row("by address, and it has another", Slapd("other-address", ""), Ldaps, CA, "tls_wrong_name"),
        row("for another host", Slapd("other-host", ""), Ldaps, CA, "tls_wrong_name"),
        row("another name is expected", Slapd("other-host", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nserver_name = \"dc2.corp.example\"", "chain"),
        row("another is expected than it has", Slapd("good", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nserver_name = \"dc1.corp.example\"", "tls_wrong_name"),
        row("a star, and one label", Slapd("star", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nserver_name = \"dc1.corp.example\"", "chain"),
        row("a star, and two labels", Slapd("star", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nserver_name = \"a.dc1.corp.example\"", "tls_wrong_name"),
        row("a star, and no label", Slapd("star", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nserver_name = \"corp.example\"", "tls_wrong_name"),
        row("a node behind a load balancer", Slapd("node", ""), Ldaps, CA, "tls_wrong_name"),
        row("the same, among trusted hosts", Slapd("node", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\ntrusted_hosts = [\"*.corp.example\"]", "chain"),
        row("a star among trusted hosts", Slapd("star", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\ntrusted_hosts = [\"*.corp.example\"]", "chain"),
        row("not among trusted hosts", Slapd("node", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\ntrusted_hosts = [\"*.lb.corp.example\", \"node8.corp.example\"]", "tls_wrong_name"),
        row("a common name alone", Slapd("common-name", ""), Ldaps, CA, "tls_wrong_name"),
        row("the same, and common names count", Slapd("common-name", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nallow_common_name = true", "chain"),
        row("a common name beside others", Slapd("common-beside", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nallow_common_name = true", "tls_wrong_name"),
        // Revocation.
        row("revoked, and nobody asks", Slapd("revoked", ""), Ldaps, CA, "chain"),
        row("revoked", Slapd("revoked", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\ncrls = [\"{dir}/ca.crl\"]", "tls_revoked"),
        row("not revoked, the list in DER", Slapd("good", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\ncrls = [\"{dir}/ca.der.crl\"]", "chain"),
        row("below an authority between without a list", Slapd("of-Middle", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\ncrls = [\"{dir}/ca.crl\"]", "tls_revocation_unknown"),
        row("the same, with both lists", Slapd("of-Middle", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\ncrls = [\"{dir}/ca.crl\", \"{dir}/Middle.crl\"]", "chain"),
        row("the list's time is over", Slapd("good", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\ncrls = [\"{dir}/old.crl\"]", "tls_crl_expired"),
        // Pins.
        row("an authority's own, pinned", Slapd("self-authority", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\npins = [\"{pin:self-authority}\"]", "pin"),
        row("version 1, pinned", Slapd("version-1", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\npins = [\"{pin:version-1}\"]", "pin"),
        row("version 1, pinned, over TLS 1.2", Slapd("version-1", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\npins = [\"{pin:version-1}\"]\nmax_version = \"1.2\"", "pin"),
        row("signed with SHA-1, pinned", Slapd("sha1", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\npins = [\"{dir}/sha1.crt\"]", "pin"),
        row("RSA of 1024 bits, pinned", OpenSsl("rsa1024", &["-cipher", "DEFAULT:@SECLEVEL=0"]), Ldaps, "trust = [\"{dir}/ca.crt\"]\npins = [\"{pin:rsa1024}\"]", "tls_weak_key"),
        row("its time is over, pinned", Slapd("expired", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\npins = [\"{pin:expired}\"]", "tls_expired"),
        row("untrusted and for another host, pinned as a file", Slapd("untrusted", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\npins = [\"{dir}/untrusted.crt\"]", "pin"),
        row("good, and another is pinned", Slapd("good", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\npins = [\"{pin:rsa}\"]", "tls_not_pinned"),
        // Nobody.
        row("signed by itself, and nobody is verified", Slapd("self-signed", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nverify = false", "unverified"),
        // Client certificates.
        row("a client certificate is demanded", Slapd("good", "TLSVerifyClient demand"), Ldaps, CA, "tls_client_certificate"),
        row("the same over TLS 1.2", Slapd("good", "TLSVerifyClient demand"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nmax_version = \"1.2\"", "tls_client_certificate"),
        row("a client certificate is demanded, and shown", Slapd("good", "TLSVerifyClient demand"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nidentity = { certificate = \"{dir}/client.crt\", key = \"{dir}/client.key\" }", "chain"),
        row("the same, from an authority that the server does not trust", Slapd("good", "TLSVerifyClient demand"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nidentity = { certificate = \"{dir}/client-rogue.crt\", key = \"{dir}/client-rogue.key\" }", "tls_client_certificate_refused"),
        row("a client certificate is asked for, and none is needed", Slapd("good", "TLSVerifyClient allow"), Ldaps, CA, "chain"),
        // Versions and ciphers.
        row("TLS 1.2 at most, here", Slapd("good", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nmax_version = \"1.2\"", "chain"),
        row("TLS 1.2 at most, there", Slapd("good", "TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.2"), Ldaps, CA, "chain"),
        row("TLS 1.2 at most there, 1.3 at least here", Slapd("good", "TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.2"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nmin_version = \"1.3\"", "tls_nothing_in_common"),
        row("TLS 1.3 alone there, 1.2 at most here", Slapd("good", "TLSCipherSuite NORMAL:-VERS-ALL:+VERS-TLS1.3"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nmax_version = \"1.2\"", "tls_handshake_closed"),
        row("one cipher suite here", Slapd("good", ""), Ldaps, "trust = [\"{dir}/ca.crt\"]\nciphers = [\"TLS_CHACHA20_POLY1305_SHA256\"]", "chain"),
        row("none in common", Slapd("good", "TLSCipherSuite NORMAL:-CIPHER-ALL:+AES-256-GCM"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nciphers = [\"TLS_CHACHA20_POLY1305_SHA256\"]\nmin_version = \"1.3\"", "tls_handshake_closed"),
        row("CBC alone there, as in Windows Server 2012 R2", OpenSsl("rsa", &["-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"]), Ldaps, CA, "tls_nothing_in_common"),
        row("RSA key exchange alone there", OpenSsl("rsa", &["-tls1_2", "-cipher", "AES128-GCM-SHA256"]), Ldaps, CA, "tls_nothing_in_common"),
        row("TLS 1.0 alone there", OpenSsl("rsa", &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]), Ldaps, CA, "tls_nothing_in_common"),
        // No TLS, or no answer.
        row("LDAP in clear where TLS is expected", Slapd("good", ""), LdapsAtPlain, CA, "tls_not_spoken"),
        row("TLS where LDAP in clear is expected", Slapd("good", ""), StartTlsAtLdaps, CA, "tls_port"),
        row("StartTLS where there is no TLS", Plain, StartTls, CA, "tls_starttls_not_offered"),
        row("accepts and says nothing", Silent, Ldaps, CA, "tls_handshake_timeout"),
        row("accepts and says nothing, by StartTLS", Silent, StartTls, CA, "starttls_timeout"),
        // Stores.
        row("PKCS#12 of openssl", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/openssl.p12\", password = \"changeit\" }]", "chain"),
        row("PKCS#12 of openssl before 3.0, with RC2 and 3DES", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/openssl-legacy.p12\", password = \"changeit\" }]", "chain"),
        row("PKCS#12 without a MAC", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/openssl-no-mac.p12\", password = \"changeit\" }]", "chain"),
        row("PKCS#12 with an empty password, and none is given", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/openssl-empty.p12\" }]", "chain"),
        row("the same, and a password is given", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/openssl-empty.p12\", password = \"changeit\" }]", "C067"),
        row("PKCS#12 of keytool, certificates alone", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool.p12\", password = \"changeit\" }]", "chain"),
        row("PKCS#12 of keytool of Java 8, with RC2 and 3DES", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool-legacy.p12\", password = \"changeit\" }]", "chain"),
        row("PKCS#12 of keytool without encryption and MAC, and no password is given", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool-open.p12\" }]", "chain"),
        row("PKCS#12, and the password is wrong", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool.p12\", password = \"changed\" }]", "C067"),
        row("the same, with RC2 and 3DES", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/openssl-legacy.p12\", password = \"changed\" }]", "C067"),
        row("the same, without a MAC", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/openssl-no-mac.p12\", password = \"changed\" }]", "C067"),
        row("PKCS#12, and no password is given", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool.p12\" }]", "C067"),
        row("PKCS#12 of a key with its chain, as a trust store", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/client.p12\", password = \"changeit\" }]", "C040"),
        row("JKS", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool.jks\", password = \"changeit\" }]", "chain"),
        row("JKS, and no password is given", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool.jks\" }]", "chain"),
        row("JKS, and the password is wrong", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool.jks\", password = \"changed\" }]", "C067"),
        row("JKS of two roots of one name, signed by the second", Slapd("of-twin", ""), Ldaps, "trust = [{ store = \"{dir}/both.jks\", password = \"changeit\" }]", "chain"),
        row("JKS of another authority", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/other.jks\", password = \"changeit\" }]", "tls_unknown_issuer"),
        row("JCEKS", Slapd("good", ""), Ldaps, "trust = [{ store = \"{dir}/keytool.jceks\", password = \"changeit\" }]", "chain"),
        row("a client certificate is demanded, and shown from PKCS#12", Slapd("good", "TLSVerifyClient demand"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nidentity = { store = \"{dir}/client.p12\", password = \"changeit\" }", "chain"),
        row("the same, with RC2 and 3DES", Slapd("good", "TLSVerifyClient demand"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nidentity = { store = \"{dir}/client-legacy.p12\", password = \"changeit\" }", "chain"),
        row("the same, from JKS", Slapd("good", "TLSVerifyClient demand"), Ldaps, "trust = [\"{dir}/ca.crt\"]\nidentity = { store = \"{dir}/client.jks\", password = \"changeit\" }", "chain"),
    ]
}

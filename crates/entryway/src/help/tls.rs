//! What leads to each failure of TLS, and what to do about it. One that has no entry does not compile.

use super::Advice;
use entryway_ldap::TlsCode;

const CHECK: &str = "`entryway tls check DOMAIN` shows what the server sends, what is in force and where that is written";
const PIN: &str = "where the server's certificate cannot be changed, pin it: `pins = [\"sha256:…\"]` in the domain's `tls`";
const CLOCK: &str = "compare the clock of this machine: the text says what it shows";

/// One sentence, and the advice.
pub(super) fn of(code: TlsCode) -> (&'static str, Advice) {
    let (says, causes, remedies): (&str, &[&str], &[&str]) = match code {
        TlsCode::UnknownIssuer => (
            "the server's certificate leads to an authority that is not trusted here",
            &[
                "a private authority signed it, and `trust` does not name its certificate",
                "the server does not send the certificates between its own and the authority's",
                "the authority was replaced by a new one",
            ],
            &[
                "add the authority's certificate, once its fingerprint is confirmed: `entryway tls trust add HOST:PORT --to corp-ca.pem`, and `trust = [\"corp-ca.pem\"]`",
                "where the text says that the server sent its own certificate alone, give the server the whole chain, or trust the authority that is missing",
                CHECK,
            ],
        ),
        TlsCode::SelfSigned => (
            "the server's certificate vouches for itself",
            &[
                "the server was installed with a certificate of its own making, and nobody replaced it",
                "somebody on the way shows a certificate of theirs",
            ],
            &[
                "compare the fingerprint with what the server's administrator says, then pin it or name it in `trust`",
                "better: have the server's certificate issued by an authority",
            ],
        ),
        TlsCode::OtherAuthority => (
            "the authority that signed has the name of a trusted one and another key",
            &[
                "the authority was renewed with a new key, and `trust` has the old certificate",
                "two authorities were given one name",
            ],
            &[
                "add the new certificate to the file that `trust` names; the old one may stay, both are tried",
                CHECK,
            ],
        ),
        TlsCode::AuthorityAsLeaf => (
            "the server uses an authority's certificate as its own",
            &["a self-signed certificate was made with `CA:TRUE`, as many tools do by default"],
            &[PIN, "better: have a certificate issued for the server"],
        ),
        TlsCode::Expired => (
            "the time of a certificate is over",
            &[
                "nobody renewed it; where the text names an authority, it is that one's",
                "the server has the new certificate and was not restarted",
                "the clock of this machine is ahead",
            ],
            &["renew it, and restart the server", CLOCK],
        ),
        TlsCode::NotYetValid => (
            "the time of a certificate has not come",
            &[
                "the clock of this machine is behind, or that of the authority was ahead",
                "the certificate was put in place too early",
            ],
            &[CLOCK, "wait, or have it issued anew"],
        ),
        TlsCode::WrongName => (
            "the server's certificate is for other names",
            &[
                "the server is dialled by an alias, an address, or through a load balancer",
                "the certificate has a common name and no alternative names",
                "the address in `servers` is another server's",
            ],
            &[
                "write the name that the certificate has into `servers`",
                "`server_name = \"ldap.corp.example\"` where all servers of the domain have one name, `trusted_hosts = [\"*.corp.example\"]` where each has its own",
                "`allow_common_name = true` lets a common name count; a certificate with alternative names is better",
            ],
        ),
        TlsCode::Revoked => (
            "the authority has taken a certificate back",
            &["its key was lost, or the server was replaced"],
            &["have a new certificate issued for the server"],
        ),
        TlsCode::RevocationUnknown => (
            "no revocation list covers a certificate of the chain",
            &["`crls` has the list of one authority, and the chain has another one too"],
            &[
                "add the list of the authority that the text names: every authority of the chain needs one",
            ],
        ),
        TlsCode::RevocationListExpired => (
            "a revocation list is too old to be believed",
            &["nothing fetches the new list, or the authority publishes none"],
            &["fetch the list anew, and have that done regularly", CLOCK],
        ),
        TlsCode::RevocationList => (
            "a revocation list cannot be used",
            &[
                "it is signed by another authority of the same name",
                "the key usage of the authority's certificate lacks cRLSign",
            ],
            &["fetch the list of the authority that signed the server's certificate"],
        ),
        TlsCode::WeakKey => (
            "a key of the chain is too short",
            &["it is RSA of fewer than 2048 bits; the text says whose"],
            &[
                "have the certificate issued with a new key: a pin does not help, for the server could not prove that it is its own",
            ],
        ),
        TlsCode::WeakSignature => (
            "a certificate of the chain is signed with SHA-1 or MD5",
            &["the authority signs as it did ten years ago"],
            &[
                "have the certificate issued anew, signed with SHA-256 or better",
                PIN,
            ],
        ),
        TlsCode::OldCertificate => (
            "the server's certificate is of a version before 3",
            &["it was made by a tool without extensions, and has no alternative names"],
            &["have a certificate of version 3 issued", PIN],
        ),
        TlsCode::WrongPurpose => (
            "the server's certificate is for something else",
            &["its extended key usage has clientAuth, or something else, and not serverAuth"],
            &["have a certificate for servers issued", PIN],
        ),
        TlsCode::NotPinned => (
            "the server shows another certificate than the pinned ones",
            &[
                "the server's certificate was renewed",
                "somebody on the way shows a certificate of theirs",
                "several servers have certificates of their own, and one of them is not pinned",
            ],
            &[
                "compare the fingerprint with what the server's administrator says, then add it to `pins`; the old one may stay until all servers have the new one",
            ],
        ),
        TlsCode::Certificate => (
            "the server's certificate is not acceptable",
            &[
                "it is damaged, contradicts itself, or has something critical that is not known here",
            ],
            &["have it issued anew", PIN],
        ),
        TlsCode::NotItsOwn => (
            "the server cannot prove that the certificate is its own",
            &[
                "the server has the key of another certificate",
                "somebody on the way shows its certificate",
            ],
            &["compare certificate and key at the server"],
        ),
        TlsCode::NothingInCommon => (
            "server and Entryway have no TLS version or cipher suite in common",
            &[
                "the server speaks TLS 1.0 or 1.1 alone, or cipher suites with CBC or RSA key exchange alone: Windows Server 2012 R2 with an RSA certificate does",
                "`min_version`, `max_version` or `ciphers` leave nothing that the server has",
            ],
            &[
                "`entryway tls check` asks the server what it would agree to, and shows it",
                "bring the server up to TLS 1.2 with ECDHE and AES-GCM, or take the bounds away",
            ],
        ),
        TlsCode::ClientCertificate => (
            "the server demands a client certificate, and none is configured",
            &["the server is set to verify clients: `TLSVerifyClient demand` in OpenLDAP"],
            &[
                "give Entryway one with `identity` in `tls`, or let the server ask without demanding",
            ],
        ),
        TlsCode::ClientCertificateRefused => (
            "the server does not accept our client certificate",
            &[
                "the server does not trust the authority that signed it",
                "it is over, revoked, or not for clients",
            ],
            &["the server's own log says which; `entryway tls check` shows which one is sent"],
        ),
        TlsCode::Alert => (
            "the server ends the handshake with an alert",
            &["the server's log at that moment says more"],
            &["look there first", CHECK],
        ),
        TlsCode::NoTls => (
            "the server speaks no TLS on this port",
            &["the address says `ldaps://` and the port is one for LDAP in clear"],
            &["use the port of LDAPS, 636 as a rule, or `ldap://` for StartTLS"],
        ),
        TlsCode::TlsPort => (
            "the port speaks TLS from the first byte",
            &["the address says `ldap://` and the port is the one of LDAPS"],
            &["write `ldaps://` for this port"],
        ),
        TlsCode::StartTlsNotOffered => (
            "the server does not know StartTLS",
            &["TLS is not set up at the server: it has no certificate, or another port for it"],
            &["set TLS up there, or use `ldaps://` where the server has such a port"],
        ),
        TlsCode::StartTlsRefused => (
            "the server refuses StartTLS",
            &[
                "TLS is set up there and does not work now",
                "something between here and there forbids it",
            ],
            &["the server's own log says why"],
        ),
        TlsCode::StartTlsClosed => (
            "the server closes the connection instead of answering StartTLS",
            &[
                "the address says `ldap://` and the port is the one of LDAPS",
                "something else listens there",
            ],
            &[
                "write `ldaps://` for a port that speaks TLS from the first byte",
                CHECK,
            ],
        ),
        TlsCode::HandshakeTimeout => (
            "the server does not answer the handshake",
            &[
                "something else listens there, or a firewall lets the connection through and nothing after it",
                "the server is overloaded, or hangs",
            ],
            &[
                "try `openssl s_client -connect HOST:PORT` from this machine",
                "look at the server",
            ],
        ),
        TlsCode::HandshakeClosed => (
            "the server closes the connection in the handshake, and says nothing",
            &[
                "the port speaks LDAP in clear: `entryway tls check` asks",
                "no version or cipher suite is common, and the server says nothing of it, as OpenLDAP with GnuTLS does",
                "the server cannot read its own certificate or key",
                "a load balancer has no server behind it",
            ],
            &[CHECK, "the server's own log says why"],
        ),
        TlsCode::Other => (
            "TLS fails for another reason",
            &["the text says which"],
            &[CHECK],
        ),
    };
    (says, Advice { causes, remedies })
}

//! The rows of logging in by a browser's certificate.

use super::Default::{Derived, None, Required, Value};
use super::Setting;
use super::Shape::{Boolean, Identity, Stores, Text, Texts, Word};

#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    Setting { path: "certificate_login.listen", shape: Text, default: Required, example: r#""0.0.0.0:8445""#,
        doc: "Where browsers show their certificates: address and port. TLS must end here and not at a proxy, for only whoever makes the handshake sees that the browser has the key. Without a `[certificate_login]` table nobody logs in by a certificate. It stands beside `[sso]`, or at a site beside `[connector]`. See docs/certificate-login.md." },
    Setting { path: "certificate_login.url", shape: Text, default: Required, example: r#""https://cert-2.corp.example:8444""#,
        doc: "Under which URL browsers reach `listen`: `https://`, a host and perhaps a port. It has to be another origin than `sso.issuer`." },
    Setting { path: "certificate_login.tls", shape: Identity, default: Derived("the certificate of `server.tls`"), example: r#"{ certificate = "gateway.crt", key = "gateway.key" }"#,
        doc: "The certificate that Entryway itself shows there, with its key. Not a person's." },
    Setting { path: "certificate_login.trust", shape: Stores, default: Required, example: r#"[{ store = "trust.p12", password = { file = "trust.pass" } }]"#,
        doc: "Who issues people's certificates: files as in `tls.trust`, which is something else, namely trust in the directory's certificate. `\"system\"` is refused: those authorities issue certificates to anybody." },
    Setting { path: "certificate_login.crls", shape: Texts, default: Value("[]"), example: r#"["corp-ca.crl"]"#,
        doc: "Revocation lists of those authorities, PEM or DER, read again when they change. Without one nothing is asked of revocation; with one every authority of a chain needs one, and one that is older than it says is none." },
    Setting { path: "certificate_login.crl_unknown", shape: Word(&["refuse", "accept"]), default: Value(r#""refuse""#), example: r#""accept""#,
        doc: "What it means that no valid list says whether a certificate was revoked: `refuse` lets nobody in and calls it an outage; `accept` lets people in, writes into the record that nobody knew, and still refuses what a list that is too old names." },
    Setting { path: "certificate_login.eku", shape: Word(&["client_auth", "smart_card"]), default: Value(r#""client_auth""#), example: r#""smart_card""#,
        doc: "What a certificate must name among its extended key usages: client authentication (1.3.6.1.5.5.7.3.2), with `smart_card` the logon with smart cards too (1.3.6.1.4.1.311.20.2.2). One that names none, or \"any\", is refused." },
    Setting { path: "certificate_login.addresses", shape: Texts, default: Required, example: r#"["10.0.0.0/8", "2001:db8::/32"]"#,
        doc: "Networks whose browsers are offered it, and may use it; everybody else has the page with the password. `[\"0.0.0.0/0\", \"::/0\"]` for everybody." },
    Setting { path: "certificate_login.offer", shape: Word(&["button", "redirect"]), default: Value(r#""button""#), example: r#""redirect""#,
        doc: "How it is offered: `button` on the page with the password, or `redirect`: the browser is sent there at once, and sees that page when it has no certificate, or none that lets anybody in." },
    Setting { path: "certificate_login.domains", shape: Texts, default: Derived("`login.default_domains`"), example: r#"["partners"]"#,
        doc: "Domains that are asked whose a certificate is: all of them, for exactly one entry must answer." },
    Setting { path: "certificate_login.real_users", shape: Boolean, default: Value("false"), example: "true",
        doc: "Whether people whose user type is `real` may log in by a certificate." },

    Setting { path: "certificate_login.rule[].from", shape: Word(&["upn", "email", "subject", "issuer_serial", "thumbprint", "user_certificate", "alt_security_identities"]), default: Required, example: r#""user_certificate""#,
        doc: "What this rule looks at: `upn` and `email` among the subject alternative names; `subject`; `issuer_serial`; `thumbprint`, the SHA-256; `user_certificate`: the entry has this very certificate; `alt_security_identities`: Active Directory's attribute names it in a strong form (`X509:<I>…<SR>…`, `X509:<SKI>…`). Rules are asked in the order written; the first that finds somebody decides." },
    Setting { path: "certificate_login.rule[].filter", shape: Text, default: Derived("for `upn`: `(userPrincipalName={upn})`; for `email`: the domain's attribute of mail addresses; for `subject`: the entry's own DN"), example: r#""(uid={upn})""#,
        doc: "Whom it looks for, among those whom the domain lets in: a filter with `{upn}`, `{email}`, `{subject}`, `{issuer}` and `{serial}` (hexadecimal), or `{thumbprint}` (hexadecimal) where a value stands. `issuer_serial` and `thumbprint` need one; the last two have none." },
    Setting { path: "certificate_login.rule[].domains", shape: Texts, default: Derived("`certificate_login.domains`"), example: r#"["partners"]"#,
        doc: "Domains that this rule asks." },
    Setting { path: "certificate_login.rule[].enabled", shape: Boolean, default: Value("true"), example: "false",
        doc: "A rule that is switched off is checked, and not asked." },
    Setting { path: "certificate_login.rule[].description", shape: Text, default: None, example: r#""smart cards of the headquarters""#,
        doc: "For whoever reads the file." },
];

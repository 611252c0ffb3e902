//! The rows of a site's end: `[connector]` and `[connector.release]`.

use super::Default::{None, Value};
use super::Setting;
use super::Shape::{Boolean, Integer, Secret, Text, Texts, Words};
use crate::settings::RELEASABLE;

#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    Setting { path: "connector.proxy", shape: Text, default: None, example: r#""http://proxy.corp.example:3128""#,
        doc: "The HTTP proxy through which hubs are reached, by CONNECT. It resolves their names. Without it they are dialled directly; the environment's `HTTPS_PROXY` is not looked at. See docs/connector.md." },
    Setting { path: "connector.proxy_user", shape: Text, default: None, example: r#""entryway""#,
        doc: "The account at the proxy, for Basic credentials." },
    Setting { path: "connector.proxy_password", shape: Secret, default: None, example: r#"{ file = "proxy.pass" }"#,
        doc: "Its password." },
    Setting { path: "connector.no_proxy", shape: Texts, default: Value("[]"), example: r#"["hub.corp.example", "10.0.0.0/8"]"#,
        doc: "Hosts that are dialled without the proxy: a name and all below it, an address, a network, or `*`." },
    Setting { path: "connector.trust", shape: Text, default: None, example: r#""corp-ca.pem""#,
        doc: "A file (PEM) with authorities that may vouch for hubs, beside those of the system: the one of a proxy that ends TLS, say. Such a proxy reads nothing of a tunnel: inside it is TLS once more, to the hub itself." },
    Setting { path: "connector.listen", shape: Text, default: Value(r#""127.0.0.1:8390""#), example: r#""127.0.0.1:9390""#,
        doc: "Where `entryway connector run` serves `/healthz`, `/readyz` and `/metrics`, for this machine alone." },
    Setting { path: "connector.max_in_flight", shape: Integer(1, 1024), default: Value("64"), example: "16",
        doc: "How many questions one node of the hub may have under way here. It sends no more; more is answered at once: busy." },

    Setting { path: "connector.release.fields", shape: Words(&RELEASABLE), default: Value(r#"["email", "display_name"]"#), example: r#"["display_name"]"#,
        doc: "Which fields of a session leave the site, beside a stable `subject` and the login name, which always do. `password` is what the directory said about it: when it expires, and how many logins are left; never the password itself." },
    Setting { path: "connector.release.attributes", shape: Texts, default: Value("[]"), example: r#"["department"]"#,
        doc: "Which custom attributes (`domain.<name>.attributes`) leave the site." },
    Setting { path: "connector.release.groups", shape: Boolean, default: Value("false"), example: "true",
        doc: "Whether the names of a person's groups leave the site, where the hub asks for them." },
    Setting { path: "connector.release.reasons", shape: Boolean, default: Value("false"), example: "true",
        doc: "Whether the hub is told why somebody was refused: a code such as `wrong_password`, for its record. Its page never shows it. That a password has expired, and why a new one was not taken, is always told: both come to the right password alone, and its owner must read them." },
    Setting { path: "connector.release.lookups", shape: Boolean, default: Value("false"), example: "true",
        doc: "Whether the hub's callers may look people and groups up here, those that the hub names for this site. They are shown what this machine's own API shows to whoever may read people, groups and pages." },
];

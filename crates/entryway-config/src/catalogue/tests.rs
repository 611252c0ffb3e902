//! Every setting's example is loaded, and must change what is loaded.

use super::{Default, Setting, all, setting};
use crate::sources::{MemoryFiles, Sources};
use crate::{Loaded, duration, load};

const CORP_CA: &str = include_str!("../../tests/good/corp-ca.pem");
const CORP_CRL: &str = include_str!("../../tests/good/corp-ca.crl");

/// RFC 8037, appendix A.2.
const CLIENT_KEYS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

const FILE: &str = r#"
#@
[server]
trusted_proxies = ["10.0.0.1"]
tls = { store = "entryway.p12", password = { file = "entryway.pass" } }
[login]
ldap = "optional"
default_domains = ["staff"]
[[token]]
name = "portal"
secret = { file = "portal.token" }
[tls]
[domain.staff]
servers = ["ldaps://dc1.corp.example"]
base = "dc=example"
[domain.staff.bind]
dn = "cn=entryway,dc=corp,dc=example"
password = { env = "STAFF_PASSWORD" }
[domain.staff.tls]
[domain.staff.timeouts]
[domain.staff.connections]
[domain.staff.connections.authenticate]
[domain.staff.connections.find_login]
[domain.staff.connections.resolve]
[domain.staff.connections.browse]
[domain.staff.connections.group_content]
[domain.staff.connections.cards]
[domain.staff.connections.change_password]
[domain.staff.cards]
[domain.staff.cards.bind]
dn = "cn=cards,dc=corp,dc=example"
password = { env = "STAFF_PASSWORD" }
[domain.staff.cards.tls]
[domain.staff.cards.fields]
name = "cn"
title = "title"
mail = "mail"
[directory]
[directory.mail_domains]
[address_book.staff]
[address_book.staff.fields]
[domain.staff.people]
[domain.staff.maps]
home = "homeDirectory"
[domain.staff.defaults]
[domain.staff.groups]
[[domain.staff.dn_filter]]
under = "ou=all,dc=example"
[domain.partners]
servers = ["ldaps://dc1.partners.example"]
base = "dc=partners,dc=example"
[[home_folder]]
prefix = "/srv"
[[user_type_range]]
from = 1500
to = 1600
type = "virtual"
[[user_class]]
name = "class"
when = "user.uid > 0"
[[user_class]]
name = "eng"
when = "user.uid > 1"
[[user_class]]
name = "contractors"
when = "user.uid > 2"
[[account_template]]
name = "template"
[store]
url = "postgres://db.corp.example"
[throttle]
[audit]
[os]
[dns]
[sso]
issuer = "https://sso.corp.example"
[client.staff]
secret = { file = "client.secret" }
redirect_uris = ["https://app.corp.example/login"]
[client.staff.claims]
[forward_auth]
[[forward_auth.rule]]
host = "forum.corp.example"
[certificate_login]
listen = "0.0.0.0:8444"
url = "https://cert.corp.example:8444"
trust = ["corp-ca.pem"]
addresses = ["10.1.0.0/16"]
[[certificate_login.rule]]
from = "upn"
[[certificate_login.rule]]
from = "email"
[hub]
url = "https://hub-0.corp.example"
[connector]
[connector.release]
[site.plant-a]
methods = ["password", "certificate"]
[site.plant-a.certificate]
urls = ["https://cert.plant-b.example"]
addresses = ["198.51.100.0/24"]
"#;

/// The file with one key set, in place of what stood there, and others set or taken away.
fn with(path: &str, value: Option<&str>) -> String {
    let (table, key) = path.rsplit_once('.').unwrap_or(("", path));
    // A site has the name of no domain.
    let name = match table.starts_with("site.") {
        true => "plant-a",
        false => "staff",
    };
    let header = match table.strip_suffix("[]") {
        Some(rows) => format!("[[{}]]", rows.replace("<name>", name)),
        None if table.is_empty() => "#@".to_owned(),
        None => format!("[{}]", table.replace("<name>", name)),
    };
    let key = key
        .replace("<attribute>", "user_type")
        .replace("<field>", "telephone")
        .replace("<claim>", "role");
    // What an example needs beside it to be right, or to matter.
    let (set, unset): (&[(&str, &str)], &[&str]) = match path {
        "domain.<name>.bind.method" | "domain.<name>.cards.bind.method" => (
            &[],
            if value == Some("\"anonymous\"") {
                &["dn", "password"]
            } else {
                &[]
            },
        ),
        "domain.<name>.encrypt" => (
            &[
                ("servers", r#"["ldap://dc1.corp.example"]"#),
                ("allow_clear_text_passwords", "true"),
            ],
            &[],
        ),
        "domain.<name>.encrypt_find_login" => (
            &[
                ("servers", r#"["ldap://dc1.corp.example"]"#),
                ("encrypt", r#""passwords""#),
            ],
            &[],
        ),
        "domain.<name>.cards.encrypt" => (&[("servers", r#"["ldap://dc1.corp.example"]"#)], &[]),
        "domain.<name>.allow_clear_text_passwords" => (
            &[
                ("servers", r#"["ldap://dc1.corp.example"]"#),
                ("encrypt", r#""none""#),
            ],
            &[],
        ),
        "server.trusted_proxies" => (&[], &["trusted_proxies"]),
        "store.allow_unverified" => (
            &[("url", r#""postgres://db.corp.example/e?sslmode=require""#)],
            &[],
        ),
        // DNS names the servers then.
        "domain.<name>.srv" if value.is_some() => (&[], &["servers"]),
        "domain.<name>.cards.second_mode" | "domain.<name>.cards.join" => {
            (&[("second_domain", r#""partners""#)], &[])
        }
        "domain.<name>.groups.dynamic_class" | "domain.<name>.groups.url_attribute" => {
            (&[("dynamic", "true")], &[])
        }
        "address_book.<name>.only" => (&[("filter", r#""(employeeType=staff)""#)], &[]),
        "domain.<name>.people.email_filter" => (&[("login_by_email", "true")], &[]),
        "token[].digest" | "client.<name>.digest" if value.is_some() => (&[], &["secret"]),
        "client.<name>.backchannel_logout_session_required" => (
            &[(
                "backchannel_logout_uri",
                r#""https://app.corp.example/bye""#,
            )],
            &[],
        ),
        "client.<name>.own_scopes" => (
            &[("grants", r#"["client_credentials"]"#)],
            &["redirect_uris"],
        ),
        "client.<name>.native" if value == Some("true") => (&[], &["secret"]),
        "domain.<name>.dn_filter[].pattern" if value.is_some() => (&[], &["under"]),
        "domain.<name>.dn_filter[].exact" => (&[("pattern", r#"".*,DC=example""#)], &["under"]),
        "connector.proxy_user" => (
            &[
                ("proxy", r#""http://proxy.corp.example:3128""#),
                ("proxy_password", r#"{ file = "proxy.pass" }"#),
            ],
            &[],
        ),
        "connector.proxy_password" => (
            &[
                ("proxy", r#""http://proxy.corp.example:3128""#),
                ("proxy_user", r#""entryway""#),
            ],
            &[],
        ),
        _ => (&[], &[]),
    };
    let mut set: Vec<(&str, &str)> = set.to_vec();
    if let Some(value) = value {
        set.push((&key, value));
    }
    // A home of the platform's own kind, and servers that may be anybody.
    let file = if path.ends_with("tls.verify") {
        FILE.replace("\nbase = ", "\nallow_clear_text_passwords = true\nbase = ")
    } else if value == Some("\"windows\"") {
        FILE.replace("/srv", "C:/homes")
    } else if matches!(
        path,
        "domain.<name>.encrypt_find_login" | "domain.<name>.cards.encrypt"
    ) {
        // With a password to be sent, everything that sends it is inside TLS.
        FILE.lines()
            .map(|line| match line.split_once(" = ") {
                Some(("dn", _)) => "method = \"anonymous\"\n".to_owned(),
                Some(("password", _)) => String::new(),
                _ => format!("{line}\n"),
            })
            .collect()
    } else if path == "server.trusted_proxies" {
        // Without one there is no forward authentication.
        let (before, _) = FILE.split_once("[forward_auth]").unwrap_or((FILE, ""));
        before.to_owned()
    } else if path == "site.<name>.methods" && !value.is_some_and(|it| it.contains("certificate")) {
        let (before, _) = FILE
            .split_once("[site.plant-a.certificate]")
            .unwrap_or((FILE, ""));
        before.replace("methods = [\"password\", \"certificate\"]\n", "")
    } else if path == "domain.<name>.srv" {
        // Cards of another account would go wherever DNS says.
        FILE.replace(
            "[domain.staff.cards]\n",
            "[domain.staff.cards]\nservers = [\"ldaps://cards.corp.example\"]\n",
        )
    } else {
        FILE.to_owned()
    };
    let (mut inside, mut met) = (false, false);
    let mut out = String::new();
    for line in file.lines() {
        let own = line.split_once(" = ").map(|(own, _)| own);
        let replaced =
            own.is_some_and(|own| set.iter().any(|(key, _)| *key == own) || unset.contains(&own));
        if !(inside && replaced) {
            out.push_str(line);
            out.push('\n');
        }
        if line.starts_with(['[', '#']) {
            inside = line == header && !met;
            // Of several rows the first.
            met |= inside;
            if inside {
                out.extend(set.iter().map(|(key, value)| format!("{key} = {value}\n")));
            }
        }
    }
    out
}

/// All that came of it, secrets included.
fn outcome(text: &str) -> Result<String, String> {
    let files = MemoryFiles::default()
        .with("entryway.toml", text, 0o600)
        .with("portal.token", "portal-token", 0o600)
        .with("grafana.token", "grafana-token", 0o600)
        .with("staff.pass", "from-the-file", 0o600)
        .with("store.pass", "of-the-store", 0o600)
        .with("proxy.pass", "of-the-proxy", 0o600)
        .with("client.secret", "of-an-application-0123456789", 0o600)
        .with("grafana.secret", "of-the-dashboards-0123456789", 0o600)
        .with("grafana-old.secret", "of-old-dashboards-0123456789", 0o600)
        .with("grafana.jwks.json", CLIENT_KEYS, 0o644)
        .with("logo.svg", "<svg/>", 0o644)
        .with("corp-ca.pem", CORP_CA, 0o644)
        .with("corp-ca.crl", CORP_CRL, 0o644)
        .with("trust.p12", &include_bytes!("../../tests/stores/trust.p12")[..], 0o644)
        .with("trust.pass", "trust-pass", 0o600)
        .with("entryway.p12", &include_bytes!("../../tests/stores/entryway.p12")[..], 0o600)
        .with("entryway.pass", "entryway-pass", 0o600)
        .with("gateway.crt", &include_bytes!("../../tests/stores/gateway.crt")[..], 0o644)
        .with("gateway.key", &include_bytes!("../../tests/stores/gateway.key")[..], 0o600)
        .with("conf.d/more.toml", "[login]\nplatform = \"windows\"\n[[home_folder]]\nprefix = 'C:\\homes'\nenabled = false\n[tls]\n", 0o644);
    let environment = [(
        "STAFF_PASSWORD".to_owned(),
        "from-the-environment".to_owned(),
    )];
    match load(
        &Sources::file("entryway.toml")
            .files(files)
            .environment(environment),
    ) {
        Ok(Loaded { mut settings, .. }) => {
            settings.files.retain(|file| file.starts_with("conf.d"));
            let mut secrets: Vec<String> = settings
                .tokens
                .iter()
                .map(|token| match &token.proof {
                    crate::TokenProof::Secret(secret) => {
                        format!(
                            "{} {:?}",
                            String::from_utf8_lossy(secret.expose()),
                            token.expires
                        )
                    }
                    crate::TokenProof::Digest(digest) => format!("{digest:?}"),
                })
                .collect();
            let cards = settings.domains.iter().flat_map(|domain| &domain.cards);
            let binds = settings.domains.iter().map(|domain| &domain.bind);
            secrets.extend(binds.chain(cards.map(|cards| &cards.bind)).filter_map(
                |bind| match bind {
                    crate::ServiceBind::Simple { password, .. } => {
                        Some(String::from_utf8_lossy(password.expose()).into_owned())
                    }
                    crate::ServiceBind::Anonymous | crate::ServiceBind::External => None,
                },
            ));
            secrets.extend(
                settings
                    .store
                    .password
                    .iter()
                    .map(|password| String::from_utf8_lossy(password.expose()).into_owned()),
            );
            // Rules are numbered in the order of reading: what they stand for is not their number.
            let shown = format!("{settings:?} {secrets:?}");
            Ok(shown
                .split("RuleId(")
                .map(|part| part.trim_start_matches(|char: char| char.is_ascii_digit()))
                .collect())
        }
        Err(report) => Err(report.to_string()),
    }
}

#[test]
fn every_example_loads_and_matters() {
    for Setting { path, example, .. } in all() {
        // With a service account's password, `passwords` protects what `all` does.
        let matters = if *path == "domain.<name>.encrypt" {
            "\"none\""
        } else {
            example
        };
        let (set, unset) = (
            outcome(&with(path, Some(matters))),
            outcome(&with(path, None)),
        );
        if *path == "include" {
            // The prefix of the first row is no path on Windows: the included file was read.
            assert!(
                set.as_ref().is_err_and(|report| report.contains("C044")),
                "{set:?}"
            );
            continue;
        }
        let set =
            set.unwrap_or_else(|report| panic!("`{path} = {example}` does not load:\n{report}"));
        match path.ends_with(".description") {
            true => assert_eq!(Ok(set), unset, "{path} is for people"),
            false => assert_ne!(Ok(set), unset, "`{path} = {example}` changes nothing"),
        }
    }
}

#[test]
fn defaults_are_the_values_that_they_say() {
    for Setting { path, default, .. } in all() {
        let Default::Value(default) = default else {
            continue;
        };
        let (set, unset) = (
            outcome(&with(path, Some(default))),
            outcome(&with(path, None)),
        );
        assert_eq!(
            set, unset,
            "`{path} = {default}` is not what holds without it"
        );
        let json = serde_json::from_str::<serde_json::Value>(default);
        assert!(json.is_ok(), "the default of {path} is not JSON: {default}");
    }
}

#[test]
fn paths_are_unique_and_defaults_within_their_bounds() {
    for (index, one) in all().enumerate() {
        assert!(
            all().take(index).all(|other| other.path != one.path),
            "{} twice",
            one.path
        );
        assert!(setting(one.path).is_some());
        if let (super::Shape::Duration(least, most), Default::Value(default)) =
            (&one.shape, &one.default)
        {
            let default = duration::parse(default.trim_matches('"'))
                .expect(one.path)
                .as_millis();
            assert!(
                (u128::from(*least)..=u128::from(*most)).contains(&default),
                "{}",
                one.path
            );
        }
    }
}

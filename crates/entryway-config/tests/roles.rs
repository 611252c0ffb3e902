//! What each role is protected by, and how much of each there may be.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // functions beside `#[test]` ones

use entryway_config::{
    Connections, Loaded, MemoryFiles, Security, ServiceBind, Sources, TlsVersion, load,
};
use entryway_ldap_types::Role;

const HEAD: &str = r#"
[[token]]
name = "portal"
secret = { env = "PORTAL_TOKEN" }
[[home_folder]]
prefix = "/srv"
[domain.staff]
base = "dc=example"
"#;

/// A configuration whose one domain has these lines.
fn loaded(lines: &str) -> Loaded {
    let files = MemoryFiles::default().with("entryway.toml", &*format!("{HEAD}{lines}"), 0o600);
    let variables = [("PORTAL_TOKEN", "token"), ("STAFF_PASSWORD", "secret")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let sources = Sources::file("entryway.toml")
        .files(files)
        .environment(variables);
    load(&sources).unwrap_or_else(|report| panic!("it does not load:\n{report}"))
}

/// What each role of a domain's first server is protected by, in the order of the roles.
fn protections(text: &str) -> Vec<(u16, &'static str)> {
    let loaded = loaded(text);
    let server = &loaded.settings.domains[0].servers[0];
    let of = |role| match server.ways.of(role) {
        Some(way) => (
            way.port,
            match way.security {
                Security::Ldaps => "ldaps",
                Security::StartTls => "starttls",
                Security::Clear => "clear",
            },
        ),
        None => (0, "elsewhere"),
    };
    Role::ALL.into_iter().map(of).collect()
}

fn check_protections(text: &str, expected: [(u16, &str); 7]) {
    assert_eq!(protections(text), expected, "{text}");
}

const TABLE: &str = "servers = [{ host = \"dc3\" }]\n";
const URL: &str = "servers = [\"ldap://dc1\"]\n";
const SIMPLE: &str =
    "bind = { dn = \"cn=entryway,dc=example\", password = { env = \"STAFF_PASSWORD\" } }\n";

#[test]
fn all_encrypts_every_role() {
    check_protections(TABLE, [(636, "ldaps"); 7]);
    check_protections(URL, [(389, "starttls"); 7]);
    check_protections("servers = [\"ldaps://dc1\"]", [(636, "ldaps"); 7]);
    check_protections(
        "servers = [{ host = \"2001:db8::1\", port = 3268, tls_port = 3269 }]",
        [(3269, "ldaps"); 7],
    );
}

#[test]
fn passwords_leaves_lookups_in_clear() {
    let (tls, clear) = ((636, "ldaps"), (389, "clear"));
    let mode = "encrypt = \"passwords\"\n";
    let expected = [tls, tls, clear, clear, clear, clear, tls];
    check_protections(&format!("{TABLE}{mode}"), expected);
    let start_tls = (389, "starttls");
    let expected = [start_tls, start_tls, clear, clear, clear, clear, start_tls];
    check_protections(&format!("{URL}{mode}"), expected);
    let expected = [start_tls, clear, clear, clear, clear, clear, start_tls];
    check_protections(&format!("{URL}{mode}encrypt_find_login = false"), expected);
    let expected = [tls, tls, clear, clear, clear, tls, tls];
    check_protections(
        &format!("{TABLE}{mode}[domain.staff.cards]\nencrypt = \"all\""),
        expected,
    );
}

/// LDAP's simple bind carries the password itself, so the role that sends it is in TLS.
#[test]
fn a_service_password_keeps_every_role_in_tls() {
    check_protections(
        &format!("{TABLE}{SIMPLE}encrypt = \"passwords\"\nencrypt_find_login = false"),
        [(636, "ldaps"); 7],
    );
}

#[test]
fn none_leaves_only_changes_of_passwords_in_tls() {
    let clear = (389, "clear");
    let mode = "encrypt = \"none\"\nallow_clear_text_passwords = true\n";
    for bind in ["", SIMPLE] {
        check_protections(
            &format!("{TABLE}{bind}{mode}"),
            [clear, clear, clear, clear, clear, clear, (636, "ldaps")],
        );
    }
}

#[test]
fn cards_may_be_elsewhere_with_rules_of_their_own() {
    let cards = "[domain.staff.cards]\nservers = [\"ldap://cards\"]\nencrypt = \"passwords\"\nbind = { method = \"anonymous\" }\n";
    let text = format!("{TABLE}{SIMPLE}{cards}");
    let tls = (636, "ldaps");
    check_protections(&text, [tls, tls, tls, tls, tls, (0, "elsewhere"), tls]);
    let text = format!(
        "{text}[domain.staff.cards.tls]\nmin_version = \"1.3\"\n[domain.staff.tls]\nserver_name = \"ldap.corp.example\""
    );
    let loaded = loaded(&text);
    let cards = loaded.settings.domains[0].cards.as_ref().unwrap();
    assert!(matches!(cards.bind, ServiceBind::Anonymous));
    assert_eq!(
        (cards.tls.min_version, cards.tls.server_name.as_deref()),
        (TlsVersion::Tls13, Some("ldap.corp.example"))
    );
    let [server] = &cards.servers[..] else {
        panic!("{cards:?}")
    };
    let reached: Vec<_> = server
        .ways
        .iter()
        .filter_map(|(role, way)| way.map(|way| (role, way.port, way.security)))
        .collect();
    assert_eq!(reached, [(Role::Cards, 389, Security::Clear)]);
}

#[test]
fn limits_hold_for_every_role_or_for_one() {
    let text = "[domain.staff.connections]\nmax = 8\noutstanding = 30\nauthenticate.max = 40\nbrowse = { max = 2, outstanding = 5 }\n";
    let loaded = loaded(&format!("{TABLE}{text}"));
    let of = |role| {
        let Connections { max, outstanding } = *loaded.settings.domains[0].connections.of(role);
        (max, outstanding)
    };
    let found = Role::ALL.map(of);
    let every = (8, 30);
    assert_eq!(found, [(40, 1), every, every, (2, 5), every, every, (8, 1)]);
}

/// The permission alone lets nothing out: `verify = false` asks for it too.
#[test]
fn passwords_leave_in_clear_only_where_nothing_is_encrypted() {
    let allowed = "allow_clear_text_passwords = true\n";
    let lets_out = |text: &str| {
        let loaded = loaded(text);
        let domain = &loaded.settings.domains[0];
        let cards = domain.cards.as_ref();
        (
            domain.clear_text_passwords,
            cards.map(|cards| cards.clear_text_passwords),
        )
    };
    for mode in ["all", "passwords"] {
        let text = format!("{URL}{SIMPLE}{allowed}encrypt = \"{mode}\"");
        assert_eq!(lets_out(&text), (false, None), "{mode}");
    }
    let text = format!("{URL}{SIMPLE}{allowed}encrypt = \"none\"");
    assert_eq!(lets_out(&text), (true, None));
    let none = "[domain.staff.cards]\nencrypt = \"none\"\n";
    let text = format!("{URL}{SIMPLE}{allowed}{none}");
    assert_eq!(lets_out(&text), (true, None), "cards on the same servers");
    let text = format!("{URL}{SIMPLE}{allowed}{none}servers = [\"ldap://cards\"]");
    assert_eq!(lets_out(&text), (false, Some(true)));
}

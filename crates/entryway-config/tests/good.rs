//! Files that load, and what comes of them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use entryway_config::{
    Connections, Dialect, Loaded, MemoryFiles, Pin, Security, ServiceBind, Sources, StoreFile,
    TlsVersion, TokenScope, TrustSource, Verification, Way, load,
};
use entryway_ldap_types::{ByRole, Fingerprint, Role, Scope};
use entryway_login::{
    DomainId, LdapUse, MapTarget, MapValues, NameCase, OnInvalid, UserType, WhenDown,
};
use entryway_lookup::FieldFrom;
use std::path::Path;
use std::time::Duration;

const MINIMAL: &str = include_str!("good/minimal.toml");
const FULL: &str = include_str!("good/full.toml");

const CORP_CA: &str = include_str!("good/corp-ca.pem");
const CORP_CRL: &str = include_str!("good/corp-ca.crl");

const MORE: &str = r#"
[domain.partners]
servers = ["ldaps://dc1.partners.example"]
base = "dc=partners,dc=example"

[domain.partners.people]
filter = "(&(objectClass=person)(!(locked=TRUE))(uid={login}))"
login_by_email = true
email_filter = "(proxyAddresses=smtp:{login})"

[[home_folder]]
prefix = "/srv/partners"
"#;

fn sources(text: &str, variables: &[(&str, &str)]) -> Sources {
    let files = MemoryFiles::default()
        .with("etc/entryway.toml", text, 0o644)
        .with("etc/conf.d/20-partners.toml", MORE, 0o644)
        .with("etc/conf.d/.hidden.toml", "not = toml = at all", 0o644)
        .with("etc/conf.d/readme.md", "not = toml = at all", 0o644)
        .with("etc/corp-ca.pem", CORP_CA, 0o644)
        .with("etc/corp-ca.crl", CORP_CRL, 0o644)
        .with("etc/portal.token", "portal-token\n", 0o600)
        .with("run/staff", "staff-password\n\n", 0o440);
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Sources::file("etc/entryway.toml")
        .files(files)
        .environment(variables)
}

fn loaded(text: &str, variables: &[(&str, &str)]) -> Loaded {
    load(&sources(text, variables)).unwrap_or_else(|report| panic!("it does not load:\n{report}"))
}

const VARIABLES: [(&str, &str); 2] = [
    ("CREDENTIALS_DIRECTORY", "run"),
    ("OLD_PORTAL_TOKEN", "old"),
];

#[test]
fn three_lines_are_enough() {
    let Loaded {
        settings,
        warnings,
        places,
    } = loaded(MINIMAL, &[]);
    assert_eq!(warnings.codes().collect::<Vec<_>>(), ["C019"]);
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8389");
    assert_eq!(settings.metrics_listen, None);
    assert!(settings.trusted_proxies.is_empty());
    assert_eq!(settings.lookups.public_url, None);
    let policy = &settings.policy;
    assert_eq!(
        (policy.ldap, policy.deadline),
        (LdapUse::Optional, Duration::from_secs(3))
    );
    assert_eq!(policy.default_domains, [DomainId(0)]);
    assert_eq!(
        places.place(policy.default_domains_rule),
        Some("etc/entryway.toml:1")
    );
    let (domain, servers) = (&policy.domains[0], &settings.domains[0]);
    assert_eq!(
        domain.people.filter.to_string(),
        "(&(objectClass=person)(uid={login}))"
    );
    assert_eq!(&*domain.people.base_text, "dc=corp,dc=example");
    assert!(domain.people.by_email.is_none());
    let targets: Vec<_> = domain.maps.iter().map(|map| &map.target).collect();
    assert_eq!(
        targets,
        [
            &MapTarget::Uid,
            &MapTarget::Gid,
            &MapTarget::Home,
            &MapTarget::Shell
        ]
    );
    assert_eq!(
        (domain.defaults.uid, domain.defaults.user_type),
        (Some(10_000), Some(UserType::Virtual))
    );
    assert_eq!(domain.when_down, WhenDown::Stop);
    assert_eq!(
        servers.servers[0].ways,
        ByRole::all(Some(Way {
            port: 636,
            security: Security::Ldaps
        }))
    );
    assert!(matches!(servers.bind, ServiceBind::Anonymous));
    assert_eq!(servers.tls.trust, [TrustSource::System]);
    assert_eq!(
        *servers.connections.of(Role::FindLogin),
        Connections {
            max: 16,
            outstanding: 60
        }
    );
    assert_eq!(settings.files, [Path::new("etc/entryway.toml")]);
}

#[test]
fn everything_at_once() {
    let Loaded {
        settings,
        warnings,
        places,
    } = loaded(FULL, &VARIABLES);
    assert!(warnings.is_empty(), "{warnings}");
    assert_eq!(settings.listen.to_string(), "[::1]:9000");
    let metrics = settings.metrics_listen.map(|address| address.to_string());
    assert_eq!(metrics.as_deref(), Some("[::1]:9389"));
    let proxies = settings.trusted_proxies.iter().map(ToString::to_string);
    assert_eq!(proxies.collect::<Vec<_>>(), ["10.0.0.7", "2001:db8::/32"]);
    let public = settings.lookups.public_url.as_deref();
    assert_eq!(public, Some("https://login.corp.example/entryway"));
    let policy = &settings.policy;
    assert_eq!(
        (policy.ldap, policy.deadline),
        (LdapUse::Required, Duration::from_secs(4))
    );
    assert_eq!(policy.default_domains, [DomainId(1), DomainId(0)]);
    assert_eq!(
        places.place(policy.default_domains_rule),
        Some("etc/entryway.toml:10")
    );
    assert_eq!(
        places.place(policy.home_folders.find(None).expect("a row").rule),
        Some("etc/conf.d/20-partners.toml:11")
    );

    assert_eq!(settings.tokens.len(), 1, "the other is switched off");
    let entryway_config::TokenProof::Secret(secret) = &settings.tokens[0].proof else {
        panic!("a secret");
    };
    assert_eq!(secret.expose(), b"portal-token");
    assert_eq!(
        settings.tokens[0].scopes,
        [TokenScope::Login, TokenScope::LoginReasons]
    );

    let (domain, servers) = (&policy.domains[0], &settings.domains[0]);
    assert_eq!(&*domain.name, "staff");
    assert_eq!(domain.suffixes, ["corp.example", "corp.local"]);
    assert_eq!(domain.netbios_name.as_deref(), Some("CORP"));
    assert_eq!(
        (domain.when_down, domain.login_name_case),
        (WhenDown::Skip, NameCase::Lower)
    );
    assert_eq!(domain.people.scope, Scope::OneLevel);
    assert_eq!(
        domain.people.filter.to_string(),
        "(&(objectCategory=person)(objectClass=user)(sAMAccountName={login}))"
    );
    assert_eq!(domain.people.id_attributes[0].as_str(), "objectGUID");
    assert_eq!(
        domain
            .people
            .by_email
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("(&(objectCategory=person)(objectClass=user)(mail={login}))")
    );

    let maps: Vec<_> = domain
        .maps
        .iter()
        .map(|map| (map.from.as_str(), map.values, map.on_invalid))
        .collect();
    assert_eq!(
        maps,
        [
            ("unixHomeDirectory", MapValues::One, OnInvalid::Refuse),
            ("uidNumber", MapValues::First, OnInvalid::Default),
            ("departmentNumber", MapValues::List, OnInvalid::Refuse),
            ("title", MapValues::Join, OnInvalid::Refuse),
        ]
    );
    assert_eq!(
        places.place(domain.maps[0].rule),
        Some("etc/entryway.toml:58")
    );
    assert_eq!(
        (domain.defaults.uid, domain.defaults.gid),
        (Some(20_000), Some(10_000))
    );
    assert_eq!(domain.defaults.user_type, Some(UserType::Real));
    assert!(domain.defaults.auth_by_email);

    let [first, second] = &servers.servers[..] else {
        panic!("{servers:?}")
    };
    assert_eq!(
        (&*first.display, first.ways),
        (
            "ldap://dc1.corp.example",
            ByRole::all(Some(Way {
                port: 389,
                security: Security::StartTls
            }))
        )
    );
    assert_eq!(
        (second.host.as_str(), second.ways),
        (
            "2001:db8::1",
            ByRole::all(Some(Way {
                port: 1636,
                security: Security::Ldaps
            }))
        )
    );
    assert_eq!(servers.dialect, Dialect::ActiveDirectory);
    assert_eq!(
        servers.tls.trust,
        [
            TrustSource::System,
            TrustSource::File(StoreFile {
                path: "etc/corp-ca.pem".into(),
                password: None
            })
        ]
    );
    assert_eq!(
        (servers.tls.min_version, servers.tls.server_name.as_deref()),
        (TlsVersion::Tls12, Some("ldap.corp.example"))
    );
    assert_eq!(settings.domains[1].tls.min_version, TlsVersion::Tls13);
    assert_eq!(servers.timeouts.operation, Duration::from_millis(1500));
    assert_eq!(
        *servers.connections.of(Role::FindLogin),
        Connections {
            max: 4,
            outstanding: 20
        }
    );
    match &servers.bind {
        ServiceBind::Simple { dn, password } => {
            assert_eq!(dn, "entryway@corp.example");
            assert_eq!(
                password.expose(),
                b"staff-password\n",
                "one line break does not count"
            );
        }
        ServiceBind::Anonymous | ServiceBind::External => panic!("the bind is simple"),
    }
    let files: Vec<_> = settings
        .files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    assert_eq!(
        files,
        [
            "etc/entryway.toml",
            "etc/conf.d/20-partners.toml",
            "etc/portal.token",
            "etc/corp-ca.pem",
            "run/staff"
        ]
    );
}

#[test]
fn a_login_by_mail_keeps_the_ordinary_restrictions() {
    let settings = loaded(FULL, &VARIABLES).settings;
    let by_email = settings.policy.domains[1]
        .people
        .by_email
        .as_ref()
        .map(ToString::to_string);
    assert_eq!(
        by_email.as_deref(),
        Some(
            "(&(objectClass=person)(!(locked=TRUE))(|(proxyAddresses=smtp:{login})(mail={login})))"
        )
    );
}

#[test]
fn look_ups_have_filters_without_a_word_about_them() {
    let lookups = loaded(FULL, &VARIABLES).settings.lookups;
    let domain = &lookups.domains[0];
    assert_eq!(
        domain.people.find.to_string(),
        "(&(objectCategory=person)(objectClass=user)(|(cn={text}*)(givenName={text}*)(sn={text}*)(mail={text}*)))"
    );
    assert_eq!(
        domain.people.restriction.to_string(),
        "(&(objectCategory=person)(objectClass=user))"
    );
    assert_eq!(
        domain.groups.find.to_string(),
        "(&(objectClass=group)(cn={text}*))"
    );
    let fields: Vec<_> = domain
        .cards
        .fields
        .iter()
        .map(|field| &*field.name)
        .collect();
    assert_eq!(
        fields,
        ["name", "mail", "telephone", "title", "company", "location"]
    );
    let photo: Vec<_> = domain.cards.photo.iter().map(ToString::to_string).collect();
    assert_eq!(photo, ["jpegPhoto", "thumbnailPhoto"]);
    assert!(matches!(domain.cards.fields[0].from, FieldFrom::Name));
    assert!(matches!(domain.cards.fields[1].from, FieldFrom::Mail));
    assert!(lookups.books.is_empty());
}

#[test]
fn what_a_look_up_s_filter_asks_beside_the_text_holds_for_every_look_up() {
    let text = format!(
        "{MINIMAL}\n[domain.staff.people]\n\
         find_filter = \"(&(objectClass=person)(!(employeeType=hidden))(|(cn={{text}}*)(mail={{text}}*)))\"\n\
         [address_book.sales]\nbase = \"ou=sales,dc=corp,dc=example\"\n\
         fields = {{ phone = {{ from = [\"mobile\", \"telephoneNumber\"], separator = \" / \" }} }}\n"
    );
    let lookups = loaded(&text, &[]).settings.lookups;
    assert_eq!(
        lookups.domains[0].people.restriction.to_string(),
        "(&(objectClass=person)(!(employeeType=hidden)))"
    );
    assert_eq!(&*lookups.books[0].name, "sales");
    assert_eq!(&*lookups.books[0].fields[0].name, "phone");
}

#[test]
fn a_login_by_mail_keeps_nested_restrictions() {
    let text = format!(
        "{MINIMAL}\n[domain.staff.people]\nlogin_by_email = true\n\
         filter = \"(&(objectClass=person)(&(uid={{login}})(!(uid=aokafor))))\"\n"
    );
    let by_email = loaded(&text, &[]).settings.policy.domains[0]
        .people
        .by_email
        .as_ref()
        .map(ToString::to_string);
    assert_eq!(
        by_email.as_deref(),
        Some("(&(objectClass=person)(!(uid=aokafor))(mail={login}))")
    );
}

#[test]
fn the_environment_has_the_last_word() {
    let variables = [
        ("ENTRYWAY__domain__staff__base", "dc=other"),
        (
            "ENTRYWAY__domain__staff__servers",
            r#"["ldaps://dc9.corp.example"]"#,
        ),
        ("ENTRYWAY__domain__staff__maps__nickname", "uid"),
        ("ENTRYWAY__domain__staff__defaults__uid", "77"),
        ("ENTRYWAY__domain__staff__bind__dn", "cn=x"),
        ("ENTRYWAY__domain__staff__bind__password", "12345"),
        ("ENTRYWAY__tls__min_version", "1.3"),
        ("ENTRYWAY__login__default_domains", "['staff']"),
        ("ENTRYWAY_CONFIG", "elsewhere.toml"),
    ];
    let Loaded {
        settings,
        warnings,
        places,
    } = loaded(MINIMAL, &variables);
    assert_eq!(
        warnings.codes().collect::<Vec<_>>(),
        ["C046", "C019"],
        "{warnings}"
    );
    let (domain, servers) = (&settings.policy.domains[0], &settings.domains[0]);
    assert_eq!(&*domain.people.base_text, "dc=other");
    assert_eq!(&*servers.servers[0].host, "dc9.corp.example");
    assert_eq!(domain.defaults.uid, Some(77));
    assert_eq!(domain.maps[0].target, MapTarget::Custom("nickname".into()));
    assert_eq!(servers.tls.min_version, TlsVersion::Tls13);
    assert!(
        matches!(&servers.bind, ServiceBind::Simple { password, .. } if password.expose() == b"12345")
    );
    assert_eq!(
        places.place(settings.policy.default_domains_rule),
        Some("$ENTRYWAY__login__default_domains")
    );
}

#[cfg(unix)]
#[test]
fn what_is_not_utf8_in_the_environment_is_reported() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    let check = |name: &[u8], value: &[u8], expected: &str| {
        let text =
            format!("{MINIMAL}bind = {{ dn = \"cn=x\", password = {{ env = \"PASS\" }} }}\n");
        let files = MemoryFiles::default().with("entryway.toml", text, 0o600);
        let usual = (OsString::from("PASS"), OsString::from("right"));
        let odd = (
            OsString::from_vec(name.to_vec()),
            OsString::from_vec(value.to_vec()),
        );
        let sources = Sources::file("entryway.toml").files(files);
        let found = load(&sources.environment([usual, odd]));
        let lines: Vec<String> = match found {
            Ok(loaded) => loaded.warnings.lines().collect(),
            Err(report) => report.lines().collect(),
        };
        assert!(lines[0].contains(expected), "{lines:?}");
    };
    check(
        b"ENTRYWAY__domain__staff__base",
        b"dc=\xff",
        "[C009]: `ENTRYWAY__domain__staff__base` overrides nothing: its value is not UTF-8",
    );
    check(
        b"ENTRYWAY__domain__st\xff__base",
        b"dc=x",
        "overrides nothing: its name is not UTF-8",
    );
    check(
        b"PASS",
        b"\xff",
        "[C036]: cannot read `password`: the variable `PASS` is not UTF-8",
    );
    check(b"PA\xff", b"\xff", "[C019]");
}

#[test]
fn secrets_are_in_no_debug_text() {
    let settings = loaded(FULL, &VARIABLES).settings;
    let shown = format!("{settings:?}");
    assert!(
        !shown.contains("portal-token") && !shown.contains("staff-password"),
        "{shown}"
    );
    assert!(shown.contains("entryway@corp.example"));
}

#[test]
fn files_on_the_disk_are_read_and_pipes_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("entryway.toml");
    std::fs::write(
        &file,
        format!("{MINIMAL}bind = {{ dn = \"cn=x\", password = {{ file = \"/dev/zero\" }} }}\n"),
    )
    .expect("a file");
    let report = load(&Sources::file(&file))
        .err()
        .expect("an endless secret");
    assert_eq!(
        report.codes().collect::<Vec<_>>(),
        ["C036", "C019"],
        "{report}"
    );
    assert!(
        report.to_string().contains("not a regular file"),
        "{report}"
    );
    std::fs::write(&file, MINIMAL).expect("a file");
    assert!(load(&Sources::file(&file)).is_ok());
    let report = load(&Sources::file(folder.path().join("missing.toml")))
        .err()
        .expect("a missing file");
    assert_eq!(report.codes().collect::<Vec<_>>(), ["C002"]);
}

#[test]
fn who_a_server_may_be_is_said_key_by_key() {
    let fingerprint = "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    let text = format!(
        r#"
        [tls]
        crls              = ["corp-ca.crl"]
        trusted_hosts     = ["*.corp.example", "10.0.0.7"]
        allow_common_name = true
        max_version       = "1.2"
        ciphers           = ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]

        [domain.staff]
        servers = ["ldaps://dc1.corp.example"]
        base    = "dc=corp,dc=example"

        [domain.partners]
        servers = ["ldaps://dc1.partners.example"]
        base    = "dc=partners,dc=example"
        allow_clear_text_passwords = true

        [domain.partners.tls]
        verify      = false
        max_version = "1.3"
        crls        = []

        [domain.old]
        servers = ["ldaps://old.corp.example"]
        base    = "dc=old,dc=example"

        [domain.old.tls]
        pins              = ["{fingerprint}", "corp-ca.pem"]
        trusted_hosts     = []
        allow_common_name = false
        crls              = []

        [login]
        default_domains = ["staff"]
        "#
    );
    let Loaded {
        settings, warnings, ..
    } = loaded(&text, &[]);
    let [staff, partners, old] = settings.domains.as_slice() else {
        panic!("expected three domains")
    };
    let crl = Path::new("etc/corp-ca.crl").to_owned();
    assert_eq!(
        staff.tls.verification,
        Verification {
            verify: true,
            allow_common_name: true,
            trusted_hosts: vec!["*.corp.example".to_owned(), "10.0.0.7".to_owned()],
            pins: Vec::new(),
            crls: vec![crl.clone()],
            max_version: TlsVersion::Tls12,
            ciphers: vec!["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
        }
    );
    assert_eq!(
        partners.tls.verification,
        Verification {
            verify: false,
            max_version: TlsVersion::Tls13,
            crls: Vec::new(),
            ..staff.tls.verification.clone()
        }
    );
    assert_eq!(
        old.tls.verification.pins,
        [
            Pin::Fingerprint(Fingerprint::parse(fingerprint).expect("one")),
            Pin::File(Path::new("etc/corp-ca.pem").to_owned()),
        ]
    );
    assert!(settings.files.contains(&crl));
    let codes: Vec<_> = warnings.codes().filter(|code| *code != "C019").collect();
    assert!(codes.contains(&"C081"), "{codes:?}");
}

#[test]
fn servers_that_dns_names_and_those_that_are_referred_to() {
    let text = r#"
[[token]]
name = "portal"
secret = { file = "portal.token" }

[[home_folder]]
prefix = "/srv/home"

[dns]
name_servers = ["10.0.0.53", "[fd00::53]:5353", "fd00::54"]

[domain.staff]
srv       = "corp.example."
base      = "dc=corp,dc=example"
encrypt   = "passwords"
referrals = { follow = ["dc3.corp.example", "[fd00::3]:3389", "dc4.corp.example:636"] }
"#;
    let Loaded { settings, .. } = loaded(text, &[]);
    let servers: Vec<_> = settings
        .name_servers
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        servers,
        ["10.0.0.53:53", "[fd00::53]:5353", "[fd00::54]:53"]
    );
    let staff = &settings.domains[0];
    assert_eq!(staff.srv.as_deref(), Some("corp.example"));
    assert!(staff.servers.is_empty());
    let follow: Vec<_> = staff
        .follow
        .iter()
        .map(|host| (&*host.host, host.port))
        .collect();
    assert_eq!(
        follow,
        [
            ("dc3.corp.example", None),
            ("fd00::3", Some(3389)),
            ("dc4.corp.example", Some(636))
        ]
    );
    let (ldaps, ldap) = (&staff.unwritten.ldaps, &staff.unwritten.ldap);
    assert!(ldaps.iter().all(|(_, it)| *it == Some(Security::Ldaps)));
    for (role, expected) in [
        (Role::Authenticate, Security::StartTls),
        (Role::FindLogin, Security::StartTls),
        (Role::Browse, Security::Clear),
    ] {
        assert_eq!(*ldap.of(role), Some(expected), "{role}");
    }
}

#[test]
fn without_a_dialect_a_domain_has_what_active_directory_would_have_where_it_is_not_written() {
    let of = |text: &str| {
        let loaded = loaded(text, &[]);
        let codes: Vec<_> = loaded.warnings.codes().collect();
        (loaded.settings.policy.domains[0].clone(), codes.join(" "))
    };
    let (auto, told) = of(MINIMAL);
    let other = auto.active_directory.expect("nobody wrote a dialect");
    let (written, _) = of(&format!(
        "{MINIMAL}dialect = \"active-directory\"\n[[home_folder]]\nprefix = \"/srv\"\n"
    ));
    assert!(written.active_directory.is_none());
    assert_eq!(
        other.people.filter.to_string(),
        "(&(objectCategory=person)(objectClass=user)(sAMAccountName={login}))"
    );
    assert_eq!(
        (
            other.people.filter.to_string(),
            &other.people.id_attributes,
            other.maps.len()
        ),
        (
            written.people.filter.to_string(),
            &written.people.id_attributes,
            written.maps.len()
        )
    );
    assert_eq!(other.people.base_text, auto.people.base_text);
    assert!(
        other
            .fetch
            .attributes()
            .contains(&"sAMAccountName".parse().expect("a name"))
    );
    // What is wrong is told once.
    assert_eq!(told, "C019");
    // What is written holds in any directory.
    let (auto, _) = of(&format!(
        "{MINIMAL}[domain.staff.people]\nfilter = \"(cn={{login}})\"\n[domain.staff.maps]\nhome = \"x\"\n"
    ));
    let other = auto.active_directory.expect("nobody wrote a dialect");
    assert_eq!(other.people.filter.to_string(), "(cn={login})");
    assert_eq!((other.maps.len(), auto.maps.len()), (1, 1));
}

#[test]
fn fields_of_cards_are_as_written_and_in_that_order() {
    let text = MINIMAL.to_owned()
        + r#"
[domain.staff.cards.fields]
photo = { from = ["thumbnailPhoto", "jpegPhoto"] }
room = { template = "{entry.buildingname[0]}.{entry.roomnumber[0]}" }
location = { from = ["l", "st"], separator = " / " }
name = "displayName"
"#;
    let lookups = loaded(&text, &[]).settings.lookups;
    let cards = &lookups.domains[0].cards;
    let photo: Vec<_> = cards.photo.iter().map(ToString::to_string).collect();
    assert_eq!(photo, ["thumbnailPhoto", "jpegPhoto"]);
    let fields: Vec<_> = cards.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(fields, ["room", "location", "name"]);
    let FieldFrom::Template(template) = &cards.fields[0].from else {
        panic!("{:?}", cards.fields[0]);
    };
    let needs = template.needs().attributes.iter();
    let needs: Vec<_> = needs.map(ToString::to_string).collect();
    assert_eq!(needs, ["buildingname", "roomnumber"]);
    let FieldFrom::Attributes { names, separator } = &cards.fields[1].from else {
        panic!("{:?}", cards.fields[1]);
    };
    assert_eq!((names.len(), &**separator), (2, " / "));
    // `title` is a field of the usual cards, and not of these.
    let public: Vec<_> = cards.public.iter().map(|name| &**name).collect();
    assert_eq!(public, ["name"]);
}

#[test]
fn without_a_dialect_look_ups_have_what_active_directory_would_have_too() {
    let of = |text: &str| loaded(text, &[]).settings.lookups.domains[0].clone();
    let auto = of(MINIMAL);
    let other = auto.seen(true);
    let home = "[[home_folder]]\nprefix = \"/srv\"\n";
    let written = of(&format!("{MINIMAL}dialect = \"active-directory\"\n{home}"));
    assert!(written.active_directory.is_none());
    let of_people = |domain: &entryway_lookup::DomainLookups| {
        let people = &domain.people;
        [
            people.restriction.to_string(),
            people.find.to_string(),
            people.by_login.to_string(),
        ]
    };
    assert_eq!(of_people(other), of_people(&written));
    assert_eq!(
        other.people.restriction.to_string(),
        "(&(objectCategory=person)(objectClass=user))"
    );
    assert_eq!(
        other.groups.restriction.to_string(),
        written.groups.restriction.to_string()
    );
    assert_eq!(other.id_attributes, written.id_attributes);
    assert_eq!(
        auto.seen(false).people.restriction.to_string(),
        "(objectClass=person)"
    );
    // What is written holds in any directory.
    let own = of(&format!(
        "{MINIMAL}[domain.staff.people]\nfind_filter = \"(&(objectClass=account)(cn={{text}}*))\"\n"
    ));
    assert_eq!(
        own.seen(true).people.restriction.to_string(),
        "(objectClass=account)"
    );
}

//! Single sign-on: what comes of `[sso]` and `[client.X]`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

mod support;

use entryway_config::{
    Branding, ClientSetting, ImageKind, KeyRotation, Loaded, MemoryFiles, OfferedDomains,
    PageLanguage, Report, SessionLimits, SsoSettings,
};
use entryway_oidc::{
    Algorithm, ClientMethod, Fingerprint, GrantTypes, Lifetimes, PublicKey, Scopes,
};
use std::sync::Arc;
use std::time::Duration;
use support::HEAD;

/// RFC 8037, appendix A.2.
const KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

fn read(text: &str) -> Result<Loaded, Report> {
    let files = MemoryFiles::default()
        .with("one.secret", "the-first-secret-0123456789\n", 0o600)
        .with("two.secret", "the-second-secret-0123456789", 0o600)
        .with("keys.json", KEYS, 0o644)
        .with("logo.png", &b"\x89PNG\r\n\x1a\n"[..], 0o644);
    support::read(&format!("{HEAD}{text}"), files)
}

fn loaded(text: &str) -> Loaded {
    read(text).unwrap_or_else(|report| panic!("it does not load:\n{report}"))
}

/// Without warnings.
fn sso(text: &str) -> Arc<SsoSettings> {
    let Loaded {
        settings, warnings, ..
    } = loaded(text);
    assert!(warnings.is_empty(), "{warnings}");
    settings.sso.expect("single sign-on")
}

fn client<'s>(sso: &'s SsoSettings, id: &str) -> &'s ClientSetting {
    let mut clients = sso.clients.iter();
    clients
        .find(|one| one.client.id.as_str() == id)
        .unwrap_or_else(|| panic!("there is no {id}"))
}

fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).expect("scopes")
}

#[test]
fn without_a_table_there_is_none() {
    assert!(loaded("").settings.sso.is_none());
}

#[test]
fn an_issuer_is_enough() {
    let sso = sso("[sso]\nissuer = \"https://login.corp.example/sso\"\n");
    assert_eq!(sso.issuer.as_str(), "https://login.corp.example/sso");
    assert_eq!(sso.lifetimes, Lifetimes::default());
    assert_eq!(sso.most_groups, 200);
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    assert_eq!(
        sso.sessions,
        SessionLimits {
            idle: hours(8),
            max: hours(7 * 24),
            most: 50
        }
    );
    assert_eq!(
        sso.keys,
        KeyRotation {
            every: hours(90 * 24),
            overlap: hours(24)
        }
    );
    assert_eq!(sso.branding, Branding::default());
    assert!(sso.clients.is_empty());
}

#[test]
fn the_pages_are_one_s_own() {
    let sso = sso(r##"
[sso]
issuer   = "https://login.corp.example"
title    = "Corp Example"
logo     = "logo.png"
accent   = "#1F6FEB"
language = "de"
help_url = "mailto:help@corp.example"
"##);
    let Branding {
        title,
        logo,
        accent,
        language,
        help_url,
    } = &sso.branding;
    assert_eq!(title.as_deref(), Some("Corp Example"));
    let logo = logo.as_ref().expect("a logo");
    assert_eq!((logo.kind, logo.bytes.len()), (ImageKind::Png, 8));
    assert_eq!(logo.kind.media_type(), "image/png");
    assert_eq!(accent.expect("a colour").to_string(), "#1f6feb");
    assert_eq!(*language, Some(PageLanguage::German));
    assert_eq!(help_url.as_deref(), Some("mailto:help@corp.example"));
}

#[test]
fn domains_are_offered_in_the_order_that_is_written_as_they_are_called() {
    let text = r#"
[login]
default_domains = ["staff"]
[domain.partners]
servers  = ["ldaps://dc2.corp.example"]
base     = "dc=partners,dc=example"
suffixes = ["partners.example"]
[sso]
issuer = "https://login.corp.example"
"#;
    let written = format!("{text}offered_domains = [\"Partners\", \"staff\", \"partners\"]\n");
    let suffixes = vec!["partners.example".to_owned()];
    let names = ["partners", "staff"].map(str::to_owned).to_vec();
    let expected = OfferedDomains {
        names,
        suffixes,
        nowhere_at: Vec::new(),
    };
    assert_eq!(sso(&written).offered, expected);
    assert!(sso(text).offered.names.is_empty());
}

#[test]
fn a_site_is_offered_too_and_what_names_any_site_is_known() {
    let text = r#"
[hub]
url = "https://hub.corp.example"
[site.plant-a]
suffixes = ["Plant-A.example"]
clients  = ["wiki"]
[site.plant-b]
enabled  = false
suffixes = ["plant-b.example"]
[client.wiki]
authentication = ["none"]
redirect_uris  = ["https://wiki.plant-a.example/back"]
[sso]
issuer = "https://login.corp.example"
offered_domains = ["PLANT-A", "staff"]
"#;
    let expected = OfferedDomains {
        names: ["plant-a", "staff"].map(str::to_owned).to_vec(),
        suffixes: ["plant-a.example", "plant-b.example"]
            .map(str::to_owned)
            .to_vec(),
        nowhere_at: vec!["wiki".to_owned()],
    };
    assert_eq!(sso(text).offered, expected);
}

#[test]
fn a_secret_and_a_place_to_return_to_make_a_client() {
    let sso = sso(r#"
[sso]
issuer = "https://login.corp.example"
[client."https://grafana.corp.example"]
secret        = { file = "one.secret" }
redirect_uris = ["https://grafana.corp.example/login/generic_oauth"]
"#);
    let client = &client(&sso, "https://grafana.corp.example").client;
    assert_eq!(client.name, "https://grafana.corp.example");
    assert_eq!(
        client.methods,
        [ClientMethod::SecretBasic, ClientMethod::SecretPost]
    );
    // The end of the line is the editor's.
    let secret = Fingerprint::of(b"the-first-secret-0123456789");
    assert_eq!(client.secrets, [secret]);
    assert_eq!(
        client.grants,
        GrantTypes {
            code: true,
            ..GrantTypes::default()
        }
    );
    assert_eq!(client.scopes, scopes("openid profile email groups"));
    assert!(client.own_scopes.is_empty() && client.must_use_pkce() && !client.is_public());
    assert!(!client.consent && !client.claims_in_id_token && !client.may_introspect);
    assert_eq!(client.id_token_algorithm, Algorithm::Es256);
    assert_eq!(client.default_max_age, None);
}

#[test]
fn everything_of_a_client() {
    let sso = sso(r#"
[sso]
issuer = "https://login.corp.example"

[client.grafana]
name                                = "Grafana"
secret                              = { file = "one.secret" }
old_digest                          = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
keys                                = "keys.json"
authentication                      = ["client_secret_post", "private_key_jwt"]
redirect_uris                       = ["https://grafana.corp.example/a", "https://grafana.corp.example/b"]
post_logout_redirect_uris           = ["https://grafana.corp.example/bye"]
backchannel_logout_uri              = "https://grafana.corp.example/logout"
backchannel_logout_session_required = true
grants                              = ["authorization_code", "refresh_token", "client_credentials"]
scopes                              = ["openid", "offline_access", "hr"]
own_scopes                          = ["reports.read"]
pkce                                = false
consent                             = true
id_token_signed_response_alg        = "RS256"
claims_in_id_token                  = true
may_introspect                      = true
default_max_age                     = "0s"
"#);
    let client = &client(&sso, "grafana").client;
    assert_eq!(client.name, "Grafana");
    assert_eq!(
        client.methods,
        [ClientMethod::SecretPost, ClientMethod::PrivateKeyJwt]
    );
    let [_, old] = client.secrets.as_slice() else {
        panic!("{:?}", client.secrets);
    };
    assert_eq!(old.0[..2], [0x5f, 0x70]);
    let [key] = client.keys.as_slice() else {
        panic!("{:?}", client.keys);
    };
    assert_eq!(key.kid.as_deref(), Some("1"));
    assert!(matches!(key.key, PublicKey::Ed25519 { .. }));
    let places = |uris: &[entryway_oidc::RedirectUri]| -> Vec<String> {
        uris.iter().map(|uri| uri.as_str().to_owned()).collect()
    };
    assert_eq!(
        places(&client.redirects),
        [
            "https://grafana.corp.example/a",
            "https://grafana.corp.example/b"
        ]
    );
    assert_eq!(
        places(&client.post_logout),
        ["https://grafana.corp.example/bye"]
    );
    let told = client.backchannel.as_ref().expect("a place to be told at");
    assert!(told.session_required);
    let GrantTypes {
        code,
        refresh,
        credentials,
    } = client.grants;
    assert!(code && refresh && credentials);
    assert_eq!(client.scopes, scopes("openid offline_access hr"));
    assert_eq!(client.own_scopes, scopes("reports.read"));
    assert!(client.consent && client.claims_in_id_token && client.may_introspect);
    assert!(!client.must_use_pkce());
    assert_eq!(client.id_token_algorithm, Algorithm::Rs256);
    assert_eq!(client.default_max_age, Some(Duration::ZERO));
}

#[test]
fn without_a_secret_a_client_is_public_when_it_says_so() {
    let sso = sso(r#"
[sso]
issuer = "https://login.corp.example"
[client.command-line]
native        = true
redirect_uris = ["http://127.0.0.1/callback"]
[client.browser]
authentication = ["none"]
redirect_uris  = ["https://app.corp.example/callback"]
[client.away]
secret        = { file = "two.secret" }
redirect_uris = ["https://away.corp.example/callback"]
enabled       = false
"#);
    let ids: Vec<&str> = sso
        .clients
        .iter()
        .map(|one| one.client.id.as_str())
        .collect();
    assert_eq!(ids, ["browser", "command-line"]);
    for one in &sso.clients {
        assert!(one.client.is_public() && one.client.must_use_pkce());
    }
    assert!(client(&sso, "command-line").client.native);
}

#[test]
fn a_file_of_keys_is_one_that_is_watched() {
    let files = loaded(
        r#"
[sso]
issuer = "https://login.corp.example"
[client.reports]
keys       = "keys.json"
grants     = ["client_credentials"]
own_scopes = ["reports.read"]
"#,
    )
    .settings
    .files;
    assert!(
        files.iter().any(|file| file.ends_with("keys.json")),
        "{files:?}"
    );
}

/// RFC 9700 §4.15: the `sub` of a token without a person is the `client_id`.
#[test]
fn no_application_is_called_like_somebody() {
    let with = |id: &str| {
        let client = format!(
            "[client.\"{id}\"]\nnative = true\nredirect_uris = [\"http://127.0.0.1/back\"]\n"
        );
        read(&format!(
            "[sso]\nissuer = \"https://login.corp.example\"\n{client}"
        ))
        .is_ok()
    };
    for id in ["staff:jdoe", "STAFF:3f2504e0", "local:1", "os:root"] {
        assert!(!with(id), "{id}");
    }
    for id in ["staff", "https://wiki.corp.example", "mail:robot"] {
        assert!(with(id), "{id}");
    }
}

//! A site's end: what comes of `[connector]`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

mod support;

use entryway_config::{ConnectorSettings, MemoryFiles, ReleaseSettings, Sources, load};
use std::sync::Arc;
use support::HEAD;

fn connector(text: &str) -> Arc<ConnectorSettings> {
    let files = MemoryFiles::default().with("proxy.pass", "of-the-proxy\n", 0o600);
    let loaded = support::read(&format!("{HEAD}{text}"), files)
        .unwrap_or_else(|report| panic!("it does not load:\n{report}"));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    loaded.settings.connector
}

#[test]
fn without_a_table_little_leaves_the_site() {
    let connector = connector("");
    assert!(!connector.written);
    assert!(connector.proxy.is_none() && connector.trust.is_none());
    assert!(connector.listen.ip().is_loopback());
    let release = ReleaseSettings {
        fields: vec!["email".into(), "display_name".into()],
        ..ReleaseSettings::default()
    };
    assert_eq!(connector.release, release);
}

#[test]
fn a_proxy_has_its_account_and_shows_no_password() {
    let connector = connector(
        "[connector]\nproxy = 'http://proxy.corp.example:3128/'\nproxy_user = 'entryway'\n\
         proxy_password = { file = 'proxy.pass' }\nno_proxy = ['.corp.example', '*', '::1/128']\n",
    );
    assert!(connector.written);
    let proxy = connector.proxy.as_ref().expect("a proxy");
    assert_eq!(&*proxy.url, "http://proxy.corp.example:3128");
    let (user, password) = proxy.account.as_ref().expect("an account");
    assert_eq!(
        (&**user, password.expose()),
        ("entryway", &b"of-the-proxy"[..])
    );
    assert!(!format!("{connector:?}").contains("of-the-proxy"));
    assert_eq!(connector.no_proxy.len(), 3);
}

/// What `entryway connector enroll` writes is a beginning, and no mistake.
#[test]
fn a_connector_begins_without_a_domain_and_without_a_caller() {
    let text = "[connector]\n\n[connector.release]\n";
    let files = MemoryFiles::default().with("entryway.toml", text, 0o600);
    let loaded = load(&Sources::file("entryway.toml").files(files))
        .unwrap_or_else(|report| panic!("it does not load:\n{report}"));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    assert!(loaded.settings.domains.is_empty());
}

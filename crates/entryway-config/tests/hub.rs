//! The hub: what comes of `[hub]` and `[site.X]`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

mod support;

use entryway_config::{HubSettings, Loaded, MemoryFiles, Settings, SiteCertificate, SiteSettings};
use entryway_login::{AddressRange, SiteTakes};
use std::sync::Arc;
use std::time::Duration;
use support::HEAD;

fn hub(text: &str) -> Option<Arc<HubSettings>> {
    read(&format!("{HEAD}{text}"))
}

fn read(text: &str) -> Option<Arc<HubSettings>> {
    settings(text).hub.clone()
}

fn settings(text: &str) -> Arc<Settings> {
    let Loaded {
        settings, warnings, ..
    } = support::read(text, MemoryFiles::default())
        .unwrap_or_else(|report| panic!("it does not load:\n{report}"));
    assert!(warnings.is_empty(), "{warnings}");
    Arc::new(settings)
}

#[test]
fn without_a_table_there_is_no_hub() {
    assert!(hub("").is_none());
}

#[test]
fn a_hub_needs_no_domain_of_its_own() {
    let text = "[[token]]\nname = 'portal'\nsecret = { file = 'portal.token' }\n[hub]\nurl = 'http://localhost:8389'\n[site.plant-a]\n";
    assert!(read(text).is_some());
}

#[test]
fn what_is_not_written_has_its_default() {
    let hub = hub("[hub]\nurl = 'https://hub.corp.example/'\n[site.plant-a]\n").expect("a hub");
    assert_eq!(&*hub.url, "https://hub.corp.example");
    assert_eq!(hub.nodes, ["https://hub.corp.example".into()]);
    assert_eq!(hub.certificate_life, Duration::from_secs(90 * 86_400));
    assert_eq!(hub.ticket_life, Duration::from_secs(3600));
    assert_eq!(hub.challenges, 1200);
    let site = SiteSettings {
        name: "plant-a".into(),
        suffixes: Vec::new(),
        clients: Vec::new(),
        lookups: Vec::new(),
        certificate: None,
        takes: SiteTakes::default(),
        max_outstanding: 500,
    };
    assert_eq!(hub.sites, [site]);
}

#[test]
fn what_is_written_is_what_holds() {
    let text = r#"
[hub]
url = "https://hub.corp.example:8443/entryway/"
nodes = ["https://hub-1.corp.example", "http://127.0.0.1:8389"]
certificate_life = "30d"
ticket_life = "10m"
challenges = 40

[site.plant-b]
enabled = false
description = "closed"

[site.plant-c]
methods = ["password"]
suffixes = ["plant-c.example"]
mail_domains = ["Mail.Plant-C.example"]
attributes = ["department"]
accounts = true

[site.plant-a]
suffixes = ["Plant-A.example", "plant-a.EXAMPLE"]
clients = ["portal"]
lookups = ["portal", "portal"]
methods = ["password"]
max_outstanding = 7
"#;
    let hub = hub(text).expect("a hub");
    assert_eq!(&*hub.url, "https://hub.corp.example:8443/entryway");
    assert_eq!(
        hub.nodes,
        [
            "https://hub-1.corp.example".into(),
            "http://127.0.0.1:8389".into()
        ]
    );
    assert_eq!(hub.certificate_life, Duration::from_secs(30 * 86_400));
    assert_eq!(hub.ticket_life, Duration::from_secs(600));
    assert_eq!(hub.challenges, 40);
    let names: Vec<&str> = hub.sites.iter().map(|site| &*site.name).collect();
    assert_eq!(names, ["plant-a", "plant-c"]);
    let site = hub.sites.first().expect("a site");
    assert_eq!(site.suffixes, ["plant-a.example".into()]);
    assert_eq!(site.clients, ["portal".into()]);
    assert_eq!(site.max_outstanding, 7);
    // Mail addresses are taken where login names are, and nothing else is.
    let takes = SiteTakes {
        mail_domains: vec!["plant-a.example".to_owned()],
        ..SiteTakes::default()
    };
    assert_eq!(site.takes, takes);
    let takes = SiteTakes {
        mail_domains: vec!["mail.plant-c.example".to_owned()],
        accounts: true,
        attributes: vec!["department".to_owned()],
    };
    assert_eq!(hub.sites.last().expect("a site").takes, takes);
    assert!(hub.sites.iter().all(|site| site.certificate.is_none()));
    assert!(hub.by_certificate.is_empty());
}

#[test]
fn where_a_sites_people_log_in_is_as_it_is_written() {
    let text = r#"
[hub]
url = "https://hub.corp.example"

[site.plant-a]
applications = ["portal"]

[site.plant-b]
applications = ["*"]

[site.plant-c]
applications = []

[site.plant-d]
"#;
    let settings = settings(&format!("{HEAD}{text}"));
    let sites = settings.policy.sites.iter();
    let written: Vec<_> = sites.map(|site| site.applications.clone()).collect();
    let portal = vec!["portal".to_owned()];
    assert_eq!(written, [Some(portal), None, Some(Vec::new()), None]);
}

#[test]
fn a_site_that_is_switched_off_keeps_what_names_it() {
    let text = r#"
[hub]
url = "https://hub.corp.example"

[site.plant-a]
enabled  = false
suffixes = ["plant-a.example"]
clients  = ["portal"]
"#;
    let settings = settings(&format!("{HEAD}{text}"));
    // No connector of it is let in, and nobody else is asked about its people.
    assert!(settings.hub.as_ref().expect("a hub").sites.is_empty());
    let named = |typed: &str, caller: &str| {
        let site = settings.policy.site_of_name(typed, Some(caller));
        site.map(|(site, _)| (site.name.to_string(), site.enabled))
    };
    let off = Some(("plant-a".to_owned(), false));
    assert_eq!(named("plant-a/jane", "wiki"), off);
    assert_eq!(named("jane@plant-a.example", "wiki"), off);
    assert_eq!(named("jane", "portal"), off);
}

#[test]
fn people_of_a_site_show_certificates_where_that_is_written() {
    let text = r#"
[sso]
issuer = "https://login.corp.example"

[hub]
url = "https://hub.corp.example"

[site.plant-a]
methods = ["password", "certificate"]

[site.plant-a.certificate]
urls      = ["https://cert.plant-a.example:8444/", "https://CERT.plant-a.example:8444"]
addresses = ["192.0.2.0/24", "192.0.2.7"]
offer     = "redirect"

[site.plant-b]
enabled = false
methods = ["certificate", "password"]

[site.plant-b.certificate]
urls      = ["https://cert.plant-b.example"]
addresses = ["198.51.100.0/24"]
"#;
    let settings = settings(&format!("{HEAD}{text}"));
    let hub = settings.hub.as_ref().expect("a hub");
    let range = |text: &str| AddressRange::parse(text).expect("a network");
    let certificate = SiteCertificate {
        urls: vec!["https://cert.plant-a.example:8444".into()],
        addresses: vec![range("192.0.2.0/24"), range("192.0.2.7")],
        at_once: true,
    };
    let sites: Vec<_> = hub.sites.iter().map(|site| &site.certificate).collect();
    assert_eq!(sites, [&Some(certificate)]);
    // One that is switched off is known to have it.
    assert_eq!(hub.by_certificate, ["plant-a".into(), "plant-b".into()]);
}

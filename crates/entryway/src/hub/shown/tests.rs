use super::*;
use std::sync::Arc;

fn row(id: &str, site: &str, standing: Standing) -> ConnectorRow {
    ConnectorRow {
        id: id.to_owned(),
        site: site.to_owned(),
        name: "machine".to_owned(),
        spki: [0xab; 32],
        spki_before: None,
        certificate: Vec::new(),
        not_after_ms: 1_767_225_600_000,
        enrolled_ms: 1_767_225_600_000,
        standing,
        changed_ms: 1_767_225_600_000,
        software: "entryway 1.0".to_owned(),
        seen_ms: None,
        node: None,
    }
}

#[test]
fn sites_are_those_of_the_configuration_and_those_with_connectors() {
    let site = SiteSettings {
        name: "plant-b".into(),
        suffixes: vec!["b.example".into()],
        clients: Vec::new(),
        lookups: Vec::new(),
        methods: entryway_config::SiteMethods {
            password: true,
            certificate: true,
        },
        takes: entryway_login::SiteTakes::default(),
        max_outstanding: 1,
    };
    let url: Arc<str> = "https://hub.example".into();
    let hub = HubSettings {
        nodes: vec![Arc::clone(&url)],
        url,
        certificate_life: Duration::from_secs(1),
        ticket_life: Duration::from_secs(1),
        challenges: 1,
        sites: vec![site],
    };
    let rows = [
        row("1", "plant-a", Standing::Active),
        row("2", "plant-a", Standing::Revoked),
        row("3", "plant-c", Standing::Revoked),
    ];
    let shown = sites(Some(&hub), &rows);
    let told: Vec<_> = shown
        .iter()
        .map(|site| (site.name.as_str(), site.configured, site.connectors))
        .collect();
    assert_eq!(told, [("plant-a", false, 1), ("plant-b", true, 0)]);
    assert_eq!(shown[1].methods, ["password", "certificate"]);
    assert_eq!(sites(None, &[]), []);
}

#[test]
fn a_connector_shows_its_key_as_the_other_end_does() {
    let shown = connector(&row("1", "plant-a", Standing::Held));
    assert!(shown.key.starts_with("abababab abababab "), "{}", shown.key);
    assert_eq!(shown.standing, "held");
    assert_eq!(shown.certificate_until, "2026-01-01T00:00:00Z");
    assert_eq!((shown.seen, shown.node), (None, None));
}

#[test]
fn the_state_of_a_ticket_in_a_word() {
    let state = |used_ms, ended_ms| {
        let row = TicketRow {
            digest: [7; 32],
            site: "plant-a".to_owned(),
            made_ms: 0,
            made_by: "root".to_owned(),
            expires_ms: 10,
            used_ms,
            connector: None,
            ended_ms,
        };
        move |now| ticket(&row, now).state
    };
    assert_eq!(state(None, None)(9), "waits");
    assert_eq!(state(None, None)(10), "expired");
    assert_eq!(state(Some(5), None)(99), "used");
    assert_eq!(state(None, Some(5))(5), "revoked");
}

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
        changed_by: None,
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
        lookups: vec!["phonebook".into()],
        certificate: Some(SiteCertificate {
            urls: vec!["https://cert.plant-a.example:8444".into()],
            addresses: Vec::new(),
            at_once: false,
        }),
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
        issuer: None,
        by_certificate: Vec::new(),
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
    assert_eq!(shown[1].lookups, ["phonebook"]);
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
fn who_was_not_seen_since_its_machine_enrolled_again_is_shown_as_replaced() {
    let enrolled = |id: &str, enrolled_ms, seen_ms| ConnectorRow {
        enrolled_ms,
        seen_ms,
        ..row(id, "plant-a", Standing::Active)
    };
    let replaced = |rows: &[ConnectorRow]| {
        let mut shown: Vec<_> = rows.iter().map(connector).collect();
        note_replaced(&mut shown, rows);
        let by = shown.into_iter().map(|one| one.replaced_by);
        by.collect::<Vec<_>>()
    };
    let by = |id: &str| Some(id.to_owned());
    let old = enrolled("old", 10, Some(19));
    let new = enrolled("new", 20, Some(30));
    assert_eq!(replaced(&[old.clone(), new.clone()]), [by("new"), None]);
    // The newest of them; the one between was never seen.
    let newest = enrolled("newest", 40, None);
    let all = [old.clone(), new.clone(), newest];
    assert_eq!(replaced(&all), [by("newest"), by("newest"), None]);
    // One that runs on beside it, one of another name, of another site, and one that is revoked.
    let runs = enrolled("old", 10, Some(21));
    assert_eq!(replaced(&[runs, new.clone()]), [None, None]);
    let other = ConnectorRow {
        name: "another".to_owned(),
        ..old.clone()
    };
    assert_eq!(replaced(&[other, new.clone()]), [None, None]);
    let elsewhere = ConnectorRow {
        site: "plant-b".to_owned(),
        ..old.clone()
    };
    assert_eq!(replaced(&[elsewhere, new.clone()]), [None, None]);
    let revoked = ConnectorRow {
        standing: Standing::Revoked,
        ..new
    };
    assert_eq!(replaced(&[old, revoked]), [None, None]);
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
            ended_by: None,
        };
        move |now| ticket(&row, now).state
    };
    assert_eq!(state(None, None)(9), "waits");
    assert_eq!(state(None, None)(10), "expired");
    assert_eq!(state(Some(5), None)(99), "used");
    assert_eq!(state(None, Some(5))(5), "revoked");
}

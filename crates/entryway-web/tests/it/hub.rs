//! A hub that stands for one, and its sites, connectors and tickets over the API: `down` gives no answer, `nobody` is none.

use crate::front::{ADMIN, FINDER, HUB, PLAIN, app, app_with, post, send};
use crate::lookup::get;
use entryway_web::{ConnectorChange, FromDesk, HubDesk, HubRefused, Limits};
use entryway_wire::{
    ConnectorJson, ConnectorsJson, ReadyJson, SiteJson, SitesJson, TicketJson, TicketMadeJson,
    TicketsJson, TunnelJson,
};
use serde_json::{Value, json};
use std::time::Duration;

pub(crate) struct Hub;

const THEN: &str = "2026-11-29T12:00:00Z";

fn connector(id: &str, standing: &str) -> ConnectorJson {
    ConnectorJson {
        id: id.to_owned(),
        site: "plant-a".to_owned(),
        name: "machine".to_owned(),
        standing: standing.to_owned(),
        changed: THEN.to_owned(),
        changed_by: None,
        key: "abab".to_owned(),
        certificate_until: THEN.to_owned(),
        enrolled: THEN.to_owned(),
        software: "entryway 1.0".to_owned(),
        seen: None,
        node: None,
        replaced_by: None,
        tunnel: Some(TunnelJson {
            since: THEN.to_owned(),
            ready: vec![ReadyJson {
                ability: "password".to_owned(),
                ready: true,
                reason: None,
            }],
            certificate_url: None,
            draining: false,
            silent: false,
            clock_wrong_ms: Some(-600_000),
            outstanding: 2,
            latency_ms: None,
        }),
    }
}

fn ticket(made_by: &str) -> TicketJson {
    TicketJson {
        id: "one".to_owned(),
        site: "plant-a".to_owned(),
        state: "waits".to_owned(),
        made: THEN.to_owned(),
        made_by: made_by.to_owned(),
        expires: THEN.to_owned(),
        used: None,
        connector: None,
        revoked_by: None,
    }
}

fn is_up(name: Option<&str>) -> Result<(), HubRefused> {
    match name {
        Some("down") => Err(HubRefused::Unavailable),
        _ => Ok(()),
    }
}

impl HubDesk for Hub {
    fn node(&self) -> &str {
        "hub-1"
    }

    fn sites(&self) -> FromDesk<'_, SitesJson> {
        let site = SiteJson {
            name: "plant-a".to_owned(),
            configured: true,
            suffixes: Vec::new(),
            clients: Vec::new(),
            lookups: Vec::new(),
            methods: vec!["password".to_owned()],
            connectors: 1,
            tunnels: 1,
            ready: vec!["password".to_owned()],
            certificate: None,
        };
        Box::pin(async { Ok(SitesJson { sites: vec![site] }) })
    }

    fn connectors<'a>(&'a self, site: Option<&'a str>) -> FromDesk<'a, ConnectorsJson> {
        Box::pin(async move {
            is_up(site)?;
            Ok(ConnectorsJson {
                connectors: vec![connector("one", "active")],
            })
        })
    }

    fn connector<'a>(&'a self, id: &'a str) -> FromDesk<'a, ConnectorJson> {
        Box::pin(async move {
            is_up(Some(id))?;
            match id {
                "nobody" => Err(HubRefused::NoConnector),
                _ => Ok(connector(id, "active")),
            }
        })
    }

    fn change<'a>(
        &'a self,
        id: &'a str,
        to: ConnectorChange,
        caller: &'a str,
    ) -> FromDesk<'a, ConnectorJson> {
        Box::pin(async move {
            is_up(Some(id))?;
            match id {
                "nobody" => Err(HubRefused::NoConnector),
                "revoked" => Err(HubRefused::Revoked),
                "held" => Err(HubRefused::Held),
                _ => Ok(ConnectorJson {
                    changed_by: Some(caller.to_owned()),
                    ..connector(
                        id,
                        match to {
                            ConnectorChange::Drain => "draining",
                            ConnectorChange::Resume => "active",
                            ConnectorChange::Revoke => "revoked",
                        },
                    )
                }),
            }
        })
    }

    fn tickets<'a>(&'a self, site: Option<&'a str>) -> FromDesk<'a, TicketsJson> {
        Box::pin(async move {
            is_up(site)?;
            Ok(TicketsJson {
                tickets: vec![ticket("somebody")],
            })
        })
    }

    fn make_ticket<'a>(
        &'a self,
        site: &'a str,
        life: Option<Duration>,
        caller: &'a str,
    ) -> FromDesk<'a, TicketMadeJson> {
        Box::pin(async move {
            is_up(Some(site))?;
            match site {
                "nobody" => Err(HubRefused::NoSite),
                _ => Ok(TicketMadeJson {
                    id: "one".to_owned(),
                    site: site.to_owned(),
                    url: format!("https://hub.example/connector/v1/{site}"),
                    ticket: format!("by {caller} for {life:?}"),
                    expires: THEN.to_owned(),
                }),
            }
        })
    }

    fn end_ticket<'a>(&'a self, id: &'a str, caller: &'a str) -> FromDesk<'a, TicketJson> {
        Box::pin(async move {
            is_up(Some(id))?;
            match id {
                "nobody" => Err(HubRefused::NoTicket),
                "used" => Err(HubRefused::Ended),
                _ => Ok(TicketJson {
                    revoked_by: Some(caller.to_owned()),
                    ..ticket("somebody")
                }),
            }
        })
    }
}

#[tokio::test]
async fn only_the_scope_hub_opens_it_and_only_where_there_is_a_hub() {
    let (app, _) = app(Limits::default());
    let (without, _) = app_with(Limits::default(), None, None);
    let nothing = json!({});
    for path in [
        "/api/v1/hub/connectors/one/drain",
        "/api/v1/hub/connectors/one/resume",
        "/api/v1/hub/connectors/one/revoke",
    ] {
        for token in [ADMIN, PLAIN, FINDER] {
            let (refused, _) = send(&app, post(path, token, &nothing)).await;
            assert_eq!(refused.status(), 403, "{path}");
        }
        let (done, _) = send(&app, post(path, HUB, &nothing)).await;
        assert_eq!(done.status(), 200, "{path}");
        let (refused, body) = send(&without, post(path, HUB, &nothing)).await;
        assert_eq!(refused.status(), 404, "{path}");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["code"], "no_hub", "{path}");
    }
    for path in ["sites", "connectors", "connectors/one", "tickets"] {
        let path = format!("/api/v1/hub/{path}");
        let (refused, _) = send(&app, get(&path, ADMIN)).await;
        assert_eq!(refused.status(), 403, "{path}");
        let (refused, _) = send(&without, get(&path, HUB)).await;
        assert_eq!(refused.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn each_change_is_the_one_that_its_path_names() {
    let (app, _) = app(Limits::default());
    for (word, standing) in [
        ("drain", "draining"),
        ("resume", "active"),
        ("revoke", "revoked"),
    ] {
        let path = format!("/api/v1/hub/connectors/seven/{word}");
        let (_, body) = send(&app, post(&path, HUB, &json!({}))).await;
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(
            (&body["id"], &body["standing"], &body["changed_by"]),
            (&json!("seven"), &json!(standing), &json!(HUB))
        );
    }
}

#[tokio::test]
async fn a_ticket_is_made_for_as_long_as_is_asked_and_by_whom() {
    let (app, _) = app(Limits::default());
    let make = async |body: Value| {
        let (answer, body) = send(&app, post("/api/v1/hub/tickets", HUB, &body)).await;
        let body: Value = serde_json::from_str(&body).expect("JSON");
        (answer.status().as_u16(), body)
    };
    let (status, made) = make(json!({ "site": "plant-a", "life_seconds": 60 })).await;
    assert_eq!(status, 200);
    assert_eq!(made["ticket"], format!("by {HUB} for Some(60s)"));
    let (_, made) = make(json!({ "site": "plant-a", "life_seconds": null })).await;
    assert_eq!(made["ticket"], format!("by {HUB} for None"));
    for odd in [
        json!({ "site": "plant-a", "life_seconds": 59 }),
        json!({ "site": "plant-a", "life_seconds": 2_592_001 }),
        json!({ "site": "plant-a", "life": "1h" }),
        json!({ "life_seconds": 60 }),
    ] {
        let (status, refused) = make(odd).await;
        assert_eq!((status, &refused["code"]), (400, &json!("bad_body")));
    }
}

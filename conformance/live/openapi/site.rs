//! The same look-ups at a site: a hub, and a connector that looks the same people up; and what the hub's administrators ask.

use super::{Somebody, Told, answered, each_is_answered, run};
use crate::lab::Lab;
use crate::looked::{TEAM, USUAL};
use anyhow::{Context, Result};
use entryway_conformance::{Deadline, Gateway, HttpClient, Serving, free_port, until};
use serde_json::{Value, json};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

const SITE: &str = "plant-a";
const TOKEN: &str = "token-of-the-phonebook-0123456789abcdef";

pub(super) fn nothing_is_found_there(lab: &Lab) -> Result<()> {
    let hub = Hub::start(lab)?;
    let id = |kinds: &str, text: &str| -> Result<String> {
        let path = format!("/api/v1/sites/{SITE}/{kinds}?q={text}&domain={SITE}/{USUAL}");
        let found = hub.http.get(&path)?.json()?;
        let id = found.pointer("/matches/0/id").and_then(Value::as_str);
        id.map(str::to_owned)
            .with_context(|| format!("`{text}` finds nobody: {found}"))
    };
    let somebody = Somebody {
        site: Some(SITE),
        person: id("people", "jpeg")?,
        group: id("groups", TEAM)?,
    };
    somebody.is_answered(lab, &hub.http, "openapi-site")?;
    // Last: it drains the connector.
    administrators_are_answered(lab, &hub.http)
}

/// No answer of what is the hub's own fails in anything, and what can be done to a connector is done to one.
fn administrators_are_answered(lab: &Lab, http: &HttpClient) -> Result<()> {
    let found = http.get("/api/v1/hub/connectors")?.json()?;
    let connector = found.pointer("/connectors/0/id").and_then(Value::as_str);
    let connector = connector.with_context(|| format!("no connector: {found}"))?;
    let one = ["", "/drain", "/resume"].map(|what| format!("/api/v1/hub/connectors/{{id}}{what}"));
    let settings = one.iter().fold("hooks = \"bodies.py\"\n".to_owned(), |all, route| {
        all + &format!(
            "[[operations]]\ninclude-path = {route:?}\nparameters = {{ \"path.id\" = {connector:?} }}\n"
        )
    });
    let told = Told {
        settings: &settings,
        bodies: Some(&json!({ "site": SITE })),
    };
    let before = answered(http)?;
    let only = ["--include-path-regex", "^/api/v1/hub/"];
    run(lab, http, "openapi-hub-asked", &told, 25, &only)?;
    let others = ["sites", "connectors", "tickets"].map(|what| format!("/api/v1/hub/{what}"));
    each_is_answered(&before, &answered(http)?, &[&one[..], &others].concat())
}

struct Hub {
    http: HttpClient,
    _connector: Serving,
    _serving: Serving,
}

impl Hub {
    /// Whose connector is ready for look-ups.
    fn start(lab: &Lab) -> Result<Self> {
        let scratch = lab.scratch()?;
        let port = || -> Result<SocketAddr> { Ok((Ipv4Addr::LOCALHOST, free_port()?).into()) };
        let (listen, health) = (port()?, port()?);
        let folder = scratch.path().join("openapi-hub");
        fs::create_dir(&folder)?;
        let text = format!(
            "[server]\nlisten = \"{listen}\"\n\n[hub]\nurl = \"http://{listen}\"\n\n\
             [site.{SITE}]\nlookups = [\"phonebook\"]\nsuffixes = [\"plant-a.example\"]\n\
             mail_domains = [\"example.org\"]\n\n\
             [[token]]\nname = \"phonebook\"\nsecret = \"{TOKEN}\"\n\
             scopes = [\"people.read\", \"groups.read\", \"browse\", \"admin\", \"hub\"]\n\n\
             [store]\nurl = \"sqlite:{folder}/entryway.db\"\n\n[audit]\nkey = \"{folder}/audit.key\"\n\n\
             [login]\nplatform = \"none\"\n",
            folder = folder.display(),
        );
        let path = scratch.write("openapi-hub/entryway.toml", &text)?;
        let hub = Gateway::new(lab.binary(), &path);
        let serving = hub.serve(listen)?;
        let (url, ticket) = hub.ticket(SITE)?;

        let mut configuration = lab.looked()?.configuration(lab)?;
        configuration.more += &format!(
            "[connector]\nlisten = \"{health}\"\n[connector.release]\nlookups = true\n\
             [audit]\nkey = \"{}\"\n",
            folder.join("connector.key").display(),
        );
        let path = configuration.write(scratch, "openapi-hub/connector")?;
        let connector = Gateway::new(lab.binary(), &path);
        connector.enroll(&url, &ticket)?;
        let connector = connector.run_connector(health)?;
        let http = HttpClient::new(listen, Some(TOKEN));
        let ready = format!("entryway_site_ready{{site=\"{SITE}\",ability=\"lookups\"}} 1");
        until(
            "the site is ready for look-ups",
            Deadline::seconds(60),
            || Ok(http.get("/metrics")?.body.contains(&ready).then_some(())),
        )
        .with_context(|| format!("{}\n{}", serving.log(), connector.log()))?;
        Ok(Self {
            http,
            _connector: connector,
            _serving: serving,
        })
    }
}

//! Look-ups of a hub, as this gateway's own API answers them, and nothing else of it.

use super::{Site, connector, site};
use crate::connector::Desk;
use crate::ids::RandomIds;
use crate::kept::Kept;
use crate::listener::ShownHere;
use crate::live::Live;
use crate::metrics::{Exposition, Metrics};
use crate::sources;
use entryway_bridge::Text;
use entryway_bridge::message::{Ability, LookupAnswer, LookupAsked, LookupVerb, Method};
use entryway_testdir::{Directory, Options, TestServer};
use entryway_web::{App, Limits, Relay};
use std::sync::Arc;
use std::time::{Duration, Instant};

const LDIF: &str = "dn: dc=corp,dc=example
objectClass: domain
dc: corp

dn: cn=Ada Okafor,dc=corp,dc=example
objectClass: person
objectClass: inetOrgPerson
cn: Ada Okafor
sn: Okafor
uid: aokafor
mail: ada@corp.example
userPassword: swordfish

dn: cn=entryway,dc=corp,dc=example
objectClass: applicationProcess
cn: entryway
userPassword: right
";

/// A site with a directory that answers look-ups of its hub.
async fn releasing(directory: &TestServer) -> Site {
    let text = format!(
        "[store]\nurl = \"memory:\"\n[connector.release]\nlookups = true\n[[home_folder]]\nprefix = \"/srv\"\n[[token]]\nname = \"portal\"\nsecret = \"portal-token-0123456789abcdef\"\nscopes = [\"login\"]\n[domain.staff]\nservers = [\"ldap://{}\"]\nencrypt = \"none\"\nallow_clear_text_passwords = true\nbase = \"dc=corp,dc=example\"\nbind = {{ dn = \"cn=entryway,dc=corp,dc=example\", password = \"right\" }}\n",
        directory.ldap_addr()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("entryway.toml");
    std::fs::write(&file, text).expect("written");
    let loaded = sources::load(&file)
        .map_err(|report| report.summary())
        .expect("a configuration");
    let kept = Arc::new(Kept::open(&loaded.settings).await.expect("a store"));
    let live = Arc::new(Live::start(loaded, kept, Vec::new()).expect("a gateway"));
    let metrics = Arc::new(Metrics::new());
    let relay = Relay::new(App {
        current: Arc::clone(&live) as _,
        ids: Arc::new(RandomIds),
        readiness: Arc::clone(&live) as _,
        metrics: Arc::new(Exposition::new(
            &metrics,
            Arc::clone(&live),
            ShownHere::default(),
        )),
        observer: metrics,
        lookups: Arc::default(),
        challenges: Arc::default(),
        tunnels: Arc::default(),
        limits: Arc::new(Limits::default()),
    });
    let desk = Desk::new(Arc::clone(&live), site(), connector(), Some(relay)).expect("keys");
    Site::of(desk, live)
}

async fn look(site: &Site, verb: LookupVerb, path: &str, body: Option<&str>) -> LookupAnswer {
    let asked = LookupAsked {
        verb,
        path: Text::cut(path),
        body: body.map(Text::cut),
        accept: None,
        if_none_match: None,
        audience: Text::cut("portal"),
    };
    let reply = site.verified(Method::Lookup, &asked).await;
    LookupAnswer::read(reply.body()).expect("an answer")
}

#[tokio::test]
async fn people_are_found_and_nothing_else_of_the_api_is_reached() {
    let directory = Directory::from_ldif(LDIF).expect("a directory");
    let directory = TestServer::start(directory, Options::default()).await;
    let directory = directory.expect("a server");
    let site = releasing(&directory).await;
    let until = Instant::now() + Duration::from_secs(20);
    while !site.desk.report().is_ready(Ability::Lookups) {
        assert!(Instant::now() < until, "never ready");
        tokio::task::yield_now().await;
    }
    let found = look(&site, LookupVerb::Get, "people?q=okafor", None).await;
    let text = String::from_utf8_lossy(&found.body).into_owned();
    assert_eq!(found.head.status, 200, "{text}");
    assert!(text.contains("Ada Okafor"), "{text}");
    let kind = found
        .head
        .headers
        .iter()
        .find(|(name, _)| name.as_str() == "content-type");
    assert_eq!(
        kind.map(|(_, value)| value.as_str()),
        Some("application/json")
    );
    // What is asked wrongly is told as the API tells it.
    let wrong = look(&site, LookupVerb::Get, "people?nonsense=1", None).await;
    assert_eq!(wrong.head.status, 400);
    // Logins, sessions, explanations and what is no operation are not there, whatever the path is made of.
    for path in [
        "login",
        "explain",
        "sessions",
        "openapi.json",
        "../../metrics",
        "people/../login",
        "../../readyz?q=people",
        "",
        "people\r\nx: y",
    ] {
        for verb in [LookupVerb::Get, LookupVerb::Post] {
            let answer = look(&site, verb, path, Some("{}")).await;
            assert_eq!(
                (answer.head.status, answer.body.len()),
                (404, 0),
                "{path:?}"
            );
        }
    }
    site.live.close().await;
}

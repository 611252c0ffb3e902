//! The same at a site: the hub's page sends the browser to a connector there, and takes back what that has signed. The
//! table "At a site" of docs/certificate-login.md is this one.

mod renewed;
mod still;
mod wrong_clock;

use super::*;
use crate::hub::done;
use entryway_conformance::free_port;
use entryway_store::Standing;
use serde_json::Value;
use std::fs;
use std::process::Stdio;

const HUB: &str = r#"
[hub]
url = "http://127.0.0.1:8389"

[site.plant-a]
"#;

const SWITCHED_ON: &str = r#"
methods = ["password", "certificate"]

[site.plant-a.certificate]
urls = ["https://cert.corp.example:8444"]
addresses = ["127.0.0.0/8"]
"#;

const CONNECTOR: &str = "\n[connector]\nlisten = \"127.0.0.1:0\"\n";

/// A hub, and a connector that is enrolled with it.
struct Both {
    house: House,
    hub: World,
    site: World,
    served: Served,
    connector: Option<Daemon>,
}

fn hub_world(site: &str) -> World {
    let world = World::new();
    world.write("app.secret", SECRET);
    world.configure("5s", &format!("{SETTINGS}{HUB}{site}"));
    world
}

/// Its machine is enrolled and does not run.
fn enrolled(site: &str) -> Both {
    let house = House::new();
    let hub = hub_world(site);
    let daemon = Daemon::start(&hub);
    let world = world_of_site(&house);
    let made = done(&hub, &["hub", "ticket", "create", "--site", "plant-a"]);
    let url = format!("http://{}/connector/v1/plant-a", daemon.address);
    let mut child = world
        .command(&["connector", "enroll", &url])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    let mut typed = child.stdin.take().expect("a pipe");
    let ticket = made["ticket"].as_str().expect("a ticket");
    typed.write_all(ticket.as_bytes()).expect("typed");
    drop(typed);
    let ended = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{said}");
    Both {
        house,
        hub,
        site: world,
        served: Served {
            daemon,
            asking: String::new(),
        },
        connector: None,
    }
}

fn world_of_site(house: &House) -> World {
    world_with_people(
        house,
        &format!("{}{}{CONNECTOR}", people::SETTINGS, people::SETUPS[0].1),
    )
}

impl Both {
    /// Everything runs, and the hub knows it.
    fn ready() -> Self {
        let mut both = enrolled(SWITCHED_ON);
        let before = both.served.daemon.seen("site.certificates_unready");
        assert_eq!(before["reason"], "no_connector");
        both.run();
        both.served.daemon.event("site.certificates_ready");
        both
    }

    /// Starts the connector, and waits for its listener.
    fn run(&mut self) {
        self.runs(Daemon::connector(&self.site));
    }

    fn runs(&mut self, mut connector: Daemon) {
        self.served.asking = loop {
            let event = connector.event("listener.started");
            if event["serves"] == "certificates" {
                break event["listen"].as_str().expect("an address").to_owned();
            }
        };
        self.connector = Some(connector);
    }

    fn stop(&mut self) {
        let connector = self.connector.take().expect("a connector");
        connector.signal("TERM");
        assert!(connector.rest().0.success());
    }

    /// Waits until the hub offers it to nobody, for this reason.
    fn until_unready(&mut self, reason: &str) {
        while self.served.daemon.event("site.certificates_unready")["reason"] != reason {}
    }

    fn page(&self) -> Got {
        Browser::new(&self.served.daemon).get(&Browser::to("/oidc/authorize", &asking(&[])))
    }

    /// A page with the password, and no word of certificates.
    fn offers_nothing(&self) {
        let page = self.page();
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.body.contains("type=\"password\""), "{page:?}");
        assert!(!page.body.contains("value=\"certificate\""), "{page:?}");
    }

    /// What the browser came back with counts for nothing: they are let in nowhere, and go on with the password.
    fn counts_for_nothing(browser: &Browser<'_>, got: &Got) {
        assert_eq!((got.status, got.location()), (503, None), "{got:?}");
        assert!(got.body.contains("right now") && got.body.contains("type=\"password\""));
        assert!(!browser.cookies.contains_key("__Host-entryway-session"));
    }

    /// What the site decided, and what that came to at the hub.
    fn verdicts(&mut self, shown: Option<&Issued>) -> (String, String) {
        let got = {
            let mut browser = Browser::new(&self.served.daemon);
            self.served.log_in(&mut browser, shown)
        };
        if shown.is_none() {
            assert!(got.body.contains("Your browser showed no certificate"));
            return ("no_certificate".to_owned(), "no_certificate".to_owned());
        }
        let connector = self.connector.as_mut().expect("a connector");
        let there = login_decided(connector);
        let here = login_decided(&mut self.served.daemon);
        // One login, on both sides.
        assert_eq!(there["id"], here["id"]);
        let code = |event: &Value| event["code"].as_str().expect("a code").to_owned();
        let (mut there, mut here) = (code(&there), code(&here));
        if let Some(sent) = got.sent("code") {
            let tokens = redeem(&self.served.daemon, &sent);
            let told = userinfo(&self.served.daemon, &tokens.json()).json();
            let name = told["preferred_username"].as_str().expect("a name");
            let own = name.strip_prefix("plant-a/").expect("the site's name");
            there = format!("{there} {own}");
            here = format!("{here} {name}");
            return (there, here);
        }
        assert_eq!(got.location(), None, "{got:?}");
        let words = match here.as_str() {
            "certificate_untrusted" => "is not one that is trusted here",
            "certificate_out_of_date" => "has expired or is not valid yet",
            "certificate_revoked" => "was revoked",
            "certificate_not_for_login" => "is not one for logging in",
            "site_no_verdict" => "right now",
            // Of accounts nothing is told, and nothing of them went by the browser.
            _ => "You could not be logged in with your certificate",
        };
        assert!(got.body.contains(words), "{here}: {got:?}");
        (there, here)
    }
}

/// The next login, not the question about one.
fn login_decided(daemon: &mut Daemon) -> Value {
    loop {
        let event = daemon.event("login.decided");
        if event["kind"] == "login" {
            return event;
        }
    }
}

fn in_pairs(place: &str) -> std::collections::BTreeMap<String, String> {
    let url = Url::parse(place).expect("a URL");
    url.query_pairs().into_owned().collect()
}

#[test]
fn each_row_of_the_document_comes_to_its_verdicts_on_both_sides() {
    let mut both = Both::ready();
    let mut told = Vec::new();
    let rows: Vec<Row> = both.house.rows().collect();
    for row in rows {
        if row.of != "all rules" {
            continue;
        }
        let (there, here) = both.verdicts(row.shown.as_ref());
        assert_eq!(there, row.expected, "{}", row.what);
        told.push(format!(
            "| at a site | {} | `{there}` | `{here}` |",
            row.what
        ));
    }
    both.site
        .directory
        .set_faults(FaultPlan::new().on(entryway_testdir::Kind::Search, Fault::Close));
    let good = both.house.good.clone();
    let (there, here) = both.verdicts(Some(&good));
    told.push(format!(
        "| at a site | the directory is down | `{there}` | `{here}` |"
    ));
    let document = include_str!("../../../../../../docs/certificate-login.md");
    let rows: Vec<&str> = document
        .lines()
        .filter(|line| line.starts_with("| at a site |"))
        .collect();
    assert_eq!(rows.join("\n"), told.join("\n"));
    assert!(told.len() >= 30);
}

#[test]
fn an_assertion_counts_once_in_its_browser_and_both_records_name_it() {
    let mut both = Both::ready();
    let good = both.house.good.clone();
    let served = &both.served;
    let mut browser = Browser::new(&served.daemon);
    let place = served.to_listener(&mut browser);
    let (status, back) = served.show(&place, Some(&good));
    assert_eq!(status, 303);
    // Nothing of the person goes by the browser.
    let pairs = in_pairs(&back);
    let sent: Vec<&str> = pairs.keys().map(String::as_str).collect();
    assert_eq!(sent, ["assertion", "for"]);
    let mut other = Browser::new(&served.daemon);
    other.get(&Browser::to("/oidc/authorize", &asking(&[])));
    for browser in [&mut other, &mut Browser::new(&served.daemon)] {
        let got = browser.get(&path_of(&back));
        assert_eq!((got.status, got.location()), (400, None), "{got:?}");
        assert!(!browser.cookies.contains_key("__Host-entryway-session"));
    }
    // What another page of the same browser was sent with is not what was signed.
    let another = served.to_listener(&mut browser);
    let swapped = back.replace(&pairs["for"], &in_pairs(&another)["for"]);
    assert_ne!(swapped, back);
    let without = format!("{ISSUER}/sso/certificate?for={}", pairs["for"]);
    let garbage = format!("{without}&assertion=AAAA");
    let altered = back.replace("assertion=ey", "assertion=eY");
    for wrong in [&swapped, &garbage, &altered] {
        let got = browser.get(&path_of(wrong));
        Both::counts_for_nothing(&browser, &got);
    }
    let got = browser.get(&path_of(&without));
    assert_eq!((got.status, got.location()), (400, None), "{got:?}");
    let got = browser.get(&path_of(&back));
    let code = got.sent("code").expect("a code");
    let tokens = redeem(&served.daemon, &code).json();
    let claims = people::claims(tokens["id_token"].as_str().expect("a token"));
    assert_eq!(claims["acr"], "urn:entryway:acr:certificate");
    assert_eq!(claims["amr"], serde_json::json!(["swk"]));
    assert!(
        claims["sub"]
            .as_str()
            .is_some_and(|sub| sub.starts_with("plant-a:"))
    );
    let again = browser.get(&path_of(&back));
    assert_eq!((again.status, again.location()), (400, None), "{again:?}");
    // Whoever is known is asked for nothing.
    let silent = Browser::to("/oidc/authorize", &asking(&[("prompt", "none")]));
    assert!(browser.get(&silent).sent("code").is_some());
    // The listener takes nothing that could not be the hub's.
    let empty = format!("{ELSEWHERE}/certificate");
    let strange = format!("{ELSEWHERE}/certificate?for=x%0d%0a");
    for place in [empty, strange] {
        assert_eq!(served.show(&place, Some(&good)), (400, String::new()));
    }
    let id = login_decided(&mut both.served.daemon)["id"].clone();
    let (there, here) = (both.site.record(&id), both.hub.record(&id));
    let (there, here) = (there.expect("a record"), here.expect("a record"));
    let digest = there["reply"].as_str().expect("a digest");
    let asserted = format!("\"assertion\":\"{digest}\"");
    assert!(here.to_string().contains(&asserted), "{here}");
    let text = id.as_str().expect("an id");
    let explained = |world: &World, expected: &str| {
        let mut command = world.command(&["explain", "--login", text]);
        let said = command.output().expect("an end");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.contains(expected), "{said}");
    };
    explained(&both.hub, "taken at the site");
    explained(&both.site, "People CA");
}

/// As here: a connection that stays would let the next person in as whoever was there before.
#[test]
fn each_try_has_a_connection_of_its_own_at_a_site_too() {
    let both = Both::ready();
    ends_after_each_answer(&both.served, &both.house.good);
}

#[test]
fn a_connector_that_is_revoked_or_gone_lets_nobody_in() {
    let mut both = Both::ready();
    let good = both.house.good.clone();
    let served = &both.served;
    let (mut early, mut late) = (Browser::new(&served.daemon), Browser::new(&served.daemon));
    let shown = |browser: &mut Browser<'_>| {
        let place = served.to_listener(browser);
        served.show(&place, Some(&good)).1
    };
    let (first, second) = (shown(&mut early), shown(&mut late));
    let cookies = [early.cookies.clone(), late.cookies.clone()];
    let [one, other] = cookies;
    // Its tunnel is gone: what it has signed is true, and nobody can be asked.
    let left = both.page();
    both.stop();
    both.until_unready("no_connector");
    let mut browser = Browser::new(&both.served.daemon);
    browser.cookies = one;
    let got = browser.get(&path_of(&first));
    Both::counts_for_nothing(&browser, &got);
    assert_eq!(
        login_decided(&mut both.served.daemon)["code"],
        "site_unreachable"
    );
    both.offers_nothing();
    // Whoever still has the page that offered it gets the password, and is sent nowhere.
    let mut stale = Browser::new(&both.served.daemon);
    let page = stale.get(&Browser::to("/oidc/authorize", &asking(&[])));
    drop(left);
    let got = stale.submit(&page, &[("action", "certificate")]);
    assert_eq!((got.status, got.location()), (503, None), "{got:?}");
    let listed = done(&both.hub, &["hub", "connector", "list"]);
    let id = listed["connectors"][0]["id"].as_str().expect("an id");
    done(&both.hub, &["hub", "connector", "revoke", id]);
    let mut browser = Browser::new(&both.served.daemon);
    browser.cookies = other;
    let got = browser.get(&path_of(&second));
    Both::counts_for_nothing(&browser, &got);
    let refused = both.served.daemon.event("site.assertion_refused");
    assert_eq!(refused["problem"], "the connector is revoked or held");
}

#[test]
fn a_connector_that_is_held_lets_nobody_in_until_it_is_resumed() {
    let mut both = Both::ready();
    let good = both.house.good.clone();
    let (back, cookies) = {
        let mut browser = Browser::new(&both.served.daemon);
        let place = both.served.to_listener(&mut browser);
        let back = both.served.show(&place, Some(&good)).1;
        (back, browser.cookies.clone())
    };
    let listed = done(&both.hub, &["hub", "connector", "list"]);
    let id = listed["connectors"][0]["id"].as_str().expect("an id");
    both.hub.in_store(async |store| {
        let hub = store.hub();
        let held = hub.set_standing(id, Standing::Held, "root", 1).await;
        assert!(held.expect("a store"));
    });
    both.until_unready("no_connector");
    {
        let mut browser = Browser::new(&both.served.daemon);
        browser.cookies = cookies;
        let got = browser.get(&path_of(&back));
        Both::counts_for_nothing(&browser, &got);
    }
    let refused = both.served.daemon.event("site.assertion_refused");
    assert_eq!(refused["problem"], "the connector is revoked or held");
    both.offers_nothing();
    // It waits, and comes by itself.
    done(&both.hub, &["hub", "connector", "resume", "--all-held"]);
    both.served.daemon.event("site.certificates_ready");
    // What the site decided before is on its record, and nowhere else.
    let before = login_decided(both.connector.as_mut().expect("a connector"));
    assert_eq!(before["code"], "accept");
    let (there, here) = both.verdicts(Some(&good));
    assert!(there.starts_with("accept "), "{there}");
    assert!(here.starts_with("accept plant-a/"), "{here}");
}

#[test]
fn whoever_loses_what_it_needs_is_degraded_for_that_alone_and_comes_back() {
    let mut both = Both::ready();
    both.stop();
    both.until_unready("no_connector");
    let (key, aside) = (both.site.path("asking.key"), both.site.path("asking.lost"));
    fs::rename(&key, &aside).expect("moved");
    both.connector = Some(Daemon::connector(&both.site));
    both.until_unready("incomplete");
    both.offers_nothing();
    // Passwords go on.
    crate::hub::until_metric(
        &both.served.daemon,
        "entryway_site_ready{site=\"plant-a\",ability=\"password\"} 1",
    );
    let status = done(&both.site, &["connector", "status"]);
    let problem = status["certificates"]["problem"]
        .as_str()
        .expect("a problem");
    assert!(problem.contains("asking.key"), "{status}");
    let mut check = both.site.command(&["connector", "check"]);
    let said = check.output().expect("an end");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    // Each file is told of once.
    for once in ["asking.key", "certificate trust"] {
        assert_eq!(said.matches(once).count(), 1, "{once}: {said}");
    }
    // Back, it is ready by itself.
    fs::rename(&aside, &key).expect("moved");
    both.served.daemon.event("site.certificates_ready");
    let status = done(&both.site, &["connector", "status"]);
    assert_eq!(status["certificates"]["wanted"], true, "{status}");
    assert_eq!(status["certificates"]["issuer"], ISSUER, "{status}");
    // The hub means another address than the site: nobody is sent to either.
    let elsewhere = SWITCHED_ON.replace("8444", "9444");
    both.hub
        .configure("5s", &format!("{SETTINGS}{HUB}{elsewhere}"));
    both.served.daemon.signal("HUP");
    both.until_unready("url_not_agreed");
    both.offers_nothing();
}

#[test]
fn a_check_goes_to_the_listener_as_a_browser_does() {
    let url = format!("https://localhost:{}", free_port().expect("a port"));
    let site = SWITCHED_ON.replace("https://cert.corp.example:8444", &url);
    let mut both = enrolled(&site);
    let shown = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    both.site.write("asking.crt", &shown.cert.pem());
    both.site
        .write("asking.key", &shown.signing_key.serialize_pem());
    let file = both.site.path("entryway.toml");
    let settings = fs::read_to_string(&file).expect("settings");
    let (listen, port) = ("listen = \"127.0.0.1:0\"\nurl =", &url[18..]);
    assert!(settings.contains(listen), "{settings}");
    let settings = settings
        .replace(listen, &format!("listen = \"127.0.0.1:{port}\"\nurl ="))
        .replace("https://cert.corp.example:8444", &url);
    fs::write(&file, settings).expect("written");
    let check = |both: &Both| {
        let mut check = both
            .site
            .command(&["connector", "check", "--output", "json"]);
        // Who issued what is shown is known here.
        let check = check.env("SSL_CERT_FILE", both.site.path("asking.crt"));
        let ended = check.output().expect("an end");
        let said: Value = serde_json::from_slice(&ended.stdout).expect("findings");
        let found = said["findings"].as_array().expect("findings").iter();
        let found = found.filter(|one| one["server"] == "certificate" && one["check"] == "browser");
        let [one] = found.cloned().collect::<Vec<_>>().try_into().expect("one");
        one
    };
    let at_rest = check(&both);
    let detail = at_rest["detail"].as_str().expect("words");
    assert!(detail.contains("start it and check again"), "{detail}");
    assert_eq!(at_rest["warning"], true, "{at_rest}");
    both.run();
    let running = check(&both);
    assert_eq!(running["ok"], true, "{running}");
    assert_eq!(
        running["detail"].as_str(),
        Some(&*format!(
            "`{url}` shows this connector's certificate and asks for one of people's"
        )),
    );
    assert_ne!(running["warning"], true, "{running}");
}

#[test]
fn nobody_switches_on_what_no_connector_is_ready_for() {
    let mut both = enrolled("");
    both.hub
        .configure("5s", &format!("{SETTINGS}{HUB}{SWITCHED_ON}"));
    both.served.daemon.signal("HUP");
    let refused = both.served.daemon.event("config.refused");
    let problem = refused["problem"].as_str().expect("a problem");
    assert!(
        problem.contains("`plant-a`: no connector of it is connected"),
        "{problem}"
    );
    both.offers_nothing();
    both.run();
    // It is known of it before it is switched on.
    crate::hub::until_metric(
        &both.served.daemon,
        "entryway_site_ready{site=\"plant-a\",ability=\"certificate\"} 1",
    );
    both.served.daemon.signal("HUP");
    both.served.daemon.event("site.certificates_ready");
    both.served.daemon.event("config.applied");
    assert!(both.page().body.contains("value=\"certificate\""));
    // Of another network nobody is offered it, whatever page they have.
    let far = SWITCHED_ON.replace("127.0.0.0/8", "10.0.0.0/8");
    both.hub.configure("5s", &format!("{SETTINGS}{HUB}{far}"));
    both.served.daemon.signal("HUP");
    both.served.daemon.event("config.applied");
    both.offers_nothing();
    // Nor where the site's people do not log in.
    let nowhere = format!("applications = []\n{SWITCHED_ON}");
    both.hub
        .configure("5s", &format!("{SETTINGS}{HUB}{nowhere}"));
    both.served.daemon.signal("HUP");
    both.served.daemon.event("config.applied");
    both.offers_nothing();
}

//! Pages at a hub: a password has no name there, and leaves for nobody who cannot seal it.

use super::*;
use crate::hub::{SITES, connected_in, done, sealed, until_metric};
use crate::world::CONSOLE;
use base64::Engine as _;

fn hub() -> World {
    world_with(SITES)
}

fn page_of<'d>(daemon: &'d Daemon) -> (Browser<'d>, Got) {
    let mut browser = Browser::new(daemon);
    let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    (browser, page)
}

fn asks_to_seal(browser: &mut Browser<'_>, page: &Got, name: &str) -> Got {
    let flow = page.field("flow").expect("a form");
    browser.post("/sso/seal", &[("flow", &flow), ("name", name)])
}

#[test]
fn a_password_at_a_hub_has_no_name_and_the_script_is_the_published_one() {
    let world = hub();
    let daemon = Daemon::start(&world);
    let (mut browser, page) = page_of(&daemon);
    assert!(!page.body.contains("name=\"password\""), "{}", page.body);
    assert!(page.body.contains("id=\"password\""), "{}", page.body);
    let (_, tag) = page.body.split_once("<script ").expect("a script");
    let (tag, _) = tag.split_once("></script>").expect("its end");
    let hash = tag.split('"').find(|part| part.starts_with("sha256-"));
    let hash = hash.expect("an integrity");
    assert!(tag.contains("src=\"../sso/seal-2.js\""), "{tag}");
    let policy = page.headers("content-security-policy").join("");
    let demanded =
        format!("script-src '{hash}' https://login.corp.example/sso/seal-2.js; connect-src 'self'");
    assert!(policy.contains(&demanded), "{policy}");
    let script = browser.get("/sso/seal-2.js");
    assert_eq!(script.status, 200);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, script.body.as_bytes());
    let found = base64::engine::general_purpose::STANDARD.encode(digest);
    assert_eq!(hash, format!("sha256-{found}"));
}

#[test]
fn a_network_that_asks_for_too_many_challenges_is_told_when_to_come_again() {
    let few = SITES.replace("[hub]", "[hub]\nchallenges = 2");
    let world = world_with(&few);
    let mut daemon = Daemon::start(&world);
    let (mut browser, page) = page_of(&daemon);
    for _ in 0..2 {
        let asked = asks_to_seal(&mut browser, &page, "plant-a/jane");
        assert_eq!(asked.status, 200);
    }
    let refused = asks_to_seal(&mut browser, &page, "plant-a/jane");
    assert_eq!(refused.status, 429);
    // Where it is a problem of the script's own kind, the page shows it: seal.js looks at no status.
    assert_eq!(refused.headers("content-type"), ["application/json"]);
    assert_eq!(refused.headers("retry-after").len(), 1);
    assert!(
        refused.body.contains("says nothing about your password"),
        "{}",
        refused.body
    );
    // Nobody is kept from a password that no connector is asked about.
    assert_eq!(asks_to_seal(&mut browser, &page, "jdoe").status, 200);
    let page = daemon.get("/metrics", CONSOLE).body;
    let counted = "entryway_http_requests_total{route=\"/sso/seal\",status=\"429\"} 1";
    assert!(page.lines().any(|line| line == counted), "{page}");
    let event = daemon.event("http.refused");
    assert_eq!(event["problem"], "too_many_challenges");
    assert_eq!(event["caller"], "client app");
}

#[test]
fn the_script_is_told_whom_it_seals_for() {
    let world = hub();
    let daemon = Daemon::start(&world);
    let (mut browser, page) = page_of(&daemon);
    let own = asks_to_seal(&mut browser, &page, "jdoe");
    assert_eq!((own.status, own.body.as_str()), (200, r#"{"site":null}"#));
    // No connector is there, which says nothing of anybody's password. However it is spelled, the name is the site's.
    for name in [
        "plant-a/jane",
        r"plant-a\jane",
        "jane@plant-a.example",
        " Plant-A /jane",
        "jane@plant-a.example ",
        "jane@PLANT-a.example.",
    ] {
        let away = asks_to_seal(&mut browser, &page, name);
        assert_eq!(away.status, 200);
        assert!(
            away.body.contains("connector cannot be reached")
                && away.body.contains("says nothing about your password"),
            "{}",
            away.body
        );
    }
    // Another browser's form is none.
    let mut other = Browser::new(&daemon);
    other.get(&Browser::to("/oidc/authorize", &asking(&[])));
    let told = asks_to_seal(&mut other, &page, "jdoe");
    assert!(!told.body.contains("site"), "{}", told.body);
}

#[test]
fn no_password_is_sent_with_a_name_that_nobody_has() {
    let world = hub();
    let mut daemon = Daemon::start(&world);
    let (mut browser, page) = page_of(&daemon);
    let told = asks_to_seal(&mut browser, &page, "plant-x/jane");
    assert_eq!((told.status, told.body.as_str()), (204, ""));
    // The script sends its form as it is, and the person reads what they would read with a password.
    let form = [("name", "plant-x/jane"), ("action", "login")];
    let refused = browser.submit(&page, &form);
    assert!(refused.body.contains("check the name"), "{}", refused.body);
    let line = daemon.event("login.decided");
    assert_eq!(line["code"], "unknown_domain");
}

/// A hub whose people may choose, and whose site has these clients.
fn offering(clients: &str) -> World {
    let world = world_with(&SITES.replace("[\"portal\"]", clients));
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    let offered = "[sso]\noffered_domains = [\"staff\", \"plant-a\"]\n";
    world.write("entryway.toml", &settings.replace("[sso]\n", offered));
    world
}

/// Whether that name's password would be sealed, with that choice.
fn would_seal(browser: &mut Browser<'_>, page: &Got, domain: &str, name: &str) -> bool {
    let flow = page.field("flow").expect("a form");
    let form = [("flow", &*flow), ("name", name), ("domain", domain)];
    let told = browser.post("/sso/seal", &form).body;
    let away = told.contains("connector cannot be reached");
    assert!(away || told == r#"{"site":null}"#, "{told}");
    away
}

#[test]
fn a_choice_of_a_domain_makes_nobody_of_a_site_somebody_here() {
    let world = offering(r#"["portal"]"#);
    let daemon = Daemon::start(&world);
    let (mut browser, page) = page_of(&daemon);
    let choice = "<option value=\"plant-a\">";
    assert!(page.body.contains(choice), "{}", page.body);
    assert!(would_seal(
        &mut browser,
        &page,
        "staff",
        "jane@plant-a.example"
    ));
    assert!(would_seal(&mut browser, &page, "staff", "plant-a/jane"));
    assert!(would_seal(&mut browser, &page, "plant-a", "jane"));
    assert!(!would_seal(&mut browser, &page, "staff", "jdoe"));
    assert!(!would_seal(&mut browser, &page, "", "jdoe"));
}

/// However a name is decorated, and whatever is chosen beside it: nothing of a site's people is asked for in clear, and
/// what is sent so is refused before anybody here is asked about it.
#[test]
fn no_spelling_of_a_sites_name_and_no_choice_beside_it_takes_a_password_in_clear() {
    let world = offering(r#"["portal"]"#);
    let mut daemon = Daemon::start(&world);
    let (mut browser, mut page) = page_of(&daemon);
    let names = [
        "jane@plant-a.example.",
        "jane@plant-a.example ",
        " jane@plant-a.example",
        "jane@ plant-a.example. ",
        "JANE@Plant-A.Example.",
        "plant-a/jane ",
        " plant-a /jane",
        "PLANT-A\\jane",
        "plant-a/jane.",
    ];
    for name in names {
        for domain in ["staff", "", "plant-a"] {
            assert!(
                would_seal(&mut browser, &page, domain, name),
                "{name:?} {domain:?}"
            );
        }
        let form = [
            ("name", name),
            ("domain", "staff"),
            ("password", "in-clear-9"),
            ("action", "login"),
        ];
        page = browser.submit(&page, &form);
        assert!(page.body.contains("switch scripts on"), "{}", page.body);
        assert!(!page.body.contains("in-clear-9"));
    }
    for name in names {
        let line = daemon.event("login.decided");
        assert_eq!(line["code"], "sealed_only", "{name:?}: {line}");
    }
}

#[test]
fn there_is_nothing_to_choose_where_all_people_are_a_sites() {
    let world = offering(r#"["portal", "app"]"#);
    let daemon = Daemon::start(&world);
    let (mut browser, page) = page_of(&daemon);
    assert!(!page.body.contains("name=\"domain\""), "{}", page.body);
    assert!(would_seal(&mut browser, &page, "staff", "jane"));
}

#[test]
fn without_scripts_the_name_comes_first_and_a_site_s_people_read_why_not() {
    let world = hub();
    let daemon = Daemon::start(&world);
    let (mut browser, page) = page_of(&daemon);
    let next = browser.submit(&page, &[("name", "jdoe"), ("action", "login")]);
    assert_eq!(next.status, 200);
    assert!(next.body.contains("name=\"password\"") && next.body.contains("value=\"jdoe\""));
    assert!(!next.body.contains("<script") && !next.body.contains("role=\"alert\""));
    let back = browser.submit(
        &next,
        &[("name", "jdoe"), ("password", "right"), ("action", "login")],
    );
    assert!(back.sent("code").is_some(), "{back:?}");

    for name in ["plant-a/jane", "jane@plant-a.example"] {
        let (mut browser, page) = page_of(&daemon);
        let refused = browser.submit(&page, &[("name", name), ("action", "login")]);
        assert!(
            refused.body.contains("switch scripts on") && refused.body.contains("role=\"alert\""),
            "{}",
            refused.body
        );
        assert!(!refused.body.contains("name=\"password\""));
    }
}

#[test]
fn a_site_s_password_in_clear_is_refused_for_what_it_is() {
    let world = hub();
    let mut daemon = Daemon::start(&world);
    let (mut browser, page) = page_of(&daemon);
    let form = [
        ("name", "plant-a/jane"),
        ("password", "in-clear-9"),
        ("action", "login"),
    ];
    let refused = browser.submit(&page, &form);
    assert!(
        refused.body.contains("switch scripts on"),
        "{}",
        refused.body
    );
    assert!(!refused.body.contains("in-clear-9"));
    // What is sealed, and no connector opens.
    let sealed =
        r#"[{"connector":"mnxw43tfmn2g64rb","key_id":"k","nonce":"n","enc":"e","ciphertext":"c"}]"#;
    let form = [
        ("name", "plant-a/jane"),
        ("sealed", sealed),
        ("action", "login"),
    ];
    let away = browser.submit(&refused, &form);
    assert_eq!(away.status, 503);
    assert!(
        away.body.contains("connector cannot be reached"),
        "{}",
        away.body
    );
    // Whoever sends junk in its place is refused as whoever types nothing is.
    let form = [
        ("name", "plant-a/jane"),
        ("sealed", "[{}]"),
        ("action", "login"),
    ];
    let junk = browser.submit(&away, &form);
    assert_eq!(junk.status, 200);
    assert!(junk.body.contains("check the name"), "{}", junk.body);
    let line = daemon.event("login.decided");
    assert_eq!(line["code"], "sealed_only");
}

#[test]
fn a_hub_speaks_german_too() {
    let world = hub();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    browser.headers = vec![("accept-language", "de".into())];
    let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    let away = asks_to_seal(&mut browser, &page, "plant-a/jane");
    assert!(away.body.contains("Konnektor Ihrer Firma"), "{}", away.body);
    let refused = browser.submit(&page, &[("name", "plant-a/jane"), ("action", "login")]);
    assert!(
        refused.body.contains("Schalten Sie Skripte"),
        "{}",
        refused.body
    );
}

/// Of an application of single sign-on, each of whose refreshes asks the site.
#[test]
fn an_application_keeps_a_site_s_people_until_their_connector_is_revoked() {
    let (world, daemon, mut sites, _) = connected_in(hub(), 1);
    let (mut browser, page) = page_of(&daemon);
    let with = asks_to_seal(&mut browser, &page, "plant-a/jane").json();
    let shown = Value::from(sealed(&with, "swordfish")).to_string();
    let form = [
        ("name", "plant-a/jane"),
        ("sealed", &shown),
        ("action", "login"),
    ];
    let back = browser.submit(&page, &form);
    let tokens = redeem(&daemon, &back.sent("code").expect("a code")).json();
    let told = userinfo(&daemon, &tokens).json();
    assert_eq!(told["preferred_username"], "plant-a/jane", "{told}");
    let asked = sites.iter().map(|site| site.asked()).sum::<usize>();
    let next = refresh(&daemon, &tokens["refresh_token"]);
    assert_eq!(next.status, 200, "{next:?}");
    let again = sites.iter().map(|site| site.asked()).sum::<usize>();
    assert!(again > asked, "a refresh asks the site");
    // While the connector is away nobody knows better.
    drop(sites.pop());
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 0");
    let next = refresh(&daemon, &next.json()["refresh_token"]);
    assert_eq!(next.status, 200, "{next:?}");
    let silent = Browser::to("/oidc/authorize", &asking(&[("prompt", "none")]));
    assert!(browser.get(&silent).sent("code").is_some());
    // Revoked, it never answers again: the person logs in anew, at another.
    let listed = done(&world, &["hub", "connector", "list"]);
    let id = listed["connectors"][0]["id"].as_str().expect("an id");
    done(&world, &["hub", "connector", "revoke", id]);
    let over = refresh(&daemon, &next.json()["refresh_token"]);
    assert_eq!(
        (over.status, &over.json()["error"]),
        (400, &"invalid_grant".into()),
        "{over:?}"
    );
    let sent = browser.get(&silent);
    assert_eq!(sent.sent("error").as_deref(), Some("login_required"));
}

//! Browsers: through the login to the page, and out again.

use super::*;
use crate::sso::asking;
use crate::sso::clock::at;
use entryway_testdir::Directory;
use entryway_testdir::faults::{Fault, FaultPlan};

#[test]
fn somebody_logs_in_once_and_sees_pages_of_every_host() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
    let back = wiki.logs_in(&mut login, "/staff/a%20b?c=d&e");
    assert_eq!(back.status, 303, "{back:?}");
    assert_eq!(
        back.location(),
        Some("https://wiki.corp.example/staff/a%20b?c=d&e")
    );
    assert_eq!(back.headers("referrer-policy"), ["no-referrer"]);
    is_in(&wiki.asks("GET", "/staff/a%20b?c=d&e"));
    is_in(&wiki.asks("DELETE", "/other"));
    let refused = wiki.asks("GET", "/board");
    assert_eq!((refused.status, refused.location()), (403, None));
    let public = wiki.asks("GET", "/public/x");
    assert_eq!(public.status, 200);
    assert!(identity(&public).iter().all(|(_, value)| value.is_empty()));
    // The other host asks for no password: its own cookie comes of the same login.
    let mut forum = Visitor::at(&daemon, FORUM);
    let sent = forum.asks("GET", "/");
    let place = sent.location().expect("a place").to_owned();
    let sent = login.get(place.strip_prefix(ISSUER).expect("our own login"));
    assert_eq!(sent.status, 303, "{sent:?}");
    let back = forum.comes_back(sent.location().expect("a place"));
    assert_eq!(back.location(), Some("https://forum.corp.example:8443/"));
    is_in(&forum.asks("GET", "/"));
    assert!(!forum.at.cookies.contains_key("__Host-entryway-session"));
    assert_eq!(
        counted(&daemon, "entryway_forward_requests_total{answer=\"pass\"}"),
        Some(4)
    );
    assert_eq!(
        counted(
            &daemon,
            "entryway_forward_requests_total{answer=\"not_admitted\"}"
        ),
        Some(1)
    );
    // A host whose cookie is shown to another opens nothing.
    let mut other = Visitor::at(&daemon, FORUM);
    other.at.cookies = wiki.at.cookies.clone();
    assert_eq!(other.asks("GET", "/").status, 302);
}

#[test]
fn a_wrong_password_is_asked_for_again_and_the_page_is_not_forgotten() {
    let world = world();
    let mut daemon = Daemon::start(&world);
    wrong_and_right(&daemon);
    let told = daemon.event("forward.handed_over");
    assert_eq!(told["host"], WIKI);
    assert!(
        told["subject"]
            .as_str()
            .is_some_and(|of| of.starts_with("staff:"))
    );
}

fn wrong_and_right(daemon: &Daemon) {
    let (mut wiki, mut login) = (Visitor::at(daemon, WIKI), Browser::new(daemon));
    let sent = wiki.asks("GET", "/deep/page");
    let place = sent.location().expect("a place").to_owned();
    let page = login.get(place.strip_prefix(ISSUER).expect("our own login"));
    assert!(
        page.body.contains("Log in to wiki.corp.example"),
        "{page:?}"
    );
    let again = login.submit(
        &page,
        &[("name", "jdoe"), ("password", "no"), ("action", "login")],
    );
    assert_eq!(again.status, 200);
    let sent = login.submit(&again, &LOGIN);
    let back = wiki.comes_back(sent.location().expect("a place"));
    assert_eq!(back.location(), Some("https://wiki.corp.example/deep/page"));
    is_in(&wiki.asks("GET", "/deep/page"));
}

#[test]
fn signing_out_anywhere_ends_it_everywhere() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
    wiki.logs_in(&mut login, "/");
    is_in(&wiki.asks("GET", "/"));
    // Here, as the person's own page does.
    let page = login.get("/sso/sessions");
    login.submit(&page, &[("all", "yes")]);
    assert_eq!(wiki.asks("GET", "/").status, 302);
    wiki.logs_in(&mut login, "/");
    is_in(&wiki.asks("GET", "/"));
    // And as an application would have it.
    let page = login.get("/oidc/logout");
    login.submit(&page, &[("action", "end")]);
    assert_eq!(wiki.asks("GET", "/").status, 302);
    // Somebody else in the same browser is somebody else there.
    wiki.logs_in(&mut login, "/");
    let cookie = wiki.at.cookies.clone();
    login.cookies.remove("__Host-entryway-session");
    is_in(&wiki.asks("GET", "/"));
    wiki.at.cookies = cookie;
    is_in(&wiki.asks("GET", "/"));
}

#[test]
fn a_session_outlives_the_process_and_not_its_person() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
    wiki.logs_in(&mut login, "/");
    let cookies = wiki.at.cookies.clone();
    daemon.kill();
    let daemon = Daemon::start(&world);
    let mut wiki = Visitor::at(&daemon, WIKI);
    wiki.at.cookies = cookies;
    is_in(&wiki.asks("GET", "/"));
}

/// The session of a host is held to what the one at the login is held to.
#[test]
fn time_and_the_directory_end_a_session_and_an_outage_does_not() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
    wiki.logs_in(&mut login, "/");
    let cookies = wiki.at.cookies.clone();
    daemon.kill();
    let status = |offset: &str| {
        let daemon = at(&world, offset);
        let mut wiki = Visitor::at(&daemon, WIKI);
        wiki.at.cookies = cookies.clone();
        wiki.asks("GET", "/").status
    };
    // Nobody has said for fifteen minutes whether they are still welcome.
    let silent = FaultPlan::new().on(entryway_testdir::Kind::Search, Fault::Close);
    world.directory.set_faults(silent);
    assert_eq!(status("+16m"), 503);
    world.directory.set_faults(FaultPlan::new());
    assert_eq!(status("+17m"), 200);
    // Without use for a working day.
    assert_eq!(status("+9h"), 302);
    let people = include_str!("../../world/people.ldif");
    let becomes = |ldif: &str| {
        let directory = Directory::from_ldif(ldif).expect("LDIF");
        world.directory.set_directory(directory);
    };
    becomes(&people.replace(
        "uid: jdoe\n",
        "uid: jdoe\npwdAccountLockedTime: 000001010000Z\n",
    ));
    assert_eq!(status("+25m"), 302);
    // For good, and not for as long as they were locked.
    becomes(people);
    assert_eq!(status("+26m"), 302);
}

#[test]
fn only_a_browser_that_shows_a_page_is_sent_anywhere() {
    let world = world();
    let daemon = Daemon::start(&world);
    let asked = |more: &[(&'static str, &str)], uri| program(&daemon, WIKI, uri, more);
    let got = asked(&[("accept", "*/*")], "/api/x");
    assert_eq!((got.status, got.location()), (401, None));
    let challenge = "Basic realm=\"wiki.corp.example\", charset=\"UTF-8\"";
    assert_eq!(got.headers("www-authenticate"), [challenge]);
    // A script, an image, and a page without a rule for passwords: no dialogue of the browser's.
    for (more, uri) in [
        (&[("sec-fetch-mode", "cors")], "/api/x"),
        (&[("sec-fetch-mode", "no-cors")], "/api/x"),
        (&[("x-requested-with", "XMLHttpRequest")], "/api/x"),
        (&[("accept", "*/*")], "/page"),
    ] {
        let got = asked(more, uri);
        assert_eq!((got.status, got.location()), (401, None), "{more:?}");
        let challenge = got.headers("www-authenticate").join("");
        assert!(challenge.starts_with("Entryway "), "{challenge}");
    }
    let mut wiki = Visitor::at(&daemon, WIKI);
    assert_eq!(wiki.asks("GET", "/api/x").status, 302);
    // What was sent would be lost.
    assert_eq!(wiki.asks("POST", "/api/x").status, 401);
}

#[test]
fn nginx_and_envoy_are_answered_in_their_own_words() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
    let own = wiki.at.headers.clone();
    let original = |uri: &str| {
        let mut headers = own.clone();
        headers.push(("x-original-method", "GET".to_owned()));
        headers.push(("x-original-url", format!("https://{WIKI}{uri}")));
        headers
    };
    wiki.at.headers = original("/a?b");
    // 401 is what `auth_request` takes; the way to the login is asked for by a second question.
    let got = wiki.at.get("/forward-auth/nginx");
    assert_eq!((got.status, got.location()), (401, None));
    let sent = wiki.at.get("/forward-auth/nginx/login");
    wiki.at.headers = own.clone();
    let back = log_in(&mut login, &sent);
    let back = wiki.comes_back(&back);
    assert_eq!(back.location(), Some("https://wiki.corp.example/a?b"));
    wiki.at.headers = original("/a?b");
    is_in(&wiki.at.get("/forward-auth/nginx"));
    // Somebody who is known by now is sent to the page, and told nothing.
    let sent = wiki.at.get("/forward-auth/nginx/login");
    assert_eq!(sent.location(), Some("https://wiki.corp.example/a?b"));
    assert!(!sent.head.contains("remote-"), "{sent:?}");
    wiki.at.headers = original("/board");
    assert_eq!(wiki.at.get("/forward-auth/nginx").status, 403);
    wiki.at.headers = own.clone();
    wiki.at
        .headers
        .push(("x-forwarded-proto", "https".to_owned()));
    let got = wiki.at.ask("PUT", "/forward-auth/envoy/a/b?c=d", None);
    is_in(&got);
    is_in(&wiki.at.get("/forward-auth/envoy/"));
    is_in(&wiki.at.get("/forward-auth/envoy/?b=c"));
    assert_eq!(wiki.at.get("/forward-auth/envoy/board").status, 403);
    // No page at all.
    assert_eq!(wiki.at.get("/forward-auth/envoy").status, 403);
    wiki.at.cookies.clear();
    let sent = wiki.at.get("/forward-auth/envoy/a?b=c");
    let back = wiki.comes_back(&log_in(&mut login, &sent));
    assert_eq!(back.location(), Some("https://wiki.corp.example/a?b=c"));
}

#[test]
fn without_rules_nothing_is_there_and_a_reload_changes_them() {
    let world = world();
    let mut daemon = Daemon::start(&world);
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    {
        let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
        wiki.logs_in(&mut login, "/");
        is_in(&wiki.asks("GET", "/"));
    }
    let closed = settings.replace("class = \"engineers\"", "class = \"board\"");
    world.write("entryway.toml", &closed);
    daemon.signal("HUP");
    daemon.event("config.applied");
    let mut wiki = Visitor::at(&daemon, WIKI);
    wiki.logs_in(&mut Browser::new(&daemon), "/");
    assert_eq!(wiki.asks("GET", "/").status, 403);
    let (without, _) = settings.split_once("[forward_auth]").expect("rules");
    world.write("entryway.toml", without);
    daemon.signal("HUP");
    daemon.event("config.applied");
    let mut wiki = Visitor::at(&daemon, WIKI);
    assert_eq!(wiki.asks("GET", "/").status, 404);
    assert_eq!(wiki.at.get("/.entryway/callback?code=x").status, 404);
    assert_eq!(Browser::new(&daemon).get("/sso/forward?to=x").status, 404);
    // Single sign-on goes on.
    let page = Browser::new(&daemon).get(&Browser::to("/oidc/authorize", &asking(&[])));
    assert_eq!(page.status, 400);
}

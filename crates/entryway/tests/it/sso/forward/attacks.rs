//! What must not work.

use super::*;

#[test]
fn a_code_is_good_once_at_its_host_and_in_its_browser() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
    let sent = wiki.asks("GET", "/a");
    let back = log_in(&mut login, &sent);
    let refused = |visitor: &mut Visitor<'_>, place: &str| {
        let got = visitor.comes_back(place);
        assert_eq!((got.status, got.location()), (400, None), "{got:?}");
        assert!(!visitor.at.cookies.contains_key("__Host-entryway-host"));
    };
    // In a browser that was never there, and in one that is on a way of its own (login CSRF).
    refused(&mut Visitor::at(&daemon, WIKI), &back);
    let mut victim = Visitor::at(&daemon, WIKI);
    victim.asks("GET", "/a");
    refused(&mut victim, &back);
    // At another host, with the same cookies.
    let mut forum = Visitor::at(&daemon, FORUM);
    forum.at.cookies = wiki.at.cookies.clone();
    refused(&mut forum, &back.replace(WIKI, FORUM));
    let mut elsewhere = Visitor::at(&daemon, "unknown.corp.example");
    elsewhere.at.cookies = wiki.at.cookies.clone();
    refused(&mut elsewhere, &back.replace(WIKI, "unknown.corp.example"));
    for other in ["x", "", "a&code=b"] {
        let (place, _) = back.split_once("code=").expect("a code");
        refused(&mut wiki, &format!("{place}code={other}"));
    }
    // None of that has spent it; its own browser has.
    let mut thief = Visitor::at(&daemon, WIKI);
    thief.at.cookies = wiki.at.cookies.clone();
    assert_eq!(wiki.comes_back(&back).status, 303);
    is_in(&wiki.asks("GET", "/a"));
    refused(&mut thief, &back);
    // A code is no cookie.
    let (_, code) = back.split_once("code=").expect("a code");
    let cookies = &mut thief.at.cookies;
    cookies.insert("__Host-entryway-host".to_owned(), code.to_owned());
    assert_eq!(thief.asks("GET", "/a").status, 302);
}

#[test]
fn nobody_is_sent_to_a_place_that_no_rule_protects() {
    let world = world();
    let mut daemon = Daemon::start(&world);
    let sent = Visitor::at(&daemon, WIKI).asks("GET", "/a");
    let place = sent.location().expect("a place").to_owned();
    let path = place
        .strip_prefix(ISSUER)
        .expect("our own login")
        .to_owned();
    let to = sent.sent("to").expect("a page");
    let mut altered = to.clone();
    altered.replace_range(50..51, if &to[50..51] == "A" { "B" } else { "A" });
    for other in [altered.as_str(), "https://evil.example/", "", "/a"] {
        let asked = Browser::to("/sso/forward", &[("to", other)]);
        let got = Browser::new(&daemon).get(&asked);
        assert_eq!((got.status, got.location()), (400, None), "{other}");
    }
    let twice = Browser::to("/sso/forward", &[("to", &to), ("to", &to)]);
    assert_eq!(Browser::new(&daemon).get(&twice).status, 400);
    assert_eq!(Browser::new(&daemon).get(&path).status, 200);
    // Where it was protected and is not any more, it may be anybody's.
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    world.write(
        "entryway.toml",
        &settings.replace(WIKI, "other.corp.example"),
    );
    daemon.signal("HUP");
    daemon.event("config.applied");
    let got = Browser::new(&daemon).get(&path);
    assert_eq!((got.status, got.location()), (400, None));
}

#[test]
fn a_form_that_another_browser_was_given_hands_over_nobody() {
    let world = world();
    let daemon = Daemon::start(&world);
    let sent = Visitor::at(&daemon, WIKI).asks("GET", "/a");
    let place = sent.location().expect("a place").to_owned();
    let path = place.strip_prefix(ISSUER).expect("our own login");
    let prepared = Browser::new(&daemon).get(path);
    let mut victim = Browser::new(&daemon);
    victim.get(path);
    assert_eq!(victim.submit(&prepared, &LOGIN).status, 400);
}

#[test]
fn who_is_not_trusted_is_not_heard() {
    let world = world_trusting("192.0.2.1", RULES);
    let mut daemon = Daemon::start(&world);
    {
        let mut wiki = Visitor::at(&daemon, WIKI);
        for uri in ["/public", "/a"] {
            assert_eq!(wiki.asks("GET", uri).status, 403);
        }
        wiki.at
            .headers
            .push(("x-original-method", "GET".to_owned()));
        wiki.at
            .headers
            .push(("x-original-url", format!("https://{WIKI}/public")));
        for path in [
            "/forward-auth/nginx",
            "/forward-auth/nginx/login",
            "/forward-auth/envoy/public",
        ] {
            assert_eq!(wiki.at.get(path).status, 403, "{path}");
        }
        assert_eq!(wiki.at.get("/.entryway/callback?code=x").status, 403);
    }
    let told = daemon.event("http.refused");
    assert_eq!(told["problem"], "untrusted_proxy");
}

/// Whatever a client sends under the names of these headers, what is told is what is known.
#[test]
fn nothing_of_what_a_client_says_of_itself_is_told() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
    wiki.logs_in(&mut login, "/");
    for name in [
        "remote-user",
        "Remote-User",
        "remote_user",
        "Remote_User",
        "REMOTE-GROUPS",
        "remote-groups",
    ] {
        wiki.at.headers.push((name, "admin".to_owned()));
    }
    is_in(&wiki.asks("GET", "/"));
    let public = wiki.asks("GET", "/public");
    assert!(identity(&public).iter().all(|(_, value)| value.is_empty()));
    assert!(!public.head.contains("admin"));
    // Told twice, it was not told.
    wiki.at
        .headers
        .push(("x-forwarded-uri", "/public".to_owned()));
    assert_eq!(wiki.asks("GET", "/board").status, 403);
    assert_eq!(wiki.asks("GET", "/").status, 403);
}

#[test]
fn paths_that_could_be_others_open_nothing() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut wiki, mut login) = (Visitor::at(&daemon, WIKI), Browser::new(&daemon));
    for uri in [
        "/public/../staff",
        "/public/%2e%2e/staff",
        "/public/..%2fstaff",
        "/public%2f..%2fstaff",
        "/public//../staff",
        "//public",
        "/./public",
        "/public/..;/staff",
        "/public\\..\\staff",
        "/public/%5c..%5cstaff",
        "/public/%252e%252e/staff",
        "/public/%c0%ae%c0%ae/staff",
        "/public/%00",
        "/public#x",
        "https://wiki.corp.example/public",
        "public",
        "*",
        "",
        "/PUBLIC/x",
        "/Board",
        "/board;x=1",
    ] {
        let got = wiki.asks("GET", uri);
        assert_eq!((got.status, got.location()), (403, None), "{uri}: {got:?}");
    }
    for host in [
        "wiki.corp.example.",
        "wiki.corp.example:8443",
        "WIKI.corp.example@evil.example",
        "evil.example",
        "",
    ] {
        let got = Visitor::at(&daemon, host).asks("GET", "/public");
        assert!(matches!(got.status, 400 | 403), "{host}: {got:?}");
    }
    wiki.logs_in(&mut login, "/");
    for uri in [
        "/x/../board",
        "/%2e/board",
        "/BOARD",
        "/board;x",
        "/board/",
        "/board%3f",
        "/board%23",
        "/board%3Fx/y",
    ] {
        assert_eq!(wiki.asks("GET", uri).status, 403, "{uri}");
    }
    // The title of a page, and nothing with rules of its own.
    is_in(&wiki.asks("GET", "/pages/Why%3F"));
    assert_eq!(wiki.asks("TRACE /", "/").status, 403);
}

#[test]
fn a_page_in_clear_text_is_no_place_for_a_password() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut wiki = Visitor::at(&daemon, WIKI);
    wiki.at.headers.extend([
        ("authorization", basic("jdoe", "right")),
        ("x-forwarded-method", "GET".to_owned()),
        ("x-forwarded-proto", "http".to_owned()),
        ("x-forwarded-host", WIKI.to_owned()),
        ("x-forwarded-uri", "/api".to_owned()),
    ]);
    assert_eq!(wiki.at.get("/forward-auth").status, 403);
    let jdoe = "uid=jdoe,ou=people,dc=corp,dc=example";
    assert_eq!(world.directory.counters().binds_of(jdoe), 0);
}

//! What people see, and what their browsers are told.

use super::*;

fn begun<'d>(daemon: &'d Daemon, more: &[(&str, &str)]) -> (Browser<'d>, Got) {
    let mut browser = Browser::new(daemon);
    let page = browser.get(&Browser::to("/oidc/authorize", &asking(more)));
    (browser, page)
}

#[test]
fn a_wrong_password_is_one_sentence_and_one_bind_and_an_outage_is_another() {
    let world = world();
    let mut daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let page = log_in(&mut browser, &asking(&[]), "jdoe", "wrong");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("role=\"alert\""));
    assert!(page.body.contains("check the name and the password"));
    // What was typed comes back, the password does not.
    assert!(page.body.contains("value=\"jdoe\""));
    assert!(!page.body.contains("wrong"));
    assert!(!browser.cookies.contains_key("__Host-entryway-session"));
    let jdoe = "uid=jdoe,ou=people,dc=corp,dc=example";
    assert_eq!(world.directory.counters().binds_of(jdoe), 1);
    let unknown = log_in(&mut Browser::new(&daemon), &asking(&[]), "nobody", "wrong");
    let told = |page: &Got| {
        let (_, alert) = page.body.split_once("role=\"alert\"").expect("an alert");
        alert
            .split_once("Reference")
            .expect("a reference")
            .0
            .to_owned()
    };
    assert_eq!(told(&page), told(&unknown));
    let line = daemon.event("login.decided");
    assert_eq!(line["caller"], "client app");

    world.runtime.block_on(async {
        use entryway_testdir::faults::{Fault, FaultPlan};
        world
            .directory
            .set_faults(FaultPlan::new().on(entryway_testdir::Kind::Search, Fault::Close));
    });
    let page = log_in(&mut Browser::new(&daemon), &asking(&[]), "jdoe", "right");
    assert_eq!(page.status, 503);
    assert!(page.body.contains("this says nothing about your password"));
}

#[test]
fn a_page_is_for_no_frame_and_takes_nothing_from_elsewhere() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (_, page) = begun(&daemon, &[("login_hint", "\"><script>alert(1)</script>")]);
    assert!(!page.body.contains("<script"), "{}", page.body);
    let policy = page.headers("content-security-policy").join("");
    for demanded in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(demanded), "{policy}");
    }
    assert!(!policy.contains("script-src"));
    assert_eq!(page.headers("x-frame-options"), ["DENY"]);
    assert_eq!(page.headers("cache-control"), ["no-store"]);
    // The name of an application is text.
    let asked = [
        ("client_id", "other"),
        ("redirect_uri", "https://other.corp.example/"),
    ];
    let (_, page) = begun(&daemon, &asked);
    assert!(page.body.contains("&lt;b&gt;Other&lt;/b&gt;"));
    assert!(!page.body.contains("<b>"));
    // A program on the person's own machine gets its answer by `http`.
    let asked = [
        ("client_id", "native"),
        ("redirect_uri", "http://127.0.0.1:4711/back"),
    ];
    let (_, page) = begun(&daemon, &asked);
    let policy = page.headers("content-security-policy").join("");
    assert!(
        policy.contains("form-action 'self' https: http://127.0.0.1:4711"),
        "{policy}"
    );
}

#[test]
fn pages_speak_the_browser_s_language_or_the_one_that_is_asked_for() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    browser.headers = vec![("accept-language", "de-AT, en;q=0.5".into())];
    let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    assert!(page.body.contains("<html lang=\"de\">") && page.body.contains("Passwort"));
    let asked = asking(&[("ui_locales", "en")]);
    let page = browser.get(&Browser::to("/oidc/authorize", &asked));
    assert!(page.body.contains("<html lang=\"en\">"));
}

#[test]
fn whoever_cancels_goes_back_and_whoever_does_not_agree_too() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut browser, page) = begun(&daemon, &[]);
    let back = browser.submit(&page, &[("action", "cancel")]);
    assert_eq!(back.sent("error").as_deref(), Some("access_denied"));

    let asked = asking(&[
        ("client_id", "other"),
        ("redirect_uri", "https://other.corp.example/"),
        ("scope", "openid email"),
    ]);
    let page = log_in(&mut browser, &asked, "jdoe", "right");
    assert!(page.body.contains("see your e-mail address"), "{page:?}");
    let back = browser.submit(&page, &[("action", "deny")]);
    assert_eq!(back.sent("error").as_deref(), Some("access_denied"));
    let place = Browser::to("/oidc/authorize", &asked);
    let page = browser.get(&place);
    // Another button of the same page is no consent.
    let still = browser.submit(&page, &[("action", "continue")]);
    assert_eq!(still.status, 200);
    let back = browser.submit(&page, &[("action", "allow")]);
    assert!(back.sent("code").is_some(), "{back:?}");
    // Remembered.
    assert!(browser.get(&place).sent("code").is_some());
}

#[test]
fn an_answer_may_come_by_a_form() {
    let world = world();
    let daemon = Daemon::start(&world);
    let asked = asking(&[("response_mode", "form_post")]);
    let page = log_in(&mut Browser::new(&daemon), &asked, "jdoe", "right");
    assert_eq!(page.status, 200);
    assert!(page.body.contains(&format!("action=\"{CALLBACK}\"")));
    let code = page.field("code").expect("a code");
    assert_eq!(redeem(&daemon, &code).status, 200);
    let policy = page.headers("content-security-policy").join("");
    assert!(policy.contains("script-src 'sha256-"), "{policy}");
}

#[test]
fn a_person_sees_their_sessions_and_ends_them() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut one = Browser::new(&daemon);
    one.headers = vec![("user-agent", "Browser of <one>".into())];
    let page = one.get("/sso/sessions");
    let home = one.submit(
        &page,
        &[("name", "jdoe"), ("password", "right"), ("action", "login")],
    );
    assert_eq!(
        home.location(),
        Some("https://login.corp.example/sso/sessions")
    );
    let mut two = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut two, &[])).json();
    let page = two.get("/sso/sessions");
    assert!(page.body.contains("Browser of &lt;one&gt;"), "{page:?}");
    assert!(page.body.contains("This browser"));
    let other = {
        let (_, rest) = page.body.split_once("Browser of").expect("the other");
        let (_, rest) = rest
            .split_once("name=\"session\" value=\"")
            .expect("a button");
        rest.split_once('"').expect("an id").0.to_owned()
    };
    let ended = two.submit(&page, &[("session", &other)]);
    assert_eq!(ended.status, 303);
    assert!(one.get("/sso/sessions").body.contains("name=\"password\""));
    // Everywhere: tokens that live with a session end too.
    assert_eq!(userinfo(&daemon, &tokens).status, 200);
    let page = two.get("/sso/sessions");
    let ended = two.submit(&page, &[("all", "yes")]);
    assert!(ended.body.contains("Signed out"));
    assert_eq!(userinfo(&daemon, &tokens).status, 401);
}

#[test]
fn whoever_signs_out_without_a_hint_is_asked() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    code(&mut browser, &[]);
    let page = browser.get("/oidc/logout");
    assert!(page.body.contains("Do you want to sign out"), "{page:?}");
    assert!(browser.cookies.contains_key("__Host-entryway-session"));
    let stays = browser.submit(&page, &[("action", "stay")]);
    assert_eq!(stays.status, 303);
    let page = browser.get("/oidc/logout");
    let out = browser.submit(&page, &[("action", "end")]);
    assert!(out.body.contains("You are signed out"), "{out:?}");
    assert!(!browser.cookies.contains_key("__Host-entryway-session"));
}

#[test]
fn a_long_request_comes_back_whole() {
    let world = world();
    let daemon = Daemon::start(&world);
    let state = "s".repeat(4000);
    let nonce = "n".repeat(1000);
    let odd = "x".repeat(9000);
    let asked = asking(&[("state", &state), ("nonce", &nonce), ("unknown", &odd)]);
    let got = log_in(&mut Browser::new(&daemon), &asked, "jdoe", "right");
    assert_eq!(got.sent("state"), Some(state));
}

#[test]
fn a_domain_is_chosen_where_domains_are_offered_and_it_alone_is_asked() {
    let more = "[domain.partners]\nservers = [\"ldaps://127.0.0.1:1\"]\nbase = \"dc=partners\"\n";
    let world = world_with(more);
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    let offered = "[sso]\noffered_domains = [\"partners\", \"staff\"]\n";
    world.write("entryway.toml", &settings.replace("[sso]\n", offered));
    let daemon = Daemon::start(&world);
    let (mut browser, page) = begun(&daemon, &[]);
    let choices = "<option value=\"partners\">partners</option><option value=\"staff\">staff</option><option value=\"\">another</option>";
    assert!(
        page.body.contains("<label for=\"domain\">Domain</label>"),
        "{page:?}"
    );
    assert!(page.body.contains(choices), "{page:?}");
    let fill = |domain, name| {
        let password = ("password", "right");
        [
            ("domain", domain),
            ("name", name),
            password,
            ("action", "login"),
        ]
    };
    let jdoe = "uid=jdoe,ou=people,dc=corp,dc=example";
    let not_now = browser.submit(&page, &fill("partners", "jdoe"));
    assert_eq!(not_now.status, 503);
    assert_eq!(world.directory.counters().binds_of(jdoe), 0);
    // Both come back as they were.
    assert!(
        not_now
            .body
            .contains("<option value=\"partners\" selected>"),
        "{not_now:?}"
    );
    assert!(not_now.body.contains("value=\"jdoe\""), "{not_now:?}");
    for (domain, name) in [
        ("staff", "jdoe"),
        ("partners", "staff/jdoe"),
        ("", "staff/jdoe"),
        ("nonsense", "staff/jdoe"),
    ] {
        let got = browser.submit(&page, &fill(domain, name));
        assert!(got.sent("code").is_some(), "{domain} {name}: {got:?}");
    }
    // Whoever must change the password does so where they were.
    let (mut browser, page) = begun(&daemon, &[]);
    let change = browser.submit(&page, &fill("staff", "reset"));
    assert!(change.body.contains("value=\"staff/reset\""), "{change:?}");
    assert!(!change.body.contains("name=\"domain\""));
    let (_, plain) = begun(&Daemon::start(&world_with("")), &[]);
    assert!(!plain.body.contains("<select"));
}

/// As a browser restores its windows: each asks before any answer has come.
#[test]
fn windows_that_come_at_once_each_have_their_page() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut browser, first) = begun(&daemon, &[]);
    let (other, second) = begun(&daemon, &[("state", "two")]);
    browser.cookies.extend(other.cookies);
    let filled = [("name", "jdoe"), ("password", "right"), ("action", "login")];
    for (page, state) in [(second, "two"), (first, "a state & more")] {
        let got = browser.submit(&page, &filled);
        assert_eq!(got.sent("state").as_deref(), Some(state), "{got:?}");
    }
    // Whoever has come before gets no further one.
    let count = browser.cookies.len();
    browser.get(&Browser::to(
        "/oidc/authorize",
        &asking(&[("prompt", "login")]),
    ));
    assert_eq!(browser.cookies.len(), count);
}

#[test]
fn whoever_signs_out_needs_no_directory() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    code(&mut browser, &[]);
    use entryway_testdir::faults::{Fault, FaultPlan};
    world
        .directory
        .set_faults(FaultPlan::new().on(entryway_testdir::Kind::Search, Fault::Close));
    let page = browser.get("/sso/sessions");
    assert!(page.body.contains("This browser"), "{page:?}");
    let page = browser.get("/oidc/logout");
    let out = browser.submit(&page, &[("action", "end")]);
    assert!(out.body.contains("You are signed out"), "{out:?}");
}

#[test]
fn an_expired_password_is_changed_on_the_way_in() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let page = log_in(&mut browser, &asking(&[]), "reset", "right");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Your password must be changed"));
    assert!(page.body.contains("value=\"reset\"") && page.body.contains("name=\"repeat\""));
    let typed = |password, new, repeat| {
        [
            ("name", "reset"),
            ("password", password),
            ("new", new),
            ("repeat", repeat),
            ("action", "change"),
        ]
    };
    let page = browser.submit(&page, &typed("right", "one-thing-1", "another-2"));
    assert!(page.body.contains("are not the same"), "{page:?}");
    let page = browser.submit(&page, &typed("wrong", "one-thing-1", "one-thing-1"));
    assert!(page.body.contains("check the name and the password"));
    assert!(page.body.contains("name=\"repeat\""));
    assert!(!page.body.contains("one-thing"));
    let page = browser.submit(&page, &typed("right", "", ""));
    assert!(
        page.body.contains("Your password was not changed"),
        "{page:?}"
    );
    assert!(!browser.cookies.contains_key("__Host-entryway-session"));
}

/// OpenLDAP takes no bind of whoever's password has expired, and so no change: they learn what it is, not that it is wrong.
#[test]
fn whose_password_has_expired_and_cannot_be_changed_is_told_so() {
    let world = world();
    let people = include_str!("../world/people.ldif").replace("pwdReset", "pwdExpired");
    let people = entryway_testdir::Directory::from_ldif(&people).expect("LDIF");
    world.directory.set_directory(people);
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let page = log_in(&mut browser, &asking(&[]), "reset", "wrong");
    assert!(page.body.contains("check the name and the password"));
    let page = log_in(&mut browser, &asking(&[]), "reset", "right");
    assert!(
        page.body.contains("Your password must be changed"),
        "{page:?}"
    );
    let typed = [
        ("name", "reset"),
        ("password", "right"),
        ("new", "another-one-1"),
        ("repeat", "another-one-1"),
        ("action", "change"),
    ];
    let page = browser.submit(&page, &typed);
    assert!(
        page.body.contains("it cannot be changed here any more"),
        "{page:?}"
    );
    assert!(!browser.cookies.contains_key("__Host-entryway-session"));
}

#[test]
fn a_changed_password_lets_in_and_the_old_one_does_not() {
    let world = world();
    world.write("ann.pass", "the old one\n");
    let added = world
        .command(&[
            "account",
            "add",
            "ann",
            "--password-file",
            "ann.pass",
            "--uid",
            "1001",
            "--gid",
            "100",
            "--home",
            "/ann",
            "--shell",
            "/bin/sh",
            "--type",
            "virtual",
        ])
        .args(["--config", "entryway.toml"])
        .output();
    assert!(added.expect("the binary").status.success());
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    let got = browser.submit(
        &page,
        &[
            ("name", "ann"),
            ("password", "the old one"),
            ("new", "the new one, longer"),
            ("repeat", "the new one, longer"),
            ("action", "change"),
        ],
    );
    assert!(got.sent("code").is_some(), "{got:?}");
    let old = log_in(
        &mut Browser::new(&daemon),
        &asking(&[]),
        "ann",
        "the old one",
    );
    assert_eq!(old.status, 200);
    let new = "the new one, longer";
    let got = log_in(&mut Browser::new(&daemon), &asking(&[]), "ann", new);
    assert!(got.sent("code").is_some(), "{got:?}");
}

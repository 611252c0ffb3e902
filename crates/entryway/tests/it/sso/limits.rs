//! What ends by itself, and what is not overrun.

use super::*;
use entryway_store::SessionRow;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const HOUR_MS: i64 = 3_600_000;

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since.expect("after 1970").as_millis()).expect("a time")
}

/// Changes the one session that there is, as time would.
fn age(world: &World, change: impl Fn(&mut SessionRow)) {
    world.in_store(async |store| {
        let sso = store.sso();
        let mut all = sso.sessions(None, 2).await.expect("sessions");
        assert_eq!(all.len(), 1);
        let mut row = all.remove(0).session;
        change(&mut row);
        assert!(sso.renew_session(&row).await.expect("an answer"));
    });
}

/// What an application hears that asks whether somebody is signed in.
fn silent(browser: &mut Browser<'_>) -> Got {
    browser.get(&Browser::to(
        "/oidc/authorize",
        &asking(&[("prompt", "none")]),
    ))
}

/// A session that time has ended is none: not for applications, not for their tokens, not in a list.
fn ends(change: impl Fn(&mut SessionRow)) {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[])).json();
    assert!(silent(&mut browser).sent("code").is_some());
    age(&world, change);
    let got = silent(&mut browser);
    assert_eq!(got.sent("error").as_deref(), Some("login_required"));
    let page = browser.get("/sso/sessions");
    assert!(page.body.contains("type=\"password\""), "{page:?}");
    let refused = refresh(&daemon, &tokens["refresh_token"]);
    assert_eq!(
        (refused.status, refused.json()["error"].as_str()),
        (400, Some("invalid_grant"))
    );
    let listed = world.command(&["session", "list"]).output();
    let listed = String::from_utf8(listed.expect("an end").stdout).expect("text");
    assert_eq!(listed.lines().count(), 1, "{listed}");
}

#[test]
fn a_session_that_nobody_uses_ends() {
    ends(|row| row.used_ms = now_ms() - 8 * HOUR_MS);
}

#[test]
fn a_session_ends_however_much_it_is_used() {
    ends(|row| {
        row.used_ms = now_ms();
        row.ends_ms = now_ms() - 1;
    });
}

#[test]
fn a_session_lives_up_to_its_limits_and_its_use_is_remembered() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    code(&mut browser, &[]);
    let before = now_ms() - 8 * HOUR_MS + 60_000;
    age(&world, |row| row.used_ms = before);
    assert!(silent(&mut browser).sent("code").is_some());
    age(&world, |row| assert!(row.used_ms > before + HOUR_MS));
}

/// Guesses at jdoe's password on one connection after the other, each from another network.
async fn guesses(address: String, form: String, cookies: String, networks: std::ops::Range<u32>) {
    let stream = TcpStream::connect(&address).await.expect("a connection");
    let mut stream = BufReader::new(stream);
    for network in networks {
        let body = format!("{form}&name=jdoe&password=guess-{network}&action=login");
        let [_, high, middle, low] = network.to_be_bytes();
        let request = format!(
            "POST /sso/step HTTP/1.1\r\nhost: login.corp.example\r\ncookie: {cookies}\r\nx-forwarded-for: 11.{high}.{middle}.{low}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut length = 0;
        let mut line = String::new();
        stream.read_line(&mut line).await.expect("an answer");
        assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
        loop {
            line.clear();
            stream.read_line(&mut line).await.expect("a head");
            let line = line.trim_end();
            assert!(!line.starts_with("set-cookie: __Host-entryway-session"));
            if let Some(told) = line.strip_prefix("content-length: ") {
                length = told.parse().expect("a length");
            }
            if line.is_empty() {
                break;
            }
        }
        let mut page = vec![0; length];
        stream.read_exact(&mut page).await.expect("a page");
        let page = String::from_utf8(page).expect("text");
        assert!(page.contains("role=\"alert\""), "{page}");
    }
}

#[test]
fn ten_thousand_wrong_passwords_at_once_are_fifty_binds_and_shut_out_nobody_who_was_here() {
    const AT_ONCE: u32 = 200;
    const EACH: u32 = 50;
    let world = world();
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    let settings = settings
        // Fifty passwords are at the directory at once: on a busy machine that takes longer than a login has as a rule, and
        // one that is given up is no refusal.
        .replace("deadline = \"5s\"", "deadline = \"1m\"")
        .replace("[server]", "[server]\ntrusted_proxies = [\"127.0.0.1\"]")
        .replace("[login]", "[login]\nreject_after = \"10ms\"");
    assert!(settings.contains("deadline = \"1m\""));
    world.write("entryway.toml", &settings);
    let daemon = Daemon::start(&world);
    let mut owner = Browser::new(&daemon);
    code(&mut owner, &[]);
    let mut guesser = Browser::new(&daemon);
    let page = guesser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    let flow = page.field("flow").expect("a form");
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("flow", &flow)
        .finish();
    let pairs = guesser.cookies.iter();
    let cookies: Vec<_> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let device = owner.cookies.get("__Host-entryway-device").cloned();
    let before = world.directory.counters().all_binds();
    let began = Instant::now();
    world.runtime.block_on(async {
        let mut all = JoinSet::new();
        for each in 0..AT_ONCE {
            let networks = each * EACH..(each + 1) * EACH;
            let address = daemon.address.clone();
            all.spawn(guesses(address, form.clone(), cookies.join("; "), networks));
        }
        while let Some(done) = all.join_next().await {
            done.expect("every guess was answered, and none let in");
        }
    });
    let jdoe = "uid=jdoe,ou=people,dc=corp,dc=example";
    // The bucket empties by one every 18 seconds, and then lets one more through: a slow machine sees that.
    let more = began.elapsed().as_secs() / 18;
    let binds = world.directory.counters().binds_of(jdoe) - 1;
    assert!((50..=50 + more).contains(&binds), "{binds} binds");
    assert!(world.directory.counters().all_binds() - before < 100);
    // The browser that its person used before; elsewhere they are shut out for a while.
    let mut back = Browser::new(&daemon);
    let device = device.expect("a device");
    back.cookies
        .insert("__Host-entryway-device".to_owned(), device);
    let got = log_in(&mut back, &asking(&[]), "jdoe", "right");
    assert!(got.sent("code").is_some(), "{got:?}");
    let stranger = log_in(&mut Browser::new(&daemon), &asking(&[]), "jdoe", "right");
    assert_eq!(stranger.status, 200, "{stranger:?}");
}

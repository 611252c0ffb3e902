//! People of a site, with passwords that the hub cannot read.

use super::site::{Site, endpoint, until_metric};
use super::tunnels::credential;
use super::{done, world};
use crate::daemon::Daemon;
use crate::world::{CONSOLE, PORTAL, SOON, World};
use bytes::Bytes;
use entryway_bridge::message::{
    ChallengeAsked, ChallengeOutcome, LoginAsked, Method, Outcome, RevalidateAsked, SiteSession,
    Token, read, write,
};
use entryway_bridge::ports::Seal as _;
use entryway_bridge::{Challenge, Purpose, Sealed, Text, pad};
use entryway_tunnel::connector::{Asked, Credential};
use entryway_tunnel::crypto::{PageSeal, SealingKeys};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time");
    u64::try_from(since.as_millis()).expect("a number")
}

fn session() -> SiteSession {
    SiteSession {
        display_name: Some("Jane Doe".to_owned()),
        ..SiteSession::new("staff:1".to_owned(), "jane".to_owned(), now_ms())
    }
}

/// Answers as a connector does whose directory knows one person; counts what would be binds.
fn answer(asked: &Asked, keys: &SealingKeys, binds: &AtomicUsize) -> Option<Bytes> {
    let body = &asked.delivered.body;
    let accepted = || Outcome::Accept {
        session: Box::new(session()),
        revalidation: Token::new("of this connector".to_owned()),
        device: None,
    };
    let said = match asked.question.method {
        Method::Challenge => {
            let ChallengeAsked { further } = read("challenge", body).ok()?;
            let signer = asked.desk().signer();
            let (challenge, further) = keys
                .challenges(signer, Instant::now(), now_ms(), further)
                .ok()?;
            let challenge = challenge.into();
            return Some(write(&ChallengeOutcome::Issued { challenge, further }).into());
        }
        Method::Login => {
            let asked: LoginAsked = read("login", body).ok()?;
            match keys.open_login(&asked, Instant::now()) {
                Err(why) => Outcome::SealRefused { why },
                Ok(password) => {
                    binds.fetch_add(1, Ordering::Relaxed);
                    match password.as_slice() == b"swordfish" {
                        true => accepted(),
                        false => Outcome::Refused { reason: None },
                    }
                }
            }
        }
        Method::Revalidate => {
            let asked: RevalidateAsked = read("revalidate", body).ok()?;
            match asked.token.expose() {
                "of this connector" => accepted(),
                _ => Outcome::Refused {
                    reason: Some(Text::cut("invalid_token")),
                },
            }
        }
        Method::ChangePassword | Method::Lookup => return None,
    };
    Some(write(&said).into())
}

/// A connector whose directory knows `jane`.
fn connector(
    world: &World,
    daemon: &Daemon,
    credential: Credential,
    binds: &Arc<AtomicUsize>,
) -> Site {
    let (name, id) = (credential.site.clone(), credential.connector);
    let keys = SealingKeys::new(name, id, Instant::now(), now_ms()).expect("keys");
    let binds = Arc::clone(binds);
    let to = endpoint(daemon, "plant-a");
    let site = Site::start(
        world,
        to,
        credential,
        Box::new(move |asked| answer(asked, &keys, &binds)),
    );
    site.until_up(world);
    site
}

/// A hub with so many connectors, and what they count.
fn connected(count: usize) -> (World, Daemon, Vec<Site>, Arc<AtomicUsize>) {
    connected_in(world(), count)
}

pub(crate) fn connected_in(
    world: World,
    count: usize,
) -> (World, Daemon, Vec<Site>, Arc<AtomicUsize>) {
    let daemon = Daemon::start(&world);
    let binds = Arc::new(AtomicUsize::new(0));
    let sites = (0..count)
        .map(|_| {
            connector(
                &world,
                &daemon,
                credential(&world, &daemon, "plant-a"),
                &binds,
            )
        })
        .collect();
    until_metric(
        &daemon,
        &format!("entryway_site_tunnels{{site=\"plant-a\"}} {count}"),
    );
    (world, daemon, sites, binds)
}

/// Sends JSON to the daemon at an address: callers of several threads share no daemon.
pub(super) fn post(daemon: &str, path: &str, token: &str, body: &Value) -> Value {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(daemon).expect("a connection");
    stream.set_read_timeout(Some(SOON)).expect("a timeout");
    stream
        .write_all((head + &body).as_bytes())
        .expect("written");
    crate::daemon::answer(stream).json()
}

/// What the hub says that a password is to be sealed with.
pub(super) fn to_seal(daemon: &str, token: &str, name: &str) -> Value {
    post(
        daemon,
        "/api/v1/login/challenge",
        token,
        &json!({ "login_name": name }),
    )
}

/// The password, sealed as a page does, for each challenge.
pub(crate) fn sealed(with: &Value, password: &str) -> Vec<Value> {
    let challenges = with["challenges"].as_array().expect("challenges");
    let text = |key: &str| with[key].as_str().expect("a text");
    let seal = |challenge: &Value| {
        let challenge: Challenge = serde_json::from_value(challenge.clone()).expect("a challenge");
        let bound = challenge.bind(Purpose::Login, text("audience"), text("login_name"));
        let padded = pad(password.as_bytes()).expect("a password");
        let (enc, ciphertext) = PageSeal
            .seal(&challenge.key.0, &bound.info, &bound.aad, &padded)
            .expect("sealed");
        let sealed = Sealed {
            connector: challenge.connector,
            key_id: challenge.key_id,
            nonce: challenge.nonce,
            enc,
            ciphertext,
        };
        serde_json::to_value(sealed).expect("JSON")
    };
    challenges.iter().map(seal).collect()
}

pub(super) fn log_in(daemon: &str, token: &str, name: &str, sealed: &[Value]) -> Value {
    let body = json!({ "login_name": name, "sealed": sealed });
    post(daemon, "/api/v1/login", token, &body)
}

pub(super) fn login(daemon: &str, name: &str, password: &str) -> Value {
    let sealed = sealed(&to_seal(daemon, CONSOLE, name), password);
    log_in(daemon, CONSOLE, name, &sealed)
}

#[test]
fn somebody_of_a_site_logs_in_with_a_password_that_the_hub_cannot_read() {
    let (world, daemon, sites, binds) = connected(2);
    let name = "plant-a/jane";
    let with = to_seal(&daemon.address, CONSOLE, name);
    assert_eq!(with["site"], "plant-a");
    assert_eq!(with["challenges"].as_array().map(Vec::len), Some(2));
    let sealed = sealed(&with, "swordfish");
    let answer = log_in(&daemon.address, CONSOLE, name, &sealed);
    assert_eq!(answer["decision"], "accept", "{answer}");
    assert_eq!(answer["session"]["subject"], "plant-a:staff:1");
    assert_eq!(binds.load(Ordering::Relaxed), 1);
    assert_eq!(sites.iter().map(Site::asked).sum::<usize>(), 3);
    // What is on record is who said so, and neither password nor seal.
    let record = world.record(&answer["id"]).expect("a record").to_string();
    assert!(record.contains("plant-a"), "{record}");
    let ciphertext = sealed[0]["ciphertext"].as_str().expect("a text");
    assert!(
        !record.contains(ciphertext) && !record.contains("swordfish"),
        "{record}"
    );

    // A seal counts once, at whichever connector.
    let again = log_in(&daemon.address, CONSOLE, name, &sealed[..1]);
    assert_ne!(again["decision"], "accept", "{again}");
    assert_eq!(binds.load(Ordering::Relaxed), 1);
    let wrong = login(&daemon.address, name, "wrong");
    assert_eq!(wrong["decision"], "reject", "{wrong}");
    assert_eq!(binds.load(Ordering::Relaxed), 2);
    // In clear it goes nowhere.
    let clear = daemon.login(CONSOLE, name, "swordfish").json();
    assert_eq!(clear["reason"], "sealed_only", "{clear}");
    assert_eq!(binds.load(Ordering::Relaxed), 2);

    let token = &answer["revalidation"];
    let body = json!({ "token": token });
    let still = daemon
        .post("/api/v1/login/revalidate", CONSOLE, &body)
        .json();
    assert_eq!(still["decision"], "accept", "{still}");
}

#[test]
fn a_name_leads_to_its_site_and_a_caller_of_the_site_needs_none() {
    let (_world, daemon, _sites, _) = connected(1);
    for (token, name, site) in [
        (CONSOLE, "plant-a/jane", true),
        (CONSOLE, "jane@plant-a.example", true),
        (CONSOLE, "jane", false),
        (PORTAL, "jane", true),
        (PORTAL, "staff/jdoe", false),
    ] {
        let with = to_seal(&daemon.address, token, name);
        assert_eq!(with["site"] == "plant-a", site, "{name}: {with}");
    }
    // Whoever is of a domain logs in as ever.
    assert_eq!(
        daemon.login(CONSOLE, "jdoe", "right").json()["decision"],
        "accept"
    );
}

#[test]
fn a_hub_that_is_asked_often_asks_for_many_nonces_at_a_time_and_gives_each_to_one_page() {
    let (_world, daemon, sites, binds) = connected(1);
    let name = "plant-a/jane";
    let mut given = Vec::new();
    let deadline = Instant::now() + SOON;
    // Until one comes without a question.
    loop {
        let before = sites[0].asked();
        given.push(to_seal(&daemon.address, CONSOLE, name));
        if sites[0].asked() == before {
            break;
        }
        assert!(Instant::now() < deadline, "each is asked for by itself");
    }
    let nonces: HashSet<&str> = given
        .iter()
        .map(|with| with["challenges"][0]["nonce"].as_str().expect("a nonce"))
        .collect();
    assert_eq!(nonces.len(), given.len());
    // It counts as any other does: once.
    let sealed = sealed(&given[given.len() - 1], "swordfish");
    let answer = log_in(&daemon.address, CONSOLE, name, &sealed);
    assert_eq!(answer["decision"], "accept", "{answer}");
    let again = log_in(&daemon.address, CONSOLE, name, &sealed);
    assert_ne!(again["decision"], "accept", "{again}");
    assert_eq!(binds.load(Ordering::Relaxed), 1);
    // What a tunnel brought goes with it.
    drop(sites);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 0");
    let with = to_seal(&daemon.address, CONSOLE, name);
    assert_eq!(with["fault"], "site_unreachable", "{with}");
}

#[test]
fn a_connector_that_is_lost_costs_no_second_typing_and_no_second_bind() {
    let (_world, daemon, mut sites, binds) = connected(2);
    let name = "plant-a/jane";
    let sealed = sealed(&to_seal(&daemon.address, CONSOLE, name), "swordfish");
    drop(sites.pop());
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 1");
    let answer = log_in(&daemon.address, CONSOLE, name, &sealed);
    assert_eq!(answer["decision"], "accept", "{answer}");
    assert_eq!(binds.load(Ordering::Relaxed), 1);
    drop(sites);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 0");
    let answer = log_in(&daemon.address, CONSOLE, name, &sealed);
    assert_eq!(answer["fault"], "site_unreachable", "{answer}");
    assert_eq!(binds.load(Ordering::Relaxed), 1);
}

#[test]
fn a_connector_that_answers_nothing_holds_nobody_up_whom_another_lets_in() {
    let (_world, daemon, sites, _) = connected(2);
    for silent in &sites {
        silent.keeps_silent(true);
        let with = to_seal(&daemon.address, CONSOLE, "plant-a/jane");
        let challenges = with["challenges"].as_array().expect("challenges");
        assert_eq!(challenges.len(), 1, "{with}");
        let sealed = sealed(&with, "swordfish");
        let answer = log_in(&daemon.address, CONSOLE, "plant-a/jane", &sealed);
        assert_eq!(answer["decision"], "accept", "{answer}");
        silent.keeps_silent(false);
    }
}

#[test]
fn where_two_connectors_answer_nothing_a_third_is_asked_in_time() {
    let world = world();
    world.configure("8s", super::SITES);
    let (_world, daemon, sites, _) = connected_in(world, 3);
    for speaks in 0..sites.len() {
        for (at, site) in sites.iter().enumerate() {
            site.keeps_silent(at != speaks);
        }
        let answer = login(&daemon.address, "plant-a/jane", "swordfish");
        assert_eq!(answer["decision"], "accept", "{answer}");
    }
    // Where nobody answers, that is told.
    for site in &sites {
        site.keeps_silent(true);
    }
    let with = to_seal(&daemon.address, CONSOLE, "plant-a/jane");
    assert_eq!(with["fault"], "site_timed_out", "{with}");
}

#[test]
fn a_connector_that_is_drained_issues_nothing_to_seal_with() {
    let (world, daemon, _sites, _) = connected(2);
    let listed = done(&world, &["hub", "connector", "list"]);
    let drained = listed["connectors"][0]["id"].as_str().expect("an id");
    done(&world, &["hub", "connector", "drain", drained]);
    until_metric(
        &daemon,
        "entryway_site_ready{site=\"plant-a\",ability=\"password\"} 1",
    );
    let with = to_seal(&daemon.address, CONSOLE, "plant-a/jane");
    let challenges = with["challenges"].as_array().expect("challenges");
    assert_eq!(challenges.len(), 1);
    assert_ne!(challenges[0]["connector"], drained);
}

#[test]
fn under_load_every_login_has_a_verdict_or_an_honest_fault_when_a_connector_dies() {
    const CALLERS: usize = 8;
    const EACH: usize = 6;
    let (_world, daemon, mut sites, binds) = connected(2);
    let started = Barrier::new(CALLERS + 1);
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (daemon, started) = (daemon.address.as_str(), &started);
                scope.spawn(move || {
                    let name = format!("plant-a/jane{caller}");
                    started.wait();
                    (0..EACH)
                        .map(|_| {
                            let with = to_seal(daemon, CONSOLE, &name);
                            // Nobody may be ready for a moment; that is said too.
                            if with.get("challenges").is_none() {
                                return with;
                            }
                            log_in(daemon, CONSOLE, &name, &sealed(&with, "swordfish"))
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        started.wait();
        drop(sites.pop());
        let ended = callers
            .into_iter()
            .map(|caller| caller.join().expect("an end"));
        ended.flatten().collect()
    });
    assert_eq!(answers.len(), CALLERS * EACH);
    let count = |is_it: fn(&Value) -> bool| answers.iter().filter(|answer| is_it(answer)).count();
    let accepted = count(|answer| answer["decision"] == "accept");
    let without = count(|answer| answer["fault"] == "site_unreachable");
    assert_eq!(accepted + without, answers.len(), "{answers:#?}");
    // The one that is left serves; nobody was tried twice.
    assert!(accepted > 0, "{answers:#?}");
    assert!(binds.load(Ordering::Relaxed) <= CALLERS * EACH);
    assert!(binds.load(Ordering::Relaxed) >= accepted);
    assert_eq!(
        login(&daemon.address, "plant-a/jane", "swordfish")["decision"],
        "accept"
    );
}

/// By a program that keeps what a login left, and shows it when its own session is renewed.
#[test]
fn a_program_asks_again_about_a_site_s_people_until_their_connector_is_revoked() {
    let (world, daemon, mut sites, binds) = connected(1);
    let first = login(&daemon.address, "plant-a/jane", "swordfish");
    let ask = |token: &Value| {
        let body = json!({ "token": token });
        let got = daemon.post("/api/v1/login/revalidate", CONSOLE, &body);
        (got.status, got.json())
    };
    let (_, still) = ask(&first["revalidation"]);
    assert_eq!(still["decision"], "accept", "{still}");
    assert_eq!(still["session"]["subject"], first["session"]["subject"]);
    assert_eq!(
        still["session"]["authenticated_at"],
        first["session"]["authenticated_at"]
    );
    // Nobody can be asked: the last answer stands for a while.
    drop(sites.pop());
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 0");
    let (status, away) = ask(&still["revalidation"]);
    assert_eq!(
        (status, &away["decision"], &away["grace"], &away["fault"]),
        (
            200,
            &json!("accept"),
            &json!(true),
            &json!("site_unreachable")
        ),
        "{away}"
    );
    assert!(away.get("session").is_none(), "{away}");
    // Nobody ever can: no other connector could read what that one gave.
    let listed = done(&world, &["hub", "connector", "list"]);
    let id = listed["connectors"][0]["id"].as_str().expect("an id");
    done(&world, &["hub", "connector", "revoke", id]);
    let (_, over) = ask(&still["revalidation"]);
    assert_eq!(over["decision"], "reject", "{over}");
    assert_eq!(
        binds.load(Ordering::Relaxed),
        1,
        "no password is tried for it"
    );
}

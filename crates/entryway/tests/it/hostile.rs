//! A directory that lies, floods or falls silent, beside one that works: each of its logins ends in a
//! reason inside the deadline, the other's people notice nothing, memory stays bounded.

use crate::daemon::{Answer, Daemon, answer, begin_login};
use crate::world::{CONSOLE, PORTAL, SOON, World};
use entryway_ldap_types::ResultCode;
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan};
use entryway_testdir::{Directory, Kind, Options, TestServer};
use std::io::Read;
use std::net::Shutdown;
use std::time::{Duration, Instant};

/// A login's own deadline here, and how late its answer may be on a busy machine.
const DEADLINE: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_secs(4);
/// What is asked here is asked of the directory, however often: `throttle.rs` has the throttle.
const UNTHROTTLED: &str =
    "[throttle]\nfailures = 10000\nfailures_per_identity = 10000\nfailures_per_address = 1000000\n";
/// What a gateway may hold in the face of a flood; unoptimised builds included.
const MEMORY_KIB: u64 = 150 * 1024;

/// The world with a second domain, `outer`, whose only server misbehaves.
struct Hostile {
    world: World,
    outer: TestServer,
    daemon: Daemon,
}

impl Hostile {
    fn new(plan: FaultPlan, base: &str) -> Self {
        let world = World::new();
        let people = Directory::from_ldif(include_str!("world/people.ldif")).expect("LDIF");
        let options = Options::default();
        let outer = world
            .runtime
            .block_on(TestServer::start(people, options))
            .expect("a directory");
        world.write("outer.pem", &outer.ca_pem());
        let configuration = format!(
            "[login]\ndeadline = \"1s\"\ndefault_domains = [\"staff\"]\n{}\n[domain.outer]\nservers = [\"ldaps://127.0.0.1:{}\"]\n\
             base = \"{base}\"\n\
             bind = {{ method = \"simple\", dn = \"cn=entryway,dc=corp,dc=example\", password = {{ file = \"staff.pass\" }} }}\n\
             {UNTHROTTLED}[domain.outer.tls]\ntrust = [\"outer.pem\"]\n[domain.outer.timeouts]\nconnect = \"500ms\"\noperation = \"800ms\"\n",
            world.configuration(),
            outer.ldaps_addr().port(),
        );
        world.write("entryway.toml", &configuration);
        let daemon = Daemon::start(&world);
        // The daemon looks at each server when it starts: that is the service account's bind. Faults
        // are for logins.
        let looked_at = outer.wait_until(SOON, |counters| counters.all_binds() == 1);
        assert!(
            world.runtime.block_on(looked_at),
            "the server was never asked"
        );
        outer.set_faults(plan);
        Self {
            world,
            outer,
            daemon,
        }
    }

    /// Two logins at a time, one to each domain; the good one must be let in.
    fn ask_both(&self) -> Answer {
        let began = Instant::now();
        let bad = self.daemon.begin_login(CONSOLE, "outer/jdoe", "right");
        let good = self.daemon.login(PORTAL, "staff/jdoe", "right");
        assert_eq!(good.json()["decision"], "accept", "{good:?}");
        let bad = answer(bad);
        assert!(
            began.elapsed() < DEADLINE + SLACK,
            "answered after {:?}: {bad:?}",
            began.elapsed()
        );
        bad
    }

    /// The most memory that the gateway ever held.
    fn peak_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.daemon.pid()))
            .expect("a status");
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let peak = line.and_then(|line| line.split_whitespace().nth(1));
        peak.expect("a line").parse().expect("a number")
    }
}

/// Four logins into one fault: every one gets no verdict, and its code is one of these.
fn check(plan: FaultPlan, codes: &[&str]) {
    let hostile = Hostile::new(plan.clone(), "dc=corp,dc=example");
    for _ in 0..4 {
        let bad = hostile.ask_both();
        let fault = bad.json()["fault"].clone();
        assert!(
            bad.status == 503 && codes.iter().any(|code| fault == *code),
            "{plan:?}: {bad:?}"
        );
    }
    let peak = hostile.peak_kib();
    assert!(peak < MEMORY_KIB, "{plan:?}: {peak} KiB");
    drop(hostile.world);
}

fn on_search(fault: Fault) -> FaultPlan {
    FaultPlan::new().on(Kind::Search, fault)
}

fn on_bind_as_person(fault: Fault) -> FaultPlan {
    // The service account is bound already.
    FaultPlan::new().on(Kind::Bind, fault)
}

/// Broken protocol; or, once the server is known to be bad, that it is left alone.
const BROKEN: [&str; 2] = ["directory_protocol_error", "directory_unreachable"];
/// No answer in time; or that the server is left alone.
const SILENT: [&str; 2] = ["deadline", "directory_unreachable"];

#[test]
fn answers_that_are_not_ldap() {
    for fault in [Fault::Garbage, Fault::DeepNesting, Fault::HugeLength] {
        check(on_search(fault.clone()), &BROKEN);
        check(on_bind_as_person(fault), &BROKEN);
    }
}

#[test]
fn answers_to_another_question() {
    for fault in [Fault::StaleId, Fault::ForeignId, Fault::WrongKind] {
        check(on_search(fault.clone()), &BROKEN);
        check(on_bind_as_person(fault), &BROKEN);
    }
}

#[test]
fn half_an_answer_or_none() {
    for fault in [
        Fault::Silence,
        Fault::HalfThenSilence,
        Fault::CloseMidMessage,
        Fault::Close,
    ] {
        check(on_search(fault.clone()), &SILENT);
        check(on_bind_as_person(fault), &SILENT);
    }
}

#[test]
fn connections_that_lead_nowhere() {
    for fault in [
        ConnectFault::Silence,
        ConnectFault::Close,
        ConnectFault::StallHandshake,
    ] {
        check(FaultPlan::new().on_connect(fault), &SILENT);
    }
}

#[test]
fn a_server_that_says_goodbye_or_is_busy() {
    let code = ResultCode::UNAVAILABLE;
    let diagnostic = || "shutting down".to_owned();
    check(
        on_search(Fault::Notice {
            code,
            diagnostic: diagnostic(),
        }),
        &SILENT,
    );
    check(
        on_search(Fault::Answer {
            code: ResultCode::BUSY,
            diagnostic: diagnostic(),
        }),
        &SILENT,
    );
}

/// More than one entry is an ambiguous name. The server floods whatever looks at it in the background, too, and may be
/// known to be down by then: that is no verdict. Which of the two it is, depends on the moment; neither shows a password.
#[test]
fn entries_without_end_let_nobody_in_and_no_password_is_tried() {
    // The base under which the endless entries say they are.
    let hostile = Hostile::new(on_search(Fault::EndlessEntries), "dc=example,dc=com");
    for _ in 0..4 {
        let bad = hostile.ask_both();
        let ambiguous = bad.json()["reason"] == "ambiguous_login";
        assert!(ambiguous || bad.status == 503, "{bad:?}");
    }
    let jdoe = "uid=jdoe,ou=people,dc=corp,dc=example";
    assert_eq!(hostile.outer.counters().binds_of(jdoe), 0);
    let peak = hostile.peak_kib();
    assert!(peak < MEMORY_KIB, "{peak} KiB");
}

/// Callers that hang up at any moment, right and wrong passwords in turns: whatever is answered is the
/// answer to what that caller asked.
#[test]
fn thousands_of_hang_ups_and_no_answer_goes_astray() {
    const CALLERS: u64 = 8;
    const CALLS: u64 = 300;
    let world = World::new();
    world.write(
        "entryway.toml",
        &format!("{UNTHROTTLED}{}", world.configuration()),
    );
    let daemon = Daemon::start(&world);
    let (address, mut answered, mut gone) = (daemon.address.as_str(), 0, 0);
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                scope.spawn(move || {
                    // xorshift: the same moments in every run, as far as a machine has the same moments.
                    let mut state = 0x9e37_79b9_7f4a_7c15 ^ (caller + 1);
                    let mut random = move || {
                        state ^= state << 13;
                        state ^= state >> 7;
                        state ^= state << 17;
                        state
                    };
                    let (mut answered, mut gone) = (0_u64, 0_u64);
                    for _ in 0..CALLS {
                        let right = random() % 2 == 0;
                        let password = if right { "right" } else { "wrong" };
                        let mut waiting = begin_login(address, CONSOLE, "jdoe", password);
                        let patience = Duration::from_micros(1 + random() % 12_000);
                        if random() % 3 > 0 {
                            waiting.set_read_timeout(Some(patience)).expect("a timeout");
                            let mut first = [0; 1];
                            if waiting.peek(&mut first).is_err() {
                                let _ = waiting.shutdown(Shutdown::Both);
                                gone += 1;
                                continue;
                            }
                            waiting.set_read_timeout(Some(SOON)).expect("a timeout");
                        }
                        let mut text = String::new();
                        waiting.read_to_string(&mut text).expect("an answer");
                        let expected = if right {
                            "\"decision\":\"accept\""
                        } else {
                            "\"decision\":\"reject\""
                        };
                        assert!(text.contains(expected), "{password}: {text}");
                        answered += 1;
                    }
                    (answered, gone)
                })
            })
            .collect();
        for caller in callers {
            let (some, others) = caller.join().expect("a caller");
            answered += some;
            gone += others;
        }
    });
    assert_eq!(answered + gone, CALLERS * CALLS);
    assert!(
        answered > CALLS && gone > CALLS / 10,
        "{answered} answered, {gone} hung up"
    );
}

//! While an answer takes its time: what a terminal shows, and what becomes of it when nobody waits any more.

use crate::daemon::Daemon;
use crate::world::{FINDER, FINDERS, SOON, World};
use entryway_testdir::faults::{Fault, FaultPlan, Gate};
use entryway_testdir::{Counters, Kind};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

/// What is shown on a terminal, as it comes.
struct Shown {
    pieces: Receiver<Vec<u8>>,
    text: String,
}

impl Shown {
    fn of(mut screen: File) -> Self {
        let (sent, pieces) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 256];
            while let Ok(count @ 1..) = screen.read(&mut piece) {
                if sent.send(piece[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            pieces,
            text: String::new(),
        }
    }

    fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + SOON;
        while !self.text.contains(text) {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(piece) = self.pieces.recv_timeout(left) else {
                panic!("no `{text}` in {:?}", self.text);
            };
            self.text += &String::from_utf8_lossy(&piece);
        }
    }
}

#[test]
fn a_walk_that_takes_long_shows_a_bar_and_takes_it_away() {
    let world = World::new();
    let text = format!(
        "[directory]\ndeadline = \"30s\"\n{}\n[domain.staff.timeouts]\noperation = \"30s\"\n",
        world.configuration()
    );
    world.write("entryway.toml", &text);
    let gate = Gate::new();
    let held = Fault::Hold(gate.clone());
    world
        .directory
        .set_faults(FaultPlan::new().on(Kind::Search, held));
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&screen).expect("granted");
    unlockpt(&screen).expect("unlocked");
    let name = ptsname(&screen, Vec::new()).expect("a name");
    let mut terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(i32::try_from(OpenptFlags::NOCTTY.bits()).expect("a flag"))
        .open(name.to_str().expect("a path"))
        .expect("the other end");
    let mut child = world
        .command(&["groups", "members", "engineers"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(terminal.try_clone().expect("a terminal"))
        .spawn()
        .expect("the binary");
    let mut shown = Shown::of(screen.into());
    shown.wait_for("asking [");
    shown.wait_for(" s of 30 s");
    gate.open();
    let mut table = String::new();
    let stdout = child.stdout.as_mut().expect("a pipe");
    stdout.read_to_string(&mut table).expect("text");
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    assert!(table.starts_with("engineers has 1 member\n"), "{table}");
    terminal.write_all(b"the end").expect("written");
    shown.wait_for("the end");
    // Nothing of the bar stays, and it is in no table.
    let (_, last) = shown.text.rsplit_once('\r').expect("a bar");
    assert_eq!(last, "\u{1b}[Kthe end", "{:?}", shown.text);
    assert!(!table.contains("asking"), "{table}");
}

#[test]
fn whoever_hangs_up_abandons_what_was_asked_at_the_server() {
    let world = World::new();
    world.write("finder.token", FINDER);
    let text = world.configuration() + FINDERS;
    world.write("entryway.toml", &text);
    let daemon = Daemon::start(&world);
    // What it is like is known by then, and nothing else is asked.
    let known = daemon.get("/api/v1/people?q=jane", FINDER);
    assert_eq!(known.status, 200, "{}", known.body);
    let id = known.json()["matches"][0]["id"].clone();
    let id = id.as_str().expect("an id");
    let before = world.directory.counters();
    world
        .directory
        .set_faults(FaultPlan::new().on(Kind::Search, Fault::Silence));
    let mut stream = daemon.connect();
    write!(
        stream,
        "GET /api/v1/people/{id}/groups HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {FINDER}\r\n\r\n"
    )
    .expect("written");
    let wait = |what: &str, seen: &dyn Fn(u64, u64) -> bool| {
        let seen = |now: &Counters| {
            seen(
                now.searches - before.searches,
                now.abandons - before.abandons,
            )
        };
        let waited = world.directory.wait_until(SOON, seen);
        assert!(world.runtime.block_on(waited), "no {what}");
    };
    wait("search", &|searches, _| searches > 0);
    drop(stream);
    wait("abandon", &|_, abandons| abandons > 0);
}

//! File descriptors: strangers who connect and say nothing must not keep people out.

use crate::daemon::{Daemon, answer};
use crate::world::{PORTAL, World};
use std::io::{Read, Write};
use std::net::TcpStream;

const SERVE: [&str; 3] = ["serve", "--log-format", "json"];

#[test]
fn the_soft_limit_is_raised_to_the_hard_one() {
    let world = World::new();
    let daemon = Daemon::of(world.limited("ulimit -Sn 40 && ulimit -Hn 300", &SERVE));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", daemon.pid())).expect("limits");
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let numbers: Vec<_> = line
        .expect("a line")
        .split_whitespace()
        .filter(|word| word.parse::<u64>().is_ok())
        .collect();
    assert_eq!(numbers, ["300", "300"]);
}

#[test]
fn strangers_who_say_nothing_leave_directories_their_descriptors() {
    let world = World::new();
    // Two pools of 16 and 64 others: 104 are left. Without a share, the strangers would take every one.
    let daemon = Daemon::of(world.limited("ulimit -n 200", &SERVE));
    // Taken before the strangers come, so that it need not wait behind them.
    let (mut waiting, body) = daemon.begin_request(PORTAL, "jdoe", "right");
    let mut waited = [0; 25];
    waiting.read_exact(&mut waited).expect("to go on");
    let strangers: Vec<_> = (0..200)
        .map(|_| TcpStream::connect(&daemon.address).expect("a connection"))
        .collect();
    daemon.wait_for_descriptors(104);
    waiting.write_all(body.as_bytes()).expect("written");
    let answer = answer(waiting);
    assert_eq!(answer.json()["decision"], "accept", "{answer:?}");
    drop(strangers);
}

#[test]
fn little_room_is_told() {
    let world = World::new();
    let daemon = Daemon::of(world.limited("ulimit -n 150", &SERVE));
    let told = daemon.seen("server.few_descriptors");
    assert_eq!(
        (&told["limit"], &told["pools"], &told["connections"]),
        (&150.into(), &32.into(), &64.into())
    );
}

//! `entryway demo`, as somebody would first run it.

use crate::daemon::answer;
use crate::world::SOON;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

fn command(folder: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entryway"));
    command
        .env_clear()
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn is_empty(folder: &std::path::Path) -> bool {
    std::fs::read_dir(folder)
        .expect("a folder")
        .next()
        .is_none()
}

#[test]
fn once_walks_five_logins_and_leaves_nothing() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let ended = command(folder.path())
        .args(["demo", "--once"])
        .output()
        .expect("an end");
    let text = String::from_utf8(ended.stdout).expect("text");
    assert_eq!(ended.status.code(), Some(0), "{text}");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    for line in [
        "1 of 5: the right password",
        "answered     200, accept",
        "decision     accept ",
        "decision     reject, wrong_password ",
        "decision     reject, unknown_login ",
        "decision     reject, account_locked ",
        "decision     reject, ambiguous_login ",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    // Four refusals, one face.
    let mut refused: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("answered     200, reject"))
        .collect();
    assert_eq!(refused.len(), 4);
    refused.dedup();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(text.lines().count() < 90, "about two screens");
    assert!(is_empty(folder.path()), "its files are removed");
}

/// The permissions of everything in a folder.
fn modes_in(folder: &std::path::Path) -> Vec<u32> {
    std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.and_then(|entry| entry.metadata()).expect("an entry"))
        .map(|metadata| metadata.permissions().mode() & 0o777)
        .collect()
}

/// Killed when dropped, should a test end early.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn its_command_lines_work_until_it_is_interrupted() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut child = Running(
        command(folder.path())
            .args(["demo", "--log-format", "json"])
            .spawn()
            .expect("the binary"),
    );
    let mut lines = BufReader::new(child.0.stdout.take().expect("a pipe"))
        .lines()
        .map_while(Result::ok);
    let url = lines
        .find(|line| line.contains("curl -sS") && line.contains("/api/v1/login"))
        .expect("a curl line");
    let data = lines.next().expect("its second half");
    let explain = lines
        .find(|line| line.contains(" explain "))
        .expect("an explain line");
    lines
        .find(|line| line.contains("Ctrl-C"))
        .expect("how to stop");

    // The login, as the curl line would send it.
    let address = url
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .expect("an address");
    let (header, body) = (between(&data, "-H '"), between(&data, "-d '"));
    let request = format!(
        "POST /api/v1/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n{header}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(SOON)).expect("a timeout");
    stream.write_all(request.as_bytes()).expect("written");
    assert_eq!(answer(stream).json()["decision"], "accept");

    // The other command lines name this very program and its configuration.
    let mut words = explain.split_whitespace();
    let mut again = Command::new(words.next().expect("a program"));
    let explained = again.env_clear().args(words).output().expect("an end");
    assert_eq!(
        explained.status.code(),
        Some(1),
        "a name that two people have"
    );

    signal(&child, "INT");
    assert_eq!(child.0.wait().expect("an end").code(), Some(0));
    let mut log = String::new();
    child
        .0
        .stderr
        .take()
        .expect("a pipe")
        .read_to_string(&mut log)
        .expect("a log");
    assert!(log.contains("\"event\":\"login.decided\""), "{log}");
    assert!(is_empty(folder.path()), "its files are removed");
}

fn signal(child: &Running, name: &str) {
    let pid = child.0.id().to_string();
    let sent = Command::new("kill").args(["-s", name, &pid]).status();
    assert!(sent.expect("kill").success());
}

#[test]
fn a_window_that_is_closed_ends_it_in_order() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let mut child = Running(
        command(folder.path())
            .arg("demo")
            .spawn()
            .expect("the binary"),
    );
    let lines = BufReader::new(child.0.stdout.take().expect("a pipe")).lines();
    lines
        .map_while(Result::ok)
        .find(|line| line.contains("Ctrl-C"))
        .expect("how to stop");
    assert_eq!(modes_in(folder.path()), [0o700], "nobody else looks in");
    signal(&child, "HUP");
    assert_eq!(child.0.wait().expect("an end").code(), Some(0));
    assert!(is_empty(folder.path()), "its files are removed");
}

fn between<'a>(line: &'a str, start: &str) -> &'a str {
    line.split(start)
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .expect("a quoted part")
}

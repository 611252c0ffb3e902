//! A server of the tests does not outlive the program that started it, however that one ends.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use entryway_conformance::{Deadline, until};
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

struct Lab {
    xtask: Child,
    /// Kept open: it has more to say than the test reads.
    _stdout: BufReader<ChildStdout>,
    ldaps: SocketAddr,
    configuration: PathBuf,
}

fn start() -> Lab {
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["lab", "openldap"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(xtask.stdout.take().unwrap());
    let mut lines = stdout.by_ref().lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let (_, rest) = first.split_once("ldaps://").unwrap();
    let ldaps = rest.split(',').next().unwrap().parse().unwrap();
    let second = lines.next().unwrap();
    let configuration = PathBuf::from(second.split_once("--config ").unwrap().1);
    Lab {
        xtask,
        _stdout: stdout,
        ldaps,
        configuration,
    }
}

impl Lab {
    fn is_there(&self) -> bool {
        self.configuration.exists() || TcpStream::connect(self.ldaps).is_ok()
    }

    #[track_caller]
    fn goes(&self) {
        until("server and folder are gone", Deadline::seconds(15), || {
            Ok((!self.is_there()).then_some(()))
        })
        .unwrap();
    }
}

#[test]
fn killed() {
    let mut lab = start();
    assert!(lab.is_there());
    lab.xtask.kill().unwrap();
    lab.xtask.wait().unwrap();
    lab.goes();
}

#[test]
fn ended() {
    let mut lab = start();
    assert!(lab.is_there());
    drop(lab.xtask.stdin.take());
    assert!(lab.xtask.wait().unwrap().success());
    assert!(!lab.is_there());
}

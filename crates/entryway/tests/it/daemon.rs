//! `entryway serve` as a child process: its log, its port, its end.

use crate::world::{CONSOLE, SOON, World};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

/// A running gateway; killed when dropped.
pub(crate) struct Daemon {
    child: Child,
    log: Receiver<serde_json::Value>,
    seen: Vec<serde_json::Value>,
    pub(crate) address: String,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Daemon {
    /// Starts, and waits until it serves.
    pub(crate) fn start(world: &World) -> Self {
        Self::of(world.command(&["serve", "--log-format", "json"]))
    }

    /// A connector; its address is that of its health.
    pub(crate) fn connector(world: &World) -> Self {
        let command = world.command(&["connector", "run", "--log-format", "json"]);
        Self::until(command, "connector.started")
    }

    /// Starts it by another command.
    pub(crate) fn of(command: Command) -> Self {
        Self::until(command, "server.started")
    }

    pub(crate) fn until(mut command: Command, event: &str) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let (lines, log) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // Warnings of the configuration, and why there is no start, come as text.
                let event = serde_json::from_str(&line);
                let _ = lines.send(event.unwrap_or(serde_json::Value::String(line)));
            }
        });
        let mut daemon = Self {
            child,
            log,
            seen: Vec::new(),
            address: String::new(),
        };
        let started = daemon.event(event);
        daemon.address = started["listen"].as_str().expect("an address").to_owned();
        daemon
    }

    /// Logs jdoe in once: from then on connections are open, the directory's kind is known, and what is asked of it next is
    /// what the test asks.
    pub(crate) fn warm_up(&mut self, token: &str) {
        assert_eq!(
            self.login(token, "jdoe", "right").json()["decision"],
            "accept"
        );
        self.event("login.decided");
    }

    /// Waits for the next event of this name.
    pub(crate) fn event(&mut self, name: &str) -> serde_json::Value {
        let deadline = Instant::now() + SOON;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(event) = self.log.recv_timeout(left) else {
                panic!("no `{name}`, but {:#?}", self.seen);
            };
            self.seen.push(event.clone());
            if event["event"] == name {
                return event;
            }
        }
    }

    /// An event of this name that has been waited past.
    pub(crate) fn seen(&self, name: &str) -> &serde_json::Value {
        let seen = self.seen.iter().find(|event| event["event"] == name);
        seen.unwrap_or_else(|| panic!("no `{name}` in {:#?}", self.seen))
    }

    /// Every event of this name that has been waited past.
    pub(crate) fn all_seen(&self, name: &str) -> Vec<&serde_json::Value> {
        let seen = self.seen.iter();
        seen.filter(|event| event["event"] == name).collect()
    }

    /// Whether an event of this name has been waited past.
    pub(crate) fn has_seen(&self, name: &str) -> bool {
        self.seen.iter().any(|event| event["event"] == name)
    }

    /// Waits until it has this many files open.
    pub(crate) fn wait_for_descriptors(&self, count: usize) {
        let deadline = Instant::now() + SOON;
        let folder = format!("/proc/{}/fd", self.pid());
        loop {
            let open = std::fs::read_dir(&folder).expect("a folder").count();
            if open >= count {
                return;
            }
            assert!(Instant::now() < deadline, "{open} open files");
            std::thread::yield_now();
        }
    }

    /// Every event until the end.
    pub(crate) fn rest(mut self) -> (ExitStatus, Vec<serde_json::Value>) {
        let status = self.child.wait().expect("an end");
        self.seen.extend(self.log.iter());
        (status, std::mem::take(&mut self.seen))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.expect("kill").success());
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(&self.address)
    }

    /// Sends a login and does not wait for its answer.
    pub(crate) fn begin_login(&self, token: &str, name: &str, password: &str) -> TcpStream {
        let (head, body) = login_request(token, name, password, "");
        let mut stream = self.connect();
        stream
            .write_all((head + &body).as_bytes())
            .expect("written");
        stream
    }

    /// Sends the head of a login and returns its body. `100 Continue` says that the body is wanted.
    pub(crate) fn begin_request(
        &self,
        token: &str,
        name: &str,
        password: &str,
    ) -> (TcpStream, String) {
        let (head, body) = login_request(token, name, password, "expect: 100-continue\r\n");
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).expect("written");
        (stream, body)
    }

    pub(crate) fn login(&self, token: &str, name: &str, password: &str) -> Answer {
        answer(self.begin_login(token, name, password))
    }

    /// A login from an address of its own, with what an earlier one gave for the device.
    pub(crate) fn login_from(
        &self,
        address: &str,
        device: Option<&str>,
        name: &str,
        password: &str,
    ) -> Answer {
        let mut body = serde_json::json!({ "login_name": name, "password": password, "client_address": address });
        if let Some(device) = device {
            body["device"] = device.into();
        }
        let body = body.to_string();
        let head = format!(
            "POST /api/v1/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {CONSOLE}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = self.connect();
        stream
            .write_all((head + &body).as_bytes())
            .expect("written");
        answer(stream)
    }

    /// Waits until so many logins go on without a caller.
    pub(crate) fn wait_for_unheard(&self, count: usize) {
        let deadline = Instant::now() + SOON;
        let line = format!("entryway_logins_finishing {count}\n");
        while !self.get("/metrics", CONSOLE).body.contains(&line) {
            assert!(Instant::now() < deadline, "never {line}");
            std::thread::yield_now();
        }
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a signal");
        self.child.wait().expect("an end");
    }

    /// Sends JSON.
    pub(crate) fn post(&self, path: &str, token: &str, body: &serde_json::Value) -> Answer {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = self.connect();
        stream
            .write_all((head + &body).as_bytes())
            .expect("written");
        answer(stream)
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Answer {
        let mut stream = self.connect();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("written");
        answer(stream)
    }
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(SOON)).expect("a timeout");
    stream
}

/// Sends a login to the gateway at `address` and does not wait for its answer.
pub(crate) fn begin_login(address: &str, token: &str, name: &str, password: &str) -> TcpStream {
    let body = serde_json::json!({ "login_name": name, "password": password, "client_address": "192.0.2.7" }).to_string();
    let head = format!(
        "POST /api/v1/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = connect(address);
    stream
        .write_all((head + &body).as_bytes())
        .expect("written");
    stream
}

/// Head and body.
fn login_request(token: &str, name: &str, password: &str, header: &str) -> (String, String) {
    let body = serde_json::json!({ "login_name": name, "password": password, "client_address": "192.0.2.7" }).to_string();
    let head = format!(
        "POST /api/v1/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\n{header}content-length: {}\r\n\r\n",
        body.len()
    );
    (head, body)
}

/// Reads an answer to its end.
pub(crate) fn answer(mut stream: TcpStream) -> Answer {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head
        .split(' ')
        .nth(1)
        .expect("a status")
        .parse()
        .expect("a number");
    Answer {
        status,
        body: body.to_owned(),
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

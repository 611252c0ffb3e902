//! HAProxy before the nodes of a hub, as docs/hub.md sets it up, and a node that goes silent: a challenge is had from the
//! other, a login is handed over once.

use super::station::blocks;
use crate::Test;
use crate::lab::Lab;
use anyhow::{Context, Result, ensure};
use entryway_conformance::{Deadline, HttpClient, free_port, until};
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

const CHALLENGE: &str = "/api/v1/login/challenge";
const LOGIN: &str = "/api/v1/login";

pub(super) fn tests() -> Vec<Test> {
    vec![(
        "HAProxy: a hub node that goes silent is given up, and no login is handed over twice",
        a_silent_node_is_given_up,
    )]
}

/// What a balancer sees of a node.
#[derive(Default)]
struct Node {
    /// It takes connections, as the kernel does for a program that stands still, and says nothing.
    silent: AtomicBool,
    challenges: AtomicUsize,
    logins: AtomicUsize,
    checks: AtomicUsize,
}

impl Node {
    fn start() -> Result<(SocketAddr, Arc<Self>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (address, node) = (listener.local_addr()?, Arc::<Self>::default());
        let own = Arc::clone(&node);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let node = Arc::clone(&own);
                thread::spawn(move || node.answers(stream));
            }
        });
        Ok((address, node))
    }

    /// Whoever hangs up has what they wanted.
    fn answers(&self, mut stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let (mut first, mut length) = (String::new(), 0);
        reader.read_line(&mut first).ok()?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let line = line.trim().to_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let counter = match first.split(' ').nth(1)? {
            CHALLENGE => &self.challenges,
            LOGIN => &self.logins,
            _ => &self.checks,
        };
        counter.fetch_add(1, Ordering::SeqCst);
        if self.silent.load(Ordering::SeqCst) {
            // Until the balancer gives it up.
            let _ = reader.read_to_end(&mut body);
            return None;
        }
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(answer.as_bytes()).ok()
    }
}

/// HAProxy; ended when dropped.
struct Balancer(Child);

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Balancer {
    /// With the page's configuration, at the ports that the test has.
    fn start(lab: &Lab, nodes: [SocketAddr; 2], listen: SocketAddr) -> Result<Self> {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hub.md");
        let page = fs::read_to_string(&page).context("cannot read docs/hub.md")?;
        let mut text = blocks(&page, "haproxy").concat() + "\n";
        for (documented, here) in [
            (
                "bind :443 ssl crt /etc/haproxy/hub.pem alpn h2,http/1.1",
                format!("bind {listen}"),
            ),
            ("10.0.0.11:8389", nodes[0].to_string()),
            ("10.0.0.12:8389", nodes[1].to_string()),
        ] {
            ensure!(text.contains(documented), "the page has no `{documented}`");
            text = text.replace(documented, &here);
        }
        let file = lab.scratch()?.write("haproxy.cfg", &text)?;
        // In the foreground, without the package's unit.
        let started = Command::new("/usr/sbin/haproxy")
            .args(["-db", "-f"])
            .arg(file)
            .spawn()
            .context("`haproxy` is not installed (`./test` installs the packages of conformance/packages.txt)")?;
        let balancer = Self(started);
        until("HAProxy listens", Deadline::seconds(20), || {
            Ok(TcpStream::connect(listen).is_ok().then_some(()))
        })?;
        Ok(balancer)
    }
}

fn a_silent_node_is_given_up(lab: &Lab) -> Result<()> {
    let ((one, first), (other, second)) = (Node::start()?, Node::start()?);
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
    let _balancer = Balancer::start(lab, [one, other], listen)?;
    let client = HttpClient::new(listen, None);
    let asks = |path: &str| -> Result<u16> {
        Ok(client
            .post(path, &json!({ "login_name": "plant-a/jane" }))?
            .status)
    };
    // Both serve, in turn.
    until("both nodes are asked", Deadline::seconds(20), || {
        ensure!(asks(CHALLENGE)? == 200, "a node that answers is not asked");
        let of = |node: &Node| node.challenges.load(Ordering::SeqCst);
        Ok((of(&first) > 0 && of(&second) > 0).then_some(()))
    })?;
    first.silent.store(true, Ordering::SeqCst);
    // While nobody has noticed: one of these logins is at the silent node, and what was handed to it stays there.
    let logins: Vec<u16> = thread::scope(|scope| {
        let asked: Vec<_> = (0..2).map(|_| scope.spawn(|| asks(LOGIN))).collect();
        let challenges: Vec<_> = (0..4).map(|_| scope.spawn(|| asks(CHALLENGE))).collect();
        for challenge in challenges {
            let status = challenge.join().map_err(|_| anyhow::anyhow!("a panic"))??;
            ensure!(status == 200, "a challenge is answered {status}");
        }
        let joined = asked
            .into_iter()
            .map(|it| it.join().map_err(|_| anyhow::anyhow!("a panic"))?);
        joined.collect()
    })?;
    let let_through = logins.iter().filter(|status| **status == 200).count();
    let given_up = logins.iter().filter(|status| **status >= 502).count();
    ensure!(
        (let_through, given_up) == (1, 1),
        "expected one login at each node, found {logins:?}"
    );
    let taken = [&first, &second].map(|node| node.logins.load(Ordering::SeqCst));
    ensure!(taken == [1, 1], "a login was handed over twice: {taken:?}");
    // By then its checks have told: nobody waits for it any more.
    for _ in 0..4 {
        ensure!(asks(LOGIN)? == 200, "the silent node is asked on");
    }
    ensure!(first.checks.load(Ordering::SeqCst) > 1, "nobody checks");
    Ok(())
}

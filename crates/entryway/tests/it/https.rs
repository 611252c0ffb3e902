//! The API in TLS: what is served, what is not, and certificates that change while it runs.

use crate::daemon::{Answer, Daemon, answer};
use crate::world::{CONSOLE, PORTAL, SOON, World};
use entryway_conformance::{Authority, Certificate};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Output;
use std::sync::Arc;

const PAIR: &str = r#"tls = { certificate = "server.crt", key = "server.key" }"#;

/// A configuration with this beside `listen`.
fn configure(world: &World, more: &str) {
    let text = world.configuration();
    let listen = "listen = \"127.0.0.1:0\"\n";
    assert!(text.contains(listen));
    world.write(
        "entryway.toml",
        &text.replace(listen, &format!("{listen}{more}\n")),
    );
}

fn issue(world: &World, authority: &Authority) {
    authority
        .issue(Certificate::Good, Ipv4Addr::LOCALHOST, world.folder())
        .expect("a certificate");
}

/// The certificate that lies in a file.
fn certificate(world: &World, name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(world.path(name)).expect("a certificate")
}

/// Somebody who trusts one certificate, a server's own or its authority's.
struct Client {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Client {
    fn trusting(certificate: CertificateDer<'static>, name: &'static str) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(certificate).expect("a root");
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            config: Arc::new(config),
            name: ServerName::try_from(name).expect("a name"),
        }
    }
    /// Connects, and asks on it as often as it is asked to.
    fn connect(&self, daemon: &Daemon) -> Connection {
        let stream = TcpStream::connect(&daemon.address).expect("a connection");
        stream.set_read_timeout(Some(SOON)).expect("a timeout");
        let tls = ClientConnection::new(Arc::clone(&self.config), self.name.clone());
        Connection(StreamOwned::new(tls.expect("a client"), stream))
    }
}

struct Connection(StreamOwned<ClientConnection, TcpStream>);

impl Connection {
    /// One request; the connection stays open.
    fn status(&mut self) -> u16 {
        let request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
        self.0.write_all(request.as_bytes()).expect("written");
        let mut text = String::new();
        while !text.ends_with("ok\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("an answer");
            text.push(char::from(byte[0]));
        }
        text.split(' ')
            .nth(1)
            .expect("a status")
            .parse()
            .expect("a number")
    }
    fn shown(&self) -> CertificateDer<'static> {
        let chain = self.0.conn.peer_certificates().expect("a handshake");
        chain[0].clone()
    }
    /// The last request.
    fn ask(mut self, request: &str) -> Answer {
        self.0.write_all(request.as_bytes()).expect("written");
        let mut text = String::new();
        self.0
            .read_to_string(&mut text)
            .expect("an answer and a clean end");
        let (head, body) = text.split_once("\r\n\r\n").expect("a body");
        let status = head.split(' ').nth(1).expect("a status");
        Answer {
            status: status.parse().expect("a number"),
            body: body.to_owned(),
        }
    }
}

fn run(world: &World, arguments: &[&str]) -> Output {
    world.command(arguments).output().expect("an end")
}

fn told(world: &World, arguments: &[&str]) -> Value {
    let ended = run(world, &[arguments, &["--output", "json"]].concat());
    serde_json::from_slice(&ended.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ended.stderr)))
}

#[test]
fn https_is_served_and_http_is_not() {
    let (world, authority) = (World::new(), Authority::new().expect("an authority"));
    issue(&world, &authority);
    configure(&world, PAIR);
    let daemon = Daemon::start(&world);
    assert_eq!(daemon.seen("server.started")["scheme"], "https");
    let client = Client::trusting(certificate(&world, "ca.crt"), "localhost");
    let body = json!({ "login_name": "jdoe", "password": "right" }).to_string();
    let login = client.connect(&daemon).ask(&format!(
        "POST /api/v1/login HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {PORTAL}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert_eq!(
        (login.status, &login.json()["decision"]),
        (200, &json!("accept"))
    );

    let plain = daemon.login(PORTAL, "jdoe", "right");
    assert_eq!(plain.status, 400);
    assert!(plain.body.contains("https://"), "{}", plain.body);
    let mut silent = daemon.connect();
    silent.write_all(b"GET").expect("written");
    silent
        .shutdown(std::net::Shutdown::Write)
        .expect("shut down");
    assert_eq!(answer(silent).status, 400);

    let metrics = client.connect(&daemon).ask(&format!(
        "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {CONSOLE}\r\n\r\n"
    ));
    for line in [
        "entryway_http_handshakes_total{outcome=\"complete\"} 2\n",
        "entryway_http_handshakes_total{outcome=\"plain_http\"} 2\n",
        "entryway_logins_total{decision=\"accept\",code=\"accept\",domain=\"staff\"} 1\n",
    ] {
        assert!(
            metrics.body.contains(line),
            "no {line} in\n{}",
            metrics.body
        );
    }
    let expiry = "entryway_local_certificate_expiry_timestamp_seconds{purpose=\"listener\",file=\"";
    assert!(metrics.body.contains(expiry), "{}", metrics.body);

    let status = told(&world, &["status"]);
    assert_eq!(
        status["listeners"],
        json!([{ "serves": "api", "listen": daemon.address, "scheme": "https" }])
    );
    let certificates = status["certificates"].as_array().expect("certificates");
    let own = |one: &&Value| {
        one["subject"]
            .as_str()
            .is_some_and(|subject| subject.contains("server.crt"))
    };
    assert_eq!(certificates.iter().filter(own).count(), 1, "{status}");
    let shown = String::from_utf8(run(&world, &["status"]).stdout).expect("text");
    assert!(
        shown.contains(&format!("https://{}", daemon.address)),
        "{shown}"
    );
}

#[test]
fn a_new_certificate_is_seen_and_a_bad_one_is_told() {
    let (world, authority) = (World::new(), Authority::new().expect("an authority"));
    issue(&world, &authority);
    configure(&world, PAIR);
    let mut daemon = Daemon::start(&world);
    let client = Client::trusting(certificate(&world, "ca.crt"), "localhost");
    let first = certificate(&world, "server.crt");
    let mut old = client.connect(&daemon);
    assert_eq!((old.status(), old.shown()), (200, first.clone()));

    issue(&world, &authority);
    let second = certificate(&world, "server.crt");
    assert_ne!(first, second);
    daemon.signal("HUP");
    let renewed = daemon.event("listener.certificate_renewed");
    assert_eq!(renewed["subject"], "O=Entryway tests, CN=localhost");
    let mut new = client.connect(&daemon);
    assert_eq!((new.status(), new.shown()), (200, second.clone()));
    assert_eq!(old.status(), 200, "connections from before go on");

    fs::write(world.path("server.crt"), "not a certificate").expect("written");
    let ended = run(&world, &["reload"]);
    assert_eq!(ended.status.code(), Some(3));
    let problem = String::from_utf8(ended.stderr).expect("text");
    assert!(
        problem.contains("error[C095]: cannot use `server.crt`"),
        "{problem}"
    );
    daemon.event("config.refused");
    let mut new = client.connect(&daemon);
    assert_eq!((new.status(), new.shown()), (200, second));
    assert_eq!(
        told(&world, &["status"])["configuration"]["refused"],
        "1 error"
    );
}

#[test]
fn a_file_that_breaks_while_nobody_reloads_is_told() {
    let (world, authority) = (World::new(), Authority::new().expect("an authority"));
    issue(&world, &authority);
    configure(&world, PAIR);
    let mut daemon = Daemon::start(&world);
    let client = Client::trusting(certificate(&world, "ca.crt"), "localhost");
    let first = certificate(&world, "server.crt");
    fs::write(world.path("server.crt"), "not a certificate").expect("written");
    let unusable = daemon.event("listener.certificate_unusable");
    assert_eq!(unusable["code"], "store_not_one");
    let mut new = client.connect(&daemon);
    assert_eq!((new.status(), new.shown()), (200, first));
    let problem = told(&world, &["status"])["listeners"][0]["problem"].clone();
    assert!(
        problem
            .as_str()
            .is_some_and(|text| text.contains("server.crt")),
        "{problem}"
    );
    let shown = String::from_utf8(run(&world, &["status"]).stdout).expect("text");
    assert!(shown.contains("shows the certificate before"), "{shown}");

    issue(&world, &authority);
    let renewed = daemon.event("listener.certificate_renewed");
    assert_eq!(renewed["subject"], "O=Entryway tests, CN=localhost");
    assert!(daemon.has_seen("listener.certificate_recovered"));
    assert_eq!(
        told(&world, &["status"])["listeners"][0]["problem"],
        Value::Null
    );
}

#[test]
fn pkcs12_is_as_good_as_pem() {
    let world = World::new();
    let store = include_bytes!("world/login.p12");
    fs::write(world.path("login.store"), store).expect("written");
    world.write("login.pass", "login-pass\n");
    let own = include_str!("world/login.crt");
    configure(
        &world,
        r#"tls = { store = "login.store", password = { file = "login.pass" } }"#,
    );
    let daemon = Daemon::start(&world);
    let own = CertificateDer::from_pem_slice(own.as_bytes()).expect("a certificate");
    let name = "login.lab.example";
    let mut connection = Client::trusting(own.clone(), name).connect(&daemon);
    assert_eq!((connection.status(), connection.shown()), (200, own));
}

#[test]
fn a_check_tells_how_long_the_certificate_lasts() {
    let (world, authority) = (World::new(), Authority::new().expect("an authority"));
    issue(&world, &authority);
    configure(&world, PAIR);
    let sso = "\n[sso]\nissuer = \"https://login.corp.example\"\n";
    let settings = fs::read_to_string(world.path("entryway.toml")).expect("text");
    world.write("entryway.toml", &format!("{settings}{sso}"));
    let found = told(&world, &["check"]);
    let of = |check: &str| {
        let findings = found["findings"].as_array().expect("findings").iter();
        let mut of = findings.filter(|one| one["check"] == check);
        of.next().cloned().expect("a finding")
    };
    let listener = of("listener");
    let detail = listener["detail"].as_str().expect("a detail");
    assert!(
        listener["ok"] == json!(true) && detail.contains("Z"),
        "{listener}"
    );
    let sso = of("single sign-on");
    assert_eq!(
        (&sso["ok"], &sso["warning"], &sso["detail"]),
        (
            &json!(true),
            &json!(true),
            &json!("https://login.corp.example: 0 applications")
        )
    );
}

#[test]
fn what_cannot_be_used_does_not_start() {
    let (world, authority) = (World::new(), Authority::new().expect("an authority"));
    issue(&world, &authority);
    let other = fs::read(world.path("server.key")).expect("a key");
    issue(&world, &authority);
    fs::write(world.path("server.key"), other).expect("written");
    configure(&world, PAIR);
    let ended = run(&world, &["serve"]);
    assert_eq!(ended.status.code(), Some(3));
    let problem = String::from_utf8(ended.stderr).expect("text");
    assert!(
        problem.contains("error[C095]: cannot use `server.key`"),
        "{problem}"
    );
}

#[test]
fn to_begin_or_end_with_tls_takes_a_restart() {
    let (world, authority) = (World::new(), Authority::new().expect("an authority"));
    issue(&world, &authority);
    for (before, after, schemes) in [("", PAIR, ("http", "https")), (PAIR, "", ("https", "http"))] {
        configure(&world, before);
        let mut daemon = Daemon::start(&world);
        assert_eq!(daemon.seen("server.started")["scheme"], schemes.0);
        configure(&world, after);
        let reload = told(&world, &["reload"]);
        assert_eq!(
            (&reload["applied"], &reload["restart_needed"]),
            (&json!(true), &json!(["server.tls"]))
        );
        let needed = daemon.event("config.restart_needed");
        assert_eq!(
            (
                &needed["setting"],
                &needed["running"],
                &needed["configured"]
            ),
            (&json!("server.tls"), &json!(schemes.0), &json!(schemes.1))
        );
        assert_eq!(
            told(&world, &["status"])["listeners"][0]["scheme"],
            schemes.0
        );
    }
}

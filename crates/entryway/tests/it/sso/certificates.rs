//! Logging in by a certificate, the whole way: from the page to the listener that asks for one, and back. The table of
//! docs/certificate-login.md is this one.

mod ahead;
mod people;
mod site;

use super::*;
use crate::world::SOON;
use entryway_testdir::Directory;
use entryway_testdir::faults::{Fault, FaultPlan};
use people::{House, Issued, Row};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use url::Url;

/// Where browsers are sent; the tests know the port behind it.
const ELSEWHERE: &str = "https://cert.corp.example:8444";

/// A daemon, and where its listener for certificates is.
struct Served {
    daemon: Daemon,
    asking: String,
}

fn serve(world: &World) -> Served {
    let daemon = Daemon::start(world);
    let all = daemon.all_seen("listener.started");
    let asking = all
        .iter()
        .find(|event| event["serves"] == "certificates")
        .and_then(|event| event["listen"].as_str())
        .expect("the listener for certificates")
        .to_owned();
    Served { daemon, asking }
}

fn world_of(house: &House, more: &str) -> World {
    world_with_people(house, &format!("{SETTINGS}{}{more}", people::SETTINGS))
}

/// A directory of these people, the files of a listener, and this configuration.
fn world_with_people(house: &House, more: &str) -> World {
    let world = World::new();
    world.write("app.secret", SECRET);
    world.write("people-ca.pem", &house.authority_pem);
    world.write("people.crl", &house.list_pem);
    world.write("sub.crl", &house.sub_list_pem);
    let own = rcgen::generate_simple_self_signed(["cert.corp.example".to_owned()])
        .expect("a certificate");
    world.write("asking.crt", &own.cert.pem());
    world.write("asking.key", &own.signing_key.serialize_pem());
    world
        .directory
        .set_directory(Directory::from_ldif(&house.people).expect("LDIF"));
    world.configure("5s", more);
    world
}

/// Nobody here looks at who the listener is.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl Served {
    /// A connection of a browser that shows this and speaks these protocols.
    fn connect(
        &self,
        shown: Option<&Issued>,
        protocols: &[&str],
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody));
        let mut config = match shown {
            None => builder.with_no_client_auth(),
            Some(issued) => builder
                .with_client_auth_cert(
                    issued.chain.clone(),
                    PrivateKeyDer::Pkcs8(issued.key.clone().into()),
                )
                .expect("a key that fits"),
        };
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let stream = TcpStream::connect(&self.asking).expect("a connection");
        stream.set_read_timeout(Some(SOON)).expect("a timeout");
        let name = ServerName::try_from("cert.corp.example").expect("a name");
        let tls = ClientConnection::new(Arc::new(config), name).expect("a client");
        StreamOwned::new(tls, stream)
    }

    /// Where the listener sends a browser that shows this.
    fn show(&self, place: &str, shown: Option<&Issued>) -> (u16, String) {
        let mut connection = self.connect(shown, &[]);
        let answer = asked(&mut connection, place, "connection: close\r\n");
        let status = answer[9..12].parse().expect("a status");
        let location = answer
            .lines()
            .find_map(|line| line.strip_prefix("location: "))
            .unwrap_or_default()
            .to_owned();
        (status, location)
    }

    /// From the page of an application to the listener.
    fn to_listener(&self, browser: &mut Browser<'_>) -> String {
        let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
        assert_eq!(page.status, 200, "{page:?}");
        let sent = browser.submit(&page, &[("action", "certificate")]);
        assert_eq!(sent.status, 303, "{sent:?}");
        sent.location().expect("a place").to_owned()
    }

    /// The whole way; what the browser sees in the end.
    fn log_in(&self, browser: &mut Browser<'_>, shown: Option<&Issued>) -> Got {
        let place = self.to_listener(browser);
        let (status, back) = self.show(&place, shown);
        assert_eq!(status, 303, "{back}");
        browser.get(&path_of(&back))
    }
}

/// All that is answered until the connection ends.
fn asked(
    connection: &mut StreamOwned<ClientConnection, TcpStream>,
    place: &str,
    more: &str,
) -> String {
    let path = place.strip_prefix(ELSEWHERE).expect("the listener's URL");
    let request = format!("GET {path} HTTP/1.1\r\nhost: cert.corp.example:8444\r\n{more}\r\n");
    connection.write_all(request.as_bytes()).expect("written");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("an answer");
    answer
}

fn path_of(place: &str) -> String {
    let place = Url::parse(place).expect("a URL");
    assert_eq!(place.host_str(), Some("login.corp.example"));
    format!("{}?{}", place.path(), place.query().unwrap_or_default())
}

/// What came of it, in a word; the record says it too.
fn verdict(served: &mut Served, shown: Option<&Issued>) -> String {
    let got = {
        let mut browser = Browser::new(&served.daemon);
        served.log_in(&mut browser, shown)
    };
    if let Some(code) = got.sent("code") {
        let tokens = redeem(&served.daemon, &code);
        let told = userinfo(&served.daemon, &tokens.json()).json();
        decided(&mut served.daemon, |code| code == "accept");
        return format!(
            "accept {}",
            told["preferred_username"].as_str().expect("a name")
        );
    }
    assert_eq!(got.location(), None, "{got:?}");
    // The page with the password, and why.
    assert!(got.body.contains("name=\"password\""), "{got:?}");
    assert!(got.body.contains("role=\"alert\""), "{got:?}");
    if shown.is_none() {
        assert!(got.body.contains("Your browser showed no certificate"));
        return "no_certificate".to_owned();
    }
    let code = decided(&mut served.daemon, |code| code != "accept");
    let words = match code.as_str() {
        "certificate_untrusted" => "is not one that is trusted here",
        "certificate_out_of_date" => "has expired or is not valid yet",
        "certificate_revoked" => "was revoked",
        "certificate_not_for_login" => "is not one for logging in",
        "revocation_unknown" | "directory_unreachable" => "right now",
        // Of accounts nothing is told.
        _ => "You could not be logged in with your certificate",
    };
    assert!(got.body.contains(words), "{code}: {got:?}");
    code
}

/// The next login, not the question about one, whose code is such.
fn decided(daemon: &mut Daemon, is_it: impl Fn(&str) -> bool) -> String {
    loop {
        let event = daemon.event("login.decided");
        let code = event["code"].as_str().expect("a code").to_owned();
        if event["kind"] == "login" && is_it(&code) {
            return code;
        }
    }
}

#[test]
fn each_row_of_the_document_comes_to_its_verdict() {
    let house = House::new();
    let mut told = Vec::new();
    for (setup, more) in people::SETUPS {
        let world = world_of(&house, more);
        if setup.contains("old list") {
            world.write("people.crl", &house.old_list_pem);
        }
        let mut served = serve(&world);
        for Row {
            what,
            of,
            shown,
            expected,
        } in house.rows()
        {
            if of != *setup {
                continue;
            }
            let found = verdict(&mut served, shown.as_ref());
            assert_eq!(found, expected, "{setup}: {what}");
            told.push(format!("| {setup} | {what} | `{expected}` |"));
        }
        if *setup == "all rules" {
            world
                .directory
                .set_faults(FaultPlan::new().on(entryway_testdir::Kind::Search, Fault::Close));
            let found = verdict(&mut served, Some(&house.good));
            assert_eq!(found, "directory_unreachable");
            told.push(format!("| {setup} | the directory is down | `{found}` |"));
        }
    }
    let document = include_str!("../../../../../docs/certificate-login.md");
    let rows: Vec<&str> = document
        .lines()
        .filter(|line| {
            people::SETUPS
                .iter()
                .any(|(setup, _)| line.starts_with(&format!("| {setup} |")))
        })
        .collect();
    assert_eq!(rows.join("\n"), told.join("\n"));
    assert!(told.len() >= 35);
}

#[test]
fn an_answer_counts_once_and_in_the_browser_that_it_is_for() {
    let house = House::new();
    let world = world_of(&house, people::SETUPS[0].1);
    let served = serve(&world);
    let mut browser = Browser::new(&served.daemon);
    let place = served.to_listener(&mut browser);
    let (_, back) = served.show(&place, Some(&house.good));
    // Somebody else's browser, one that has a page of its own open, too.
    let mut other = Browser::new(&served.daemon);
    other.get(&Browser::to("/oidc/authorize", &asking(&[])));
    for browser in [&mut other, &mut Browser::new(&served.daemon)] {
        let got = browser.get(&path_of(&back));
        assert_eq!((got.status, got.location()), (400, None), "{got:?}");
        assert!(!browser.cookies.contains_key("__Host-entryway-session"));
    }
    let got = browser.get(&path_of(&back));
    let code = got.sent("code").expect("a code");
    let tokens = redeem(&served.daemon, &code).json();
    let claims = people::claims(tokens["id_token"].as_str().expect("a token"));
    assert_eq!(claims["acr"], "urn:entryway:acr:certificate");
    assert_eq!(claims["amr"], serde_json::json!(["swk"]));
    let again = browser.get(&path_of(&back));
    assert_eq!((again.status, again.location()), (400, None), "{again:?}");
    // Altered, it is nobody's; and the listener takes nothing that is not ours.
    let altered = back.replace("answer=", "answer=A");
    assert_eq!(browser.get(&path_of(&altered)).status, 400);
    let (status, location) =
        served.show(&format!("{ELSEWHERE}/certificate?for=x"), Some(&house.good));
    assert_eq!((status, &*location), (400, ""));
    // Whoever is known is asked for nothing, and is still welcome or not as the directory says.
    let silent = Browser::to("/oidc/authorize", &asking(&[("prompt", "none")]));
    assert!(browser.get(&silent).sent("code").is_some());
    let metadata = browser.get("/.well-known/openid-configuration").json();
    assert_eq!(
        metadata["acr_values_supported"],
        serde_json::json!(["urn:entryway:acr:password", "urn:entryway:acr:certificate"])
    );
}

/// A browser that could keep its connection would be let in again without the card, as whoever was there before.
#[test]
fn each_try_has_a_connection_of_its_own() {
    let house = House::new();
    let world = world_of(&house, people::SETUPS[0].1);
    let served = serve(&world);
    ends_after_each_answer(&served, &house.good);
}

/// Whatever is asked of the listener.
fn ends_after_each_answer(served: &Served, good: &Issued) {
    let place = served.to_listener(&mut Browser::new(&served.daemon));
    for (place, status) in [
        (&*place, "303"),
        (&format!("{ELSEWHERE}/certificate"), "400"),
        (&format!("{ELSEWHERE}/sso/style.css"), "200"),
        (&format!("{ELSEWHERE}/favicon.ico"), "404"),
    ] {
        let mut connection = served.connect(Some(good), &["h2", "http/1.1"]);
        // HTTP/1.1 keeps a connection unless somebody says otherwise.
        let answer = asked(&mut connection, place, "");
        assert_eq!(connection.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        let begins = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&begins), "{answer}");
    }
}

/// A reload without the table closes what the one before it has opened.
#[test]
fn an_answer_is_worth_nothing_once_certificates_are_switched_off() {
    let house = House::new();
    let world = world_of(&house, people::SETUPS[0].1);
    let mut served = serve(&world);
    let mut browser = Browser::new(&served.daemon);
    let place = served.to_listener(&mut browser);
    let (_, back) = served.show(&place, Some(&house.good));
    let cookies = std::mem::take(&mut browser.cookies);
    world.configure("5s", &format!("{SETTINGS}{}", people::SETTINGS));
    served.daemon.signal("HUP");
    served.daemon.event("config.applied");
    let mut browser = Browser::new(&served.daemon);
    browser.cookies = cookies;
    let got = browser.get(&path_of(&back));
    assert_eq!((got.status, got.location()), (503, None), "{got:?}");
    assert!(got.body.contains("name=\"password\""), "{got:?}");
    assert!(!browser.cookies.contains_key("__Host-entryway-session"));
}

#[test]
fn whoever_is_elsewhere_is_offered_nothing_and_gets_the_password_page() {
    let house = House::new();
    let more = people::SETUPS[0].1.replace("127.0.0.0/8", "10.0.0.0/8");
    let world = world_of(&house, &more);
    let served = serve(&world);
    let mut browser = Browser::new(&served.daemon);
    let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    assert!(!page.body.contains("value=\"certificate\""), "{page:?}");
    let sent = browser.submit(&page, &[("action", "certificate")]);
    assert_eq!(sent.status, 400);
}

#[test]
fn browsers_are_sent_there_at_once_where_that_is_wished_and_come_back_to_the_password() {
    let house = House::new();
    let more = people::SETUPS[0]
        .1
        .replace("offer = \"button\"", "offer = \"redirect\"");
    let world = world_of(&house, &more);
    let served = serve(&world);
    let mut browser = Browser::new(&served.daemon);
    let sent = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    let place = sent.location().expect("a place").to_owned();
    let (_, back) = served.show(&place, None);
    let page = browser.get(&path_of(&back));
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("Your browser showed no certificate"));
    // The same page takes the password.
    let got = browser.submit(
        &page,
        &[
            ("name", "password"),
            ("password", "right"),
            ("action", "login"),
        ],
    );
    assert!(got.sent("code").is_some(), "{got:?}");
    let mut browser = Browser::new(&served.daemon);
    let sent = browser.get("/sso/sessions");
    let (_, back) = served.show(sent.location().expect("a place"), Some(&house.good));
    assert_eq!(
        browser.get(&path_of(&back)).location(),
        Some("https://login.corp.example/sso/sessions")
    );
}

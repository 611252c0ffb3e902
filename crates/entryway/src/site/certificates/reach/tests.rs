use super::*;
use entryway_conformance::free_port;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Who issues what the listener shows, or what people have.
struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn make(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let common = rcgen::DnType::CommonName;
        params.distinguished_name.push(common, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            certificate: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    fn issue(&self, name: &str, until: i32) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        (certificate.der().clone(), key)
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("an authority");
        roots
    }

    fn name(&self) -> Vec<u8> {
        self.roots().subjects()[0].as_ref().to_vec()
    }
}

/// How a listener asks.
#[derive(Clone, Copy)]
enum Asks<'a> {
    Nobody,
    For(&'a Authority),
    /// And ends it where there is none.
    Insists(&'a Authority),
}

/// Serves until the test ends; its URL.
async fn serve(
    (certificate, key): (CertificateDer<'static>, PrivateKeyDer<'static>),
    asks: Asks<'_>,
) -> String {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let verifier = |authority: &Authority| {
        let roots = Arc::new(authority.roots());
        WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider))
    };
    let config = match asks {
        Asks::Nobody => config.with_no_client_auth(),
        Asks::For(authority) => config.with_client_cert_verifier(
            (verifier(authority).allow_unauthenticated().build()).expect("a verifier"),
        ),
        Asks::Insists(authority) => {
            config.with_client_cert_verifier(verifier(authority).build().expect("a verifier"))
        }
    };
    let config = config.with_single_cert(vec![certificate], key);
    let acceptor = TlsAcceptor::from(Arc::new(config.expect("a certificate")));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.expect("a browser");
            // Who insists fails here.
            let _ = acceptor.accept(tcp).await;
        }
    });
    format!("https://localhost:{port}")
}

fn told((state, detail): &(State, String), expected: State, words: &str) {
    assert!(*state == expected, "{detail}");
    assert!(detail.contains(words), "{detail}");
}

#[tokio::test]
async fn what_a_browser_would_meet_is_told() {
    let (web, people) = (Authority::make("Web"), Authority::make("People"));
    let good = || web.issue("localhost", 2099);
    for (shown, asks, state, words) in [
        (
            good(),
            Asks::For(&people),
            State::Good,
            "asks for one of people's",
        ),
        (
            good(),
            Asks::Insists(&people),
            State::Good,
            "asks for one of people's",
        ),
        (
            good(),
            Asks::Nobody,
            State::Bad,
            "something between ends TLS",
        ),
        (
            good(),
            Asks::For(&web),
            State::Odd,
            "every authority in `trust`",
        ),
        (
            web.issue("other.example", 2099),
            Asks::For(&people),
            State::Bad,
            "does not bear that name",
        ),
        (
            web.issue("localhost", 2021),
            Asks::For(&people),
            State::Bad,
            "has ended or has not begun",
        ),
    ] {
        let own = Own {
            leaf: Some(shown.0.clone()),
            issuers: vec![people.name()],
            runs: true,
        };
        let url = serve(shown, asks).await;
        told(&look(&url, &own, web.roots()).await, state, words);
    }
}

#[tokio::test]
async fn another_certificate_and_one_that_nobody_here_knows_are_odd() {
    let (web, people) = (Authority::make("Web"), Authority::make("People"));
    let shown = web.issue("localhost", 2099);
    let own = |leaf: &CertificateDer<'static>| Own {
        leaf: Some(leaf.clone()),
        issuers: vec![people.name()],
        runs: true,
    };
    let (same, another) = (own(&shown.0), own(&web.issue("localhost", 2099).0));
    let url = serve(shown, Asks::For(&people)).await;
    told(
        &look(&url, &another, web.roots()).await,
        State::Odd,
        "another connector of the site",
    );
    // A machine with no authorities at all has them in its browsers alone.
    for roots in [people.roots(), RootCertStore::empty()] {
        told(&look(&url, &same, roots).await, State::Odd, "browsers must");
    }
}

#[tokio::test]
async fn where_no_browser_comes_to_the_step_is_told() {
    let nobody = |runs| Own {
        leaf: None,
        issuers: Vec::new(),
        runs,
    };
    let none = RootCertStore::empty;
    let url = format!("https://localhost:{}", free_port().expect("a port"));
    let at_rest = look(&url, &nobody(false), none()).await;
    told(&at_rest, State::Odd, "start it and check again");
    let elsewhere = look(&url, &nobody(true), none()).await;
    told(&elsewhere, State::Bad, "port forwarding");
    // RFC 2606: no resolver knows it.
    let nowhere = look("https://cert.invalid", &nobody(true), none()).await;
    told(&nowhere, State::Bad, "browsers need it in the DNS");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.expect("a browser");
        let _ = tcp.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await;
    });
    let url = format!("https://localhost:{port}");
    let plain = look(&url, &nobody(true), none()).await;
    told(&plain, State::Bad, "is no listener for certificates");
}

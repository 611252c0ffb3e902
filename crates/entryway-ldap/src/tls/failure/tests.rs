use super::*;
use rustls::{CertificateError, OtherError};

const OFFERED: &str = "TLS 1.3 with this and that";

fn check(error: rustls::Error, asked: Option<Asked>, code: &str, text: &str) {
    let failure = TlsFailure::from_rustls(&error, &OFFERED.into(), asked);
    assert_eq!((failure.code(), failure.to_string().as_str()), (code, text));
}

#[test]
fn a_verdict_of_our_own_comes_through_unchanged() {
    let refused = Refused(TlsFailure::WrongPurpose);
    check(
        CertificateError::Other(OtherError(Arc::new(refused))).into(),
        None,
        "tls_wrong_purpose",
        "the server's certificate is not one for servers: its extended key usage lacks serverAuth",
    );
}

#[test]
fn the_session_s_failures_are_told_apart() {
    let nothing = "the server and Entryway have no TLS version or cipher suite in common, offered here: TLS 1.3 with this and that";
    for alert in [
        AlertDescription::HandshakeFailure,
        AlertDescription::ProtocolVersion,
    ] {
        let error = rustls::Error::AlertReceived(alert);
        check(error, None, "tls_nothing_in_common", nothing);
    }
    check(
        rustls::Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13),
        None,
        "tls_nothing_in_common",
        nothing,
    );
    check(
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType),
        None,
        "tls_not_spoken",
        "the server speaks no TLS on this port",
    );
    check(
        rustls::Error::AlertReceived(AlertDescription::InternalError),
        None,
        "tls_alert",
        "the server ends TLS with the alert `internal_error`",
    );
    check(
        CertificateError::BadSignature.into(),
        None,
        "tls_not_its_own",
        "the server's signature of the handshake does not fit its certificate",
    );
    let other = rustls::Error::General("x".to_owned());
    let text = format!("tls with the server fails: {other}");
    check(other, None, "tls_other", &text);
}

#[test]
fn an_alert_means_what_the_server_asked_for() {
    let none = "the server demands a client certificate, and none is configured";
    let alert = rustls::Error::AlertReceived;
    let (silent, shown) = (Some(Asked { shown: false }), Some(Asked { shown: true }));
    check(
        alert(AlertDescription::CertificateRequired),
        None,
        "tls_client_certificate",
        none,
    );
    check(
        alert(AlertDescription::HandshakeFailure),
        silent,
        "tls_client_certificate",
        none,
    );
    check(
        alert(AlertDescription::BadCertificate),
        silent,
        "tls_client_certificate",
        none,
    );
    check(
        alert(AlertDescription::UnknownCA),
        shown,
        "tls_client_certificate_refused",
        "the server refuses the client certificate that it was shown, with the alert `unknown_ca`",
    );
    let code = |error, asked| TlsFailure::from_rustls(&error, &OFFERED.into(), asked).code();
    assert_eq!(
        code(alert(AlertDescription::ProtocolVersion), silent),
        "tls_nothing_in_common"
    );
    assert_eq!(
        code(alert(AlertDescription::InternalError), shown),
        "tls_alert"
    );
}

#[test]
fn names_and_pins_in_words() {
    let wrong = |found: &[&str], common_name: Option<&str>, counts| {
        TlsFailure::WrongName {
            wanted: "dc1".to_owned(),
            found: found.iter().map(|&name| name.to_owned()).collect(),
            common_name: common_name.map(str::to_owned),
            counts,
        }
        .to_string()
    };
    let start = "the server's certificate is for other names, expected `dc1`, found ";
    assert_eq!(wrong(&["a", "b"], None, false), format!("{start}`a`, `b`"));
    assert_eq!(
        wrong(&[], Some("dc1"), false),
        format!("{start}none, and the common name `dc1`, which does not count here")
    );
    assert_eq!(
        wrong(&[], Some("dc2"), true),
        format!("{start}none, and the common name `dc2`")
    );
    let many = ["n"; 10];
    assert!(wrong(&many, None, false).ends_with("`n`, `n` and 2 more"));
}

#[test]
fn every_code_is_unique() {
    for (at, code) in TlsCode::ALL.iter().enumerate() {
        let twice = TlsCode::ALL
            .iter()
            .skip(at + 1)
            .any(|other| other.as_str() == code.as_str());
        assert!(!twice && code.as_str().starts_with("tls_"), "{code:?}");
    }
}

use super::*;

fn check(error: rustls::Error, code: &str, text: &str) {
    let failure = TlsFailure::from_rustls(&error);
    assert_eq!((failure.code(), failure.to_string().as_str()), (code, text));
}

fn time(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

#[test]
fn certificates_are_told_apart() {
    use CertificateError as C;
    let certificate = rustls::Error::InvalidCertificate;
    check(
        certificate(C::UnknownIssuer),
        "tls_unknown_issuer",
        "the server's certificate is signed by no authority that is trusted here",
    );
    check(
        certificate(C::ExpiredContext {
            time: time(1_795_200_000),
            not_after: time(951_782_399),
        }),
        "tls_expired",
        "the server's certificate is expired since 2000-02-28 23:59:59 UTC, the clock here says 2026-11-20 18:40:00 UTC",
    );
    check(
        certificate(C::NotValidYetContext {
            time: time(0),
            not_before: time(951_782_400),
        }),
        "tls_not_yet_valid",
        "the server's certificate is not valid yet, only from 2000-02-29 00:00:00 UTC, the clock here says 1970-01-01 00:00:00 UTC",
    );
    check(
        certificate(C::NotValidForNameContext {
            expected: ServerName::try_from("dc1.corp.example").unwrap(),
            presented: vec![
                "DnsName(\"dc2.corp.example\")".to_owned(),
                "odd\u{1b}".to_owned(),
            ],
        }),
        "tls_wrong_name",
        "the server's certificate is for other names, expected `dc1.corp.example`, found `dc2.corp.example`, `odd\\u{1b}`",
    );
    check(
        certificate(C::NotValidForName),
        "tls_wrong_name",
        "the server's certificate is for other names",
    );
    check(
        certificate(C::Revoked),
        "tls_certificate",
        &format!("the server's certificate is not acceptable: {}", C::Revoked),
    );
}

#[test]
fn the_session_s_failures_are_told_apart() {
    let nothing = "the server and Entryway have no TLS version or cipher suite in common, offered here: TLS 1.3, and TLS 1.2 with ECDHE and AES-GCM or ChaCha20";
    for alert in [
        AlertDescription::HandshakeFailure,
        AlertDescription::ProtocolVersion,
    ] {
        check(
            rustls::Error::AlertReceived(alert),
            "tls_nothing_in_common",
            nothing,
        );
    }
    check(
        rustls::Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13),
        "tls_nothing_in_common",
        nothing,
    );
    check(
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired),
        "tls_client_certificate",
        "the server demands a client certificate, and none is configured",
    );
    check(
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType),
        "tls_not_spoken",
        "the server speaks no TLS on this port",
    );
    let other = rustls::Error::General("x".to_owned());
    let text = format!("tls with the server fails: {other}");
    check(other, "tls_other", &text);
}

#[test]
fn dates_follow_the_calendar() {
    let date = |seconds| utc(UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(date(0), "1970-01-01 00:00:00 UTC");
    assert_eq!(date(1_709_210_096), "2024-02-29 12:34:56 UTC");
    assert_eq!(date(4_107_542_399), "2100-02-28 23:59:59 UTC");
    assert_eq!(date(4_107_542_400), "2100-03-01 00:00:00 UTC");
    assert_eq!(date(253_402_300_799), "9999-12-31 23:59:59 UTC");
}

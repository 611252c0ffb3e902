//! Servers that cannot be trusted, cannot be reached, or say nothing.

use crate::row::{Expected, Row, accept};
use crate::setups::Setup;
use entryway_conformance::Certificate;

pub(crate) fn rows() -> Vec<Row> {
    use Expected::Indeterminate;
    let refused = |title: &str, setup: Setup, fault: &'static str| {
        Row::new(title, setup, "alice", "pw-alice", Indeterminate(fault))
            .unasked(Indeterminate(fault))
    };
    let mut rows = vec![
        refused(
            "authority that is not trusted",
            Setup::TrustsAnother,
            "tls_untrusted",
        ),
        refused(
            "service password is wrong",
            Setup::WrongServicePassword,
            "directory_refused_service_bind",
        ),
        refused("server down", Setup::Down, "directory_unreachable"),
        // The handshake's own limit ends it; the login's deadline has not passed.
        refused(
            "server says nothing",
            Setup::Silent,
            "directory_unreachable",
        ),
        refused(
            "server says nothing to StartTLS",
            Setup::SilentWithStartTls,
            "directory_unreachable",
        ),
        Row::new(
            "first of two servers is down",
            Setup::FirstDown,
            "alice",
            "pw-alice",
            accept("alice"),
        ),
        Row::new(
            "first of two servers says nothing",
            Setup::FirstSilent,
            "alice",
            "pw-alice",
            accept("alice"),
        ),
        Row::new(
            "wrong password where the first server is down",
            Setup::FirstDown,
            "carol",
            "not-this-password",
            Expected::Reject("wrong_password"),
        ),
    ];
    for (title, certificate) in [
        ("certificate for another host", Certificate::WrongHost),
        ("certificate expired", Certificate::Expired),
        ("certificate not yet valid", Certificate::NotYetValid),
        ("certificate from another authority", Certificate::Untrusted),
    ] {
        rows.push(refused(title, Setup::Shown(certificate), "tls_untrusted"));
        rows.push(refused(
            &format!("{title}, StartTLS"),
            Setup::ShownWithStartTls(certificate),
            "tls_untrusted",
        ));
    }
    rows
}

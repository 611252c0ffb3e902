use super::*;

fn check(error: LdapError, code: &str, words: &str) {
    assert_eq!((error.code(), error.in_words().as_str()), (code, words));
}

#[test]
fn errors_read_as_one_sentence() {
    let address = Arc::from("dc1.corp.example:389");
    let refused = DialError::Io(Arc::new(io::Error::other("connection refused")));
    check(
        LdapError::unreachable(&address, refused),
        "unreachable",
        "no connection to `dc1.corp.example:389`: connection refused",
    );
    check(
        LdapError::unreachable(
            &address,
            DialError::Suspended {
                last: Arc::new(LdapError::TimedOut {
                    step: Step::Connect,
                }),
            },
        ),
        "suspended",
        "no connection to `dc1.corp.example:389`: it is not tried again yet after the last failure: connecting takes longer than it may",
    );
    check(
        LdapError::Tls(TlsFailure::NoTls),
        "tls_not_spoken",
        "no trusted connection: the server speaks no TLS on this port",
    );
    check(
        LdapError::TimedOut {
            step: Step::Handshake,
        },
        "tls_handshake_timeout",
        "the TLS handshake takes longer than it may",
    );
    check(
        LdapError::ServiceBindRefused {
            code: ResultCode::INVALID_CREDENTIALS,
            diagnostic: "bad\u{7}".to_owned(),
        },
        "service_bind_refused",
        "the service account's bind is answered with invalidCredentials (49), `bad\\u{7}`",
    );
    check(
        LdapError::breach(ProtocolError::BytesBeforeTls),
        "protocol",
        "the server breaks the protocol: the peer sends bytes in clear after StartTLS",
    );
    check(
        LdapError::Overloaded(Overload::Bytes { limit: 2 }),
        "overloaded",
        "the search's answer has more than 2 bytes",
    );
    check(
        LdapError::Unsendable(SubmitError::EmptyName),
        "unsendable",
        "the request cannot be sent: a bind with a password has no name",
    );
}

#[test]
fn every_step_has_a_code_of_its_own() {
    use Step::{Bind, Connect, Handshake, Resolve, Search, ServiceBind, StartTls};
    let steps = [
        Resolve,
        Connect,
        StartTls,
        Handshake,
        ServiceBind,
        Search,
        Bind,
    ];
    let mut codes: Vec<_> = steps.iter().map(|step| step.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), steps.len());
}

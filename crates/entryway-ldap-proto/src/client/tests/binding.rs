use super::*;
use crate::message::Credentials;
use crate::{ReceivedControl, ResponseControl};
use entryway_ldap_types::{PasswordPolicy, PasswordPolicyError};

/// The client's one request, decoded by the server.
fn bind_request(client: &mut Connection, check: impl FnOnce(&str, Credentials<'_>, Vec<&str>)) {
    let frame = client.outbound().as_slice().to_vec();
    let message = Message::decode(&frame, &Limits::SERVER).unwrap();
    let Op::BindRequest(bind) = message.op else {
        panic!("{}", message.op.name())
    };
    assert_eq!(bind.version, 3);
    check(
        bind.name,
        bind.credentials,
        message.controls.map(|control| control.oid).collect(),
    );
}

#[test]
fn rfc4511_4_2_simple_bind() {
    let mut client = Connection::new(Limits::CLIENT);
    client
        .bind_simple("cn=x", &password(), &[RequestControl::PasswordPolicy])
        .unwrap();
    bind_request(&mut client, |name, credentials, controls| {
        assert_eq!((name, controls), ("cn=x", vec![oid::PASSWORD_POLICY]));
        assert!(matches!(credentials, Credentials::Simple(b"swordfish")));
    });
}

#[test]
fn rfc4513_5_1_a_bind_with_a_password_has_a_name() {
    let mut client = Connection::new(Limits::CLIENT);
    for blank in ["", " ", "  ", "\t\r\n", "\0", "\u{a0}\u{3000}"] {
        assert_eq!(
            client.bind_simple(blank, &password(), NO_CONTROLS),
            Err(SubmitError::EmptyName),
            "{blank:?}"
        );
    }
    assert!(client.is_idle());
    client.bind_anonymous(NO_CONTROLS).unwrap();
    bind_request(&mut client, |name, credentials, _| {
        assert_eq!(name, "");
        assert!(matches!(credentials, Credentials::Simple(b"")));
    });
}

#[test]
fn rfc4513_5_2_3_external() {
    for identity in [None, Some(""), Some("dn:cn=x")] {
        let mut client = Connection::new(Limits::CLIENT);
        client.bind_external(identity, NO_CONTROLS).unwrap();
        bind_request(&mut client, |name, credentials, _| {
            let Credentials::Sasl {
                mechanism,
                credentials,
            } = credentials
            else {
                panic!()
            };
            assert_eq!(
                (name, mechanism, credentials),
                ("", "EXTERNAL", identity.map(str::as_bytes))
            );
        });
    }
}

#[test]
fn rfc4511_4_2_1_nothing_is_outstanding_when_a_bind_is_sent() {
    let mut pair = Pair::new();
    let search = pair.search();
    let refused = pair.client.bind_simple("cn=x", &password(), NO_CONTROLS);
    assert_eq!(refused, Err(SubmitError::Outstanding { count: 1 }));
    assert_eq!(
        pair.client.start_tls(),
        Err(SubmitError::Outstanding { count: 1 })
    );
    assert_eq!(pair.requests(), [(1, "searchRequest")]);
    pair.replies(search, ReplyKind::SearchDone).unwrap();
    pair.bind();
}

#[test]
fn rfc4511_4_2_1_nothing_is_sent_while_a_bind_is_outstanding() {
    let mut pair = Pair::new();
    let bind = pair.bind();
    let cn = AttributeName::parse("cn").unwrap();
    let client = &mut pair.client;
    assert_eq!(
        client.search(&search_request(), 1, NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(
        client.bind_simple("cn=x", &password(), NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(
        client.bind_anonymous(NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(
        client.bind_external(None, NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(
        client.compare("cn=x", &cn, b"", NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(
        client.modify("cn=x", &[], NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(
        client.extended("1.2.3", None, NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(client.start_tls(), Err(SubmitError::Exclusive));
    // RFC 4511 §4.11: a bind cannot be abandoned. Its owner closes the connection.
    assert_eq!(client.abandon(bind), Err(SubmitError::NotAbandonable));
    assert_eq!(pair.requests(), [(1, "bindRequest")]);
    pair.replies(bind, ReplyKind::Bind).unwrap();
    assert!(pair.client.is_idle());
    pair.search();
}

#[test]
fn rfc4511_4_2_2_bind_result() {
    let mut pair = Pair::new();
    let id = pair.bind();
    let policy = PasswordPolicy {
        error: Some(PasswordPolicyError::AccountLocked),
        ..PasswordPolicy::default()
    };
    let other = ResponseControl::Other {
        oid: "1.2.3".into(),
        value: Some(Bytes::from_static(b"v")),
    };
    let controls = [other, ResponseControl::PasswordPolicy(policy)];
    let reply = Reply {
        matched_dn: "dc=x",
        ..Reply::new(ResultCode::INVALID_CREDENTIALS, "data 52e, v1db1\0")
    };
    match pair
        .says(|server| server.bind_response(id, &reply, Some(b"sasl"), &controls))
        .unwrap()
    {
        Event::BindDone { id: found, result } => {
            assert_eq!((found, result.code), (id, ResultCode::INVALID_CREDENTIALS));
            assert_eq!(
                (&*result.diagnostic, &*result.matched_dn),
                ("data 52e, v1db1", "dc=x")
            );
            assert_eq!(
                (result.policy, result.sasl_credentials.as_deref()),
                (Some(policy), Some(&b"sasl"[..]))
            );
            let kept = ReceivedControl {
                oid: "1.2.3".into(),
                critical: false,
                value: Some(Bytes::from_static(b"v")),
            };
            assert_eq!(result.controls, [kept]);
        }
        other => panic!("{other:?}"),
    }
    assert!(
        pair.client.outbound().as_slice().len() > 10,
        "not taken off yet"
    );
}

#[test]
fn a_bind_whose_password_policy_cannot_be_read_did_not_succeed() {
    let mut pair = Pair::new();
    let id = pair.bind();
    let odd = ResponseControl::Other {
        oid: oid::PASSWORD_POLICY.into(),
        value: Some(Bytes::from_static(b"\x30\x05")),
    };
    let found = pair
        .says(|server| server.reply(id, ReplyKind::Bind, &Reply::SUCCESS, &[odd]))
        .unwrap_err();
    assert_eq!(found, ProtocolError::Malformed(DecodeError::Truncated));
    assert!(pair.client.must_close());
}

#[test]
fn a_bind_has_one_password_policy() {
    let mut pair = Pair::new();
    let id = pair.bind();
    let locked = PasswordPolicy {
        error: Some(PasswordPolicyError::AccountLocked),
        ..PasswordPolicy::default()
    };
    // The first says that all is well; whether the client asks the first or the last is not for a server to bet on.
    let controls = [PasswordPolicy::default(), locked].map(ResponseControl::PasswordPolicy);
    let found = pair
        .says(|server| server.reply(id, ReplyKind::Bind, &Reply::SUCCESS, &controls))
        .unwrap_err();
    assert!(matches!(
        found,
        ProtocolError::Malformed(DecodeError::TooMany { limit: 1, .. })
    ));
    assert!(pair.client.must_close());
}

#[test]
fn a_bind_is_not_answered_by_an_earlier_ones_reply() {
    // The bypass that a client without ids has: bind 1 is given up, its success is read for bind 2.
    let mut pair = Pair::new();
    let first = pair.bind();
    assert_eq!(pair.client.abandon(first), Err(SubmitError::NotAbandonable));
    assert!(
        pair.client
            .bind_simple("cn=y", &password(), NO_CONTROLS)
            .is_err(),
        "so there is no bind 2"
    );
    pair.replies(first, ReplyKind::Bind).unwrap();
    let second = pair.bind();
    assert_eq!(
        pair.replies(first, ReplyKind::Bind).unwrap_err(),
        ProtocolError::UnknownId { id: first }
    );
    assert!(second > first);
}

#[test]
fn rfc4511_4_3_unbind_is_the_last_request() {
    let mut pair = Pair::new();
    pair.bind();
    pair.client.unbind().unwrap();
    assert_eq!(pair.requests(), [(1, "bindRequest"), (2, "unbindRequest")]);
    assert_eq!(pair.client.unbind(), Err(SubmitError::Ended));
    assert_eq!(
        pair.client.bind_anonymous(NO_CONTROLS),
        Err(SubmitError::Ended)
    );
    assert!(pair.client.must_close());
}

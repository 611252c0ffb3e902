use super::*;
use entryway_ldap_types::AttributeName;

#[test]
fn rfc4511_4_5_a_search_is_entries_references_and_an_end() {
    let mut pair = Pair::new();
    let id = pair.search();
    match pair.sends_entry(id).unwrap() {
        Event::Entry { id: found, entry } => {
            assert_eq!((found, &*entry.dn_text), (id, "cn=x"));
            assert_eq!(
                entry.first_text(&AttributeName::parse("cn").unwrap()),
                Some("x")
            );
        }
        other => panic!("{other:?}"),
    }
    match pair
        .says(|server| server.search_reference(id, &["ldap://other/"]))
        .unwrap()
    {
        Event::Reference { urls, .. } => assert_eq!(urls, ["ldap://other/".into()]),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        (pair.client.outstanding(), pair.client.is_idle()),
        (1, false)
    );
    let reply = Reply {
        matched_dn: "dc=example",
        referrals: &["ldap://r/"],
        ..Reply::new(ResultCode(4711), "odd")
    };
    match pair
        .says(|server| server.reply(id, ReplyKind::SearchDone, &reply, &[]))
        .unwrap()
    {
        Event::SearchDone {
            result, controls, ..
        } => {
            assert_eq!(
                (result.code, &*result.diagnostic, &*result.matched_dn),
                (ResultCode(4711), "odd", "dc=example")
            );
            assert_eq!(
                (result.referrals, controls),
                (vec!["ldap://r/".into()], vec![])
            );
        }
        other => panic!("{other:?}"),
    }
    pair.requests();
    assert!(pair.client.is_idle());
}

#[test]
fn replies_of_several_operations_may_mix() {
    let mut pair = Pair::new();
    let (first, second) = (pair.search(), pair.search());
    let cn = AttributeName::parse("cn").unwrap();
    let compare = pair.client.compare("cn=x", &cn, b"x", NO_CONTROLS).unwrap();
    let modify = pair.client.modify("cn=x", &[], NO_CONTROLS).unwrap();
    let extended = pair
        .client
        .extended(oid::WHO_AM_I, None, NO_CONTROLS)
        .unwrap();
    let names = [
        "searchRequest",
        "searchRequest",
        "compareRequest",
        "modifyRequest",
        "extendedReq",
    ];
    assert_eq!(pair.requests(), (1..).zip(names).collect::<Vec<_>>());

    assert_eq!(
        words(pair.replies(extended, ReplyKind::Extended)),
        "extended done of message 5"
    );
    assert_eq!(words(pair.sends_entry(second)), "entry of message 2");
    assert_eq!(
        words(pair.replies(compare, ReplyKind::Compare)),
        "compare done of message 3"
    );
    assert_eq!(
        words(pair.replies(first, ReplyKind::SearchDone)),
        "search done of message 1"
    );
    assert_eq!(
        words(pair.replies(modify, ReplyKind::Modify)),
        "modify done of message 4"
    );
    assert_eq!(
        words(pair.replies(second, ReplyKind::SearchDone)),
        "search done of message 2"
    );
    assert!(pair.client.is_idle());
}

#[test]
fn a_reply_to_nothing_ends_the_connection() {
    let mut pair = Pair::new();
    let id = MessageId::new(7).unwrap();
    assert_eq!(
        pair.replies(id, ReplyKind::Bind).unwrap_err(),
        ProtocolError::UnknownId { id }
    );
    assert!(pair.client.must_close() && !pair.client.is_idle());
    assert_eq!(
        pair.client.search(&search_request(), 1, NO_CONTROLS),
        Err(SubmitError::Ended)
    );
    assert_eq!(pair.client.unbind(), Err(SubmitError::Ended));
    assert_eq!(
        pair.replies(id, ReplyKind::Bind).unwrap_err(),
        ProtocolError::Ended
    );
    assert!(pair.client.outbound().is_empty());
}

#[test]
fn a_second_final_reply_ends_the_connection() {
    let mut pair = Pair::new();
    let id = pair.search();
    pair.replies(id, ReplyKind::SearchDone).unwrap();
    assert_eq!(
        pair.replies(id, ReplyKind::SearchDone).unwrap_err(),
        ProtocolError::UnknownId { id }
    );
}

#[test]
fn an_entry_after_the_end_of_its_search_ends_the_connection() {
    let mut pair = Pair::new();
    let id = pair.search();
    pair.replies(id, ReplyKind::SearchDone).unwrap();
    assert_eq!(
        pair.sends_entry(id).unwrap_err(),
        ProtocolError::UnknownId { id }
    );
}

/// A question, and a reply of each other kind.
#[test]
fn a_reply_of_another_kind_ends_the_connection() {
    use ReplyKind::*;
    type Ask = fn(&mut Pair) -> MessageId;
    let questions: [(ReplyKind, Ask); 5] = [
        (SearchDone, Pair::search),
        (Bind, Pair::bind),
        (Compare, |pair| {
            let cn = AttributeName::parse("cn").unwrap();
            pair.client.compare("cn=x", &cn, b"x", NO_CONTROLS).unwrap()
        }),
        (Modify, |pair| {
            pair.client.modify("cn=x", &[], NO_CONTROLS).unwrap()
        }),
        (Extended, |pair| {
            pair.client.extended("1.2.3", None, NO_CONTROLS).unwrap()
        }),
    ];
    for (right, ask) in questions {
        for kind in [
            Bind, SearchDone, Modify, Add, Delete, ModifyDn, Compare, Extended,
        ] {
            let mut pair = Pair::new();
            let id = ask(&mut pair);
            let reply = pair.replies(id, kind);
            if kind == right {
                assert_eq!(reply.unwrap().id(), Some(id));
            } else {
                assert!(
                    matches!(reply, Err(ProtocolError::WrongKind { .. })),
                    "{right:?} answered by {kind:?}"
                );
                assert!(pair.client.must_close());
            }
        }
        let mut pair = Pair::new();
        let id = ask(&mut pair);
        assert_eq!(pair.sends_entry(id).is_ok(), right == SearchDone);
    }
}

#[test]
fn a_request_is_no_reply() {
    let mut pair = Pair::new();
    let id = pair.search();
    let request = Bytes::copy_from_slice(pair.client.outbound().as_slice());
    let expected = ProtocolError::WrongKind {
        id,
        expected: "a search result",
        found: "searchRequest",
    };
    assert_eq!(pair.client.received(request).unwrap_err(), expected);
}

#[test]
fn what_does_not_decode_ends_the_connection() {
    let mut pair = Pair::new();
    let id = pair.search();
    let found = pair
        .client
        .received(Bytes::from_static(b"\x30\x03\x02\x01\x01"))
        .unwrap_err();
    assert_eq!(found, ProtocolError::Malformed(DecodeError::Truncated));
    assert_eq!(
        pair.replies(id, ReplyKind::SearchDone).unwrap_err(),
        ProtocolError::Ended
    );
}

#[test]
fn rfc4511_4_13_intermediate_responses_go_before_the_end() {
    let mut pair = Pair::with(Limits {
        side_replies: 2,
        ..Limits::CLIENT
    });
    let id = pair
        .client
        .extended("1.2.3", Some(b"v"), NO_CONTROLS)
        .unwrap();
    for _ in 0..2 {
        match pair
            .says(|server| server.intermediate_response(id, Some("1.2"), Some(b"v")))
            .unwrap()
        {
            Event::Intermediate {
                id: found,
                name,
                value,
            } => {
                assert_eq!(
                    (found, name.as_deref(), value.as_deref()),
                    (id, Some("1.2"), Some(&b"v"[..]))
                );
            }
            other => panic!("{other:?}"),
        }
    }
    let limit = DecodeError::TooMany {
        what: "intermediate responses",
        limit: 2,
    };
    let found = pair
        .says(|server| server.intermediate_response(id, None, None))
        .unwrap_err();
    assert_eq!(found, ProtocolError::Malformed(limit));
}

#[test]
fn what_came_with_an_extended_response_is_kept() {
    let mut pair = Pair::new();
    let id = pair.client.extended("1.2.3", None, NO_CONTROLS).unwrap();
    let policy = entryway_ldap_types::PasswordPolicy {
        error: Some(entryway_ldap_types::PasswordPolicyError::PasswordTooShort),
        ..Default::default()
    };
    let said = [crate::ResponseControl::PasswordPolicy(policy)];
    let refused = Reply::new(ResultCode::CONSTRAINT_VIOLATION, "");
    match pair
        .says(|server| server.extended_response(id, &refused, None, None, &said))
        .unwrap()
    {
        Event::ExtendedDone { controls, .. } => {
            assert_eq!(
                crate::control::password_policy_in(&controls),
                Ok(Some(policy))
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rfc4511_4_4_1_notice_of_disconnection() {
    let mut pair = Pair::new();
    let id = pair.search();
    let notice = Reply::new(ResultCode::UNAVAILABLE, "going down");
    match pair
        .says(|server| server.notice_of_disconnection(&notice))
        .unwrap()
    {
        Event::NoticeOfDisconnection { code, diagnostic } => {
            assert_eq!(
                (code, &*diagnostic),
                (ResultCode::UNAVAILABLE, "going down")
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(pair.client.must_close());
    assert_eq!(
        pair.client.search(&search_request(), 1, NO_CONTROLS),
        Err(SubmitError::Ended)
    );
    assert_eq!(
        pair.replies(id, ReplyKind::SearchDone).unwrap_err(),
        ProtocolError::Ended
    );
}

#[test]
fn rfc4511_4_4_other_notices_are_passed_on() {
    let mut pair = Pair::new();
    let id = pair.search();
    let notice = |name| {
        move |server: &mut server::Connection| {
            server.extended_response(MessageId::UNSOLICITED, &Reply::SUCCESS, name, None, &[]);
        }
    };
    assert_eq!(words(pair.says(notice(Some("1.2.3")))), "unknown notice");
    assert_eq!(words(pair.says(notice(None))), "unknown notice");
    assert_eq!(
        words(pair.replies(id, ReplyKind::SearchDone)),
        "search done of message 1"
    );
    // Anything else without an id is a breach.
    let expected = ProtocolError::UnknownId {
        id: MessageId::UNSOLICITED,
    };
    assert_eq!(
        pair.replies(MessageId::UNSOLICITED, ReplyKind::Bind)
            .unwrap_err(),
        expected
    );
}

use super::*;

#[test]
fn rfc4511_4_11_an_abandon_names_the_operation_and_has_its_own_id() {
    let mut pair = Pair::new();
    let id = pair.search();
    assert_eq!(pair.client.abandon(id), Ok(true));
    let bytes = pair.client.outbound().as_slice().to_vec();
    let (_, abandon) = bytes.split_at(
        frame::frame_length(&bytes, &Limits::SERVER)
            .unwrap()
            .unwrap(),
    );
    assert_eq!(abandon, b"\x30\x06\x02\x01\x02\x50\x01\x01");
    assert_eq!(pair.client.outstanding(), 0);
    assert_eq!(pair.client.abandon(id), Ok(false), "once is enough");
    assert_eq!(pair.client.abandon(MessageId::new(99).unwrap()), Ok(false));
    assert_eq!(pair.client.outbound().len(), bytes.len());
}

#[test]
fn late_replies_are_passed_over_until_the_last() {
    let mut pair = Pair::new();
    let id = pair.search();
    pair.client.abandon(id).unwrap();
    let other = pair.search();
    assert_eq!(words(pair.sends_entry(id)), "stale of message 1");
    assert_eq!(words(pair.sends_entry(other)), "entry of message 3");
    assert_eq!(
        words(pair.says(|server| server.search_reference(id, &["ldap://x"]))),
        "stale of message 1"
    );
    assert_eq!(
        words(pair.says(|server| server.intermediate_response(id, None, None))),
        "stale of message 1"
    );
    assert_eq!(
        words(pair.replies(id, ReplyKind::SearchDone)),
        "stale of message 1"
    );
    assert_eq!(
        pair.sends_entry(id).unwrap_err(),
        ProtocolError::UnknownId { id }
    );
}

#[test]
fn a_late_reply_of_another_kind_ends_the_connection() {
    let mut pair = Pair::new();
    let id = pair.search();
    pair.client.abandon(id).unwrap();
    assert!(matches!(
        pair.replies(id, ReplyKind::Bind),
        Err(ProtocolError::WrongKind { .. })
    ));
    assert!(pair.client.must_close());
}

#[test]
fn entries_over_the_cap_abandon_their_search() {
    let mut pair = Pair::new();
    let id = pair.search();
    assert_eq!(words(pair.sends_entry(id)), "entry of message 1");
    assert_eq!(words(pair.sends_entry(id)), "entry of message 1");
    assert_eq!(words(pair.sends_entry(id)), "search overflow of message 1");
    assert_eq!(words(pair.sends_entry(id)), "stale of message 1");
    assert_eq!(pair.client.outstanding(), 0);
    assert_eq!(
        pair.requests(),
        [(1, "searchRequest"), (2, "abandonRequest")]
    );
    assert_eq!(
        words(pair.replies(id, ReplyKind::SearchDone)),
        "stale of message 1"
    );
}

#[test]
fn references_do_not_count_as_entries_and_end_somewhere_too() {
    let mut pair = Pair::with(Limits {
        side_replies: 3,
        ..Limits::CLIENT
    });
    let id = pair.search();
    let refer =
        |pair: &mut Pair| words(pair.says(|server| server.search_reference(id, &["ldap://x"])));
    for _ in 0..3 {
        assert_eq!(refer(&mut pair), "reference of message 1");
    }
    assert_eq!(words(pair.sends_entry(id)), "entry of message 1");
    assert_eq!(refer(&mut pair), "search overflow of message 1");
    assert_eq!(refer(&mut pair), "stale of message 1");
}

#[test]
fn an_entry_that_cannot_be_read_ends_its_search_alone() {
    let mut pair = Pair::new();
    let (odd, other) = (pair.search(), pair.search());
    match pair
        .says(|server| server.search_entry(odd, ",", [("cn", ["x"])], &[]))
        .unwrap()
    {
        Event::UnreadableEntry { id, error } => {
            assert_eq!((id, matches!(error, crate::EntryError::Dn(_))), (odd, true));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(words(pair.sends_entry(odd)), "stale of message 1");
    assert_eq!(words(pair.sends_entry(other)), "entry of message 2");
}

#[test]
fn a_connection_that_owes_too_many_answers_is_to_be_closed() {
    let mut pair = Pair::with(Limits {
        abandoned: 3,
        ..Limits::CLIENT
    });
    let last = pair.search();
    for _ in 0..3 {
        assert!(!pair.client.must_close());
        let id = pair.search();
        pair.client.abandon(id).unwrap();
    }
    assert!(pair.client.must_close());
    assert_eq!(
        pair.client.search(&search_request(), 1, NO_CONTROLS),
        Err(SubmitError::Ended)
    );
    // What is outstanding is still answered, and an answer to something abandoned frees a place.
    assert_eq!(
        words(pair.replies(last, ReplyKind::SearchDone)),
        "search done of message 1"
    );
    assert_eq!(
        words(pair.replies(MessageId::new(2).unwrap(), ReplyKind::SearchDone)),
        "stale of message 2"
    );
    assert!(!pair.client.must_close());
    pair.search();
}

#[test]
fn a_server_that_does_not_heed_an_abandon_is_left() {
    let mut pair = Pair::new();
    let id = pair.search();
    pair.client.abandon(id).unwrap();
    pair.server.search_entry(id, "cn=x", [("cn", ["x"])], &[]);
    let entry = Bytes::copy_from_slice(pair.server.outbound().as_slice());
    let mut late = 0;
    while !pair.client.must_close() {
        assert!(matches!(
            pair.client.received(entry.clone()),
            Ok(Event::Stale(_))
        ));
        late += 1;
        assert!(late <= 1_000_000, "for ever");
    }
}

#[test]
fn rfc4511_4_2_1_a_bind_may_follow_an_abandon() {
    let mut pair = Pair::new();
    let search = pair.search();
    pair.client.abandon(search).unwrap();
    let bind = pair.bind();
    // The server had answered before it read the abandon.
    assert_eq!(
        words(pair.replies(search, ReplyKind::SearchDone)),
        "stale of message 1"
    );
    assert_eq!(
        words(pair.replies(bind, ReplyKind::Bind)),
        "bind done of message 3"
    );
}

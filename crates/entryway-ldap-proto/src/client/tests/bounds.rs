//! How much a server may say, and when.

use super::*;

const BRIEF: usize = Limits::CLIENT.brief_message_bytes;

/// What the client makes of this much, from the header alone and as a whole frame.
fn too_long(mut client: Connection, frame: &[u8], limit: usize) -> bool {
    let expected = ProtocolError::TooLong {
        found: frame.len() as u64,
        limit,
    };
    let mut header = BytesMut::from(&frame[..8]);
    let by_header = client.receive(&mut header);
    if by_header.is_err() {
        assert!(client.must_close());
        assert_eq!(by_header.err(), Some(expected));
        return true;
    }
    let whole = client.received(Bytes::copy_from_slice(frame));
    assert_ne!(whole.err(), Some(expected), "the header said otherwise");
    false
}

/// A final reply to message 1 that has `length` bytes.
fn reply_of(kind: ReplyKind, length: usize) -> Vec<u8> {
    let id = MessageId::new(1).unwrap();
    let frame = |words: usize| {
        let mut server = server::Connection::new(Limits::SERVER);
        let words = "w".repeat(words);
        server.reply(id, kind, &Reply::new(ResultCode::BUSY, &words), &[]);
        server.outbound().as_slice().to_vec()
    };
    let fits = (0..40)
        .map(|envelope| frame(length - envelope))
        .find(|frame| frame.len() == length);
    fits.expect("a frame of that length")
}

#[test]
fn what_stands_before_tls_is_brief() {
    let asked = || {
        let mut client = Connection::new(Limits::CLIENT);
        client.start_tls().unwrap();
        client
    };
    let kind = ReplyKind::Extended;
    assert!(!too_long(asked(), &reply_of(kind, BRIEF), BRIEF));
    assert!(too_long(asked(), &reply_of(kind, BRIEF + 1), BRIEF));
    let mut client = asked();
    let frame = Bytes::from(reply_of(kind, BRIEF + 1));
    assert!(
        matches!(client.received(frame), Err(ProtocolError::TooLong { .. })),
        "however it comes"
    );
}

#[test]
fn the_answer_to_a_bind_is_brief() {
    let asked = || {
        let mut client = Connection::new(Limits::CLIENT);
        client
            .bind_simple("cn=x", &password(), NO_CONTROLS)
            .unwrap();
        client
    };
    assert!(!too_long(asked(), &reply_of(ReplyKind::Bind, BRIEF), BRIEF));
    assert!(too_long(
        asked(),
        &reply_of(ReplyKind::Bind, BRIEF + 1),
        BRIEF
    ));
}

#[test]
fn what_nobody_asked_for_is_brief() {
    let frame = reply_of(ReplyKind::SearchDone, BRIEF + 1);
    assert!(too_long(Connection::new(Limits::CLIENT), &frame, BRIEF));
}

#[test]
fn a_search_may_be_answered_at_length_even_when_it_was_abandoned() {
    let frame = reply_of(ReplyKind::SearchDone, BRIEF + 1);
    let mut pair = Pair::new();
    let id = pair.search();
    assert!(!too_long(pair.client, &frame, BRIEF));

    let mut pair = Pair::new();
    assert_eq!(pair.search(), id);
    pair.client.abandon(id).unwrap();
    pair.bind();
    assert!(!too_long(pair.client, &frame, BRIEF));
}

#[test]
fn a_smaller_bound_of_the_owner_holds_everywhere() {
    let limits = Limits {
        message_bytes: 1000,
        ..Limits::CLIENT
    };
    let mut client = Connection::new(limits);
    client.start_tls().unwrap();
    assert!(too_long(client, &reply_of(ReplyKind::Extended, 1001), 1000));
    let mut pair = Pair::with(limits);
    pair.search();
    assert!(too_long(
        pair.client,
        &reply_of(ReplyKind::SearchDone, 1001),
        1000
    ));
}

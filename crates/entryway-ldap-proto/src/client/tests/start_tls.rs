use super::*;

/// A connection that asked for StartTLS, and the id of that.
fn asked() -> (Pair, MessageId) {
    let mut pair = Pair::new();
    let id = pair.client.start_tls().unwrap();
    assert_eq!(pair.requests(), [(1, "extendedReq")]);
    (pair, id)
}

/// The server's answer, as bytes.
fn answer(pair: &mut Pair, id: MessageId, code: ResultCode) -> BytesMut {
    pair.server
        .extended_response(id, &Reply::new(code, ""), Some(oid::START_TLS), None, &[]);
    let bytes = BytesMut::from(pair.server.outbound().as_slice());
    pair.server.outbound().consume(bytes.len());
    bytes
}

#[test]
fn rfc4511_4_14_1_nothing_is_sent_until_tls_stands() {
    let (mut pair, id) = asked();
    assert_eq!(
        pair.client.search(&search_request(), 1, NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(pair.client.abandon(id), Err(SubmitError::NotAbandonable));
    assert_eq!(pair.client.unbind(), Err(SubmitError::Exclusive));
    let mut input = answer(&mut pair, id, ResultCode::SUCCESS);
    assert_eq!(
        words(pair.client.receive(&mut input).map(Option::unwrap)),
        "extended done of message 1"
    );
    assert!(pair.client.awaits_tls());
    assert_eq!(
        pair.client.search(&search_request(), 1, NO_CONTROLS),
        Err(SubmitError::Exclusive)
    );
    assert_eq!(pair.client.unbind(), Err(SubmitError::Exclusive));
    pair.client.tls_established(b"").unwrap();
    assert!(pair.client.is_idle());
    pair.bind();
}

#[test]
fn a_refusal_ends_the_connection_whatever_its_code() {
    for code in [
        ResultCode::UNAVAILABLE,
        ResultCode::PROTOCOL_ERROR,
        ResultCode(4711),
    ] {
        let (mut pair, id) = asked();
        let mut input = answer(&mut pair, id, code);
        match pair.client.receive(&mut input).unwrap().unwrap() {
            Event::ExtendedDone { result, .. } => assert_eq!(result.code, code),
            other => panic!("{other:?}"),
        }
        let client = &mut pair.client;
        assert!(client.must_close() && !client.awaits_tls() && !client.is_idle());
        assert_eq!(
            client.bind_simple("cn=x", &password(), NO_CONTROLS),
            Err(SubmitError::Ended)
        );
        assert_eq!(
            client.search(&search_request(), 1, NO_CONTROLS),
            Err(SubmitError::Ended)
        );
        assert_eq!(client.start_tls(), Err(SubmitError::Ended));
        assert!(client.outbound().is_empty(), "nothing leaves in clear");
        assert_eq!(
            client.tls_established(b""),
            Err(ProtocolError::Ended),
            "nobody may say so now"
        );
    }
}

#[test]
fn bytes_behind_the_answer_are_refused_with_it() {
    let (mut pair, id) = asked();
    let mut input = answer(&mut pair, id, ResultCode::SUCCESS);
    input.extend_from_slice(b"\x30");
    assert_eq!(
        pair.client.receive(&mut input).unwrap_err(),
        ProtocolError::BytesBeforeTls
    );
    assert!(pair.client.must_close());
    assert_eq!(pair.client.tls_established(b""), Err(ProtocolError::Ended));
}

#[test]
fn bytes_before_the_handshake_are_refused_however_they_come() {
    let granted = || {
        let (mut pair, id) = asked();
        let mut input = answer(&mut pair, id, ResultCode::SUCCESS);
        pair.client.receive(&mut input).unwrap();
        pair.client
    };
    assert_eq!(
        granted().tls_established(b"x"),
        Err(ProtocolError::BytesBeforeTls)
    );
    assert_eq!(
        granted()
            .receive(&mut BytesMut::from(&b"x"[..]))
            .unwrap_err(),
        ProtocolError::BytesBeforeTls
    );
    assert_eq!(
        granted().received(Bytes::from_static(b"x")).unwrap_err(),
        ProtocolError::BytesBeforeTls
    );
    assert!(granted().receive(&mut BytesMut::new()).unwrap().is_none());
}

#[test]
fn start_tls_waits_for_what_was_abandoned() {
    let mut pair = Pair::new();
    let id = pair.search();
    pair.client.abandon(id).unwrap();
    assert_eq!(
        pair.client.start_tls(),
        Err(SubmitError::Outstanding { count: 1 })
    );
    pair.replies(id, ReplyKind::SearchDone).unwrap();
    pair.client.start_tls().unwrap();
}

#[test]
fn start_tls_by_its_oid_is_start_tls() {
    let mut pair = Pair::new();
    let id = pair
        .client
        .extended(oid::START_TLS, Some(b"odd"), NO_CONTROLS)
        .unwrap();
    let mut input = answer(&mut pair, id, ResultCode::SUCCESS);
    pair.client.receive(&mut input).unwrap();
    assert!(pair.client.awaits_tls());
}

#[test]
fn receive_takes_frames_as_they_complete() {
    let mut pair = Pair::new();
    let (first, second) = (pair.search(), pair.search());
    for id in [first, second] {
        pair.server
            .reply(id, ReplyKind::SearchDone, &Reply::SUCCESS, &[]);
    }
    let bytes = pair.server.outbound().as_slice().to_vec();
    let mut input = BytesMut::new();
    let mut events = Vec::new();
    for byte in bytes {
        input.extend_from_slice(&[byte]);
        events.extend(
            pair.client
                .receive(&mut input)
                .unwrap()
                .map(|event| event.id().unwrap()),
        );
    }
    assert_eq!(events, [first, second]);
    let mut banner = BytesMut::from(&b"HTTP/1.1 400"[..]);
    assert!(matches!(
        pair.client.receive(&mut banner),
        Err(ProtocolError::Malformed(DecodeError::Tag { .. }))
    ));
    assert_eq!(
        pair.client.receive(&mut banner).unwrap_err(),
        ProtocolError::Ended
    );
}

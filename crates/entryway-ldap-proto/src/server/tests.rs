use super::*;
use crate::DecodeError;
use crate::message::Op;
use crate::{ProtocolError, ResponseControl};
use entryway_ldap_types::{PasswordPolicy, ResultCode};

/// What the server wrote, whole frames one by one.
fn frames(server: &mut Connection) -> Vec<Bytes> {
    let mut bytes = BytesMut::from(server.outbound().as_slice());
    let mut frames = Vec::new();
    while let Some(frame) = frame::split_frame(&mut bytes, &Limits::CLIENT).unwrap() {
        frames.push(frame);
    }
    assert!(bytes.is_empty());
    frames
}

#[test]
fn every_reply_decodes_as_what_it_is() {
    let mut server = Connection::new(Limits::SERVER);
    let id = MessageId::new(300).unwrap();
    let kinds = [
        (ReplyKind::Bind, "bindResponse"),
        (ReplyKind::SearchDone, "searchResDone"),
        (ReplyKind::Modify, "modifyResponse"),
        (ReplyKind::Add, "addResponse"),
        (ReplyKind::Delete, "delResponse"),
        (ReplyKind::ModifyDn, "modDNResponse"),
        (ReplyKind::Compare, "compareResponse"),
        (ReplyKind::Extended, "extendedResp"),
    ];
    let policy = ResponseControl::PasswordPolicy(PasswordPolicy::default());
    for (kind, _) in kinds {
        server.reply(
            id,
            kind,
            &Reply::new(ResultCode::UNWILLING_TO_PERFORM, "no"),
            std::slice::from_ref(&policy),
        );
    }
    for (frame, (_, name)) in frames(&mut server).iter().zip(kinds) {
        let message = Message::decode(frame, &Limits::CLIENT).unwrap();
        assert_eq!(
            (message.id, message.op.name(), message.op.is_request()),
            (id, name, false)
        );
        assert_eq!(message.controls.count(), 1);
        assert_eq!(
            server.request(frame).err(),
            Some(ProtocolError::WrongKind {
                id,
                expected: "a request",
                found: name
            })
        );
    }
}

#[test]
fn entries_keep_their_values_and_order() {
    let mut server = Connection::new(Limits::SERVER);
    let id = MessageId::new(1).unwrap();
    let photo = vec![0xff; 70_000];
    let rows: [(&str, Vec<&[u8]>); 3] = [
        ("cn", vec![b"a", b"b"]),
        ("jpegPhoto", vec![&photo]),
        ("empty", vec![]),
    ];
    server.search_entry(id, "cn=a", rows.clone(), &[]);
    let frame = frames(&mut server).remove(0);
    let Op::SearchResultEntry(entry) = Message::decode(&frame, &Limits::CLIENT).unwrap().op else {
        panic!()
    };
    assert_eq!(entry.dn, b"cn=a");
    for (attribute, (name, values)) in entry.attributes.zip(rows) {
        let attribute = attribute.unwrap();
        assert_eq!(
            (attribute.name, attribute.values.collect::<Vec<_>>()),
            (name.as_bytes(), values)
        );
    }
}

#[test]
fn rfc4511_4_1_1_1_a_request_has_an_id() {
    let server = Connection::new(Limits::SERVER);
    let id = MessageId::UNSOLICITED;
    assert_eq!(
        server.request(&[0x30, 5, 2, 1, 0, 0x42, 0]).err(),
        Some(ProtocolError::UnknownId { id })
    );
    assert!(server.request(&[0x30, 5, 2, 1, 1, 0x42, 0]).is_ok());
    let found = server.request(&[0x30, 3, 2, 1, 1]).err();
    assert_eq!(
        found,
        Some(ProtocolError::Malformed(DecodeError::Truncated))
    );
}

#[test]
fn a_client_cannot_make_the_server_buffer_more_than_its_limit() {
    let server = Connection::new(Limits::SERVER);
    let mut input = BytesMut::from(&[0x30, 0x84, 0x00, 0x10, 0x00, 0x00][..]);
    let expected = ProtocolError::TooLong {
        found: (1 << 20) + 6,
        limit: 1 << 20,
    };
    assert_eq!(server.next_frame(&mut input), Err(expected));
    let mut input = BytesMut::from(&[0x30, 0x84, 0x00, 0x0f, 0xff, 0xfa][..]);
    assert_eq!(server.next_frame(&mut input), Ok(None));
}

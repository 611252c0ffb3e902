mod bounds;
mod entries;
mod redaction;

use super::*;
use entryway_ldap_types::{ResultCode, Scope};

/// Bytes in hexadecimal; `[…]` stands for a length octet and the content, so that it is right.
fn hex(text: &str) -> Vec<u8> {
    let mut open = vec![Vec::new()];
    let mut high = None;
    for character in text.chars().filter(|character| !character.is_whitespace()) {
        match character {
            '[' => open.push(Vec::new()),
            ']' => {
                let content = open.pop().unwrap();
                let outer = open.last_mut().unwrap();
                outer.push(u8::try_from(content.len()).unwrap());
                outer.extend(content);
            }
            digit => match (high.take(), digit.to_digit(16).unwrap() as u8) {
                (None, digit) => high = Some(digit),
                (Some(high), low) => open.last_mut().unwrap().push(high << 4 | low),
            },
        }
    }
    assert_eq!((open.len(), high), (1, None), "{text}");
    open.remove(0)
}

fn decode(frame: &[u8]) -> Result<Message<'_>, DecodeError> {
    Message::decode(frame, &Limits::CLIENT)
}

fn refused(text: &str, expected: DecodeError) {
    assert_eq!(decode(&hex(text)).err(), Some(expected), "{text}");
}

#[test]
fn rfc4511_4_1_1_envelope() {
    let frame = hex("3005 020105 4200");
    let message = decode(&frame).unwrap();
    assert_eq!((message.id.get(), message.op.name()), (5, "unbindRequest"));
    refused("3000", DecodeError::Truncated);
    refused("3003 020105", DecodeError::Truncated);
    refused("3006 020105 4200", DecodeError::Truncated);
    refused("3005 020105 4200 ff", DecodeError::Trailing { count: 1 });
    refused(
        "3106 020105 4200",
        DecodeError::Tag {
            expected: "an LDAP message",
            found: Tag(0x31),
        },
    );
    refused(
        "3005 040105 4200",
        DecodeError::Tag {
            expected: "messageID",
            found: Tag(0x04),
        },
    );
    refused(
        "3005 020105 5c00",
        DecodeError::Tag {
            expected: "an operation",
            found: Tag(0x5c),
        },
    );
}

#[test]
fn rfc4511_4_1_1_1_message_ids() {
    let frame = hex("3008 02047fffffff 4200");
    assert_eq!(decode(&frame).unwrap().id, MessageId::MAX);
    refused("3005 0201ff 4200", DecodeError::Value { what: "messageID" });
    refused("3004 0200 4200", DecodeError::Value { what: "messageID" });
    refused(
        "3008 020480000000 4200",
        DecodeError::Value { what: "messageID" },
    );
    refused(
        "3009 02050080000000 4200",
        DecodeError::Value { what: "messageID" },
    );
    assert_eq!(MessageId::new(0x8000_0000), None);
    assert_eq!(MessageId::MAX.next(), MessageId::new(1).unwrap());
}

#[test]
fn rfc4511_4_messages_may_grow_at_their_end() {
    // An unknown element inside the operation, one inside a control, one behind the controls.
    let frame = hex("30[020101 65[0a0100 0400 0400 990107] a0[30[0403312e32 0401aa 9900]] 8a00]");
    let message = decode(&frame).unwrap();
    assert_eq!(message.op.name(), "searchResDone");
    let control = message.controls.find("1.2").unwrap();
    assert_eq!(
        (control.critical, control.value),
        (false, Some(&[0xaa][..]))
    );
    // What does not fit in there is not tolerated.
    refused(
        "30[020101 65[0a0100 0400 0400 990207]]",
        DecodeError::Truncated,
    );
    refused(
        "30[020101 65[0a0100 0400 0400] a0[30[0403312e32 99]]]",
        DecodeError::Truncated,
    );
    refused(
        "30[020101 65[0a0100 0400 0400] 8a01]",
        DecodeError::Truncated,
    );
}

/// The result of a search that ended with these components.
fn done(components: &str) -> Result<(u32, String, Vec<Box<str>>), DecodeError> {
    let frame = hex(&format!("30[020101 65[{components}]]"));
    match decode(&frame)?.op {
        Op::SearchResultDone(result) => Ok((
            result.code.0,
            result.diagnostic_text().into_owned(),
            result.referrals.to_boxes(),
        )),
        other => panic!("{}", other.name()),
    }
}

#[test]
fn rfc4511_4_1_9_results() {
    assert_eq!(done("0a0100 0400 0400"), Ok((0, String::new(), vec![])));
    // An unknown code is kept; the largest that the type can hold too.
    assert_eq!(
        done("0a021267 0400 0400"),
        Ok((4711, String::new(), vec![]))
    );
    assert_eq!(
        done("0a047fffffff 0400 0400"),
        Ok((0x7fff_ffff, String::new(), vec![]))
    );
    assert_eq!(
        done("0a0500ffffffff 0400 0400"),
        Err(DecodeError::Value { what: "resultCode" })
    );
    assert_eq!(
        done("0a01ff 0400 0400"),
        Err(DecodeError::Value { what: "resultCode" })
    );
    assert_eq!(
        done("0a00 0400 0400"),
        Err(DecodeError::Value { what: "resultCode" })
    );
    assert_eq!(done("0a0100 0400"), Err(DecodeError::Truncated));
    assert_eq!(
        done("020100 0400 0400").err(),
        Some(DecodeError::Tag {
            expected: "resultCode",
            found: Tag(2)
        })
    );
}

#[test]
fn rfc4511_4_1_10_referrals() {
    let urls = vec!["ldap://a".into(), "ldap://b".into()];
    assert_eq!(
        done("0a010a 0400 0400 a314 04086c6461703a2f2f61 04086c6461703a2f2f62"),
        Ok((10, String::new(), urls))
    );
    assert_eq!(
        done("0a010a 0400 0400 a303 0401ff"),
        Err(DecodeError::Text { what: "referral" })
    );
    assert_eq!(
        done("0a010a 0400 0400 a302 0408"),
        Err(DecodeError::Truncated)
    );
}

#[test]
fn a_diagnostic_is_kept_whatever_its_bytes() {
    assert_eq!(
        done("0a0131 0400 0404 6e6f2000").map(|done| done.1),
        Ok("no ".to_owned())
    );
    assert_eq!(
        done("0a0131 0400 0402 6eff").map(|done| done.1),
        Ok("n\u{fffd}".to_owned())
    );
}

#[test]
fn rfc4511_4_2_bind_requests() {
    let frame = hex("300f 020101 600a 020103 0401 78 8002 7077");
    let Op::BindRequest(bind) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert_eq!((bind.version, bind.name), (3, "x"));
    assert!(matches!(bind.credentials, Credentials::Simple(b"pw")));

    let frame = hex("3016 020101 6011 020103 0400 a30a 0408 45585445524e414c");
    let Op::BindRequest(bind) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert!(matches!(
        bind.credentials,
        Credentials::Sasl {
            mechanism: "EXTERNAL",
            credentials: None
        }
    ));

    let frame = hex("300c 020101 6007 020103 0400 8500");
    let Op::BindRequest(bind) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert!(matches!(bind.credentials, Credentials::Other(Tag(0x85))));

    refused(
        "300c 020101 6007 020100 0400 8000",
        DecodeError::Value { what: "version" },
    );
    refused(
        "300d 020101 6008 02020080 0400 8000",
        DecodeError::Value { what: "version" },
    );
    refused("300a 020101 6005 020103 0400", DecodeError::Truncated);
    refused(
        "300d 020101 6008 020103 0401ff 8000",
        DecodeError::Text { what: "name" },
    );
}

#[test]
fn rfc4511_4_5_1_search_requests() {
    let frame =
        hex("30[020102 63[04[6463] 0a0102 0a0103 020105 02010a 0101ff 87[61] 30[04[2a] 04[2b]]]]");
    let Op::SearchRequest(search) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert_eq!(
        (
            search.base,
            search.scope,
            search.size_limit,
            search.time_limit
        ),
        ("dc", Scope::Subtree, 5, 10)
    );
    assert!(search.types_only);
    assert_eq!(search.deref, crate::DerefAliases::Always);
    assert_eq!(search.attributes.collect::<Vec<_>>(), ["*", "+"]);

    let components = |scope, deref, size, filter, attributes| {
        format!(
            "30[020102 63[04[] 0a01{scope} 0a01{deref} 0201{size} 020100 010100 {filter} {attributes}]]"
        )
    };
    assert!(decode(&hex(&components("00", "00", "00", "87[61]", "30[]"))).is_ok());
    let value = |what| DecodeError::Value { what };
    refused(
        &components("03", "00", "00", "87[61]", "30[]"),
        value("scope"),
    );
    refused(
        &components("00", "04", "00", "87[61]", "30[]"),
        value("derefAliases"),
    );
    refused(
        &components("00", "00", "ff", "87[61]", "30[]"),
        value("sizeLimit"),
    );
    refused(
        &components("00", "00", "00", "87[]", "30[]"),
        value("attribute description"),
    );
    refused(
        &components("00", "00", "00", "87[61]", "30[04[ff]]"),
        DecodeError::Text {
            what: "attribute selector",
        },
    );
    refused(
        &components("00", "00", "00", "87[61]", ""),
        DecodeError::Truncated,
    );
}

#[test]
fn rfc4511_4_6_modify_requests() {
    let frame = hex("3019 020101 6614 0401 78 300f 300d 0a0102 3008 040161 3103 040176");
    let Op::ModifyRequest(modify) = decode(&frame).unwrap().op else {
        panic!()
    };
    let changes: Vec<_> = modify.changes.map(Result::unwrap).collect();
    assert_eq!((modify.entry, changes.len()), ("x", 1));
    assert_eq!(
        (changes[0].kind, changes[0].attribute),
        (ChangeKind::Replace, "a")
    );
    assert_eq!(changes[0].values.collect::<Vec<_>>(), [b"v"]);
    // A kind of a later RFC is kept (RFC 4525); a change that is none is refused at once.
    let frame = hex("3019 020101 6614 0401 78 300f 300d 0a0103 3008 040161 3103 040131");
    let Op::ModifyRequest(modify) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert!(
        modify
            .changes
            .map(Result::unwrap)
            .all(|change| change.kind == ChangeKind::Other(3))
    );
    refused(
        "300c 020101 6607 0401 78 3002 0400",
        DecodeError::Tag {
            expected: "change",
            found: Tag(0x04),
        },
    );
}

#[test]
fn rfc4511_4_7_to_4_9_are_told_apart_and_left_alone() {
    for (frame, name) in [
        ("3007 020101 6802 ffff", "addRequest"),
        ("3007 020101 4a02 ffff", "delRequest"),
        ("3007 020101 6c02 ffff", "modDNRequest"),
    ] {
        let frame = hex(frame);
        let op = decode(&frame).unwrap().op;
        let (Op::AddRequest(raw) | Op::DelRequest(raw) | Op::ModifyDnRequest(raw)) = op else {
            panic!("{name}")
        };
        assert_eq!(
            (raw.content, op.name(), op.is_request()),
            (&[0xff, 0xff][..], name, true)
        );
    }
}

#[test]
fn rfc4511_4_10_compare_requests() {
    let frame = hex("3010 020101 6e0b 0401 78 3006 040161 040176");
    let Op::CompareRequest(compare) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert_eq!(
        (compare.entry, compare.attribute, compare.value),
        ("x", "a", &b"v"[..])
    );
}

#[test]
fn rfc4511_4_11_abandon_requests() {
    let frame = hex("3006 020102 500101");
    assert!(matches!(
        decode(&frame).unwrap().op,
        Op::AbandonRequest(MessageId(1))
    ));
    refused(
        "3006 020102 5001ff",
        DecodeError::Value { what: "messageID" },
    );
    refused("3005 020102 5000", DecodeError::Value { what: "messageID" });
}

#[test]
fn rfc4511_4_12_extended_operations() {
    let frame = hex("30[020101 77[80[312e32] 81[]]]");
    let Op::ExtendedRequest(request) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert_eq!((request.name, request.value), ("1.2", Some(&b""[..])));
    refused("30[020101 77[]]", DecodeError::Truncated);
    refused(
        "30[020101 77[80[ff]]]",
        DecodeError::Text {
            what: "requestName",
        },
    );

    let frame = hex("30[020101 78[0a0100 0400 0400 8a[312e32] 8b[76]]]");
    let Op::ExtendedResponse(response) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert_eq!(
        (response.name, response.value),
        (Some("1.2"), Some(&b"v"[..]))
    );
    assert_eq!(response.result.code, ResultCode::SUCCESS);
    refused(
        "30[020101 78[0a0100 0400 0400 8a[ff]]]",
        DecodeError::Text {
            what: "responseName",
        },
    );
}

#[test]
fn rfc4511_4_13_intermediate_responses() {
    let frame = hex("3005 020101 7900");
    let Op::IntermediateResponse(response) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert_eq!((response.name, response.value), (None, None));
    let frame = hex("300d 020101 7908 8003312e32 810176");
    let Op::IntermediateResponse(response) = decode(&frame).unwrap().op else {
        panic!()
    };
    assert_eq!(
        (response.name, response.value),
        (Some("1.2"), Some(&b"v"[..]))
    );
}

#[test]
fn rfc4511_4_1_11_controls_are_counted() {
    let limit = Limits::CLIENT.controls_per_message;
    let with = |count: usize| {
        let mut frame = Vec::new();
        crate::ber::Writer::new(&mut frame).constructed(Tag::SEQUENCE, |out| {
            out.integer(Tag::INTEGER, 1);
            out.primitive(tags::UNBIND_REQUEST, b"");
            let row = b"\x30\x05\x04\x031.2".repeat(count);
            out.primitive(tags::CONTROLS, &row);
        });
        decode(&frame).map(|message| message.controls.count())
    };
    assert_eq!(with(0), Ok(0));
    assert_eq!(with(limit), Ok(limit));
    assert_eq!(
        with(limit + 1),
        Err(DecodeError::TooMany {
            what: "controls",
            limit
        })
    );
    refused("300a 020101 4200 a003 300104", DecodeError::Truncated);
}

#[test]
fn controls_stand_once_and_right_behind_the_operation() {
    let expected = DecodeError::Tag {
        expected: "the end of the message",
        found: Tag(0xa0),
    };
    refused("30[020101 4200 a0[] a0[30[0401 31]]]", expected);
    refused("30[020101 4200 a0[] 85[] a0[]]", expected);
    refused("30[020101 4200 85[] a0[30[0401 31]]]", expected);
    // What a later version adds is passed over.
    let frame = hex("30[020101 4200 a0[30[0401 31]] 85[] a6[]]");
    assert_eq!(decode(&frame).unwrap().controls.count(), 1);
    refused("30[020101 4200 a0[] 8501]", DecodeError::Truncated);
}

//! What `Debug` shows of messages: names and lengths, never a value.

use super::*;
use crate::client::{Connection, Event};
use crate::{ReceivedControl, RequestControl, ResponseControl, server};
use bytes::Bytes;
use entryway_ldap_types::Password;

const SECRET: &str = "hunter2";
/// `SECRET` in hexadecimal.
const SECRET_HEX: &str = "68756e74657232";
/// `SECRET` as a list of bytes is shown, plainly and in hexadecimal.
const SECRET_LISTS: [&str; 2] = [
    "104, 117, 110, 116, 101, 114, 50",
    "68, 75, 6e, 74, 65, 72, 32",
];

/// The value shows its names and nothing of the secret, in any way of formatting.
fn check(value: &dyn fmt::Debug, names: &[&str]) {
    for shown in [format!("{value:?}"), format!("{value:02x?}")] {
        assert!(!shown.contains(SECRET), "{shown}");
        for list in SECRET_LISTS {
            assert!(!shown.contains(list), "{shown}");
        }
        for name in names {
            assert!(shown.contains(name), "{name} in {shown}");
        }
    }
    let length = format!("{value:?}");
    assert!(length.contains("7 bytes"), "{length}");
}

#[test]
fn the_lists_are_the_secret() {
    assert_eq!(
        format!("[{}]", SECRET_LISTS[0]),
        format!("{:?}", SECRET.as_bytes())
    );
    assert_eq!(
        format!("[{}]", SECRET_LISTS[1]),
        format!("{:02x?}", SECRET.as_bytes())
    );
    assert_eq!(hex(SECRET_HEX), SECRET.as_bytes());
}

#[test]
fn requests_show_names_and_lengths() {
    let op = |op: &str| hex(&format!("30[020101 {}]", op.replace('$', SECRET_HEX)));
    // userPassword
    let name = "7573657250617373776f7264";

    let frame = op(&format!(
        "66[04[78] 30[30[0a0102 30[04[{name}] 31[04[$]]]]]]"
    ));
    let Op::ModifyRequest(modify) = decode(&frame).unwrap().op else {
        panic!()
    };
    check(&modify, &["userPassword", "Replace", "\"x\""]);
    check(&modify.changes, &["userPassword"]);
    for change in modify.changes {
        check(&change.unwrap(), &["userPassword"]);
        check(&change.unwrap().values, &[]);
    }

    let frame = op(&format!("6e[04[78] 30[04[{name}] 04[$]]]"));
    let Op::CompareRequest(compare) = decode(&frame).unwrap().op else {
        panic!()
    };
    check(&compare, &["userPassword", "\"x\""]);

    for request in ["68[$]", "4a[$]", "6c[$]"] {
        let frame = op(request);
        let (Op::AddRequest(raw) | Op::DelRequest(raw) | Op::ModifyDnRequest(raw)) =
            decode(&frame).unwrap().op
        else {
            panic!()
        };
        check(&raw, &[]);
    }

    let frame = op("4200 a0[30[04[312e32] 04[$]]]");
    let message = decode(&frame).unwrap();
    check(&message.controls, &["1.2"]);
    check(&message.controls.find("1.2").unwrap(), &["1.2"]);
}

#[test]
fn responses_show_names_and_lengths() {
    let id = MessageId(1);
    let frame = |say: &dyn Fn(&mut server::Connection)| {
        let mut server = server::Connection::new(Limits::SERVER);
        say(&mut server);
        Bytes::copy_from_slice(server.outbound().as_slice())
    };
    let (value, reply) = (
        Some(SECRET.as_bytes()),
        server::Reply::new(ResultCode(0), "words"),
    );

    let entry = frame(&|server| {
        server.search_entry(id, "cn=x", [("userPassword", [SECRET])], &[]);
    });
    let Op::SearchResultEntry(entry) = decode(&entry).unwrap().op else {
        panic!()
    };
    check(&entry, &["cn=x", "userPassword"]);
    check(&entry.attributes, &["userPassword"]);
    for mut attribute in entry.attributes {
        check(attribute.as_mut().unwrap(), &["userPassword"]);
    }

    let extended = frame(&|server| server.extended_response(id, &reply, Some("1.2"), value, &[]));
    let Op::ExtendedResponse(extended) = decode(&extended).unwrap().op else {
        panic!()
    };
    check(&extended, &["1.2", "words"]);

    let between = frame(&|server| server.intermediate_response(id, Some("1.2"), value));
    let Op::IntermediateResponse(between) = decode(&between).unwrap().op else {
        panic!()
    };
    check(&between, &["1.2"]);

    let bound = frame(&|server| server.bind_response(id, &reply, value, &[]));
    let Op::BindResponse(response) = decode(&bound).unwrap().op else {
        panic!()
    };
    check(&response, &["words"]);
    let mut client = Connection::new(Limits::CLIENT);
    let password = Password::new(b"x".to_vec()).unwrap();
    client.bind_simple("cn=x", &password, &[]).unwrap();
    let Event::BindDone { result, .. } = client.received(bound.clone()).unwrap() else {
        panic!()
    };
    check(&result, &["words"]);
}

#[test]
fn controls_and_readers_show_types_and_lengths() {
    let value = Some(Bytes::from_static(SECRET.as_bytes()));
    let request = RequestControl::Other {
        oid: "1.2".into(),
        critical: true,
        value: value.clone(),
    };
    check(&request, &["1.2", "true"]);
    let response = ResponseControl::Other {
        oid: "1.2".into(),
        value: value.clone(),
    };
    check(&response, &["1.2"]);
    let received = ReceivedControl {
        oid: "1.2".into(),
        critical: false,
        value,
    };
    check(&received, &["1.2"]);
    check(&Reader::new(SECRET.as_bytes(), 3), &["Reader"]);
}

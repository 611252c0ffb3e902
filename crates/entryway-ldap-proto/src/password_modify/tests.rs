use super::*;

/// A request's value, both ways.
fn check(request: PasswordModify<'_>, value: &[u8]) {
    assert_eq!(*request.encode(), value);
    assert!(PasswordModify::decode(Some(value)) == Ok(request));
}

fn request<'a>(identity: Option<&'a str>, old: &'a [u8], new: &'a [u8]) -> PasswordModify<'a> {
    PasswordModify {
        identity,
        old: Some(old),
        new: Some(new),
    }
}

#[test]
fn rfc3062_2_request() {
    let nothing = PasswordModify {
        identity: None,
        old: None,
        new: None,
    };
    check(nothing, b"\x30\x00");
    assert!(PasswordModify::decode(None) == Ok(nothing));
    check(
        request(Some("cn=x"), b"old", b"newer"),
        b"\x30\x12\x80\x04cn=x\x81\x03old\x82\x05newer",
    );
    check(request(None, b"", b"\xff"), b"\x30\x05\x81\x00\x82\x01\xff");
    // Whatever a later specification appends.
    let longer = b"\x30\x06\x82\x01n\x83\x01x";
    assert!(PasswordModify::decode(Some(longer)).is_ok_and(|read| read.new == Some(b"n")));
}

#[test]
fn a_value_of_any_length_stays_where_its_room_is() {
    // `encode` asserts it; these are the lengths around which length fields grow.
    for length in [0, 1, 127, 128, 255, 256, 5000, 70_000] {
        let password = vec![b's'; length];
        let name = "x".repeat(length);
        let asked = request(Some(&name), &password, &password);
        assert!(PasswordModify::decode(Some(&asked.encode())) == Ok(asked));
    }
}

#[test]
fn rfc3062_2_response() {
    let made = |value| {
        decode_generated_password(value).map(|made| made.map(|made| made.expose().to_vec()))
    };
    assert_eq!(made(None), Ok(None));
    assert_eq!(made(Some(b"\x30\x00")), Ok(None));
    assert_eq!(made(Some(b"\x30\x04\x80\x02pw")), Ok(Some(b"pw".to_vec())));
    let password = Password::new(b"pw".to_vec()).unwrap();
    assert_eq!(*encode_generated_password(&password), b"\x30\x04\x80\x02pw");
}

#[test]
fn what_is_no_such_value_is_an_error() {
    let refused = |value: &[u8], expected| {
        assert_eq!(PasswordModify::decode(Some(value)).err(), Some(expected));
        assert_eq!(decode_generated_password(Some(value)).err(), Some(expected));
    };
    refused(b"", DecodeError::Truncated);
    refused(b"\x30\x00x", DecodeError::Trailing { count: 1 });
    refused(b"\x30\x03\x80\x05x", DecodeError::Truncated);
    let expected = DecodeError::Value { what: "genPasswd" };
    let empty = decode_generated_password(Some(b"\x30\x02\x80\x00"));
    assert_eq!(empty.err(), Some(expected));
    let expected = DecodeError::Text {
        what: "userIdentity",
    };
    let found = PasswordModify::decode(Some(b"\x30\x03\x80\x01\xff"));
    assert_eq!(found.err(), Some(expected));
}

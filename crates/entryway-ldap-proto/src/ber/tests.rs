use super::*;
use crate::DecodeError;

/// The header that `bytes` start with.
fn check(bytes: &[u8], expected: Result<Option<(usize, u32)>, DecodeError>) {
    let found = header(bytes).map(|header| header.map(|h| (h.header_bytes, h.content_bytes)));
    assert_eq!(found, expected, "{bytes:02x?}");
}

#[test]
fn rfc4511_5_1_lengths_are_definite() {
    check(&[], Ok(None));
    check(&[0x30], Ok(None));
    check(&[0x30, 0x00], Ok(Some((2, 0))));
    check(&[0x30, 0x7f], Ok(Some((2, 127))));
    check(&[0x30, 0x80], Err(DecodeError::Length { octet: 0x80 }));
    check(&[0x30, 0xff], Err(DecodeError::Length { octet: 0xff }));
}

#[test]
fn lengths_may_be_longer_than_needed() {
    check(&[0x30, 0x81, 0x05], Ok(Some((3, 5))));
    check(&[0x30, 0x84, 0, 0, 0, 0x05], Ok(Some((6, 5))));
    check(&[0x30, 0x88, 0, 0, 0, 0, 0, 0, 1, 0], Ok(Some((10, 256))));
    check(&[0x30, 0x84, 0, 0, 0], Ok(None));
}

#[test]
fn lengths_over_32_bits_are_refused_by_the_first_octet_or_the_value() {
    check(
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        Ok(Some((6, u32::MAX))),
    );
    check(
        &[0x30, 0x85, 1, 0, 0, 0, 0],
        Err(DecodeError::Length { octet: 0x85 }),
    );
    check(
        &[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        Err(DecodeError::Length { octet: 0x88 }),
    );
    check(&[0x30, 0x89], Err(DecodeError::Length { octet: 0x89 }));
    check(&[0x30, 0xfe], Err(DecodeError::Length { octet: 0xfe }));
}

#[test]
fn tag_numbers_of_several_octets_are_refused() {
    let found = Tag(0x1f);
    check(
        &[0x1f],
        Err(DecodeError::Tag {
            expected: "a tag number below 31",
            found,
        }),
    );
}

#[test]
fn an_element_ends_inside_its_container() {
    let mut reader = Reader::new(&[0x04, 0x03, b'a', b'b'], 1);
    assert_eq!(reader.octets("x"), Err(DecodeError::Truncated));
    let mut outer = Reader::new(&[0x30, 0x03, 0x04, 0x02, b'a', b'b'], 1);
    let mut inner = outer.enter(Tag::SEQUENCE, "x").unwrap();
    assert_eq!(inner.octets("x"), Err(DecodeError::Truncated));
    assert_eq!(outer.rest(), b"b");
}

#[test]
fn constructed_strings_are_refused() {
    let mut reader = Reader::new(&[0x24, 0x03, 0x04, 0x01, b'a'], 1);
    assert_eq!(
        reader.octets("x"),
        Err(DecodeError::Tag {
            expected: "x",
            found: Tag(0x24)
        })
    );
}

/// The integer with these content octets.
fn integer(content: &[u8], expected: Option<u32>) {
    let mut bytes = vec![0x02, content.len() as u8];
    bytes.extend_from_slice(content);
    let expected = expected.ok_or(DecodeError::Value { what: "x" });
    assert_eq!(
        Reader::new(&bytes, 0).integer("x"),
        expected,
        "{content:02x?}"
    );
}

#[test]
fn integers_are_0_to_2_31_less_1() {
    integer(&[0], Some(0));
    integer(&[0x7f], Some(127));
    integer(&[0, 0x80], Some(128));
    integer(&[0x7f, 0xff, 0xff, 0xff], Some(0x7fff_ffff));
    // Padded: not minimal, but no other number either.
    integer(&[0, 0, 0, 7], Some(7));
    integer(&[], None);
    integer(&[0x80], None);
    integer(&[0xff, 0xff, 0xff, 0xff], None);
    integer(&[0, 0x80, 0, 0, 0], None);
    integer(&[0, 0, 0, 0, 7], None);
}

#[test]
fn rfc4511_5_1_booleans() {
    let read = |octets: &[u8]| Reader::new(octets, 0).boolean("x");
    assert_eq!(read(&[1, 1, 0]), Ok(false));
    assert_eq!(read(&[1, 1, 0xff]), Ok(true));
    assert_eq!(read(&[1, 1, 1]), Ok(true));
    assert_eq!(read(&[1, 0]), Err(DecodeError::Value { what: "x" }));
    assert_eq!(read(&[1, 2, 0, 0]), Err(DecodeError::Value { what: "x" }));
}

#[test]
fn levels_run_out() {
    let nested = [0x30, 4, 0x30, 2, 0x30, 0];
    let mut one = Reader::new(&nested, 2).enter(Tag::SEQUENCE, "x").unwrap();
    let mut two = one.enter(Tag::SEQUENCE, "x").unwrap();
    assert_eq!(
        two.enter(Tag::SEQUENCE, "x").err(),
        Some(DecodeError::Nesting)
    );
    assert_eq!(two.enter_any().err(), Some(DecodeError::Nesting));
    assert_eq!(
        two.enter_optional(Tag::SEQUENCE).err(),
        Some(DecodeError::Nesting)
    );
}

#[test]
fn what_follows_is_passed_over_if_it_is_elements() {
    assert_eq!(Reader::new(&[0x99, 1, 2, 0xbe, 0], 0).ignore_rest(), Ok(()));
    assert_eq!(
        Reader::new(&[0x99, 1, 2, 0xbe], 0).ignore_rest(),
        Err(DecodeError::Truncated)
    );
}

#[test]
fn written_lengths_are_minimal() {
    for length in [0usize, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20] {
        let content = vec![7u8; length];
        let mut primitive = Vec::new();
        Writer::new(&mut primitive).octets(&content);
        let mut nested = vec![0xee];
        Writer::new(&mut nested).constructed(Tag::SEQUENCE, |out| {
            out.constructed(Tag::SET, |out| out.octets(&content));
        });
        let octets = match length {
            0..128 => 1,
            128..256 => 2,
            256..65536 => 3,
            _ => 4,
        };
        assert_eq!(primitive.len(), 1 + octets + length);
        let mut outer = Reader::new(&nested[1..], 2)
            .enter(Tag::SEQUENCE, "x")
            .unwrap();
        let mut inner = outer.enter(Tag::SET, "x").unwrap();
        assert_eq!(inner.rest(), primitive, "length {length}");
        assert_eq!(inner.octets("x"), Ok(content.as_slice()));
        assert!(inner.is_empty() && outer.is_empty());
    }
}

#[test]
fn written_integers_are_minimal_and_not_negative() {
    for (number, content) in [
        (0, &[0][..]),
        (127, &[127]),
        (128, &[0, 128]),
        (255, &[0, 255]),
        (256, &[1, 0]),
        (32768, &[0, 128, 0]),
        (0x7fff_ffff, &[0x7f, 0xff, 0xff, 0xff]),
        (u32::MAX, &[0, 0xff, 0xff, 0xff, 0xff]),
    ] {
        let mut bytes = Vec::new();
        Writer::new(&mut bytes).integer(Tag::INTEGER, number);
        assert_eq!(
            bytes,
            [&[2, content.len() as u8], content].concat(),
            "{number}"
        );
    }
}

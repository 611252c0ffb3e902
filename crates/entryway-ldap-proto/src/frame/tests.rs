use super::*;

fn check(bytes: &[u8], expected: Result<Option<usize>, ProtocolError>) {
    assert_eq!(
        frame_length(bytes, &Limits::CLIENT),
        expected,
        "{bytes:02x?}"
    );
}

#[test]
fn the_header_says_how_much_to_read() {
    check(&[], Ok(None));
    check(&[0x30], Ok(None));
    check(&[0x30, 0x82, 0x01], Ok(None));
    check(&[0x30, 0x82, 0x01, 0x00], Ok(Some(260)));
    check(&[0x30, 0x00, 0xee], Ok(Some(2)));
}

#[test]
fn two_gigabytes_are_refused_by_their_header() {
    let limit = 16 << 20;
    check(
        &[0x30, 0x84, 0x80, 0, 0, 0],
        Err(ProtocolError::TooLong {
            found: (1 << 31) + 6,
            limit,
        }),
    );
    check(
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        Err(ProtocolError::TooLong {
            found: u64::from(u32::MAX) + 6,
            limit,
        }),
    );
    check(
        &[0x30, 0x84, 0x01, 0, 0, 0],
        Err(ProtocolError::TooLong {
            found: (16 << 20) + 6,
            limit,
        }),
    );
    // The largest message, header included.
    check(&[0x30, 0x84, 0x00, 0xff, 0xff, 0xfa], Ok(Some(16 << 20)));
    check(
        &[0x30, 0x84, 0x00, 0xff, 0xff, 0xfb],
        Err(ProtocolError::TooLong {
            found: (16 << 20) + 1,
            limit,
        }),
    );
    check(
        &[0x30, 0x80],
        Err(DecodeError::Length { octet: 0x80 }.into()),
    );
}

#[test]
fn what_is_not_ldap_is_refused_by_its_first_byte() {
    for first in [0x15u8, 0x16, b'H', 0x00, 0xff, 0x31, 0x10] {
        let found = Tag(first);
        check(
            &[first],
            Err(DecodeError::Tag {
                expected: "an LDAP message",
                found,
            }
            .into()),
        );
    }
}

#[test]
fn frames_are_taken_off_one_by_one() {
    let mut buffer = BytesMut::from(&[0x30, 1, 0xaa, 0x30, 2, 0xbb, 0xcc, 0x30, 9][..]);
    let mut next = || split_frame(&mut buffer, &Limits::CLIENT).unwrap();
    assert_eq!(next().as_deref(), Some(&[0x30, 1, 0xaa][..]));
    assert_eq!(next().as_deref(), Some(&[0x30, 2, 0xbb, 0xcc][..]));
    assert_eq!(next(), None);
    assert_eq!(&buffer[..], [0x30, 9]);
}

#[test]
fn a_slice_of_something_else_is_copied() {
    let frame = Bytes::from_static(b"frame");
    assert_eq!(slice_of(&frame, &frame[1..3]).as_ptr(), frame[1..].as_ptr());
    assert_eq!(&slice_of(&frame, &Vec::from(b"other"))[..], b"other");
    assert_eq!(&slice_of(&frame, b"")[..], b"");
}

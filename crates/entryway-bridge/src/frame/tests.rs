use super::*;
use proptest::prelude::*;

fn written(kind: Kind, id: u64, payload: &[u8]) -> BytesMut {
    let mut out = BytesMut::new();
    Frame::write(&mut out, kind, id, &[payload]);
    out
}

#[test]
fn a_frame_is_its_length_kind_id_and_payload() {
    let frame = written(Kind::Request, 0x0102, b"{}");
    assert_eq!(&frame[..], b"\0\0\0\x0b\x10\0\0\0\0\0\0\x01\x02{}");
}

#[test]
fn kinds_of_extensions_are_passed_over_and_others_are_not() {
    let mut input = BytesMut::from(&b"\0\0\0\x0a\x81\0\0\0\0\0\0\0\0x"[..]);
    input.extend_from_slice(&written(Kind::Ping, 0, b"12345678"));
    let frame = split_frame(&mut input).unwrap().unwrap();
    assert_eq!(frame.kind, Kind::Ping);
    let mut input = BytesMut::from(&b"\0\0\0\x0a\x7f\0\0\0\0\0\0\0\0x"[..]);
    assert_eq!(split_frame(&mut input), Err(FrameError::Kind(0x7f)));
}

#[test]
fn a_length_is_judged_before_it_is_waited_for() {
    let check = |bytes: &[u8]| split_frame(&mut BytesMut::from(bytes));
    assert_eq!(check(b"\0\0\0\x08"), Err(FrameError::Short(8)));
    assert_eq!(check(b"\0\x01\0\x0a"), Err(FrameError::Long(65546)));
    assert_eq!(check(b"\0\x01\0\x09"), Ok(None));
    assert_eq!(
        check(b"\xff\xff\xff\xff"),
        Err(FrameError::Long(0xffff_ffff))
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read(at in 0..Kind::ALL.len(), id: u64, payload in proptest::collection::vec(any::<u8>(), 0..300)) {
        let kind = Kind::ALL[at];
        let mut input = written(kind, id, &payload);
        let frame = split_frame(&mut input).unwrap().unwrap();
        prop_assert_eq!(frame, Frame { kind, id, payload: payload.into() });
        prop_assert!(input.is_empty());
    }
}

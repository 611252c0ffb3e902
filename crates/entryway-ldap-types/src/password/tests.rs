use super::*;

#[test]
fn rfc4513_5_1_2_an_empty_password_cannot_be_built() {
    assert_eq!(Password::new(Vec::new()).err(), Some(EmptyPassword));
}

#[test]
fn any_other_bytes_are_kept() {
    for bytes in [&b"x"[..], b" ", b"\0", "pässwörd".as_bytes()] {
        assert_eq!(Password::new(bytes.to_vec()).unwrap().expose(), bytes);
    }
}

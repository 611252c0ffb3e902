use super::{MOST, first_line, submitted};
use entryway_ldap_types::Password;
use entryway_login::SubmittedPassword;

fn check(input: &[u8], expected: &[u8]) {
    assert_eq!(
        &**first_line(input).expect("readable"),
        expected,
        "{input:?}"
    );
}

#[test]
fn a_password_ends_with_its_line() {
    check(b"secret\n", b"secret");
    check(b"secret\r\n", b"secret");
    check(b"secret", b"secret");
    check(b" blanks stay \nnot this", b" blanks stay ");
    check(b"\n", b"");
    check(b"", b"");
    check("gr\u{fc}n\n".as_bytes(), "gr\u{fc}n".as_bytes());
}

#[test]
fn reading_stops_where_no_password_can_be() {
    let endless = std::io::Read::chain(&b""[..], std::io::repeat(b'x'));
    assert_eq!(first_line(endless).expect("readable").len(), MOST + 1);
}

#[test]
fn only_a_possible_password_is_submitted() {
    let kind = |bytes: usize| match submitted(vec![b'x'; bytes].into()) {
        SubmittedPassword::Given(password) => Some(password.expose().len()),
        SubmittedPassword::Malformed
        | SubmittedPassword::NotAsked
        | SubmittedPassword::Sealed(_) => None,
    };
    assert_eq!(kind(0), None);
    assert_eq!(kind(1), Some(1));
    assert_eq!(kind(Password::MAX_BYTES), Some(Password::MAX_BYTES));
    assert_eq!(kind(Password::MAX_BYTES + 1), None);
}

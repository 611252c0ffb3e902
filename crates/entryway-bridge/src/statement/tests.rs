use super::*;

#[test]
fn fields_cannot_be_moved_into_each_other() {
    let one = Statement::of("x").with(b"ab").with(b"c");
    let other = Statement::of("x").with(b"a").with(b"bc");
    assert_ne!(one, other);
    assert_eq!(one.as_slice(), b"\0\x01x\0\x02ab\0\x01c");
    let number = Statement::of("").with_number(258);
    assert_eq!(number.as_slice(), b"\0\0\0\x08\0\0\0\0\0\0\x01\x02");
}

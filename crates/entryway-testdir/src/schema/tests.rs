//! RFC 4517 and 4518, as far as this server goes.

use super::*;

fn check(key: &str, left: &str, right: &str, equal: bool) {
    let rule = Rule::of(key);
    let (left, right) = (rule.normal(left.as_bytes()), rule.normal(right.as_bytes()));
    assert!(left.is_some() && right.is_some(), "{key}");
    assert_eq!(left == right, equal, "{key}");
}

#[test]
fn rfc4517_4_2_11_case_and_blanks_do_not_matter_to_names() {
    check("cn", "Åsa  Öberg ", "åsa öberg", true);
    check("cn", "Åsa Öberg", "ÅsaÖberg", false);
    check("mail", "A@Example.com", "a@example.COM", true);
}

#[test]
fn rfc4517_4_2_4_case_matters_to_paths() {
    check("homedirectory", "/home/A", "/home/a", false);
}

#[test]
fn rfc4517_4_2_29_telephone_numbers_compare_without_punctuation() {
    check("telephonenumber", "+49 30-1234", "+49301234", true);
}

#[test]
fn rfc4517_4_2_15_names_compare_as_names() {
    check("member", "CN=A, DC=x", "cn=a,dc=X", true);
    check("member", "cn=a,dc=x", "cn=b,dc=x", false);
}

#[test]
fn rfc4517_4_2_19_numbers_compare_as_numbers() {
    check("uidnumber", "0042", "42", true);
    assert_eq!(Rule::Integer.normal(b"forty"), None);
    assert!(Rule::Integer.order(b"9", b"10").is_lt());
}

#[test]
fn rfc4512_2_5_an_attribute_has_one_key() {
    for (written, expected) in [
        ("CN", "cn"),
        ("2.5.4.3", "cn"),
        ("commonName;lang-de", "cn"),
        ("rfc822Mailbox", "mail"),
    ] {
        assert_eq!(&*key(&AttributeName::parse(written).unwrap()), expected);
    }
}

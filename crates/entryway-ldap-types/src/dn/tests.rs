use super::*;
use std::collections::HashSet;

mod properties;

fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Parsed, the text is written as `display` and compared as `normalized`.
#[track_caller]
fn check(text: &str, display: &str, normalized: &str) {
    let name = dn(text);
    assert_eq!(
        (name.to_string().as_str(), name.normalized().as_str()),
        (display, normalized),
        "{text}"
    );
    assert_eq!(dn(display), name);
    assert_eq!(dn(normalized), name);
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(
        Dn::parse(text).map_err(|error| error.to_string()),
        Err(expected.to_owned()),
        "{text}"
    );
}

#[track_caller]
fn check_equal(one: &str, other: &str, expected: bool) {
    let (one, other) = (dn(one), dn(other));
    assert_eq!(one == other, expected, "{one} {other}");
    assert_eq!(
        one.normalized() == other.normalized(),
        expected,
        "{one} {other}"
    );
    assert_eq!(HashSet::from([one]).contains(&other), expected);
}

#[test]
fn rfc4514_4_examples() {
    check(
        "UID=jsmith,DC=example,DC=net",
        "UID=jsmith,DC=example,DC=net",
        "uid=jsmith,dc=example,dc=net",
    );
    check(
        "OU=Sales+CN=J.  Smith,DC=example,DC=net",
        "OU=Sales+CN=J.  Smith,DC=example,DC=net",
        "cn=j. smith+ou=sales,dc=example,dc=net",
    );
    check(
        "CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net",
        "CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net",
        "cn=james \\22jim\\22 smith\\2c iii,dc=example,dc=net",
    );
    check(
        "CN=Before\\0dAfter,DC=example,DC=net",
        "CN=Before\\0dAfter,DC=example,DC=net",
        "cn=before\\0dafter,dc=example,dc=net",
    );
    check(
        "1.3.6.1.4.1.1466.0=#04024869",
        "1.3.6.1.4.1.1466.0=Hi",
        "1.3.6.1.4.1.1466.0=hi",
    );
    check("CN=Lu\\C4\\8Di\\C4\\87", "CN=Lučić", "cn=lučić");
}

#[test]
fn the_empty_name_is_the_root() {
    for text in ["", "  "] {
        let root = dn(text);
        assert!(root.is_empty() && root.rdns().is_empty());
        assert_eq!(
            (root.to_string(), root.normalized()),
            (String::new(), String::new())
        );
        assert_eq!(root.parent(), None);
    }
}

#[test]
fn rfc4514_2_4_values_are_escaped_where_they_need_it() {
    check("cn=\\20a\\20", "cn=\\ a\\ ", "cn=a");
    check("cn=\\ \\ a b\\ \\ ", "cn=\\  a b \\ ", "cn=a b");
    check("cn=\\#a#", "cn=\\#a#", "cn=\\23a\\23");
    check("cn=a\\=b=c", "cn=a=b=c", "cn=a\\3db\\3dc");
    check(
        "cn=\\+\\;\\<\\>\\\\",
        "cn=\\+\\;\\<\\>\\\\",
        "cn=\\2b\\3b\\3c\\3e\\5c",
    );
    check("cn=a\\00b", "cn=a\\00b", "cn=a\\00b");
    check("cn=\u{85}\u{7f}", "cn=\\c2\\85\\7f", "cn=\\c2\\85\\7f");
    check("cn=", "cn=", "cn=");
    check("cn=\\20", "cn=\\ ", "cn=");
    check("cn=\\ff\\41", "cn=\\ffA", "cn=\\ffA");
    check(
        "CN=x\\0ACNF:1-2,DC=a",
        "CN=x\\0aCNF:1-2,DC=a",
        "cn=x\\0acnf:1-2,dc=a",
    );
}

#[test]
fn rfc4514_2_4_hexadecimal_values() {
    check("cn=#0c02C3a4", "cn=ä", "cn=ä");
}

#[test]
fn rfc4514_2_4_hexadecimal_values_that_are_no_string() {
    check("x-a=#0201FF , dc=b", "x-a=#0201ff,dc=b", "x-a=#0201ff,dc=b");
    check_equal("x-a=#0201ff", "x-a=\\#0201ff", false);
    // A length that is not that of the content is nobody's string.
    check("x-a=#0c0341", "x-a=#0c0341", "x-a=#0c0341");
    check("x-a=#048101410a", "x-a=#048101410a", "x-a=#048101410a");
    check("x-a=#04810141", "x-a=A", "x-a=a");
    check("x-a=#0482000141", "x-a=A", "x-a=a");
    check("x-a=#04", "x-a=#04", "x-a=#04");
    assert_eq!(
        dn("x-a=#0201ff").rdns()[0].avas().next().unwrap().text(),
        None
    );
}

#[test]
fn rfc2253_4_wider_forms() {
    check(
        " CN = a , OU=b ; dc = c ",
        "CN=a,OU=b,dc=c",
        "cn=a,ou=b,dc=c",
    );
    check("cn=a + sn=b", "cn=a+sn=b", "cn=a+sn=b");
    check(
        "cn=\"a, b;c\\\"d\\5ce\" ,dc=x",
        "cn=a\\, b\\;c\\\"d\\\\e,dc=x",
        "cn=a\\2c b\\3bc\\22d\\5ce,dc=x",
    );
    check("cn=\" a \"", "cn=\\ a\\ ", "cn=a");
    check(
        "OID.2.5.4.3=a,oid.0.9.2342.19200300.100.1.25=x",
        "2.5.4.3=a,0.9.2342.19200300.100.1.25=x",
        "cn=a,dc=x",
    );
}

#[test]
fn malformed_names_say_where() {
    check_error("cn", "expected `=` at byte 2 of the distinguished name");
    check_error(
        "cn=a,",
        "expected an attribute type at byte 5 of the distinguished name",
    );
    check_error(
        ",cn=a",
        "expected an attribute type at byte 0 of the distinguished name",
    );
    check_error(
        "cn=a,,dc=b",
        "expected an attribute type at byte 5 of the distinguished name",
    );
    check_error(
        "cn=a+,dc=b",
        "expected an attribute type at byte 5 of the distinguished name",
    );
    check_error(
        "=a",
        "expected an attribute type at byte 0 of the distinguished name",
    );
    check_error("c n=a", "expected `=` at byte 2 of the distinguished name");
    check_error(
        "cn;x-a=a",
        "expected `=` at byte 2 of the distinguished name",
    );
    check_error(
        "2.05=a",
        "expected an attribute type at byte 0 of the distinguished name",
    );
    check_error(
        "cn=a\"b",
        "expected an escape for this character at byte 4 of the distinguished name",
    );
    check_error(
        "cn=a<b",
        "expected an escape for this character at byte 4 of the distinguished name",
    );
    check_error(
        "cn=a\0b",
        "expected an escape for this character at byte 4 of the distinguished name",
    );
    check_error(
        "cn=\"a",
        "expected a closing quote for the one at byte 3 of the distinguished name",
    );
    check_error(
        "cn=\"a\"b",
        "expected `,` or `+` at byte 6 of the distinguished name",
    );
    let escape = "expected a special character or two hexadecimal digits after `\\` at byte 3 of the distinguished name";
    for text in ["cn=\\", "cn=\\2", "cn=\\g0", "cn=\\a", "cn=\\ä"] {
        check_error(text, escape);
    }
    check_error(
        "cn=#",
        "expected two hexadecimal digits at byte 4 of the distinguished name",
    );
    check_error(
        "cn=#4",
        "expected two hexadecimal digits at byte 4 of the distinguished name",
    );
    check_error(
        "cn=#414",
        "expected two hexadecimal digits at byte 6 of the distinguished name",
    );
    check_error(
        "cn=#41x",
        "expected two hexadecimal digits at byte 6 of the distinguished name",
    );
    check_error(
        "cn=#41 x",
        "expected `,` or `+` at byte 7 of the distinguished name",
    );
}

#[test]
fn size_is_bounded() {
    let levels = |count: usize| vec!["a=b"; count].join(",");
    assert_eq!(dn(&levels(Dn::MAX_RDNS)).rdns().len(), Dn::MAX_RDNS);
    check_error(
        &levels(Dn::MAX_RDNS + 1),
        "expected at most 256 levels, found more at byte 1024 of the distinguished name",
    );
    let values = |count: usize| vec!["a=b"; count].join("+");
    assert_eq!(
        dn(&values(Dn::MAX_AVAS)).rdns()[0].avas().count(),
        Dn::MAX_AVAS
    );
    check_error(
        &values(Dn::MAX_AVAS + 1),
        "expected at most 32 values in one level, found more at byte 127 of the distinguished name",
    );
    assert!(Dn::parse(&format!("cn={}", "x".repeat(Dn::MAX_BYTES - 3))).is_ok());
    check_error(
        &format!("cn={}", "x".repeat(Dn::MAX_BYTES - 2)),
        "expected at most 65536 bytes, found more at byte 65536 of the distinguished name",
    );
}

#[test]
fn rfc4518_2_2_case_does_not_matter() {
    check_equal("cn=JOHN Doe", "CN=john dOE", true);
    check_equal("cn=ÄÖÜ", "cn=äöü", true);
    check_equal("cn=a", "cn=b", false);
}

#[test]
fn rfc4518_2_2_no_character_disappears_or_becomes_another() {
    for odd in [
        "\\00",
        "\\01",
        "\u{1b}",
        "\u{7f}",
        "\u{80}",
        "\u{ad}",
        "\u{200b}",
        "\u{200d}",
        "\u{202e}",
        "\u{fe0f}",
        "\u{feff}",
        "\u{e0020}",
    ] {
        check_equal(&format!("ou=peo{odd}ple"), "ou=people", false);
        check_equal(&format!("ou=people{odd}"), "ou=people", false);
    }
    for wide in ["\t", "\n", "\r", "\u{85}", "\u{a0}", "\u{2003}", "\u{3000}"] {
        check_equal(&format!("cn=a{wide}b"), "cn=a b", false);
        check_equal(&format!("cn=a{wide}"), "cn=a", false);
    }
    assert!(!dn("uid=j,ou=peo\u{200b}ple\\01,dc=x").is_under(&dn("ou=people,dc=x")));
}

#[test]
fn rfc4518_2_6_1_insignificant_spaces() {
    check_equal("cn=\\  a   b \\ ", "cn=a b", true);
    check_equal("cn=a b", "cn=ab", false);
    check_equal("cn=\\ \\ ", "cn=", true);
}

#[test]
fn rfc4518_2_3_what_is_approximated_stays_apart() {
    check_equal("cn=e\u{301}", "cn=é", false);
    check_equal("cn=ß", "cn=ss", false);
}

#[test]
fn rfc4519_type_names_and_oids() {
    check_equal("2.5.4.3=a,2.5.4.11=b", "cn=a,ou=b", true);
    check_equal("commonName=a", "CN=a", true);
    check_equal("0.9.2342.19200300.100.1.1=a", "userid=a", true);
    check_equal("e=a@b", "1.2.840.113549.1.9.1=a@b", true);
    check_equal("e=a@b", "mail=a@b", false);
    check_equal("cn=a", "sn=a", false);
    check_equal("X-Mine=a", "x-mine=a", true);
    let mut names = HashSet::new();
    for name in types::TYPES.iter().copied().flatten() {
        assert!(
            names.insert(name.to_ascii_lowercase()),
            "{name} stands in two rows"
        );
        assert!(crate::attribute::is_oid(name), "{name}");
    }
}

#[test]
fn rfc4514_3_order_inside_a_level_does_not_matter() {
    check_equal("cn=a+sn=B,dc=x", "SN=b+2.5.4.3=A,dc=x", true);
    check_equal("cn=a+sn=b", "cn=a,sn=b", false);
    check_equal("cn=a+sn=b", "cn=a", false);
    check_equal("cn=a+sn=b", "cn=b+sn=a", false);
    check_equal("cn=a,dc=x,dc=y", "cn=a,dc=y,dc=x", false);
}

#[test]
fn escapes_cannot_move_a_border() {
    check_equal("cn=a\\,dc=b", "cn=a,dc=b", false);
    check_equal("cn=a\\+sn=b", "cn=a+sn=b", false);
    check_equal("cn=a\\2cdc\\3db", "cn=a\\,dc=b", true);
    // A backslash in a value is not an escape the second time.
    check_equal("cn=a\\5c2cdc=b", "cn=a\\,dc=b", false);
    assert!(!dn("cn=x\\,ou=people,dc=a").is_under(&dn("ou=people,dc=a")));
}

#[test]
fn under_a_base() {
    let check = |name: &str, base: &str, expected: bool| {
        assert_eq!(
            dn(name).is_under(&dn(base)),
            expected,
            "{name} under {base}"
        );
    };
    check("uid=j,OU=People , DC=corp", "ou=people,dc=corp", true);
    check("ou=people,dc=corp", "ou=people,dc=corp", true);
    check("dc=corp", "ou=people,dc=corp", false);
    check("uid=j,ou=xpeople,dc=corp", "ou=people,dc=corp", false);
    check(
        "uid=j,ou=people,dc=corp,dc=evil",
        "ou=people,dc=corp",
        false,
    );
    check("cn=a,sn=2+ou=1,dc=x", "ou=1+sn=2,dc=x", true);
    check("cn=a", "", true);
    check("", "", true);
    check("", "cn=a", false);
}

#[test]
fn what_a_level_names() {
    let check = |name: &str, attribute: &str, value: &[u8], expected: bool| {
        let attribute = AttributeName::parse(attribute).unwrap();
        assert_eq!(
            dn(name).rdns()[0].names(&attribute, value),
            expected,
            "{name} {attribute} {value:?}"
        );
    };
    check("UID=JDoe,dc=x", "uid", b" jdoe", true);
    check("userid=jdoe,dc=x", "UID", b"jdoe", true);
    check("cn=a+uid=jdoe,dc=x", "uid", b"jdoe", true);
    check("uid=j\\2cdoe,dc=x", "uid", b"j,doe", true);
    check("uid=\\ff,dc=x", "uid", b"\xff", true);
    check("uid=jdoe,dc=x", "uid", b"jroe", false);
    check("uid=jdoe,dc=x", "uid", b"jdoe\0", false);
    check("cn=jdoe,uid=jdoe", "uid", b"jdoe", false);
    // The content of a value that is no string is not its BER.
    check("uid=#0201ff,dc=x", "uid", b"\x02\x01\xff", false);
}

#[test]
fn parts_are_as_written() {
    let name = dn("CN=J\\, D+sn=x,dc=corp");
    let avas: Vec<_> = name.rdns()[0]
        .avas()
        .map(|ava| (ava.attribute().as_str(), ava.text().unwrap()))
        .collect();
    assert_eq!(avas, [("CN", "J, D"), ("sn", "x")]);
    assert_eq!(name.parent(), Some(dn("dc=corp")));
    assert_eq!(name.parent().unwrap().parent(), Some(Dn::default()));
    assert_eq!(
        dn("cn=\\ff").rdns()[0].avas().next().unwrap().value(),
        [0xff]
    );
    assert_eq!(format!("{name:?}"), "\"CN=J\\\\, D+sn=x,dc=corp\"");
}

#[test]
fn case_is_kept_where_a_pattern_wants_it() {
    for (text, expected) in [
        ("UID=J  Doe , OU=Sales\\, EU", "uid=J Doe,ou=Sales\\2c EU"),
        ("SN=b+CN=A", "cn=A+sn=b"),
        ("cn=B+cn=a", "cn=a+cn=B"),
        ("cn=A+cn=a", "cn=A+cn=a"),
        ("cn=İ", "cn=İ"),
    ] {
        assert_eq!(dn(text).normalized_keeping_case(), expected, "{text}");
    }
}

use super::*;
use std::collections::HashSet;

#[track_caller]
fn check(text: &str, expected: Result<(&str, &[&str]), &str>) {
    let parsed = AttributeName::parse(text);
    let found = parsed
        .as_ref()
        .map(|name| (name.base(), name.options().collect::<Vec<_>>()));
    match expected {
        Ok((base, options)) => assert_eq!(found, Ok((base, options.to_vec()))),
        Err(message) => assert_eq!(
            found.map_err(|error| error.to_string()),
            Err(message.to_owned())
        ),
    }
}

#[test]
fn rfc4512_1_4_short_names() {
    check("cn", Ok(("cn", &[])));
    check("x-my-Attr2", Ok(("x-my-Attr2", &[])));
    check("a_b", Ok(("a_b", &[])));
    check("", Err("an attribute name is empty"));
    check(
        "c n",
        Err("attribute name `c n` holds ` `, expected letters, digits, `-`, `.` or `;`"),
    );
    check(
        "-cn",
        Err("attribute name `-cn` holds `-`, expected letters, digits, `-`, `.` or `;`"),
    );
    check(
        "c.n",
        Err("attribute name `c.n` holds `.`, expected letters, digits, `-`, `.` or `;`"),
    );
    check(
        "näme",
        Err("attribute name `näme` holds `ä`, expected letters, digits, `-`, `.` or `;`"),
    );
    check(
        "cn\n",
        Err("attribute name `cn\\n` holds `\\n`, expected letters, digits, `-`, `.` or `;`"),
    );
}

#[test]
fn rfc4512_1_4_dotted_oids() {
    check("2.5.4.3", Ok(("2.5.4.3", &[])));
    check("1.0", Ok(("1.0", &[])));
    for refused in ["2", "2.", "2..5", "2.05", ".2.5", "2.5.", "2.5a", "02.5"] {
        assert!(
            matches!(
                AttributeName::parse(refused),
                Err(AttributeNameError::Character { .. })
            ),
            "{refused}"
        );
    }
}

#[test]
fn rfc4512_2_5_options() {
    check(
        "userCertificate;binary",
        Ok(("userCertificate", &["binary"])),
    );
    check("cn;lang-de;x-1", Ok(("cn", &["lang-de", "x-1"])));
    check("2.5.4.3;lang-de", Ok(("2.5.4.3", &["lang-de"])));
    check("member;range=0-*", Ok(("member", &["range=0-*"])));
    check(
        "cn;",
        Err("attribute name `cn;` holds `;`, expected letters, digits, `-`, `.` or `;`"),
    );
    check(
        "cn;;x",
        Err("attribute name `cn;;x` holds `;`, expected letters, digits, `-`, `.` or `;`"),
    );
    check(
        "cn;a b",
        Err("attribute name `cn;a b` holds ` `, expected letters, digits, `-`, `.` or `;`"),
    );
}

#[test]
fn names_compare_without_case_and_options() {
    let plain = AttributeName::parse("userCertificate").unwrap();
    let served = AttributeName::parse("USERcertificate;binary").unwrap();
    assert_eq!(plain, served);
    assert_eq!(plain.cmp(&served), Ordering::Equal);
    assert!(HashSet::from([plain.clone()]).contains(&served));
    assert!(plain.matches("usercertificate;binary"));
    assert!(!plain.matches("usercertificat"));
    assert!(!plain.matches("userCertificate2;binary"));
    assert_ne!(plain, AttributeName::parse("userCertificat").unwrap());
    assert!(AttributeName::from_static("CN") < AttributeName::from_static("co"));
}

#[test]
fn spelling_is_kept() {
    let name = AttributeName::parse("CN;lang-DE").unwrap();
    assert_eq!(name.to_string(), "CN;lang-DE");
    assert_eq!(format!("{name:?}"), "\"CN;lang-DE\"");
}

#[test]
fn a_static_name_equals_a_parsed_one() {
    const NAME: AttributeName = AttributeName::from_static("objectClass;x-a");
    assert_eq!(NAME.base(), "objectClass");
    assert_eq!(NAME, AttributeName::parse("objectclass").unwrap());
}

#[test]
#[should_panic(expected = "not an attribute name")]
fn a_wrong_literal_is_the_programmers_fault() {
    let _ = AttributeName::from_static("not a name");
}

#[test]
fn a_hostile_name_is_cut_in_the_error() {
    let Err(AttributeNameError::Character { name, .. }) =
        AttributeName::parse(&" ".repeat(1 << 20))
    else {
        panic!("refused")
    };
    assert_eq!(name.len(), 64);
}

use super::*;

fn domains() -> Vec<KnownDomain> {
    vec![
        KnownDomain {
            name: "staff".into(),
            netbios_name: Some("CORP".to_owned()),
        },
        KnownDomain {
            name: "partners".into(),
            netbios_name: None,
        },
    ]
}

#[track_caller]
fn check(typed: &str, expected: Result<Typed, BadFormat>) {
    let mail_domains = MailDomains::new([], ["spam.example".to_owned()]);
    let rules = TypedRules {
        min_length: 2,
        mail_domains: &mail_domains,
        domains: &domains(),
    };
    assert_eq!(classify(typed, &rules), expected, "{typed:?}");
}

fn name(text: &str, domain: Option<usize>) -> Result<Typed, BadFormat> {
    Ok(Typed::Name {
        text: text.to_owned(),
        domain,
    })
}

#[test]
fn names_and_login_names() {
    check("  jane d ", name("jane d", None));
    check("staff/jdoe", name("jdoe", Some(0)));
    check("corp\\jdoe", name("jdoe", Some(0)));
    check("PARTNERS/jd", name("jd", Some(1)));
    check("R/D", name("R/D", None));
    check("jane@corp", name("jane@corp", None));
    check("@corp.example", name("@corp.example", None));
    check("a@b.", name("a@b.", None));
}

#[test]
fn mail_addresses() {
    check(
        "jane@corp.example",
        Ok(Typed::Mail("jane@corp.example".to_owned())),
    );
    check(
        "j@Spam.example",
        Err(BadFormat::MailDomain("Spam.example".to_owned())),
    );
    check("j*@corp.example", name("j*@corp.example", None));
    // What begins so is found by it too.
    for (typed, domain) in [
        ("j@spam.exam", "spam.exam"),
        ("j@spam", "spam"),
        ("j@s*", "s"),
        ("j*@Spam.example", "Spam.example"),
    ] {
        check(typed, Err(BadFormat::MailDomain(domain.to_owned())));
    }
}

#[test]
fn names_of_entries_and_identities() {
    check(
        "cn=Jane, dc=corp",
        Ok(Typed::Dn(Dn::parse("cn=jane,dc=corp").unwrap())),
    );
    check("a = b", Ok(Typed::Dn(Dn::parse("a=b").unwrap())));
    check("a == b =", Ok(Typed::Dn(Dn::parse("a=\\= b =").unwrap())));
    let uuid = "3F2504E0-4F89-11D3-9A0C-0305E82C3301";
    check(uuid, Ok(Typed::Identity(uuid.to_ascii_lowercase())));
    check(
        &format!("{{{uuid}}}"),
        Ok(Typed::Identity(uuid.to_ascii_lowercase())),
    );
    let unique = "3f2504e0-4f8911d3-9a0c0305-e82c3301";
    check(unique, Ok(Typed::Identity(unique.to_owned())));
    let id = "partners:dn:cn=x,dc=y";
    check(
        id,
        Ok(Typed::Id {
            id: EntryId::parse(id).unwrap(),
            domain: 1,
        }),
    );
    check("nowhere:12", name("nowhere:12", None));
}

#[test]
fn what_nobody_is_asked_about() {
    check("", Err(BadFormat::Empty));
    check(" \t ", Err(BadFormat::Empty));
    check("j", Err(BadFormat::TooShort { least: 2 }));
    check("j*", Err(BadFormat::TooShort { least: 2 }));
    check("***", Err(BadFormat::TooShort { least: 2 }));
    check("staff/j", Err(BadFormat::TooShort { least: 2 }));
    check("ja\0ne", Err(BadFormat::Control));
    check(&"x".repeat(257), Err(BadFormat::TooLong { most: 256 }));
    check(&"=".repeat(9_000), Err(BadFormat::TooLong { most: 256 }));
}

#[test]
fn what_directories_pass_over_is_no_length() {
    for (text, length) in [
        ("", 0),
        ("jan", 3),
        ("j d", 3),
        ("  j   d ", 3),
        ("\u{ad}\u{ad}\u{ad}", 0),
        ("j\u{200b}\u{fe0f}", 1),
        ("j \u{ad} \u{ad} d", 3),
        ("é山😀", 3),
    ] {
        assert_eq!(compared_length(text), length, "{text:?}");
    }
}

use super::*;

fn filled(template: &str, typed: &str) -> Filter {
    FilterTemplate::parse(template, &[Placeholder::Text])
        .unwrap()
        .fill(&|_| Some(typed.as_bytes()))
        .unwrap()
}

#[track_caller]
fn check_stars(template: &str, typed: &str, expected: &str) {
    assert_eq!(
        with_stars(filled(template, typed), typed).to_string(),
        expected
    );
}

#[test]
fn stars_are_stars_where_they_may_be() {
    check_stars("(cn={text}*)", "j*doe", "(cn=j*doe*)");
    check_stars("(cn={text}*)", "*doe", "(cn=*doe*)");
    check_stars("(cn=*{text}*)", "a*b", "(cn=*a*b*)");
    check_stars("(cn={text})", "a*b", "(cn=a*b)");
    check_stars("(cn={text})", "ab", "(cn=ab)");
    check_stars(
        "(&(objectClass=person)(|(cn={text}*)(mail={text}*)))",
        "a*b",
        "(&(objectClass=person)(|(cn=a*b*)(mail=a*b*)))",
    );
}

#[test]
fn stars_alone_are_a_text_and_what_is_excluded_is_not_widened() {
    check_stars("(cn={text}*)", "**", "(cn=\\2a)");
    check_stars("(!(cn={text}*))", "a*", "(!(cn=a\\2a*))");
    check_stars("(cn=x{text}*)", "a*", "(cn=xa\\2a*)");
}

#[test]
fn values_that_begin_so_become_values_that_hold_it() {
    let filter = contains(filled("(|(cn={text}*)(uid={text}))", "ann"), "ann");
    assert_eq!(filter.to_string(), "(|(cn=*ann*)(uid=ann))");
}

#[test]
fn a_star_is_a_value_unless_somebody_says_otherwise() {
    let names = ["cn", "mail"].map(AttributeName::from_static);
    let template = find_template(&names, false).unwrap();
    let filter = template.fill(&|_| Some(b"*)(uid=*".as_slice())).unwrap();
    assert_eq!(
        filter.to_string(),
        "(|(cn=\\2a\\29\\28uid=\\2a*)(mail=\\2a\\29\\28uid=\\2a*))"
    );
    let anywhere = find_template(&names, true).unwrap();
    assert_eq!(anywhere.to_string(), "(|(cn=*{text}*)(mail=*{text}*))");
    assert_eq!(find_template(&[], true), None);
}

#[test]
fn an_identity_is_asked_for_in_the_form_that_the_attribute_has() {
    let guid = AttributeName::from_static("objectGUID");
    let uuid = AttributeName::from_static("entryUUID");
    let text = "00112233-4455-6677-8899-aabbccddeeff";
    let expected = Guid::parse(text).unwrap().as_bytes().to_vec();
    assert_eq!(
        by_identity(std::slice::from_ref(&guid), text),
        Some(Filter::Equal(guid.clone(), expected))
    );
    assert_eq!(
        by_identity(std::slice::from_ref(&uuid), text).map(|filter| filter.to_string()),
        Some(format!("(entryUUID={text})"))
    );
    assert_eq!(by_identity(&[guid], "1042"), None);
    assert_eq!(by_identity(&[], text), None);
}

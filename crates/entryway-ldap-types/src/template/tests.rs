use super::*;
use proptest::prelude::*;

const ALLOWED: [Placeholder; 3] = [Placeholder::Login, Placeholder::User, Placeholder::Text];

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).unwrap()
}

fn any_entry_attribute() -> Placeholder {
    Placeholder::EntryAttribute(name("uid"))
}

fn parse(text: &str) -> FilterTemplate {
    FilterTemplate::parse(text, &ALLOWED).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Every placeholder gets `value`; the filled filter is written as `expected`.
#[track_caller]
fn check(template: &str, value: &[u8], expected: &str) {
    let filled = parse(template).fill(&|_| Some(value)).unwrap();
    assert_eq!(filled.to_string(), expected);
}

#[track_caller]
fn check_error(template: &str, expected: &str) {
    let found = FilterTemplate::parse(template, &ALLOWED).map_err(|error| error.to_string());
    assert_eq!(found, Err(expected.to_owned()));
}

#[test]
fn placeholders_stand_where_a_value_stands() {
    check("(uid={login})", b"jdoe", "(uid=jdoe)");
    check("(uid=x-{login}@{user}.y)", b"j", "(uid=x-j@j.y)");
    check("(uid>={login})", b"j", "(uid>=j)");
    check("(uid<={login})", b"j", "(uid<=j)");
    check("(uid~={login})", b"j", "(uid~=j)");
    check(
        "(o:dn:caseExactMatch:={login})",
        b"j",
        "(o:dn:caseExactMatch:=j)",
    );
    check("(:1.2.3:={login})", b"j", "(:1.2.3:=j)");
    check(
        "(&(objectClass=person)(!(|(cn={text}*)(sn=*{text}*)(mail=*{text}))))",
        b"jo",
        "(&(objectClass=person)(!(|(cn=jo*)(sn=*jo*)(mail=*jo))))",
    );
    check("(mail=*)", b"jo", "(mail=*)");
    check("(&)", b"jo", "(&)");
}

#[test]
fn what_was_typed_stays_a_value() {
    check("(uid={login})", b"*", "(uid=\\2a)");
    check("(uid={login})", b"x)(uid=*", "(uid=x\\29\\28uid=\\2a)");
    check("(uid={login})", b"\\2a", "(uid=\\5c2a)");
    check("(uid={login})", b"{user}", "(uid={user})");
    check("(uid={login})", b"\0\xff", "(uid=\\00\\ff)");
    check("(cn={text}*)", b"a*b", "(cn=a\\2ab*)");
    check("(cn={text}*)", b"*", "(cn=\\2a*)");
}

#[test]
fn empty_pieces_are_dropped() {
    check("(cn=a*{text}*b)", b"", "(cn=a*b)");
    check("(cn={text}*)", b"", "(cn=*)");
    check("(cn=*{text}*)", b"", "(cn=*)");
    check("(cn={text})", b"", "(cn=)");
}

#[test]
fn a_missing_value_makes_no_filter() {
    let template = parse("(|(uid={login})(cn={text}*))");
    let only_login =
        |placeholder: &Placeholder| (*placeholder == Placeholder::Login).then_some(&b"j"[..]);
    assert_eq!(template.fill(&only_login), None);
    assert!(template.fill(&|_| Some(b"j")).is_some());
    assert!(parse("(&(a=b))").fill(&|_| None).is_some());
}

#[test]
fn entry_attributes_are_allowed_together() {
    let text = "(&(memberUid={entry.uid})(gidNumber={entry.gidNumber;x-a}))";
    let template = FilterTemplate::parse(text, &[any_entry_attribute()]).unwrap();
    let filled = template.fill(&|placeholder| match placeholder {
        Placeholder::EntryAttribute(attribute) if attribute.matches("uid") => Some(b"j"),
        Placeholder::EntryAttribute(attribute) if attribute.matches("gidNumber") => Some(b"100"),
        _ => None,
    });
    assert_eq!(
        filled.unwrap().to_string(),
        "(&(memberUid=j)(gidNumber=100))"
    );
    assert_eq!(
        template.placeholders(),
        [
            &Placeholder::EntryAttribute(name("uid")),
            &Placeholder::EntryAttribute(name("gidNumber"))
        ]
    );
}

#[test]
fn unknown_placeholders_name_the_known_ones() {
    check_error(
        "(uid={nobody})",
        "unknown placeholder `{nobody}` at byte 5, expected one of `{login}`, `{user}`, `{text}`",
    );
    check_error(
        "(uid={})",
        "unknown placeholder `{}` at byte 5, expected one of `{login}`, `{user}`, `{text}`",
    );
    check_error(
        "(uid={Login})",
        "unknown placeholder `{Login}` at byte 5, expected one of `{login}`, `{user}`, `{text}`",
    );
    check_error(
        "(uid={a\nb})",
        "unknown placeholder `{a\\nb}` at byte 5, expected one of `{login}`, `{user}`, `{text}`",
    );
    // Known, but not here.
    check_error(
        "(uid={dn})",
        "unknown placeholder `{dn}` at byte 5, expected one of `{login}`, `{user}`, `{text}`",
    );
    let found = FilterTemplate::parse(
        "(uid={entry.a b})",
        &[any_entry_attribute(), Placeholder::EntryDn],
    );
    assert_eq!(
        found.unwrap_err().to_string(),
        "unknown placeholder `{entry.a b}` at byte 5, expected one of `{entry.ATTRIBUTE}`, `{dn}`"
    );
    let found = FilterTemplate::parse("(uid={login})", &[]);
    assert_eq!(
        found.unwrap_err().to_string(),
        "unknown placeholder `{login}` at byte 5, expected one of none here"
    );
}

#[test]
fn a_placeholder_outside_a_value_is_refused() {
    check_error(
        "({login}=x)",
        "placeholder at byte 1 stands outside a value",
    );
    check_error(
        "(cn{login}=x)",
        "placeholder at byte 3 stands outside a value",
    );
    check_error(
        "(cn:{login}:=x)",
        "placeholder at byte 4 stands outside a value",
    );
    check_error(
        "(cn:dn{login}:=x)",
        "placeholder at byte 6 stands outside a value",
    );
    check_error(
        "(cn;{login}=x)",
        "placeholder at byte 4 stands outside a value",
    );
    check_error(
        "(cn={login}) {user}",
        "placeholder at byte 13 stands outside a value",
    );
    check_error("({login})", "placeholder at byte 1 stands outside a value");
    check_error("{login}", "placeholder at byte 0 stands outside a value");
    check_error("(&{login})", "placeholder at byte 2 stands outside a value");
    check_error("(!{login})", "placeholder at byte 2 stands outside a value");
    check_error(
        "(cn=a){login}",
        "placeholder at byte 6 stands outside a value",
    );
}

#[test]
fn a_literal_brace_is_escaped() {
    check("(cn=\\7b\\7blogin\\7d)", b"j", "(cn={{login})");
    check_error(
        "(cn=a}b)",
        "`}` without `{`, expected `\\7d` at byte 5 of the filter",
    );
    check_error(
        "(cn={login)",
        "`{` without `}`, expected a placeholder or `\\7b` at byte 4 of the filter",
    );
    check_error(
        "(&(cn={login)(sn={login}))",
        "`{` without `}`, expected a placeholder or `\\7b` at byte 6 of the filter",
    );
    check_error(
        "(cn={{login}})",
        "`{` without `}`, expected a placeholder or `\\7b` at byte 4 of the filter",
    );
}

#[test]
fn filter_errors_pass_through() {
    check_error("(uid={login}", "expected `)` at byte 12 of the filter");
    check_error("uid={login}", "expected `(` at byte 0 of the filter");
    check_error(
        "(uid={login}(x)",
        "a value holds `(`, expected `\\28` at byte 12 of the filter",
    );
}

#[test]
fn equality_templates() {
    let uid = name("uid");
    let filled = |class| {
        let template = FilterTemplate::equality(class, &uid, Placeholder::Login);
        template.fill(&|_| Some(b"j(doe")).unwrap().to_string()
    };
    assert_eq!(filled(None), "(uid=j\\28doe)");
    assert_eq!(
        filled(Some("person")),
        "(&(objectClass=person)(uid=j\\28doe))"
    );
    assert_eq!(
        filled(Some("a)(b")),
        "(&(objectClass=a\\29\\28b)(uid=j\\28doe))"
    );
}

#[test]
fn templates_are_joined() {
    let (a, b) = (parse("(a={login})"), parse("(b={login})"));
    assert_eq!(
        a.clone().or(b.clone()).to_string(),
        "(|(a={login})(b={login}))"
    );
    assert_eq!(
        a.clone().and(b.clone()).to_string(),
        "(&(a={login})(b={login}))"
    );
    // One level, however many join.
    assert_eq!(
        a.clone().or(b.clone()).or(a.clone()).to_string(),
        "(|(a={login})(b={login})(a={login}))"
    );
    assert_eq!(
        a.clone().and(b.clone()).or(a).to_string(),
        "(|(&(a={login})(b={login}))(a={login}))"
    );
    // `(|)` is false, so joined with it the other decides.
    assert_eq!(parse("(|)").or(b).to_string(), "(|(b={login}))");
}

#[test]
fn depth_leaves_room_for_joining() {
    let nested = |levels: usize| {
        format!(
            "{}(a={{login}}){}",
            "(!".repeat(levels - 1),
            ")".repeat(levels - 1)
        )
    };
    let deepest = parse(&nested(FilterTemplate::MAX_DEPTH));
    let joined = deepest.clone().or(deepest.clone()).and(deepest);
    assert!(joined.fill(&|_| Some(b"j")).unwrap().depth() <= Filter::MAX_DEPTH);
    let at = 2 * FilterTemplate::MAX_DEPTH;
    let refused = format!("nesting too deep at byte {at} of the filter");
    check_error(&nested(FilterTemplate::MAX_DEPTH + 1), &refused);
    check_error(&nested(300_000), &refused);
}

#[test]
fn names_and_placeholders_are_listed() {
    let template = parse("(&(a={login})(!(b=*{text}*{user}))(c=*)(d:dn:={text})(:1.2:=x)(a=1))");
    let names: Vec<_> = template
        .attributes()
        .into_iter()
        .map(AttributeName::as_str)
        .collect();
    assert_eq!(names, ["a", "b", "c", "d", "a"]);
    let placeholders: Vec<_> = template
        .placeholders()
        .into_iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(placeholders, ["{login}", "{text}", "{user}", "{text}"]);
}

#[test]
fn rfc4515_3_a_template_without_placeholders_is_its_filter() {
    for text in [
        "(cn=Babs J*)",
        "(&(a=1)(|(b=2)(c>=3)(d<=4)(e~=5))(!(f=*)))",
        "(g:dn:2.4:=\\28)",
        "(&)",
    ] {
        let filled = parse(text).fill(&|_| None);
        assert_eq!(filled, Some(Filter::parse(text).unwrap()));
        assert_eq!(parse(text).to_string(), text);
    }
}

proptest! {
    #[test]
    fn any_value_leaves_the_tree_as_it_is(typed in prop::collection::vec(any::<u8>(), 0..20)) {
        let template = parse("(&(objectClass=person)(|(uid={login})(mail=a{login}b)))");
        let filled = template.fill(&|_| Some(&typed)).unwrap();
        let mail = [&b"a"[..], &typed, &b"b"[..]].concat();
        prop_assert_eq!(&filled, &Filter::And(vec![
            Filter::Equal(name("objectClass"), b"person".to_vec()),
            Filter::Or(vec![Filter::Equal(name("uid"), typed.clone()), Filter::Equal(name("mail"), mail)]),
        ]));
        prop_assert_eq!(Filter::parse(&filled.to_string()), Ok(filled));
    }

    #[test]
    fn any_template_survives_its_text(text in "[(&|!)=*:<>~\\\\a-c0-9. ]{0,12}(\\{login\\})?[(=*:)\\\\7bd\u{0}ä]{0,8}\\)?") {
        if let Ok(template) = FilterTemplate::parse(&text, &ALLOWED) {
            prop_assert_eq!(FilterTemplate::parse(&template.to_string(), &ALLOWED), Ok(template));
        }
    }

    #[test]
    fn any_literal_survives_its_text(literal in prop::collection::vec(any::<u8>(), 1..12)) {
        let escaped: String = literal.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let template = parse(&format!("(a={escaped}{{login}}{escaped})"));
        prop_assert_eq!(FilterTemplate::parse(&template.to_string(), &ALLOWED), Ok(template));
    }
}

#[test]
fn a_template_is_taken_apart_by_one_level() {
    let texts = |parts: Vec<FilterTemplate>| -> Vec<String> {
        parts.iter().map(ToString::to_string).collect()
    };
    let TemplateParts::And(parts) = parse("(&(a=1)(|(b={login})(c=*)))").parts() else {
        unreachable!("it is an `&`")
    };
    assert_eq!(texts(parts.clone()), ["(a=1)", "(|(b={login})(c=*))"]);
    assert!(matches!(parts[1].parts(), TemplateParts::Or(parts) if parts.len() == 2));
    assert!(
        matches!(parse("(!(a=1))").parts(), TemplateParts::Not(part) if *part == parse("(a=1)"))
    );
    for item in ["(a=*)", "(a={login})", "(a=*b*)", "(a:dn:=x)"] {
        assert_eq!(parse(item).parts(), TemplateParts::Item, "{item}");
    }
}

#[test]
fn a_literal_is_no_grammar() {
    let literal = FilterTemplate::literal(name("cn"), "a)(b={login}*");
    assert_eq!(literal.to_string(), "(cn=a\\29\\28b=\\7blogin\\7d\\2a)");
}

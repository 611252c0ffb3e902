use super::*;

mod differential;
mod round_trip;

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).unwrap()
}

fn equal(attribute: &str, value: impl AsRef<[u8]>) -> Filter {
    Filter::Equal(name(attribute), value.as_ref().to_vec())
}

fn substrings(attribute: &str, initial: &str, any: &[&str], last: &str) -> Filter {
    let part = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
    Filter::Substrings {
        attribute: name(attribute),
        initial: part(initial),
        any: any.iter().filter_map(|text| part(text)).collect(),
        last: part(last),
    }
}

/// The text parses to `expected`, and `expected` is written as `text`.
#[track_caller]
fn check(text: &str, expected: Filter) {
    assert_eq!(Filter::parse(text), Ok(expected.clone()), "{text}");
    assert_eq!(expected.to_string(), text);
}

/// The text parses to what `canonical` says, and is written that way.
#[track_caller]
fn check_same(text: &str, canonical: &str) {
    let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(filter.to_string(), canonical);
    assert_eq!(Filter::parse(canonical), Ok(filter));
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(
        Filter::parse(text).map_err(|error| error.to_string()),
        Err(expected.to_owned()),
        "{text}"
    );
}

#[test]
fn rfc4515_4_examples() {
    check("(cn=Babs Jensen)", equal("cn", "Babs Jensen"));
    check(
        "(!(cn=Tim Howes))",
        Filter::Not(Box::new(equal("cn", "Tim Howes"))),
    );
    check(
        "(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))",
        Filter::And(vec![
            equal("objectClass", "Person"),
            Filter::Or(vec![
                equal("sn", "Jensen"),
                substrings("cn", "Babs J", &[], ""),
            ]),
        ]),
    );
    check(
        "(o=univ*of*mich*)",
        substrings("o", "univ", &["of", "mich"], ""),
    );
    check("(seeAlso=)", equal("seeAlso", ""));
    check(
        "(o=Parens R Us \\28for all your parenthetical needs\\29)",
        equal("o", "Parens R Us (for all your parenthetical needs)"),
    );
    check("(cn=*\\2a*)", substrings("cn", "", &["*"], ""));
    check("(filename=C:\\5cMyFile)", equal("filename", "C:\\MyFile"));
    check("(bin=\\00\\00\\00\\04)", equal("bin", [0, 0, 0, 4]));
    check_same("(sn=Lu\\c4\\8di\\c4\\87)", "(sn=Lučić)");
    check_same(
        "(1.3.6.1.4.1.1466.0=\\04\\02\\48\\69)",
        "(1.3.6.1.4.1.1466.0=\\04\\02Hi)",
    );
}

#[test]
fn rfc4515_4_extensible_examples() {
    let extensible = |attribute: Option<&str>, rule: Option<&str>, dn_attributes, value: &str| {
        Filter::Extensible {
            attribute: attribute.map(name),
            rule: rule.map(Box::from),
            value: value.as_bytes().to_vec(),
            dn_attributes,
        }
    };
    check(
        "(cn:caseExactMatch:=Fred Flintstone)",
        extensible(Some("cn"), Some("caseExactMatch"), false, "Fred Flintstone"),
    );
    check(
        "(cn:=Betty Rubble)",
        extensible(Some("cn"), None, false, "Betty Rubble"),
    );
    check(
        "(sn:dn:2.4.6.8.10:=Barney Rubble)",
        extensible(Some("sn"), Some("2.4.6.8.10"), true, "Barney Rubble"),
    );
    check(
        "(o:dn:=Ace Industry)",
        extensible(Some("o"), None, true, "Ace Industry"),
    );
    check(
        "(:1.2.3:=Wilma Flintstone)",
        extensible(None, Some("1.2.3"), false, "Wilma Flintstone"),
    );
    check(
        "(:dn:2.4.6.8.10:=Dino)",
        extensible(None, Some("2.4.6.8.10"), true, "Dino"),
    );
    check_same("(o:DN:=x)", "(o:dn:=x)");
    check(
        "(memberOf:1.2.840.113556.1.4.1941:=cn=a,dc=b)",
        extensible(
            Some("memberOf"),
            Some("1.2.840.113556.1.4.1941"),
            false,
            "cn=a,dc=b",
        ),
    );
}

#[test]
fn rfc4515_3_other_items() {
    check(
        "(uidNumber>=1000)",
        Filter::GreaterOrEqual(name("uidNumber"), b"1000".to_vec()),
    );
    check(
        "(uidNumber<=1999)",
        Filter::LessOrEqual(name("uidNumber"), b"1999".to_vec()),
    );
    check("(sn~=jon)", Filter::Approx(name("sn"), b"jon".to_vec()));
    check("(mail=*)", Filter::Present(name("mail")));
    check("(cn=*a)", substrings("cn", "", &[], "a"));
    check("(cn=*a*b*)", substrings("cn", "", &["a", "b"], ""));
    check("(cn=a*b)", substrings("cn", "a", &[], "b"));
    check("(member=cn=a,dc=b)", equal("member", "cn=a,dc=b"));
    check("(a=<>~=:{}&|!)", equal("a", "<>~=:{}&|!"));
    check("(cn;lang-de=x)", equal("cn;lang-de", "x"));
    check("(cn= two  blanks )", equal("cn", " two  blanks "));
    check("(cn=Zoë 🦀)", equal("cn", "Zoë 🦀"));
}

#[test]
fn options_are_written() {
    assert_eq!(
        Filter::parse("(cn;lang-de:=x)").unwrap().to_string(),
        "(cn;lang-de:=x)"
    );
    // What would read back as an operator is left out: equality does not look at options anyway.
    assert_eq!(
        equal("member;range=0-*;x-a", "v").to_string(),
        "(member;x-a=v)"
    );
}

#[test]
fn rfc4526_absolute_true_and_false() {
    check("(&)", Filter::And(Vec::new()));
    check("(|)", Filter::Or(Vec::new()));
    check("(!(&))", Filter::Not(Box::new(Filter::And(Vec::new()))));
}

#[test]
fn empty_pieces_of_a_substring_are_dropped() {
    check_same("(cn=a**b)", "(cn=a*b)");
    check_same("(cn=**a***b**)", "(cn=*a*b*)");
    check_same("(cn=**)", "(cn=*)");
}

#[test]
fn blanks_between_parentheses_are_skipped() {
    check_same(
        " (& (a=1)\n\t( | (b=2) (c=3) )\r\n (! (d=4) ) ) "
            .replace("( |", "(|")
            .as_str(),
        "(&(a=1)(|(b=2)(c=3))(!(d=4)))",
    );
    check_error(
        "( a=1)",
        "expected an attribute name or OID at byte 1 of the filter",
    );
    check_error(
        "(a =1)",
        "expected an attribute name or OID at byte 1 of the filter",
    );
}

#[test]
fn malformed_texts_say_where() {
    check_error("", "expected `(` at byte 0 of the filter");
    check_error("cn=x", "expected `(` at byte 0 of the filter");
    check_error(
        "()",
        "expected `=`, `~=`, `<=`, `>=` or `:=` at byte 1 of the filter",
    );
    check_error(
        "(cn)",
        "expected `=`, `~=`, `<=`, `>=` or `:=` at byte 3 of the filter",
    );
    check_error(
        "(cn>x)",
        "expected `=`, `~=`, `<=`, `>=` or `:=` at byte 3 of the filter",
    );
    check_error(
        "((cn=x))",
        "expected `=`, `~=`, `<=`, `>=` or `:=` at byte 1 of the filter",
    );
    check_error(
        "(=x)",
        "expected an attribute name or OID at byte 1 of the filter",
    );
    check_error(
        "(c{n=x)",
        "expected an attribute name or OID, found a brace at byte 2 of the filter",
    );
    check_error("(cn=x", "expected `)` at byte 5 of the filter");
    check_error("(cn=x))", "text after the last `)` at byte 6 of the filter");
    check_error(
        "(cn=x)(cn=y)",
        "text after the last `)` at byte 6 of the filter",
    );
    check_error("(&(cn=x)cn=y)", "expected `)` at byte 8 of the filter");
    check_error("(!)", "expected `(` at byte 2 of the filter");
    check_error("(!(a=b)(c=d))", "expected `)` at byte 7 of the filter");
    check_error(
        "(cn=a(b)",
        "a value holds `(`, expected `\\28` at byte 5 of the filter",
    );
    check_error(
        "(cn=a\0b)",
        "a value holds NUL, expected `\\00` at byte 5 of the filter",
    );
    check_error(
        "(cn=\\)",
        "expected two hexadecimal digits after `\\` at byte 4 of the filter",
    );
    check_error(
        "(cn=\\2)",
        "expected two hexadecimal digits after `\\` at byte 4 of the filter",
    );
    check_error(
        "(cn=\\(x)",
        "expected two hexadecimal digits after `\\` at byte 4 of the filter",
    );
    check_error(
        "(cn=\\+1)",
        "expected two hexadecimal digits after `\\` at byte 4 of the filter",
    );
    check_error(
        "(cn>=a*)",
        "`*` outside an equality's value, expected `\\2a` at byte 6 of the filter",
    );
    check_error(
        "(cn:=a*)",
        "`*` outside an equality's value, expected `\\2a` at byte 6 of the filter",
    );
}

#[test]
fn malformed_extensible_items() {
    check_error(
        "(:=x)",
        "expected an attribute or a matching rule before `:=` at byte 2 of the filter",
    );
    check_error(
        "(:dn:=x)",
        "expected an attribute or a matching rule before `:=` at byte 5 of the filter",
    );
    check_error("(cn:dn)", "expected `:=` at byte 6 of the filter");
    check_error("(cn:dn=x)", "expected `:=` at byte 6 of the filter");
    check_error(
        "(cn::=x)",
        "expected a matching rule's name or OID, once at byte 4 of the filter",
    );
    check_error(
        "(cn:a:b:=x)",
        "expected a matching rule's name or OID, once at byte 6 of the filter",
    );
    check_error(
        "(cn:dn:dn:=x)",
        "expected a matching rule's name or OID, once at byte 7 of the filter",
    );
    check_error(
        "(cn:a:dn:=x)",
        "expected a matching rule's name or OID, once at byte 6 of the filter",
    );
    check_error(
        "(cn:a;b:=x)",
        "expected a matching rule's name or OID, once at byte 4 of the filter",
    );
}

#[test]
fn depth_is_bounded() {
    let nested =
        |levels: usize| format!("{}(a=b){}", "(!".repeat(levels - 1), ")".repeat(levels - 1));
    let deepest = Filter::parse(&nested(Filter::MAX_DEPTH)).unwrap();
    assert_eq!(deepest.depth(), Filter::MAX_DEPTH);
    assert_eq!(deepest.to_string(), nested(Filter::MAX_DEPTH));
    let at = 2 * Filter::MAX_DEPTH;
    check_error(
        &nested(Filter::MAX_DEPTH + 1),
        &format!("nesting too deep at byte {at} of the filter"),
    );
    check_error(
        &nested(300_000),
        &format!("nesting too deep at byte {at} of the filter"),
    );
    check_error(
        &"(&".repeat(300_000),
        &format!("nesting too deep at byte {at} of the filter"),
    );
}

#[test]
fn every_named_attribute_is_listed() {
    let filter = Filter::parse("(&(a=1)(!(|(b=*)(c=x*)(d>=1)))(e:dn:=2)(:1.2:=3)(a~=4))").unwrap();
    let names: Vec<_> = filter
        .attributes()
        .iter()
        .map(|name| name.as_str())
        .collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "a"]);
    assert_eq!(filter.depth(), 4);
}

#[test]
fn what_may_name_a_matching_rule() {
    for (text, expected) in [
        ("caseExactMatch", true),
        ("2.5.13.5", true),
        ("dn", false),
        ("DN", false),
        ("", false),
        ("a;b", false),
        ("a:b", false),
    ] {
        assert_eq!(Filter::is_matching_rule(text), expected, "{text}");
    }
}

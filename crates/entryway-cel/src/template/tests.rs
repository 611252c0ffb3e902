use super::*;
use crate::fixture::Person;

#[track_caller]
fn check(text: &str, expected: Result<&str, &str>) {
    let template = compile_template(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let person = Person::jdoe();
    let expected = expected
        .map(str::to_owned)
        .map_err(|message| RuleFailed(message.to_owned()));
    assert_eq!(template.render(&person.facts()), expected, "{text}");
}

#[track_caller]
fn refused(text: &str, under: &str, message: &str, hint: Option<&str>) {
    let error = compile_template(text).map(|_| ()).expect_err(text);
    assert_eq!(text.get(error.span.clone()), Some(under), "{error:?}");
    assert_eq!(
        (error.message.as_str(), error.hint.as_deref()),
        (message, hint),
        "{text}"
    );
}

#[test]
fn one_value_takes_the_place_of_each_expression() {
    check("", Ok(""));
    check("/srv/shared", Ok("/srv/shared"));
    check("/home/{name}", Ok("/home/jdoe"));
    check("/home/{ user.name }", Ok("/home/jdoe"));
    check("{uid}", Ok("1042"));
    check("{entry.uidnumber}", Ok("1042"));
    check("{int(entry.uidnumber[0]) + 5000}", Ok("6042"));
    check(
        "/srv/{domain}/{name.substring(0, 1)}/{name}",
        Ok("/srv/staff/j/jdoe"),
    );
    check("/srv/{entry.mail[0].split(\"@\")[0]}", Ok("/srv/jdoe"));
    check("{entry.departmentnumber.filter(d, d != '40')}", Ok("12"));
    check(
        "{user.attributes.site}/{entry[\"ms-ds-site\"]}",
        Ok("north/north"),
    );
    check("{has(home) ? home : \"/home/\" + name}", Ok("/home/jdoe"));
    check(
        "{groups.filter(g, g.startsWith('partners/'))}",
        Ok("partners/engineers"),
    );
    check("{[uid]}", Ok("1042"));
    check("{entry.cn}", Ok("Zoë Doe"));
}

#[test]
fn braces() {
    check("{{{name}}}", Ok("{jdoe}"));
    check("a{{b}}c", Ok("a{b}c"));
    check("{\"}{\" + '}'}", Ok("}{}"));
    check("{r'\\}'}{'''}'''}{\"\\\"}\"}", Ok("\\}}\"}"));
    check("{{name}}", Ok("{name}"));
    refused(
        "/home/{name",
        "{",
        "expected `}` at the end of the expression, found none",
        Some("`{{` stands for one brace"),
    );
    refused(
        "/home/name}",
        "}",
        "expected `{` before `}`, found none",
        Some("`}}` stands for one brace"),
    );
    refused("{}", "", "expected an expression, found none", None);
    refused("é{ }", " ", "expected an expression, found none", None);
    refused(
        "{name // }",
        "{",
        "expected `}` at the end of the expression, found none",
        Some("`{{` stands for one brace"),
    );
    refused(
        "{'a}",
        "'a}",
        "expected `'` at the end of the text, found none",
        None,
    );
    refused(
        "{{'a': 1}",
        "}",
        "expected `{` before `}`, found none",
        Some("`}}` stands for one brace"),
    );
}

#[test]
fn carets_stand_in_the_whole_template() {
    refused(
        "/é/{nme}",
        "nme",
        "expected a variable, found `nme`, which is none",
        Some("did you mean `name`?"),
    );
    refused(
        "/{name}/{entry.userpassword}",
        "userpassword",
        "`userpassword` holds a secret, which no rule may look at",
        None,
    );
    refused(
        "/{has(home)}",
        "has(home)",
        "expected a text or a number, found true or false",
        Some("`has(home) ? \"one\" : \"other\"` chooses"),
    );
    refused(
        "/{name}/{name +}",
        "+",
        "expected a value, found the end",
        None,
    );
}

#[test]
fn anything_but_one_value_fails() {
    check(
        "/srv/{entry.departmentnumber}",
        Err("`entry.departmentnumber` has 2 values, expected exactly one"),
    );
    check(
        "/srv/{entry.roomnumber}",
        Err("`entry.roomnumber` has no value, expected exactly one"),
    );
    check(
        "/srv/{groups}",
        Err("`groups` has 4 values, expected exactly one"),
    );
    check(
        "/srv/{home}",
        Err("`home` is not set; `has` asks whether it is"),
    );
    check(
        "/srv/{entry.street}",
        Err("`entry.street` is an empty text"),
    );
    check(
        "/srv/{entry.title}",
        Err("`entry.title` holds a control character"),
    );
    check(
        "/srv/{entry.jpegphoto[1]}",
        Err("`entry.jpegphoto` holds a value that is not text"),
    );
    let long = format!("{}{{dn}}", "x".repeat(MAX_BYTES - 4));
    check(&long, Err("`dn` makes the text longer than 4096 bytes"));
}

#[test]
fn needs_and_price_are_those_of_every_part() {
    let template = compile_template("{entry.mail}{entry.Mail[0]}{entry.cn}{groups[0]}").unwrap();
    let names: Vec<String> = template
        .needs()
        .attributes
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["mail", "cn"]);
    assert!(template.needs().groups);
    assert_eq!(template.price(), 1000 + 1002 + 1000 + 3);
    assert!(!template.is_constant() && compile_template("/srv/{{}}").unwrap().is_constant());
    let template = compile_template("{user.attributes.a}-{user.attributes.b}").unwrap();
    let mentions = template.mentions().iter();
    let mentions: Vec<_> = mentions
        .map(|mention| (&*mention.name, mention.span.clone()))
        .collect();
    assert_eq!(mentions, [("a", 17..18), ("b", 37..38)]);
}

#[test]
fn size_and_price_are_bounded() {
    let long = "x".repeat(MAX_BYTES + 1);
    assert_eq!(
        compile_template(&long).map(|_| ()).unwrap_err().message,
        "expected a template of at most 4096 bytes, found 4097"
    );
    let part = "{groups.filter(g, g.matches('a') && g.matches('b') && g.matches('c'))}";
    let dear = part.repeat(2);
    assert_eq!(
        compile_template(&dear).map(|_| ()).unwrap_err().message,
        "expected a price of at most 1000000, found 1590004"
    );
}

/// Many parts are one evaluation: each alone would be let through.
#[test]
fn the_parts_share_what_may_be_spent() {
    let mut person = Person::jdoe();
    let value = bytes::Bytes::from("1".repeat(4096));
    person.entry.attributes[1].values = vec![value; 6];
    let part = "{entry.mail.exists(m, m.matches('[01]*1[01]{200}x')) ? 'a' : 'b'}";
    let render = |text: &str| compile_template(text).unwrap().render(&person.facts());
    assert_eq!(render(part), Ok("b".to_owned()));
    assert!(render(&part.repeat(2)).is_err());
}

#[test]
fn each_inserted_value_is_looked_at() {
    let check = |text: &str, expected: Result<&str, &str>| {
        let template = compile_template(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let person = Person::jdoe();
        let facts = Facts {
            home: Some("/home/jdoe"),
            ..person.facts()
        };
        let fits = |value: &str| match value.contains('/') {
            true => Err("holds `/`".to_owned()),
            false => Ok(()),
        };
        let expected = expected.map(str::to_owned);
        let expected = expected.map_err(|problem| RuleFailed(problem.to_owned()));
        assert_eq!(template.render_with(&facts, &fits), expected, "{text}");
    };
    check("/srv/{name}/{uid}", Ok("/srv/jdoe/1042"));
    check("/srv/{\"a/b\"}", Err("`\"a/b\"` holds `/`"));
    check("{\"/srv/\" + name}", Err("`\"/srv/\" + name` holds `/`"));
    // A whole path, where one begins.
    check("{home}", Ok("/home/jdoe"));
    check("{ user.home }/files", Ok("/home/jdoe/files"));
    check("/jail{home}", Err("`home` holds `/`"));
    check("{name}{home}", Err("`home` holds `/`"));
}

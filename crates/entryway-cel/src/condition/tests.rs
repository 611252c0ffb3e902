use super::*;
use crate::fixture::{Person, group};
use crate::{MAX_GROUPS, MAX_VALUES, MentionOf};
use bytes::Bytes;
use entryway_login::Authority;

/// What a condition says of jdoe: `Ok`, or the message of the rule that fails.
#[track_caller]
fn check(text: &str, expected: Result<bool, &str>) {
    check_of(&Person::jdoe(), text, expected);
}

#[track_caller]
fn check_of(person: &Person, text: &str, expected: Result<bool, &str>) {
    let condition = compile_condition(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let found = condition.holds(&person.facts());
    let expected = expected.map_err(|message| RuleFailed(message.to_owned()));
    assert_eq!(found, expected, "{text}");
}

#[test]
fn of_an_attribute() {
    check("\"12\" in entry.departmentnumber", Ok(true));
    check("\"13\" in entry.departmentNumber", Ok(false));
    check("'12' in entry[\"departmentnumber\"]", Ok(true));
    check("\"12\" in entry.roomnumber", Ok(false));
    check("size(entry.roomnumber) == 0", Ok(true));
    check("entry.departmentnumber.size() == 2", Ok(true));
    check("has(entry.mail) && !has(entry.roomnumber)", Ok(true));
    check("entry.departmentnumber[1] == \"40\"", Ok(true));
    // Options do not matter.
    check("\"Zoë Doe\" in entry.cn", Ok(true));
    check("\"north\" in entry[\"ms-ds-site\"]", Ok(true));
    check("int(entry.uidnumber[0]) >= 1000", Ok(true));
}

#[test]
fn of_the_person() {
    check("user.name == \"jdoe\" && name == user.name", Ok(true));
    check("login_name.startsWith(\"JDoe@\")", Ok(true));
    check("user.uid >= 1000 && uid <= 1999", Ok(true));
    check("user.user_type == \"virtual\"", Ok(true));
    check("has(user.shell) && !has(user.home) && !has(gid)", Ok(true));
    check("\"north\" in user.attributes.site", Ok(true));
    check("\"north\" in user.attributes[\"site\"]", Ok(true));
    check(
        "has(user.attributes.empty) || has(user.attributes.other)",
        Ok(false),
    );
    check("size(user.attributes.other) == 0", Ok(true));
    check("domain == \"staff\"", Ok(true));
    check("dn.endsWith(\",ou=people,dc=corp,dc=example\")", Ok(true));
}

#[test]
fn of_local_and_os_accounts() {
    let person = Person::jdoe();
    let said = |text: &str, authority| {
        let facts = Facts {
            authority,
            entry: None,
            ..person.facts()
        };
        compile_condition(text).unwrap().holds(&facts)
    };
    let local =
        "domain == 'local' && dn == '' && !has(dn) && !has(entry.mail) && size(entry.mail) == 0";
    assert_eq!(said(local, Authority::Local), Ok(true));
    assert_eq!(said("domain == 'os'", Authority::Os), Ok(true));
}

#[test]
fn of_groups() {
    // In any case in a part of them too.
    check("\"Staff/ENGINEERS\" in groups.filter(g, true)", Ok(true));
    check(
        "(\"Staff/\" + \"Zürich\") in groups.filter(g, true)",
        Ok(true),
    );
    check("\"partners/on-call\" in groups.filter(g, true)", Ok(false));
    check("\"staff/engineers\" in groups", Ok(true));
    // A group is found in any case, as directories compare names.
    check("\"Staff/ENGINEERS\" in groups", Ok(true));
    check(
        "\"staff/zürich\" in groups && \"STAFF/ZÜRICH\" in groups",
        Ok(true),
    );
    check("\"partners/on-call\" in groups", Ok(false));
    check("groups.exists(g, g == \"staff/engineers\")", Ok(true));
    check("groups.exists(g, g.endsWith(\"/zürich\"))", Ok(true));
    check("groups.all(g, g.startsWith(\"staff/\"))", Ok(false));
    check(
        "groups.filter(g, g.startsWith(\"staff/\")).size() == 3",
        Ok(true),
    );
    check(
        "groups.exists_one(g, g.startsWith(\"partners/\"))",
        Ok(true),
    );
    check(
        "\"engineers\" in groups.map(g, g.split(\"/\")[1])",
        Ok(true),
    );
    check(
        "\"call\" in groups.map(g, g.contains(\"on-\"), g.substring(9))",
        Ok(true),
    );
    check(
        "size(groups) == 4 && has(groups) && groups[0] == 'staff/engineers'",
        Ok(true),
    );
}

#[test]
fn of_the_client() {
    check("in_network(client.address, \"10.0.0.0/8\")", Ok(true));
    check("in_network(client.address, \"10.1.2.0/25\")", Ok(true));
    check("in_network(client.address, \"10.1.3.0/24\")", Ok(false));
    check("in_network(client.address, \"2001:db8::/32\")", Ok(false));
    check(
        "client.address == \"10.1.2.3\" && has(client.address)",
        Ok(true),
    );
    check(
        "in_network(\"\", \"0.0.0.0/0\")",
        Err("`\"\"` is not an address"),
    );
    let nowhere = |text: &str| {
        let person = Person::jdoe();
        let facts = Facts {
            client_address: None,
            ..person.facts()
        };
        compile_condition(text).unwrap().holds(&facts)
    };
    // Who is nowhere is not outside: the rule fails unless it asks.
    for unguarded in [
        "in_network(client.address, '10.0.0.0/8')",
        "!in_network(client.address, '10.0.0.0/8')",
        "client.address != '10.0.0.1'",
    ] {
        let failed = nowhere(unguarded).unwrap_err().0;
        assert_eq!(
            failed,
            "`client.address` is not known; `has` asks whether it is"
        );
    }
    let guarded = "has(client.address) && !in_network(client.address, '10.0.0.0/8')";
    assert_eq!(nowhere(guarded), Ok(false));
    let other = "!has(client.address) || in_network(client.address, '10.0.0.0/8')";
    assert_eq!(nowhere(other), Ok(true));
    check(
        "in_network(user.name, \"0.0.0.0/0\")",
        Err("`user.name` is not an address"),
    );
}

#[test]
fn of_texts() {
    check("user.name.matches(\"^j[a-z]+$\")", Ok(true));
    check("matches(user.name, \"^oe\")", Ok(false));
    check(
        "\"ZOË\".lowerAscii() == \"zoË\" && \"zoë\".upperAscii() == \"ZOë\"",
        Ok(true),
    );
    check("\" x \".trim() == \"x\"", Ok(true));
    check(
        "\"zoë\".size() == 3 && \"zoë\".substring(2) == \"ë\"",
        Ok(true),
    );
    check("\"a-b-a\".replace(\"a\", \"c\") == \"c-b-c\"", Ok(true));
    check("\"a,b\".split(\",\").join(\"+\") == \"a+b\"", Ok(true));
    check(
        "\"a\" + \"b\" == \"ab\" && \"a\" < \"b\" && string(7) == \"7\"",
        Ok(true),
    );
    check(
        "entry.mail.exists(m, m.endsWith(\"@corp.example\"))",
        Ok(true),
    );
    check("name in [\"jdoe\", \"mdoe\"]", Ok(true));
    check("uid in [1, 1042]", Ok(true));
}

#[test]
fn numbers_and_choices() {
    check(
        "1 + 2 * 3 == 7 && 7 / 2 == 3 && 7 % 2 == 1 && -7 / 2 == -3",
        Ok(true),
    );
    check("-(2 - 3) == 1", Ok(true));
    check("(has(user.home) ? 1 : 2) == 2", Ok(true));
    check("!(1 != 1) && true != false", Ok(true));
    check("1 <= 1 && 1 >= 1 && !(1 < 1) && !(1 > 1)", Ok(true));
}

#[test]
fn what_fails_says_where_and_shows_no_value() {
    check(
        "user.home == \"/home\"",
        Err("`user.home` is not set; `has` asks whether it is"),
    );
    check(
        "entry.mail[1] == \"x\"",
        Err("`entry.mail[1]` asks for a value that is not there: the list has 1"),
    );
    check(
        "entry.mail[-1] == \"x\"",
        Err("`entry.mail[-1]` asks for a value that is not there: the list has 1"),
    );
    check(
        "int(entry.mail[0]) == 1",
        Err("`int(entry.mail[0])` is not given a number"),
    );
    check(
        "1 / (uid - uid) == 1",
        Err("`1 / (uid - uid)` divides by zero"),
    );
    check(
        "1 % (uid - uid) == 1",
        Err("`1 % (uid - uid)` divides by zero"),
    );
    check(
        "9223372036854775807 + uid == 1",
        Err("`9223372036854775807 + uid` is a number out of range"),
    );
    check(
        "(-9223372036854775808) / (uid - 1043) == 1",
        Err("`(-9223372036854775808) / (uid - 1043)` is a number out of range"),
    );
    check(
        "name.substring(3, 9) == \"\"",
        Err("`name.substring(3, 9)` asks for characters that are not there"),
    );
}

#[test]
fn one_value_that_is_not_text_fails_the_rule_whichever_it_asks_for() {
    let message = "`entry.jpegphoto` holds a value that is not text";
    check("\"text\" in entry.jpegphoto", Err(message));
    check("entry.jpegphoto[1] == \"text\"", Err(message));
    check("has(entry.jpegphoto)", Ok(true));
}

#[test]
fn one_side_may_decide_alone() {
    let unset = "user.home == \"x\"";
    check(&format!("{unset} || true"), Ok(true));
    check(&format!("true || {unset}"), Ok(true));
    check(&format!("{unset} && false"), Ok(false));
    check(&format!("false && {unset}"), Ok(false));
    let message = "`user.home` is not set; `has` asks whether it is";
    check(&format!("{unset} || false"), Err(message));
    check(&format!("true && {unset}"), Err(message));
    check(
        "groups.exists(g, g.size() > 1000 || has(gid) && gid == 1)",
        Ok(false),
    );
    check(
        "groups.exists(g, g == \"staff/on-call\" || 1 / (g.size() - 15) > 99)",
        Ok(true),
    );
    check(
        "groups.all(g, g != \"staff/on-call\" && 1 / (g.size() - 15) < 99)",
        Ok(false),
    );
}

#[test]
fn lists_are_capped() {
    let mut person = Person::jdoe();
    person.groups = (0..MAX_GROUPS)
        .map(|at| group("staff", &format!("g{at}")))
        .collect();
    check_of(&person, "\"staff/g4999\" in groups", Ok(true));
    check_of(&person, "groups.exists(g, g == \"staff/g4999\")", Ok(true));
    person.groups.push(group("staff", "engineers"));
    let message = "`groups` has more values than the 5000 that a rule may look at";
    check_of(&person, "\"staff/g1\" in groups", Err(message));
    check_of(&person, "has(groups)", Ok(true));

    let mut person = Person::jdoe();
    let values = (0..=MAX_VALUES).map(|at| Bytes::from(at.to_string()));
    person.entry.attributes[0].values = values.collect();
    let message = "`entry.departmentnumber` has more values than the 1000 that a rule may look at";
    check_of(&person, "\"12\" in entry.departmentnumber", Err(message));
    person.entry.attributes[0].values.pop();
    check_of(&person, "\"999\" in entry.departmentnumber", Ok(true));
    check_of(
        &person,
        "size((entry.departmentnumber.join(',') + ',').split(',')) == 1",
        Err(
            "`(entry.departmentnumber.join(',') + ',').split(',')` gives more than the 1000 values that a rule may look at",
        ),
    );
}

#[test]
fn text_that_is_looked_through_is_paid_for() {
    let long = "x".repeat(100_000);
    let mut person = Person::jdoe();
    person.groups = (0..5000)
        .map(|at| group("staff", &format!("g{at}")))
        .collect();
    let dn = format!("ou={},dc=example", "x".repeat(10_000));
    person.entry.dn = entryway_ldap_types::Dn::parse(&dn).unwrap();
    person.entry.attributes[0].values = vec![Bytes::from("x".repeat(2 << 20))];
    let facts = Facts {
        display_name: Some(&long),
        ..person.facts()
    };
    for asked in [
        "groups.exists(g, display_name.contains(g))",
        "groups.exists(g, display_name.lowerAscii() == g)",
        "groups.exists(g, display_name + g == g)",
        "groups.exists(g, display_name.replace(g, g) == g)",
        "groups.exists(g, display_name.split(g)[0] == g)",
        "groups.exists(g, display_name.substring(99999) == g)",
        "groups.exists(g, display_name.size() == 1)",
        "groups.exists(g, dn == g)",
        "[1, 2, 3, 4].exists(n, size(entry.departmentnumber) == n + 5)",
        "groups.map(g, display_name).size() == 1",
        "display_name.replace(\"x\", \"0123456789012345678901234567890123456789012\") == \"\"",
    ] {
        let failed = compile_condition(asked).unwrap().holds(&facts).unwrap_err();
        assert!(
            failed
                .0
                .ends_with(" looks through more text than a rule may"),
            "{asked}: {failed}"
        );
    }
}

#[test]
fn needs_are_what_it_names() {
    let needs = |text: &str| {
        let condition = compile_condition(text).unwrap();
        let names = condition.needs().attributes.iter().map(ToString::to_string);
        (
            names.collect::<Vec<_>>().join(" "),
            condition.needs().groups,
        )
    };
    assert_eq!(
        needs("user.name == 'x' && dn == '' && domain == ''"),
        (String::new(), false)
    );
    assert_eq!(
        needs("'x' in entry.mail || 'y' in entry.MAIL || has(entry.cn)"),
        ("mail cn".to_owned(), false)
    );
    assert_eq!(
        needs("'a/b' in groups || entry['ou'][0] == ''"),
        ("ou".to_owned(), true)
    );
    assert_eq!(needs("has(groups)"), (String::new(), true));
    let condition = compile_condition(
        "'x' in user.attributes.a && 'x' in user.attributes['b c'] || has(user.attributes.a)",
    )
    .unwrap();
    assert_eq!(
        mentioned(condition.mentions()),
        [
            (MentionOf::Custom, "a", 23..24),
            (MentionOf::Custom, "b c", 35..57)
        ]
    );
}

/// What only a login knows is told to the configuration too, wherever it stands.
#[test]
fn mentions_of_what_only_a_login_knows() {
    #[track_caller]
    fn check(text: &str, names: &[&str]) {
        let condition = compile_condition(text).unwrap();
        let told = condition.mentions().iter();
        let told = told.filter(|mention| mention.of == MentionOf::OfLogin);
        let told: Vec<_> = told.map(|mention| &*mention.name).collect();
        assert_eq!(told, names, "{text}");
    }
    check("dn == '' && domain == '' && 'x' in entry.mail", &[]);
    check("has(groups) || size(groups) > 1", &["groups"]);
    check(
        "has(client.address) || in_network(client.address, '10.0.0.0/8')",
        &["client.address"],
    );
    check(
        "has(user.home) && user.uid > 1 && name == 'x'",
        &["user.home", "user.uid", "name"],
    );
    // The value that is looked at hides no variable.
    check("entry.mail.exists(m, m == email)", &["email"]);
}

/// And what only the entry knows.
#[test]
fn mentions_of_the_entry() {
    let condition = compile_condition("dn != '' && 'x' in entry.Mail || has(entry['ou'])").unwrap();
    assert_eq!(
        mentioned(condition.mentions()),
        [
            (MentionOf::OfEntry, "dn", 0..2),
            (MentionOf::OfEntry, "entry.Mail", 25..29),
            (MentionOf::OfEntry, "entry.ou", 37..48)
        ]
    );
}

fn mentioned(mentions: &[Mention]) -> Vec<(MentionOf, &str, std::ops::Range<usize>)> {
    let parts = |mention: &Mention| (mention.of, mention.span.clone());
    mentions
        .iter()
        .map(|mention| (parts(mention).0, &*mention.name, parts(mention).1))
        .collect()
}

/// Everything that is compared with a domain, or names a group, is told to the configuration.
#[test]
fn mentions_of_domains_and_groups() {
    let told = |text: &str| {
        let condition = compile_condition(text).unwrap();
        let told = condition.mentions().iter();
        told.filter(|mention| !matches!(mention.of, MentionOf::OfLogin | MentionOf::OfEntry))
            .map(|mention| (mention.of, mention.name.to_string()))
            .collect::<Vec<_>>()
    };
    for (text, name) in [
        ("domain == 'nosuch'", "nosuch"),
        ("'nosuch' != domain", "nosuch"),
        ("domain in ['nosuch']", "nosuch"),
        ("(domain) == 'nosuch' && true", "nosuch"),
    ] {
        assert_eq!(told(text), [(MentionOf::Domain, name.to_owned())], "{text}");
    }
    for text in [
        "'NoSuch/admins' in groups",
        "'NoSuch/admins' in groups.filter(g, g != name)",
    ] {
        let group = (MentionOf::GroupDomain, "NoSuch".to_owned());
        assert_eq!(told(text), [group], "{text}");
    }
    for text in [
        "groups.exists(g, g == 'nosuch/admins')",
        "groups.exists(g, g.startsWith('nosuch/'))",
        "groups.exists(g, g in ['nosuch/admins'])",
        "groups.map(g, g)[0] == 'nosuch/admins'",
        "(has(uid) ? groups : groups.filter(g, true))[0] == 'nosuch/admins'",
        "'nosuch/a' in [groups[0]]",
    ] {
        let group = (MentionOf::GroupDomain, "nosuch".to_owned());
        assert_eq!(told(text), [group], "{text}");
    }
    assert_eq!(told("name == 'a/b' && 'a/b' in entry.memberof"), []);
}

#[test]
fn prices_count_lists_as_long_as_they_may_be() {
    let price = |text: &str| compile_condition(text).unwrap().price();
    assert_eq!(price("true"), 1);
    assert_eq!(price("user.name == 'x'"), 3);
    assert_eq!(price("'12' in entry.departmentnumber"), 2002);
    assert_eq!(price("'a/b' in groups"), 5003);
    assert_eq!(price("groups.exists(g, g == 'a/b')"), 20_002);
    assert_eq!(price("[1, 2].exists(n, n == 2)"), 12);
}

#[test]
fn what_is_not_true_or_false_is_no_condition() {
    let refused = |text: &str| {
        let error = compile_condition(text).unwrap_err();
        assert_eq!(error.span, 0..text.len());
        (error.message, error.hint)
    };
    assert_eq!(
        refused("entry.mail"),
        (
            "expected true or false, found a list of texts".to_owned(),
            Some("`size(entry.mail) > 0` asks whether it has values".to_owned())
        )
    );
    assert_eq!(
        refused("uid"),
        ("expected true or false, found a number".to_owned(), None)
    );
}

/// What a pattern costs is bounded for the whole evaluation, and a single text too.
#[test]
fn patterns_pay_for_text_and_size() {
    let mut person = Person::jdoe();
    let dear = "entry.mail.exists(m, m.matches('[01]*1[01]{200}x'))";
    let cheap = "entry.mail.exists(m, m.matches('1x'))";
    let mut say = |values: usize, bytes: usize, text: &str| {
        let value = Bytes::from("1".repeat(bytes));
        person.entry.attributes[1].values = vec![value; values];
        let condition = compile_condition(text).unwrap();
        condition.holds(&person.facts()).map_err(|failed| failed.0)
    };
    assert_eq!(say(6, 4096, dear), Ok(false));
    assert_eq!(say(100, 4096, cheap), Ok(false));
    let spent = "`m.matches('[01]*1[01]{200}x')` looks through more text than a rule may";
    assert_eq!(say(1000, 4096, dear), Err(spent.to_owned()));
    assert_eq!(say(9, 4096, dear), Err(spent.to_owned()));
    let long = "`m.matches('1x')` looks through a text of more than 4096 bytes";
    assert_eq!(say(1, 4097, cheap), Err(long.to_owned()));
}

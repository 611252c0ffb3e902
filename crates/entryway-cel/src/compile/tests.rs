use super::*;
use crate::MAX_BYTES;

/// What is refused, with what the caret stands under and the hint.
#[track_caller]
fn refused(text: &str, under: &str, message: &str, hint: Option<&str>) {
    let error = compile(text).map(|_| ()).expect_err(text);
    assert_eq!(
        (
            text.get(error.span.clone()),
            error.message.as_str(),
            error.hint.as_deref()
        ),
        (Some(under), message, hint),
        "{text}"
    );
}

#[test]
fn unknown_names() {
    refused(
        "nam == 'x'",
        "nam",
        "expected a variable, found `nam`, which is none",
        Some("did you mean `name`?"),
    );
    refused(
        "'ü' + quux == 'x'",
        "quux",
        "expected a variable, found `quux`, which is none",
        None,
    );
    refused(
        "user.nmae == 'x'",
        "nmae",
        "`user` has no `nmae`",
        Some("did you mean `name`?"),
    );
    refused(
        "client.adress == ''",
        "adress",
        "`client` has no `adress`",
        Some("did you mean `address`?"),
    );
    refused(
        "entry == 'x'",
        "entry",
        "expected a member such as `entry.mail`, found `entry` alone",
        None,
    );
    refused(
        "user == 'x'",
        "user",
        "expected a member such as `user.name`, found `user` alone",
        None,
    );
    refused(
        "size(user.attributes) == 1",
        "attributes",
        "expected `user.attributes.name`, found no name",
        None,
    );
    refused(
        "x.y == 'x'",
        "x.y",
        "expected `entry`, `user` or `client` before `.`",
        None,
    );
    refused(
        "entry.mail.first == 'x'",
        "entry.mail.first",
        "expected `entry`, `user` or `client` before `.`",
        None,
    );
    refused(
        ".name == 'x'",
        "name",
        "expected a variable, found `.name`, which is none",
        Some("did you mean `name`?"),
    );
    refused(
        "groups.exists(g, h == 'x')",
        "h",
        "expected a variable, found `h`, which is none",
        None,
    );
    refused(
        "groups.exists(g, true) && g == ''",
        "g",
        "expected a variable, found `g`, which is none",
        None,
    );
}

#[test]
fn functions() {
    refused(
        "name.startswith('j')",
        "startswith",
        "expected a function, found `startswith`, which is none",
        Some("did you mean `startsWith`?"),
    );
    refused(
        "startsWith(name, 'j')",
        "startsWith",
        "expected `text.startsWith(\"begin\")`, found another form of `startsWith`",
        None,
    );
    refused(
        "duration('1h') == 1",
        "duration",
        "expected a function, found `duration`, which is none",
        None,
    );
    refused(
        "size(1) == 1",
        "1",
        "expected a list or a text, found a number",
        None,
    );
    refused(
        "has('x')",
        "'x'",
        "expected a variable in `has`, found `'x'`",
        None,
    );
    refused(
        "has(entry.mail[0])",
        "entry.mail[0]",
        "expected a variable in `has`, found `entry.mail[0]`",
        None,
    );
    refused(
        "int(entry.uid) == 1",
        "entry.uid",
        "expected a number or a text, found a list of texts",
        Some("`entry.uid.exists(v, …)` asks each of its values"),
    );
}

#[test]
fn attributes() {
    refused(
        "entry[name] == []",
        "name",
        "expected a name in quotes in `entry[…]`, found `name`",
        Some("what is looked at must be known before anybody logs in"),
    );
    refused(
        "'x' in entry['cn' + 'x']",
        "'cn' + 'x'",
        "expected a name in quotes in `entry[…]`, found `'cn' + 'x'`",
        Some("what is looked at must be known before anybody logs in"),
    );
    refused(
        "'x' in user.attributes[name]",
        "name",
        "expected a name in quotes in `user.attributes[…]`, found `name`",
        Some("what is looked at must be known before anybody logs in"),
    );
    refused(
        "'x' in user['name']",
        "user['name']",
        "expected `user.name`, found `[`",
        None,
    );
    refused(
        "'x' in entry.unicodePwd",
        "unicodePwd",
        "`unicodePwd` holds a secret, which no rule may look at",
        None,
    );
    refused(
        "has(entry['2.5.4.35'])",
        "entry['2.5.4.35']",
        "`2.5.4.35` holds a secret, which no rule may look at",
        None,
    );
    refused(
        "has(entry['cn;lang-de'])",
        "entry['cn;lang-de']",
        "expected an attribute without options, found `cn;lang-de`",
        Some("every variant of an attribute is in its list"),
    );
    refused(
        "has(entry['c n'])",
        "entry['c n']",
        "attribute name `c n` holds ` `, expected letters, digits, `-`, `.` or `;`",
        None,
    );
    refused(
        "has(entry.dn)",
        "dn",
        "expected an attribute, found `dn`, which is none",
        Some("the entry's name is `dn`, without `entry.`"),
    );
    refused(
        "'x' in entry.ms-DS-Site",
        "entry.ms",
        "expected a number, found a list of texts",
        Some("a name with a hyphen goes into quotes: `entry[\"ms-…\"]`"),
    );
}

#[test]
fn types() {
    refused(
        "entry.mail == 'x'",
        "entry.mail == 'x'",
        "expected two of a kind, found a list of texts and a text",
        Some("`'x' in entry.mail`"),
    );
    refused(
        "'x' != entry.mail",
        "'x' != entry.mail",
        "expected two of a kind, found a text and a list of texts",
        Some("`!('x' in entry.mail)`"),
    );
    refused(
        "entry.mail != 'x'",
        "entry.mail != 'x'",
        "expected two of a kind, found a list of texts and a text",
        Some("`!('x' in entry.mail)`"),
    );
    refused(
        "entry.uid == entry.cn",
        "entry.uid == entry.cn",
        "expected two texts or two numbers, found two times a list of texts",
        None,
    );
    refused(
        "uid == '12'",
        "uid == '12'",
        "expected two of a kind, found a number and a text",
        Some("`int('12')`"),
    );
    refused(
        "true < false",
        "true < false",
        "expected two texts or two numbers, found two times true or false",
        None,
    );
    refused(
        "entry.mail && true",
        "entry.mail",
        "expected true or false, found a list of texts",
        Some("`size(entry.mail) > 0`"),
    );
    refused(
        "true || email",
        "email",
        "expected true or false, found a text",
        Some("`has(email)` asks whether it is set"),
    );
    refused(
        "entry.mail.endsWith('x')",
        "entry.mail",
        "expected a text, found a list of texts",
        Some("`entry.mail.exists(v, …)` asks each of its values"),
    );
    refused(
        "'x' in name",
        "name",
        "expected a list behind `in`, found a text",
        Some("`name.contains(…)` looks into a text"),
    );
    refused(
        "12 in entry.uid",
        "12",
        "expected a text, found a number",
        Some("`string(12)`"),
    );
    refused(
        "'a' + 1 == 'a1'",
        "1",
        "expected a text, found a number",
        Some("`string(1)`"),
    );
    refused(
        "1 + 'a' == 2",
        "'a'",
        "expected a number, found a text",
        Some("`int('a')`"),
    );
    refused(
        "true ? 1 : 'a'",
        "'a'",
        "expected a number, found a text",
        Some("`int('a')`"),
    );
    refused(
        "name[0] == 'x'",
        "name",
        "expected a list before `[`, found a text",
        None,
    );
    refused(
        "entry.mail['0'] == 'x'",
        "'0'",
        "expected a number, found a text",
        Some("`int('0')`"),
    );
    refused(
        "[1, 'a'][0] == 1",
        "'a'",
        "expected a number, found a text",
        Some("`int('a')`"),
    );
    refused(
        "1 in []",
        "[]",
        "expected a list of texts or numbers, found an empty one",
        None,
    );
    refused(
        "1 in [[1]]",
        "[1]",
        "expected a text or a number in a list, found a list of numbers",
        None,
    );
    refused(
        "!name",
        "name",
        "expected true or false, found a text",
        Some("`has(name)` asks whether it is set"),
    );
    refused(
        "1.5 > 1",
        "1.5",
        "expected a text or a whole number, found a fraction",
        None,
    );
    refused(
        "uid > 1000u",
        "1000u",
        "expected a text or a whole number, found a number with `u`",
        Some("write `1000`"),
    );
    refused(
        "home != null",
        "null",
        "expected a text or a whole number, found `null`",
        Some("`has(…)` asks whether something is set"),
    );
    refused(
        "b'x' == b'x'",
        "b'x'",
        "expected a text or a whole number, found bytes",
        None,
    );
    refused(
        "{'a': 1}.a == 1",
        "{'a': 1}.a",
        "expected `entry`, `user` or `client` before `.`",
        None,
    );
    refused(
        "size({'a': 1}) == 1",
        "{'a': 1}",
        "expected a value, found `{`: rules have no maps",
        None,
    );
}

#[test]
fn what_would_never_match() {
    refused(
        "'engineers' in groups",
        "'engineers'",
        "expected a group such as `staff/engineers`, found no domain",
        Some("a group belongs to a domain"),
    );
    refused(
        "user_type == 'Real'",
        "'Real'",
        "expected `real` or `virtual`, found `Real`",
        None,
    );
    refused(
        "groups.exists(g, g == 'staff/Engineers')",
        "'staff/Engineers'",
        "expected lower case, found `staff/Engineers`",
        Some("`g` is the name of a group, in lower case"),
    );
    refused(
        "groups.filter(g, true).exists(g, g.startsWith('Staff/'))",
        "'Staff/'",
        "expected lower case, found `Staff/`",
        Some("`g` is the name of a group, in lower case"),
    );
    assert!(compile("entry.cn.exists(g, g == 'X')").is_ok());
}

#[test]
fn comprehensions() {
    let hint = Some("`in` looks for one value in a list");
    refused(
        "groups.exists(g, groups.exists(h, g == h))",
        "exists",
        "expected no comprehension inside of another, found `exists` inside of the one over `g`",
        hint,
    );
    // What took 55 seconds over 500 groups when it was evaluated.
    refused(
        "groups.exists(a, groups.exists(b, groups.exists(c, a + b == c)))",
        "exists",
        "expected no comprehension inside of another, found `exists` inside of the one over `a`",
        hint,
    );
    refused(
        "groups.map(a, groups.filter(b, a == b).size() == 1, a).size() == 1",
        "filter",
        "expected no comprehension inside of another, found `filter` inside of the one over `a`",
        hint,
    );
    refused(
        "groups.exists(name, true)",
        "name",
        "expected a new name for each value, found `name`",
        Some("`v` is free"),
    );
    refused(
        "groups.exists('g', true)",
        "'g'",
        "expected a name for each value, found `'g'`",
        None,
    );
    refused(
        "name.exists(c, true)",
        "name",
        "expected a list, found a text",
        None,
    );
    refused(
        "groups.exists(g, g)",
        "g",
        "expected true or false, found a text",
        Some("`has(g)` asks whether it is set"),
    );
    refused(
        "size(groups.map(g, true)) == 1",
        "true",
        "expected a text or a number in a list, found true or false",
        None,
    );
    refused(
        "groups.exists(g)",
        "exists",
        "expected `list.exists(v, v == \"x\")`, found another form of `exists`",
        None,
    );
    assert!(compile("groups.filter(g, true).map(g, g + 'x').exists(g, true)").is_ok());
}

#[test]
fn constants() {
    refused(
        "name.matches(email)",
        "email",
        "expected a pattern in quotes, found `email`",
        Some("a pattern that came from an entry could be anything"),
    );
    refused(
        "name.matches('a(b')",
        "'a(b'",
        "pattern `a(b` is not usable: unclosed group",
        None,
    );
    refused(
        "name.matches('(a{1000}){1000}')",
        "'(a{1000}){1000}'",
        "pattern `(a{1000}){1000}` is not usable: it is too large when compiled",
        None,
    );
    refused(
        "in_network(client.address, name)",
        "name",
        "expected an address block in quotes, found `name`",
        None,
    );
    refused(
        "in_network(client.address, '10.0.0.1/8')",
        "'10.0.0.1/8'",
        "expected no bits behind the prefix `/8`, found `10.0.0.1/8`",
        None,
    );
}

#[test]
fn prices() {
    refused(
        "groups.exists(g, g in entry.memberof)",
        "groups.exists(g, g in entry.memberof)",
        "expected a price of at most 1000000, found 10015002",
        Some("look for a value in a list outside of `exists`"),
    );
}

#[test]
fn syntax() {
    refused("", "", "expected an expression, found none", None);
    refused(" ", " ", "expected an expression, found none", None);
    refused("name ==", "==", "expected a value, found the end", None);
    refused(
        "name 'x'",
        "'x'",
        "expected an operator, found a text",
        None,
    );
    refused(
        "name = 'x'",
        "=",
        "expected an expression, found `=`",
        Some("`==` compares"),
    );
    refused(
        "has(home) and has(uid)",
        "and",
        "expected an operator, found `and`",
        Some("`&&` is and"),
    );
    refused(
        "has(home) & has(uid)",
        "&",
        "expected an expression, found `&`",
        Some("`&&` is and"),
    );
    refused(
        "not has(home)",
        "has",
        "expected an operator, found `has`",
        None,
    );
    refused("'ü' == ü", "ü", "expected an expression, found `ü`", None);
    refused("'ü' == name)", ")", "expected an operator, found `)`", None);
    refused(
        "('ü' == name",
        "name",
        "expected an operator, found the end",
        None,
    );
    refused(
        "'a\\q' == name",
        "'a\\q'",
        "this text holds an escape that CEL does not know",
        Some("a backslash itself is `\\\\`"),
    );
    refused(
        "'a\nb' == name",
        "'a",
        "expected `'` at the end of the text, found none",
        None,
    );
    refused(
        "99999999999999999999 == uid",
        "99999999999999999999",
        "expected a whole number, found `99999999999999999999`",
        None,
    );
    refused(
        "entry.`mail` == []",
        "`",
        "expected an expression, found ```",
        Some("write `entry[\"name\"]`"),
    );
    refused("a.?b == ''", ".", "expected an operator, found `.`", None);
    refused(
        "true ? true ? 1 : 2 : 3",
        "?",
        "expected an operator, found `?`",
        None,
    );
    refused("if == ''", "if", "expected a value, found `if`", None);
}

#[test]
fn length_and_depth_are_bounded() {
    refused(
        &" ".repeat(MAX_BYTES + 1),
        "",
        "expected an expression of at most 4096 bytes, found 4097",
        None,
    );
    let hint = Some("write several shorter rules");
    let brackets = "expected at most 7 brackets inside of each other, found more";
    let operators = "expected at most 64 operators in a row, found more";
    for (deep, under, message) in [
        ("(".repeat(4000), "(", brackets),
        ("[".repeat(4000), "[", brackets),
        ("a(".repeat(2000), "(", brackets),
        ("true ? (".repeat(500), "(", brackets),
        ("!".repeat(4000), "!", operators),
        ("-".repeat(4000), "-", operators),
        ("1".to_owned() + &"+1".repeat(2000), "+", operators),
        ("a".to_owned() + &".a".repeat(2000), ".", operators),
        ("a".to_owned() + &"[0]".repeat(1000), "[", operators),
        ("a".to_owned() + &".b()".repeat(1000), ".", operators),
        ("true ? 1 : ".repeat(300), "?", operators),
        ("true ? ".repeat(500), "?", operators),
        ("1 in ".repeat(700), "in", operators),
    ] {
        refused(&deep, under, message, hint);
    }
    // Width is no depth.
    let wide = ["\"staff/g\" in groups"; 170].join(" || ");
    assert_eq!(compile(&wide).unwrap().price, 170 * 5003 + 169);
    let wide = format!("uid in [{}]", ["1"; 2000].join(","));
    assert!(compile(&wide).is_ok());
}

/// What passes the bounds needs no more stack than a thread of the daemon has, with room to spare.
#[test]
fn what_is_allowed_needs_little_stack() {
    let deepest = [
        format!("{}true{}", "(".repeat(7), ")".repeat(7)),
        format!("{}!true{}", "!(".repeat(7), ")".repeat(7)),
        format!("{}true", "!".repeat(64)),
        format!("1{} == 1", "+1".repeat(63)),
        format!("{}true", "false ? true : ".repeat(32)),
        format!("name{} == ''", ".trim()".repeat(30)),
    ];
    let compiled = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || {
            let compiled = deepest
                .iter()
                .map(|text| (text.clone(), compile(text).map(|_| ())));
            compiled.collect::<Vec<_>>()
        });
    for (text, result) in compiled.unwrap().join().unwrap() {
        assert_eq!(result, Ok(()), "{text}");
    }
}

/// What could never be equal, and so would open or shut in silence.
#[test]
fn literals_that_never_match() {
    for (text, found, message) in [
        (
            "dn.endsWith('OU=People')",
            "'OU=People'",
            "expected lower case, found `OU=People`",
        ),
        (
            "dn == 'CN=x'",
            "'CN=x'",
            "expected lower case, found `CN=x`",
        ),
        (
            "dn in ['cn=y', 'CN=x']",
            "'CN=x'",
            "expected lower case, found `CN=x`",
        ),
        (
            "dn.matches('^CN=')",
            "'^CN='",
            "expected lower case, found `^CN=`",
        ),
        (
            "groups[0] == 'staff/A'",
            "'staff/A'",
            "expected lower case, found `staff/A`",
        ),
        (
            "groups.map(g, g).exists(h, h.endsWith('/A'))",
            "'/A'",
            "expected lower case, found `/A`",
        ),
        (
            "groups.exists(g, g.matches('^Staff/'))",
            "'^Staff/'",
            "expected lower case, found `^Staff/`",
        ),
        (
            "groups.exists(g, g in ['staff/A'])",
            "'staff/A'",
            "expected lower case, found `staff/A`",
        ),
        (
            "groups.exists(g, g == 'admins')",
            "'admins'",
            "expected a group such as `staff/admins`, found no domain",
        ),
        (
            "'admins' in groups.filter(g, true)",
            "'admins'",
            "expected a group such as `staff/admins`, found no domain",
        ),
        (
            "user_type in ['real', 'reel']",
            "'reel'",
            "expected `real` or `virtual`, found `reel`",
        ),
        (
            "client.address == ''",
            "''",
            "expected an address, found ``",
        ),
        (
            "client.address == '2001:DB8::1'",
            "'2001:DB8::1'",
            "expected `2001:db8::1`, found `2001:DB8::1`",
        ),
    ] {
        let error = compile(text).map(|_| ()).unwrap_err();
        assert_eq!(error.message, message, "{text}");
        assert_eq!(&text[error.span], found, "{text}");
    }
    for good in [
        "dn.matches('(?i)^CN=')",
        "dn.endsWith(',ou=people')",
        "groups.exists(g, g.startsWith('staff/') || g.endsWith('/a') || g.contains('a'))",
        "user_type in ['real', 'virtual']",
        "client.address == '2001:db8::1'",
    ] {
        assert!(compile(good).is_ok(), "{good}");
    }
}

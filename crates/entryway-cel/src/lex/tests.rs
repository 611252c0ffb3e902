use super::*;

/// The tokens of a text, a blank between each.
fn check(text: &str, expected: &str) {
    let mut at = 0;
    let mut found = Vec::new();
    while let Some(token) = next_token(text, at).unwrap() {
        found.push(text.get(token.span.clone()).unwrap());
        at = token.span.end;
    }
    assert_eq!(found.join(" "), expected, "{text}");
}

#[test]
fn tokens() {
    check("", "");
    check("a.b==c", "a . b == c");
    check("a<=b>=c<d>e!=!f", "a <= b >= c < d > e != ! f");
    check("1.5e3+0x1fU-.5", "1.5e3 + 0x1fU - . 5");
    check("1.a", "1 . a");
    check("x[0]{}", "x [ 0 ] { }");
    check("a // b\n + c", "a + c");
    check("a //", "a");
    check("\t\r\n\u{b}\u{c}a", "a");
    check("r 'x' br'y' rx", "r 'x' br'y' rx");
}

#[test]
fn texts() {
    check(
        r#"'a"b' "a'b" "a\"b" 'a\\' r'a\' "#,
        r#"'a"b' "a'b" "a\"b" 'a\\' r'a\'"#,
    );
    check(
        "'''a'b\n'''+\"\"\"a\"\"b\"\"\"",
        "'''a'b\n''' + \"\"\"a\"\"b\"\"\"",
    );
    check("'' \"\"", "'' \"\"");
}

#[test]
fn what_begins_no_token() {
    let refused = |text: &str, span: Range<usize>| {
        assert_eq!(next_token(text, 0).unwrap_err().span, span, "{text}");
    };
    refused(" é", 1..3);
    refused("'abc", 0..4);
    refused("'abc\n'", 0..4);
    refused("'abc\\", 0..5);
    refused("'''abc''", 0..8);
    refused("rb\"é", 0..5);
    refused("#", 0..1);
}

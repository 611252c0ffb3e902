use super::*;

fn check(text: &str, expected: Result<&str, ScopeError>) {
    let read = Scopes::parse(text).map(|scopes| scopes.to_string());
    assert_eq!(read, expected.map(str::to_owned), "{text}");
}

#[test]
fn rfc6749_3_3_the_order_does_not_matter_and_each_counts_once() {
    check("profile openid", Ok("openid profile"));
    check("a a a", Ok("a"));
    check("Openid openid", Ok("Openid openid"));
    check(
        "urn:x:y https://example.org/scope!",
        Ok("https://example.org/scope! urn:x:y"),
    );
}

#[test]
fn rfc6749_3_3_other_characters_are_none() {
    for text in [
        "", " ", "a  b", " a", "a ", "a\"", "a\\b", "a\tb", "a\nb", "\u{e4}", "\u{7f}",
    ] {
        check(text, Err(ScopeError::Malformed));
    }
}

#[test]
fn there_is_an_end() {
    let many: Vec<_> = (0..MAX_SCOPES).map(|at| format!("s{at}")).collect();
    assert!(Scopes::parse(&many.join(" ")).is_ok());
    check(
        &format!("{} more", many.join(" ")),
        Err(ScopeError::TooMany),
    );
    assert!(Scopes::parse(&"x".repeat(MAX_SCOPE_BYTES)).is_ok());
    check(&"x".repeat(MAX_SCOPE_BYTES + 1), Err(ScopeError::TooMany));
}

#[test]
fn sets_are_sets() {
    let of = |text| Scopes::parse(text).unwrap();
    assert!(of("a").is_within(&of("a b")) && !of("a c").is_within(&of("a b")));
    assert_eq!(of("a b").and(&of("b c")), of("b"));
    assert_eq!(of("a b").or(&of("b c")), of("a b c"));
    assert_eq!(of("a b").without("b"), of("a"));
    assert!(of("a").without("a").is_empty() && Scopes::default().is_within(&of("a")));
}

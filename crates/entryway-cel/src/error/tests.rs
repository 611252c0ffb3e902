use super::*;

fn check(written: &str, expected: Option<&str>) {
    let known = ["name", "login_name", "uid", "gid", "startsWith"];
    let expected = expected.map(|name| format!("did you mean `{name}`?"));
    assert_eq!(did_you_mean(written, known), expected, "{written}");
}

#[test]
fn messages_can_be_shown() {
    let error = CompileError::new("found `a\n\u{1b}[1mé`", 0..0).hint(Some("write `\t`"));
    assert_eq!(error.to_string(), "found `a\\n\\u{1b}[1mé`");
    assert_eq!(error.hint.as_deref(), Some("write `\\t`"));
}

#[test]
fn near_names() {
    check("nmae", Some("name"));
    check("Name", Some("name"));
    check("loginname", Some("login_name"));
    check("startswith", Some("startsWith"));
    check("uidd", Some("uid"));
    check("quux", None);
    check("", None);
    check("ü", None);
}

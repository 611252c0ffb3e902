use super::*;

fn check(written: &str, expected: Option<&str>) {
    let known = ["name", "login_name", "uid", "gid", "startsWith"];
    let expected = expected.map(|name| format!("did you mean `{name}`?"));
    assert_eq!(did_you_mean(written, known), expected, "{written}");
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

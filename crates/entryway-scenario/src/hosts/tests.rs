use super::*;
use crate::Document;

#[test]
fn addresses_are_found_once_each() {
    let text = "servers = [\"ldaps://a.example\", 'ldap://b:1389']\n# ldap is not one\nagain = \"ldaps://a.example\"";
    assert_eq!(urls_in(text), ["ldaps://a.example", "ldap://b:1389"]);
}

#[test]
fn an_address_is_replaced_in_what_is_expected_too() {
    let text = "# T\n```toml\nservers = [\"ldaps://a\", \"ldaps://a.example\"]\n```\n## S\n| login | expected | session | explain |\n|-|-|-|-|\n| j | accept | `server=ldaps://a.example` | `ldaps://a` |\n";
    let document = Document::parse("t.md", text).unwrap();
    let rewrite = Rewrite::new(vec![
        ("ldaps://a".to_owned(), "ldaps://127.0.0.1:1".to_owned()),
        (
            "ldaps://a.example".to_owned(),
            "ldaps://127.0.0.1:2".to_owned(),
        ),
    ]);
    let scenario = rewrite.scenario(&document.scenarios[0]);
    assert_eq!(
        scenario.urls(),
        ["ldaps://127.0.0.1:1", "ldaps://127.0.0.1:2"]
    );
    let expected = &scenario.logins[0].expected;
    assert_eq!(expected.session[0].1, "ldaps://127.0.0.1:2");
    assert_eq!(expected.explain, ["ldaps://127.0.0.1:1"]);
}

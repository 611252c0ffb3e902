use super::*;

fn check(text: &str, expected: &[&str]) {
    let named: Vec<_> = settings_named(text).into_iter().collect();
    assert_eq!(named, expected, "{text}");
}

#[test]
fn tables_rows_and_tables_in_a_line_are_walked() {
    check("[login]\nldap = \"required\"", &["login.ldap"]);
    check(
        "[domain.eng]\nbase = \"dc=x\"\nbind = { method = \"anonymous\" }\n[domain.eng.maps]\nuid = { from = \"u\" }",
        &[
            "domain.<name>.base",
            "domain.<name>.bind.method",
            "domain.<name>.maps.<attribute>",
        ],
    );
    check(
        "[[home_folder]]\nprefix = \"/srv\"\nnonsense = 1\n[[home_folder]]\nclass = \"*\"",
        &["home_folder[].class", "home_folder[].prefix"],
    );
    check("[nothing]\nx = 1\n!", &[]);
}

#[test]
fn every_path_is_listed() {
    assert_eq!(setting_paths().count(), all().count());
}

use super::{file, whole};

fn check(text: &str, expected: &str) {
    let (shown, masks) = file(text);
    assert_eq!(shown, expected);
    assert_eq!(shown.len(), text.len());
    assert!(masks.is_sorted_by(|left, right| left.end <= right.start));
}

#[test]
fn a_written_secret_is_blanked() {
    check("secret = \"hunter2\" # mine", "secret = \"*******\" # mine");
    check("secret='hunter2'", "secret='*******'");
    check(
        "bind.password = \"a\\\"b\"\nx = 1",
        "bind.password = \"****\"\nx = 1",
    );
    check("\"password\" = \"é\"", "\"password\" = \"**\"");
    check(
        "bind = { dn = \"cn=x\", password = \"p\" }",
        "bind = { dn = \"cn=x\", password = \"*\" }",
    );
    check(
        "password = \"\"\"\nab\ncd\"\"\"\nx = \"y\"",
        "password = \"\"\"\n**\n**\"\"\"\nx = \"y\"",
    );
}

#[test]
fn so_is_one_that_does_not_parse() {
    check(
        "password = hunter2, x\ny = 1",
        "password = **********\ny = 1",
    );
    check(
        "password = \"hunter2\nx = \"y\"",
        "password = \"*******\nx = \"y\"",
    );
    check("secret = [\"a\", \"b\"]", "secret = **********");
    check("password = 12345", "password = *****");
}

#[test]
fn so_is_one_under_a_misspelt_key() {
    check("passwrod = \"hunter2\"", "passwrod = \"*******\"");
    check("secert = \"hunter2\"", "secert = \"*******\"");
    check("bindpw_pwd = \"hunter2\"", "bindpw_pwd = \"*******\"");
    check(
        "password = { plain = \"hunter2\" }",
        "password = { plain = \"*******\" }",
    );
}

#[test]
fn what_is_no_secret_stays_readable() {
    for text in [
        "password = { file = \"staff.pass\" }\nbase = \"dc=x\"",
        "secret = { env = \"TOKEN\" }",
        "allow_clear_text_passwords = true",
        "encrypt = \"passwords\"",
        "dn = \"cn=x\"",
        "[[token]]\nname = \"a\"",
    ] {
        check(text, text);
    }
}

#[test]
fn a_variable_is_blanked_whole() {
    assert_eq!(whole("{ file = é }").0, "*************");
}

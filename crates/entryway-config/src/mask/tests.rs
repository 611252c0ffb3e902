use super::{file, variable};

fn check(text: &str, expected: &str) {
    let (shown, masks) = file(text);
    assert_eq!(shown, expected);
    assert_eq!(shown.len(), text.len());
    assert!(masks.is_sorted_by(|left, right| left.end <= right.start));
}

/// In the tables where secrets are.
fn check_bind(text: &str, expected: &str) {
    let header = "[domain.staff.bind]\n";
    check(&format!("{header}{text}"), &format!("{header}{expected}"));
}

fn check_domain(text: &str, expected: &str) {
    let header = "[domain.staff]\n";
    check(&format!("{header}{text}"), &format!("{header}{expected}"));
}

#[test]
fn a_written_secret_is_blanked() {
    check("secret = \"hunter2\" # mine", "secret = \"*******\" # ****");
    check_bind("password='hunter2'", "password='*******'");
    check_domain(
        "bind.password = \"a\\\"b\"\nencrypt = \"all\"",
        "bind.password = \"****\"\nencrypt = \"all\"",
    );
    check_bind("\"password\" = \"é\"", "\"password\" = \"**\"");
    check_domain(
        "bind = { dn = \"cn=x\", password = \"p\" }",
        "bind = { dn = \"cn=x\", password = \"*\" }",
    );
    check_bind(
        "password = \"\"\"\nab\ncd\"\"\"\ndn = \"y\"",
        "password = \"\"\"\n**\n**\"\"\"\ndn = \"y\"",
    );
    check_bind(
        "[domain.staff.bind.password]\nvalue = \"hunter2\"\nfile = \"a\"",
        "[domain.staff.bind.password]\nvalue = \"*******\"\nfile = \"a\"",
    );
}

#[test]
fn so_is_one_that_does_not_parse() {
    check_bind(
        "password = hunter2, x\ndn = 1",
        "password = **********\ndn = 1",
    );
    check_bind(
        "password = \"hunter2\ndn = \"y\"",
        "password = \"*******\ndn = \"y\"",
    );
    check("secret = [\"a\", \"b\"]", "secret = [\"*\", \"*\"]");
    check("password = 12345", "password = *****");
    check_bind("password: \"hunter2\"", "password***********");
    check_bind("password \"hunter2\"", "password *********");
    check_bind(
        "password =\n  hunter2\ndn = \"a\"",
        "password =\n  *******\ndn = \"a\"",
    );
    check_bind("password =\naHVu==", "password =\n******");
    check_bind(
        "dn = \"a\" password = \"hunter2\"",
        "dn = \"a\" ********************",
    );
    check_bind("dn = cn=x password=hunter2", "dn = *********************");
    check_domain(
        "bind = { dn = \"cn=x, password = \"hunter2\" }",
        "bind = { dn = \"cn=x, password = \"**********",
    );
    check_domain(
        "bind = { method = simple, password = hunter2 }",
        "bind = { method = simple, password = ******* }",
    );
    check_domain(
        "servers = [\"a\"\nbind.password = \"hunter2\"",
        "servers = [\"a\"\nbind.password = \"*******\"",
    );
    check_domain(
        "servers = [\"a\",\nbind.password = \"hunter2\"",
        "servers = [\"a\",\nbind.password ***********",
    );
    check_domain(
        "base = \"\"\"x\nbind.password = \"hunter2\"\n",
        "base = \"\"\"*\n*************************\n",
    );
}

#[test]
fn so_is_what_stands_where_a_secret_could() {
    check("passwrod = \"hunter2\"", "passwrod = \"*******\"");
    check_domain("bindpw = \"hunter2\"", "bindpw = \"*******\"");
    check_domain("kennwort = \"hunter2\"", "kennwort = \"*******\"");
    check_domain(
        "bind = [\"simple\", \"hunter2\"]",
        "bind = [\"******\", \"*******\"]",
    );
    check_domain("bind = \"cn=a:hunter2\"", "bind = \"************\"");
    check_domain(
        "bind.password = { plain = \"hunter2\", file = \"a\" }",
        "bind.password = { plain = \"*******\", file = \"a\" }",
    );
    check_domain("bind.password.value = \"x\"", "bind.password.value = \"*\"");
    check_bind("\"passw\\u006frd\" = \"x\"", "\"passw\\u006frd\" = \"*\"");
    check_domain("maps.db_pw = \"hunter2\"", "maps.db_pw = \"*******\"");
    check_domain(
        "[domain.staff.bind\npassword.x = \"hunter2\"",
        "[domain.staff.bind\npassword.x = \"*******\"",
    );
    check("# password: hunter2", "# *****************");
}

#[test]
fn an_address_is_shown_without_its_secrets() {
    check_domain(
        "servers = [\"ldaps://cn=a:hunter2@dc1\"]",
        "servers = [\"ldaps://************@dc1\"]",
    );
    check_domain(
        "servers = [\"ldaps://a:hunter2\\u0040dc1\"]",
        "servers = [\"**************************\"]",
    );
}

#[test]
fn what_is_no_secret_stays_readable() {
    for text in [
        "[domain.staff]\nbind.password = { file = \"staff.pass\" }\nbase = \"dc=x\"",
        "[[token]]\nname = \"a\"\nsecret = { env = \"TOKEN\" }\n[domain.x]\n  bind.dn = \"a\"",
        "[domain.staff]\nallow_clear_text_passwords = true\nencrypt = \"passwords\"",
        "[domain.staff.people]\nfilter = '''(&\n(uid={login}))'''",
        "[domain.staff]\nservers = [\n  \"ldaps://dc1\", # \n  'ldap://dc\\2',\n]\nbase = dc=corp,dc=x",
        "[domain.staff.maps]\nx = { from = \"title\", values = \"join\" }",
        "login.deadline = \"3s\"\r\nlogin . 'ldap' = \"x\"\r\n",
    ] {
        check(text, text);
    }
}

#[test]
fn a_variable_is_blanked_unless_its_setting_is_open() {
    let check = |value: &str, keys: &[&str], expected: &str| {
        assert_eq!(variable(value, keys).0, expected, "{keys:?}");
    };
    check("{ file = é }", &["token"], "{ file = ** }");
    check("cn=a", &["domain", "staff", "bind"], "****");
    check("[\"a\"]", &["domain", "staff", "bind"], "*****");
    check("\"x\"", &["domain", "staff", "bind", "password"], "***");
    check(
        "{ file = \"a\" }",
        &["domain", "staff", "bind", "password"],
        "{ file = \"a\" }",
    );
    check("dc=a # b", &["domain", "staff", "base"], "dc=a # b");
    check(
        "[\"ldaps://a:b@dc1\"]",
        &["domain", "staff", "servers"],
        "[\"ldaps://***@dc1\"]",
    );
    check(
        "ldaps://a:b@dc1",
        &["domain", "staff", "servers"],
        "ldaps://***@dc1",
    );
    check("hunter2", &["domian", "staff", "base"], "*******");
}

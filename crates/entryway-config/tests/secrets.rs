//! Whatever is wrong with a file, what it says of itself holds no secret.

use entryway_config::{MemoryFiles, Report, Sources, load};

/// What stands for every secret here; it must never be shown.
const SECRET: &str = "hunter2";

fn report(text: &str, variables: &[(&str, &str)]) -> Report {
    let files = MemoryFiles::default().with("entryway.toml", text, 0o600);
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let sources = Sources::file("entryway.toml")
        .files(files)
        .environment(variables);
    match load(&sources) {
        Ok(loaded) => loaded.warnings,
        Err(report) => report,
    }
}

/// Every form in which a report leaves.
fn check_report(report: &Report, written: &str) {
    let values: Vec<_> = report.problems().collect();
    let shown = [
        report.render(false),
        report.render(true),
        report.lines().collect(),
        format!("{report:?} {values:?}"),
    ];
    for shown in shown {
        assert!(
            !shown.contains(SECRET),
            "---- written\n{written}\n---- shown\n{shown}"
        );
    }
}

const DOMAIN: &str = "[domain.staff]\nservers = [\"ldaps://dc1\"]\nbase = \"dc=x\"\n";

/// Lines in a domain's own table.
fn check(lines: &str) {
    let text = format!("{DOMAIN}{lines}\n");
    let report = report(&text, &[]);
    assert!(!report.is_empty(), "nothing is wrong with {lines}");
    check_report(&report, &text);
}

fn check_variable(name: &str, value: &str) {
    let report = report(DOMAIN, &[(name, value)]);
    assert!(report.errors() > 0, "{name}={value} is right");
    check_report(&report, &format!("{name}={value}"));
}

#[test]
fn secrets_that_do_not_parse() {
    check("bind.password: \"hunter2\"");
    check("bind.password \"hunter2\"");
    check("bind.password = hunter2");
    check("bind.password = \"hunter2");
    check("bind.password =\n  hunter2");
    check("bind.password =\n  hunter2 = 1");
    check("bind.password = \"\"hunter2\"");
    check("bind.password == \"hunter2\"");
    check("bind = { dn = \"cn=a\", password = hunter2 }");
    check("bind = { dn = \"cn=a\" password = \"hunter2\" }");
    check("bind = { dn = \"cn=a, password = \"hunter2\" }");
    check("bind = { dn = cn=a, password = \"hunter2\" }");
    check("suffixes = [\"a\"\nbind.password = \"hunter2\"");
    check("suffixes = [\"a\",\nbind.password = \"hunter2\"");
    check("[domain.staff.bind\npassword = \"hunter2\"");
    check("encrypt = \"all\" # password hunter2\nencrypt = 1 # hunter2");
    check("hunter2");
    check("\"hunter2\"");
}

#[test]
fn secrets_in_the_wrong_place_or_of_the_wrong_type() {
    check("bind.password.value = \"hunter2\"");
    check("[domain.staff.bind.password]\nvalue = \"hunter2\"");
    check("[domain.staff.bind]\nsecrets = { a = \"hunter2\" }");
    check("bind = [\"simple\", \"cn=a\", \"hunter2\"]");
    check("bind = \"cn=a,dc=x:hunter2\"");
    check("bind.password = [\"hunter2\"]");
    check("bindpw = \"hunter2\"");
    check("kennwort = \"hunter2\"");
    check("bind = { method = \"simple\", credentials = \"hunter2\" }");
    check("[domain.staff.bind]\ndn = \"x\"\n\"passw\\u006frd\" = \"hunter2\"");
    check("[[token]]\nname = \"a\"\nsecret = \"hunter2 with blanks\"");
    check("[[token]]\nname = \"a\"\nsecret = [\"hunter2\"]\nkey = \"hunter2\"");
    check("token = \"hunter2\"");
    check("[[token]]\nname = 1\nsecret.file = { a = \"hunter2\" }");
}

#[test]
fn secrets_in_addresses() {
    let check = |address: &str| {
        check_report(
            &report(
                &format!("[domain.staff]\nservers = [{address}]\nbase = \"dc=x\"\n"),
                &[],
            ),
            address,
        );
    };
    check("\"ldaps://cn=admin:hunter2@dc1\"");
    check("\"ldaps://cn=admin:hunter2\\u0040dc1\"");
    check("'ldaps://cn=admin:hun/ter2:hunter2@dc1'");
    check("\"cn=admin:hunter2@dc1\"");
    check("\"ldaps://cn=admin:hunter2\"");
    check("\"ldaps://dc1/dc=x????bindname=cn=a,x-bindpw=hunter2\"");
    check("{ host = \"dc1\", password = \"hunter2\" }");
}

#[test]
fn secrets_of_applications() {
    check("[client.a]\nsecret = \"hunter2\"");
    check("[client.a]\nold_secret = \"hunter2\"\nsecret = hunter2");
    check("[client.a]\nclient_secret = \"hunter2\"");
    check("[client.a]\nsecret = { value = \"hunter2\" }");
    check("[client.\"https://a.b\"]\nsecret = [\"hunter2\"]");
    check("[client.a]\nname = \"A\" secret = \"hunter2\"");
    check("[client.a.claims]\nsecret = '\"hunter2'");
    check("[client.a.claims]\nrole = { value = 'name', secret = \"hunter2\" }");
    check("[client.a]\nredirect_uris = [\"https://a:hunter2@b.example/\"]");
    check("[client.a]\nbackchannel_logout_uri = \"https://a:hunter2@b.example/\"");
    check("[sso]\nissuer = \"https://a:hunter2@b.example\"");
    check("[sso]\nissuer = \"https://b.example\"\nhelp_url = \"https://a:hunter2@b.example\"");
    check_variable("ENTRYWAY__client__a__old_secret", "hunter2");
    check_variable("ENTRYWAY__client__a__client_secret", "hunter2");
}

#[test]
fn secrets_in_variables() {
    check_variable("ENTRYWAY__domain__staff__bind", "hunter2");
    check_variable("ENTRYWAY__domain__staff__bind", "[\"hunter2\"]");
    check_variable(
        "ENTRYWAY__domain__staff__bind",
        "{ dn = \"cn=a\", pass = \"hunter2\" }",
    );
    check_variable("ENTRYWAY__domain__staff__bindpw", "hunter2");
    check_variable("ENTRYWAY__domain__staff__bind__password", "[\"hunter2\"]");
    check_variable(
        "ENTRYWAY__domain__staff__bind__password",
        "{ value = \"hunter2\" }",
    );
    check_variable("ENTRYWAY__token", "hunter2");
    check_variable(
        "ENTRYWAY__domain__staff__servers",
        "[\"ldaps://a:hunter2@dc1\"]",
    );
    check_variable("ENTRYWAY__domain__staff__servers", "ldaps://a:hunter2@dc1");
}

#[test]
fn a_slip_anywhere_shows_no_secret() {
    const RIGHT: &str = "include = []\n[[token]]\nname = \"portal\"\nsecret = \"hunter2\"\n\
        scopes = [\n  \"login\",\n]\n[domain.staff]\nservers = [\"ldaps://dc1\"]\nbase = \"dc=x\"\n\
        bind = { dn = \"cn=a\", password = \"hunter2\" }\n[domain.partners]\nservers = ['ldaps://dc2']\n\
        base = \"\"\"dc=y\"\"\"\n[domain.partners.bind]\ndn = \"cn=b\" # why\npassword = \"hunter2\"\n\
        [domain.partners.maps]\nhome = { from = \"home\", values = \"one\" }\n";
    let slips = ["\"", "'", "\"\"\"", "[", "{", "=", ",", "#", "\\", "\n"];
    let mut wrong = 0;
    let mut check = |text: String| {
        let report = report(&text, &[]);
        wrong += usize::from(report.errors() > 0);
        check_report(&report, &text);
    };
    for at in 0..RIGHT.len() {
        check([&RIGHT[..at], &RIGHT[at + 1..]].concat());
        for slip in slips {
            check([&RIGHT[..at], slip, &RIGHT[at..]].concat());
        }
    }
    assert!(wrong > 3_000, "{wrong} slips are errors");
}

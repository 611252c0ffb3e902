use crate::{Answering, Document, Ground, LoginPassword, Problem, Scenario};

const DOCUMENT: &str = r#"# Names

Prose.

```toml
[domain.eng]
servers = ["ldaps://dc1.eng.example"]
```

```ldif
dn: dc=eng
```

## One

| login | password | expected | session |
|---|:-:|---|---|
| `jdoe` | `pw` | accept | `uid=1042 display_name="Jane Doe"` `shell=` |
| ` jdoe ` | `"\u0007"` | reject malformed_login | |
| a\|b | | would_accept | |

## Two

<!-- directories: in-process -->

```toml alone
[domain.ops]
```

```ldif ldaps://dc2.eng.example
dn: dc=ops
```

```given
server ldaps://dc1.eng.example is down
```

| account | password | kept in |
|---|---|---|
| bob | `pw` | store |

| login | password file | address | trace | explain | binds | expected |
|---|---|---|---|---|---|---|
| bob | bob.pass | 10.0.0.1 | `!searched domain=eng` `local_account name=bob` | `no account` | 1 | reject wrong_password |
"#;

fn scenarios() -> Vec<Scenario> {
    Document::parse("names.md", DOCUMENT).unwrap().scenarios
}

#[test]
fn headings_become_scenarios_with_what_they_share() {
    let found = scenarios();
    let [one, two] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((&*one.title, one.line), ("One", 14));
    assert!(one.shared_configuration.is_some() && one.configuration.is_none());
    assert_eq!(one.grounds, [Ground::InProcess, Ground::OpenLdap]);
    assert_eq!(two.shared_configuration, None);
    assert_eq!(two.configuration.as_deref(), Some("[domain.ops]\n"));
    assert_eq!(two.grounds, [Ground::InProcess]);
    assert_eq!(two.ldif.len(), 2);
    assert_eq!(two.ldif_of("ldaps://dc1.eng.example"), "dn: dc=eng\n\n");
    assert_eq!(two.answering("ldaps://dc1.eng.example"), Answering::Down);
    assert_eq!(two.accounts[0].get("kept in"), Some("store"));
}

#[test]
fn cells_are_text_code_or_json() {
    let found = scenarios();
    let logins = &found[0].logins;
    assert_eq!(logins[0].name, "jdoe");
    let session = &logins[0].expected.session;
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        *session,
        [
            pair("uid", "1042"),
            pair("display_name", "Jane Doe"),
            pair("shell", "")
        ]
    );
    assert_eq!(logins[1].name, " jdoe ");
    assert!(logins[1].password == LoginPassword::Text("\u{7}".to_owned()));
    assert_eq!(logins[2].name, "a|b");
    assert!(logins[2].password == LoginPassword::NotAsked);
    let login = &found[1].logins[0];
    assert!(login.password == LoginPassword::File("bob.pass".to_owned()));
    assert_eq!(login.address, Some([10, 0, 0, 1].into()));
    assert_eq!(login.expected.binds, Some(1));
    assert_eq!(login.expected.explain, ["no account"]);
    let [absent, present] = &login.expected.trace[..] else {
        panic!("{login:?}")
    };
    assert!(absent.absent && absent.event == "searched");
    assert!(!present.absent && present.fields == [pair("name", "bob")]);
}

#[test]
fn logins_alone_read_back_as_they_were() {
    for scenario in scenarios() {
        let again = Document::parse("again.md", &scenario.logins_alone()).unwrap();
        let again = &again.scenarios[0];
        assert_eq!(again.title, scenario.title);
        for (login, again) in scenario.logins.iter().zip(&again.logins) {
            let mut login = login.clone();
            login.line = again.line;
            login.expected.binds = None;
            assert_eq!(login, *again);
            assert!(login.password == again.password);
        }
    }
}

fn refused(text: &str, line: usize, problem: impl Fn(&Problem) -> bool) {
    match Document::parse("x.md", text) {
        Err(error) => assert!(error.line == line && problem(&error.problem), "{error}"),
        Ok(document) => panic!("{text}: {document:?}"),
    }
}

#[test]
fn what_is_not_understood_is_an_error_at_its_line() {
    let with = |line: &str| format!("# T\n\n## S\n{line}\n");
    refused("no heading", 1, |problem| {
        matches!(problem, Problem::Shape(_))
    });
    refused("# T", 1, |problem| matches!(problem, Problem::Shape(_)));
    refused("# T\n## S\nprose", 2, |problem| {
        matches!(problem, Problem::Shape(_))
    });
    refused(
        "# T\n| login | expected |\n|-|-|\n| a | accept |\n## S",
        4,
        |problem| matches!(problem, Problem::Shape(_)),
    );
    refused(&with("```tmol\n```"), 4, |problem| {
        matches!(problem, Problem::Block(_))
    });
    refused(&with("```toml\n"), 4, |problem| {
        matches!(problem, Problem::OpenBlock)
    });
    refused(&with("```given\n\nserver x is sad\n```"), 5, |problem| {
        matches!(problem, Problem::Given(_))
    });
    refused(&with("<!-- directories: novell -->"), 4, |problem| {
        matches!(problem, Problem::Ground(_))
    });
    let table = |row: &str| {
        with(&format!(
            "| login | password | expected |\n|---|---|---|\n{row}"
        ))
    };
    refused(&table("| a | b |"), 6, |problem| {
        matches!(problem, Problem::Table(_))
    });
    refused(&table("| a | b | maybe |"), 6, |problem| {
        matches!(problem, Problem::Cell { .. })
    });
    refused(&table("| a | b | reject |"), 6, |problem| {
        matches!(problem, Problem::Cell { .. })
    });
    refused(&table("| | b | accept |"), 6, |problem| {
        matches!(problem, Problem::Cell { .. })
    });
    refused(
        &with("| login | pasword |\n|---|---|\n| a | b |"),
        6,
        |problem| matches!(problem, Problem::Table(_)),
    );
    refused(&with("| login | expected |\nno dashes"), 4, |problem| {
        matches!(problem, Problem::Table(_))
    });
}

use super::{Caller, Callers, Scope, Scopes};

fn callers() -> Callers {
    let mut callers = Callers::default();
    for (token, name, scopes) in [
        ("first-token", "portal", vec![Scope::Login]),
        (
            "second-token",
            "console",
            vec![Scope::Login, Scope::LoginReasons],
        ),
        ("third-token", "prometheus", vec![Scope::Admin]),
    ] {
        callers.add(
            token.as_bytes(),
            Caller {
                name: name.into(),
                scopes: scopes.into_iter().collect(),
                expires: None,
                relays: false,
            },
        );
    }
    callers
}

fn check(token: &str, expected: Option<&str>) {
    let callers = callers();
    let found = callers.find(token.as_bytes()).map(|caller| &*caller.name);
    assert_eq!(found, expected, "token {token:?}");
}

#[test]
fn a_token_finds_its_own_caller() {
    check("first-token", Some("portal"));
    check("second-token", Some("console"));
    check("third-token", Some("prometheus"));
}

#[test]
fn anything_else_finds_nobody() {
    for token in [
        "",
        "first-toke",
        "first-token ",
        "FIRST-TOKEN",
        "first-tokensecond-token",
    ] {
        check(token, None);
    }
    assert!(Callers::default().find(b"").is_none(), "no callers, nobody");
}

#[test]
fn no_scope_implies_another() {
    let admin: Scopes = [Scope::Admin].into_iter().collect();
    assert!(admin.allow(Scope::Admin));
    assert!(!admin.allow(Scope::Login));
    assert!(!admin.allow(Scope::LoginReasons));
    let both: Scopes = [Scope::Login, Scope::LoginReasons].into_iter().collect();
    assert!(
        both.allow(Scope::Login) && both.allow(Scope::LoginReasons) && !both.allow(Scope::Admin)
    );
    assert!(!Scopes::default().allow(Scope::Login));
}

use super::*;
use entryway_ldap_types::Password;

fn password_of(request: &LoginRequest) -> Option<&[u8]> {
    match &request.password {
        SubmittedPassword::Given(password) => Some(password.expose()),
        SubmittedPassword::Malformed
        | SubmittedPassword::NotAsked
        | SubmittedPassword::Sealed(_) => None,
    }
}

fn check(body: &str, login_name: &str, password: Option<&str>, address: Option<&str>) {
    let request =
        LoginRequest::from_json(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!(request.login_name, login_name);
    assert_eq!(password_of(&request), password.map(str::as_bytes));
    assert_eq!(
        request
            .client_address
            .map(|address| address.to_string())
            .as_deref(),
        address
    );
}

#[test]
fn requests() {
    check(
        r#"{"login_name": "jdoe", "password": "secret"}"#,
        "jdoe",
        Some("secret"),
        None,
    );
    check(
        r#"{"password":"s\u00e9cret","client_address":"2001:db8::1","login_name":"j\"doe"}"#,
        "j\"doe",
        Some("sécret"),
        Some("2001:db8::1"),
    );
    check(
        r#"{"login_name": "jdoe", "password": "x", "client_address": null}"#,
        "jdoe",
        Some("x"),
        None,
    );
}

#[test]
fn an_unusable_password_is_the_logins_to_refuse() {
    check(
        r#"{"login_name": "jdoe", "password": ""}"#,
        "jdoe",
        None,
        None,
    );
    let long = "x".repeat(Password::MAX_BYTES);
    check(
        &format!(r#"{{"login_name": "jdoe", "password": "{long}"}}"#),
        "jdoe",
        Some(&long),
        None,
    );
    check(
        &format!(r#"{{"login_name": "jdoe", "password": "{long}x"}}"#),
        "jdoe",
        None,
        None,
    );
}

fn check_refused(body: &str, expected: &str) {
    let error = LoginRequest::from_json(body.as_bytes())
        .err()
        .unwrap_or_else(|| panic!("{body} is taken"));
    assert!(error.to_string().starts_with(expected), "{body}: {error}");
    // Whatever stands in the body may be the password.
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn bodies_of_another_shape() {
    for body in [
        r#"{"login_name": "jdoe"}"#,
        r#"{"password": "hunter2"}"#,
        r#"{"login_name": "jdoe", "password": "hunter2", "hunter2": 1}"#,
        r#"{"login_name": "jdoe", "password": "hunter2", "password": "hunter2"}"#,
        r#"{"login_name": ["hunter2"], "password": "x"}"#,
        r#"{"login_name": "jdoe", "password": "hunter2", "sealed": null}"#,
        r#"{"login_name": "jdoe", "password": "x", "client_address": "hunter2"}"#,
        r#"["jdoe", "hunter2", "192.0.2.7"]"#,
        r#"[{"login_name": "jdoe", "password": "hunter2"}]"#,
        r#""hunter2""#,
        "12",
    ] {
        check_refused(body, "the body is not a login request at line 1, column ");
    }
}

#[test]
fn sealed_passwords_are_what_the_document_says() {
    let body = |sealed: &str| format!(r#"{{"login_name": "jdoe", "sealed": [{sealed}]}}"#);
    let of = |enc: &str, ciphertext: &str| {
        body(&format!(
            r#"{{"connector": "a", "key_id": "k", "nonce": "n", "enc": "{enc}", "ciphertext": "{ciphertext}"}}"#
        ))
    };
    assert!(LoginRequest::from_json(of("-_09azAZ", "e").as_bytes()).is_ok());
    for body in [
        of("", "e"),
        of("e", ""),
        of("e=", "e"),
        of("e", "e+/"),
        of("e", "hunter2\\u00b5"),
        of("e\\n", "e"),
    ] {
        check_refused(&body, "`sealed` is out of bounds, expected one sealed");
    }
    for sealed in [
        r#"["a", "k", "n", "e", "hunter2"]"#,
        r#"{"connector": "a", "key_id": "k", "nonce": "n", "enc": "e"}"#,
        "null",
    ] {
        check_refused(&body(sealed), "the body is not a login request at line 1, ");
    }
}

#[test]
fn bodies_that_are_not_json() {
    for body in [
        "",
        "hunter2",
        r#"{"login_name": "jdoe", "password": "hunter2"#,
        r#"{"login_name": "jdoe", "password": "hunter2"} x"#,
    ] {
        check_refused(body, "the body is not JSON at line ");
    }
    assert!(LoginRequest::from_json(b"{\"login_name\": \"\xff\", \"password\": \"x\"}").is_err());
    assert!(LoginRequest::from_json(b"{\"login_name\": \"x\", \"password\": \"\xff\"}").is_err());
}

#[test]
fn passwords_that_are_not_text() {
    for password in ["12", "null", "[\"hunter2\"]", "{}", r#""\ud800""#] {
        check_refused(
            &format!(r#"{{"login_name": "jdoe", "password": {password}}}"#),
            "`password` is not a text",
        );
    }
}

#[test]
fn a_device_and_groups_may_be_asked_for() {
    let read = |body: &str| {
        LoginRequest::from_json(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"))
    };
    let plain = read(r#"{"login_name": "jdoe", "password": "x"}"#);
    assert_eq!((plain.device, plain.groups), (None, false));
    let both = read(r#"{"login_name": "jdoe", "password": "x", "device": "AAA", "groups": true}"#);
    assert_eq!((both.device.as_deref(), both.groups), (Some("AAA"), true));
    check_refused(
        r#"{"login_name": "jdoe", "password": "x", "groups": "hunter2"}"#,
        "the body is not a login request at line 1, column ",
    );
}

#[test]
fn revalidations() {
    let read = |body: &str| RevalidationRequest::from_json(body.as_bytes());
    let request = read(r#"{"token": "AAA", "client_address": "192.0.2.7", "groups": true}"#)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((request.token.as_str(), request.groups), ("AAA", true));
    assert!(request.client_address.is_some());
    for body in [
        "{}",
        r#"{"token": 1}"#,
        r#"{"token": "AAA", "password": "hunter2"}"#,
        r#"["AAA"]"#,
    ] {
        let error = read(body)
            .err()
            .unwrap_or_else(|| panic!("{body} is taken"));
        let text = error.to_string();
        assert!(text.starts_with("the body is not a revalidation request at line 1, column "));
        assert!(!text.contains("hunter2"), "{text}");
    }
}

fn check_explained(body: &str, expected: Result<&str, &str>) {
    let found = match ExplainRequest::from_json(body.as_bytes()) {
        Ok(ExplainRequest::Decided(id)) => Ok(id.to_string()),
        Ok(ExplainRequest::Attempt {
            login_name,
            password,
            groups,
            ..
        }) => {
            let asked = match password {
                SubmittedPassword::Given(_) => " with a password",
                SubmittedPassword::Malformed => " with no usable password",
                SubmittedPassword::NotAsked => "",
                SubmittedPassword::Sealed(_) => " with a sealed password",
            };
            let groups = if groups { " and groups" } else { "" };
            Ok(format!("{login_name}{asked}{groups}"))
        }
        Err(error) => Err(error.to_string()),
    };
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{body}"),
        (Err(found), Err(expected)) => {
            assert!(found.starts_with(expected), "{body}: {found}");
            assert!(!found.contains("hunter2"), "{found}");
        }
        (found, _) => panic!("{body}: {found:?}"),
    }
}

#[test]
fn explanations() {
    const NOT_ONE: &str = "the body is not an explain request at line 1, column ";
    check_explained(r#"{"login_name": "jdoe"}"#, Ok("jdoe"));
    check_explained(
        r#"{"login_name": "jdoe", "password": "x", "groups": true}"#,
        Ok("jdoe with a password and groups"),
    );
    check_explained(
        r#"{"login_name": "jdoe", "password": null, "client_address": null}"#,
        Ok("jdoe"),
    );
    check_explained(
        r#"{"login_name": "jdoe", "password": ""}"#,
        Ok("jdoe with no usable password"),
    );
    check_explained(r#"{"login": "00000000000000Ff"}"#, Ok("00000000000000ff"));
    check_explained(
        r#"{"login": "hunter2"}"#,
        Err("`login` is not the id of a login"),
    );
    check_explained(
        r#"{"login_name": "jdoe", "password": 2}"#,
        Err("`password` is not a text"),
    );
    for body in [
        "{}",
        r#"{"password": "hunter2"}"#,
        r#"{"login": "00000000000000ff", "password": "hunter2"}"#,
        r#"{"login": "00000000000000ff", "login_name": "jdoe"}"#,
        r#"{"login": "00000000000000ff", "login_name": null}"#,
        r#"{"login": "00000000000000ff", "groups": false}"#,
        r#"{"login": "00000000000000ff", "client_address": null}"#,
        r#"{"login_name": "jdoe", "login": null}"#,
        r#"{"login_name": "jdoe", "groups": null}"#,
        r#"{"login_name": "jdoe", "hunter2": 1}"#,
    ] {
        check_explained(body, Err(NOT_ONE));
    }
}

use super::*;

fn password_of(request: &LoginRequest) -> Option<&[u8]> {
    match &request.password {
        SubmittedPassword::Given(password) => Some(password.expose()),
        SubmittedPassword::Malformed | SubmittedPassword::NotAsked => None,
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

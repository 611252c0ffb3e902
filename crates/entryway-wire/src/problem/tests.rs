use super::*;

fn check(problem: &Problem<'_>, expected: &str) {
    assert_eq!(serde_json::to_string(problem).unwrap(), expected);
}

#[test]
fn documents() {
    check(
        &Problem::new(404, "there is nothing here"),
        r#"{"type":"about:blank","title":"there is nothing here","status":404}"#,
    );
    check(
        &Problem::new(400, "the request cannot be read").detail("`password` is not a text"),
        r#"{"type":"about:blank","title":"the request cannot be read","status":400,"detail":"`password` is not a text"}"#,
    );
}

#[test]
fn a_login_without_a_verdict() {
    let sentence = Fault::TlsUntrusted.row().person;
    let id = LoginId::from_bits(0xabc);
    let start = format!(
        r#"{{"type":"about:blank","title":"the login has no verdict","status":503,"detail":"{sentence}","id":"0000000000000abc""#
    );
    check(
        &Problem::indeterminate(503, id, Fault::TlsUntrusted, false),
        &format!("{start}}}"),
    );
    check(
        &Problem::indeterminate(503, id, Fault::TlsUntrusted, true),
        &format!(r#"{start},"fault":"tls_untrusted"}}"#),
    );
    // Whoever sealed has to know that it was for nothing, and that nothing was tried.
    let told = Problem::indeterminate(503, id, Fault::SealExpired, false);
    assert_eq!(told.fault, Some("seal_expired"));
}

use super::*;

#[test]
fn an_error_says_its_own_part_and_leaves_the_rest_to_its_source() {
    use std::error::Error as _;
    let error = DialError {
        step: Step::Connect,
        cause: Box::new(Cause::Unreachable {
            peer: "hub.example:443".to_owned(),
            error: io::ErrorKind::ConnectionRefused.into(),
        }),
        done: Vec::new(),
    };
    assert_eq!(
        error.to_string(),
        "the way to the hub ends at the step `tcp`"
    );
    let cause = error.source().unwrap();
    assert_eq!(cause.to_string(), "`hub.example:443` cannot be reached");
    assert_eq!(cause.source().unwrap().to_string(), "connection refused");
}

#[test]
fn a_proxy_that_wants_credentials_says_which_setting() {
    let refused = |status| Cause::ProxyRefused {
        status,
        reason: String::new(),
        schemes: Vec::new(),
    };
    assert!(
        refused(407)
            .remedy()
            .unwrap()
            .contains("connector.proxy_user")
    );
    assert_eq!(refused(401).remedy(), refused(407).remedy());
    assert_ne!(refused(403).remedy(), refused(407).remedy());
}

/// Whoever is told to set something finds it in the reference.
#[test]
fn remedies_name_settings_that_there_are() {
    let refused = |status| Cause::ProxyRefused {
        status,
        reason: String::new(),
        schemes: Vec::new(),
    };
    let remedy = refused(407).remedy().unwrap();
    assert!(remedy.contains("`connector.proxy_password`"), "{remedy}");
}

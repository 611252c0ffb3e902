use super::*;

fn check(line: &str, expected: Result<ControlAsk, &str>) {
    let read = ControlRequest::read(line.as_bytes());
    let found = read
        .map(|request| request.ask)
        .map_err(|error| error.to_string());
    assert_eq!(found, expected.map_err(str::to_owned), "{line}");
}

#[test]
fn a_request_says_which_version_it_speaks() {
    check(r#"{"version":1,"ask":"status"}"#, Ok(ControlAsk::Status));
    check(
        r#"{"version":1,"ask":"reload","colour":true,"later":5}"#,
        Ok(ControlAsk::Reload),
    );
    // Whatever else is in it.
    check(
        r#"{"version":2,"question":"how are you"}"#,
        Err("expected version 1 of the control protocol, found 2"),
    );
    for line in [
        "",
        "GET / HTTP/1.1",
        "[]",
        r#"{"ask":"status"}"#,
        r#"{"version":1,"ask":"shut down"}"#,
        r#"{"version":1}"#,
    ] {
        let read = ControlRequest::read(line.as_bytes());
        assert!(
            matches!(read, Err(ControlError::Malformed { .. })),
            "{line}: {read:?}"
        );
    }
}

#[test]
fn an_answer_comes_back_as_it_went() {
    let refused = ControlAnswer::from(ControlReply::Refused {
        problem: "no".to_owned(),
    });
    let reload = ControlAnswer::from(ControlReply::Reload(Reload {
        applied: false,
        generation: 3,
        configuration: "entryway.toml".to_owned(),
        domains: 1,
        callers: 2,
        files: 4,
        problems: vec![ConfigurationProblem {
            code: Some("C003".to_owned()),
            severity: "error".to_owned(),
            file: None,
            line: None,
            column: None,
            message: "there is no setting `x` here".to_owned(),
            hint: None,
        }],
        restart_needed: Vec::new(),
        report: "error[C003]".to_owned(),
    }));
    for answer in [refused, reload] {
        let line = serde_json::to_string(&answer).expect("JSON");
        assert!(line.starts_with(r#"{"version":1,"answer":""#), "{line}");
        assert!(!line.contains('\n'));
        assert_eq!(
            serde_json::from_str::<ControlAnswer>(&line).expect("an answer"),
            answer
        );
    }
}

use super::*;
use entryway_login::{Challenge, Fault, Reason, Trace};
use std::collections::HashSet;
use std::time::Duration;

fn json(decision: Decision, show_reason: bool) -> String {
    let decided = Decided {
        id: LoginId::from_bits(0x1f),
        decision,
        trace: Trace::default(),
        took: Duration::from_micros(3214),
        tokens: None,
        settle: Vec::new(),
    };
    serde_json::to_string(&login_response(&decided, show_reason)).unwrap()
}

#[test]
fn every_refusal_is_the_same_to_those_who_may_not_know() {
    let faces: HashSet<_> = Reason::ALL
        .into_iter()
        // No login comes to these, and nobody reads them who has not proven a password.
        .filter(|reason| !Reason::OF_A_CHANGE.contains(reason))
        .filter(|reason| !Reason::OF_A_CERTIFICATE.contains(reason))
        // Of the name alone, and meant to be read.
        .filter(|reason| !Reason::TOLD.contains(reason))
        .map(|reason| json(Decision::Reject(reason), false))
        .collect();
    assert_eq!(faces.len(), 1);
    let face = faces.iter().next().unwrap();
    assert!(
        !face.contains("reason") && !face.contains("took_ms"),
        "{face}"
    );
    assert!(
        face.contains(r#""decision":"reject""#) && face.contains(r#""id":"000000000000001f""#),
        "{face}"
    );
}

#[test]
fn those_who_may_know_get_the_reason() {
    let face = json(Decision::Reject(Reason::WrongPassword), true);
    assert!(
        face.contains(r#""reason":"wrong_password""#) && face.contains(r#""took_ms":3.214"#),
        "{face}"
    );
}

#[test]
fn challenges_and_faults() {
    let challenge = json(Decision::Challenge(Challenge::ChangePassword), false);
    assert!(
        challenge.contains(r#""decision":"challenge","challenge":"change_password""#),
        "{challenge}"
    );
    let fault = json(Decision::Indeterminate(Fault::DirectoryUnreachable), true);
    assert!(
        fault.contains(r#""decision":"indeterminate","fault":"directory_unreachable""#),
        "{fault}"
    );
    assert!(!json(Decision::Indeterminate(Fault::TlsUntrusted), false).contains("tls"));
}

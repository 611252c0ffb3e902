use super::{about, row};
use entryway_login::{Fault, Reason};

#[test]
fn every_reason_and_fault_has_a_page() {
    let reasons = Reason::ALL.iter().map(|reason| reason.row());
    let faults = Fault::ALL.iter().map(|fault| fault.row());
    for expected in reasons.chain(faults) {
        let (found, advice) = row(expected.code).expect("a row");
        assert_eq!(found, expected, "{}", expected.code);
        assert!(!advice.causes.is_empty() && !advice.remedies.is_empty());
        assert!(about(&found, &advice).contains(expected.operator));
    }
    assert!(row("change_password").is_some());
    assert!(row("nonsense").is_none());
}

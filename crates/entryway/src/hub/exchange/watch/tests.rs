use super::*;
use entryway_store::Outage;

#[test]
fn without_an_answer_about_its_standing_no_tunnel_stays() {
    let outage = StoreError::Unavailable {
        place: "the test's".to_owned(),
        outage: Outage::Locked,
        source: None,
    };
    assert!(matches!(
        judged(Err(outage)),
        Judged::Ends(ByeCode::Unavailable, _)
    ));
    assert!(matches!(
        judged(Ok(None)),
        Judged::Ends(ByeCode::Unknown, _)
    ));
    let revoked = judged(Ok(Some(Standing::Revoked)));
    assert_eq!(revoked, Judged::Stands(Standing::Revoked));
}

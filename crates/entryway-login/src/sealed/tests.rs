use super::*;

fn sealed(connector: &str, bytes: usize) -> SealedFor {
    SealedFor {
        connector: connector.into(),
        key_id: "k".into(),
        nonce: "n".into(),
        enc: "e".into(),
        ciphertext: "c".repeat(bytes).into(),
    }
}

#[test]
fn one_or_two_connectors_and_no_more() {
    let of = |sealed: Vec<SealedFor>| SealedPassword::new(sealed).map(|all| all.each().len());
    assert_eq!(of(Vec::new()), None);
    assert_eq!(of(vec![sealed("a", 9)]), Some(1));
    assert_eq!(of(vec![sealed("a", 9), sealed("b", 9)]), Some(2));
    // It would be tried twice there.
    assert_eq!(of(vec![sealed("a", 9), sealed("a", 9)]), None);
    assert_eq!(
        of(vec![sealed("a", 9), sealed("b", 9), sealed("c", 9)]),
        None
    );
}

#[test]
fn what_is_too_long_is_none() {
    let overhead = 4;
    assert!(SealedPassword::new(vec![sealed("a", BYTES_MAX - overhead)]).is_some());
    assert!(SealedPassword::new(vec![sealed("a", BYTES_MAX - overhead + 1)]).is_none());
}

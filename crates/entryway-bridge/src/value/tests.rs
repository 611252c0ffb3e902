use super::*;

#[test]
fn what_is_longer_than_its_bound_is_no_message() {
    assert!(serde_json::from_str::<Text<4>>("\"abcd\"").is_ok());
    assert!(serde_json::from_str::<Text<4>>("\"abcde\"").is_err());
    assert!(serde_json::from_str::<SecretText<4>>("\"abcde\"").is_err());
    assert!(serde_json::from_str::<Opaque<4>>("\"AAAAAA\"").is_ok());
    assert!(serde_json::from_str::<Opaque<4>>("\"AAAAAAA\"").is_err());
    assert!(serde_json::from_str::<Octets<4>>("\"AAAAAA\"").is_ok());
    assert!(serde_json::from_str::<Octets<4>>("\"AAAA\"").is_err());
    assert_eq!(Text::<4>::cut("abcé").as_str(), "abc");
}

#[test]
fn bytes_have_one_spelling() {
    for other in ["\"AAAAAA==\"", "\"AAAAAB\"", "\"AA+AAA\"", "\"AA AA\""] {
        assert!(serde_json::from_str::<Opaque<4>>(other).is_err(), "{other}");
    }
}

#[test]
fn a_secret_is_not_told() {
    let secret = SecretText::<16>::new("swordfish".to_owned()).unwrap();
    assert_eq!(format!("{secret:?}"), "SecretText");
    assert_eq!(
        format!("{:?}", Opaque::<4>::new(vec![1, 2]).unwrap()),
        "2 bytes"
    );
    let error = serde_json::from_str::<SecretText<4>>("\"swordfish\"").unwrap_err();
    assert!(!error.to_string().contains("sword"), "{error}");
    let error = serde_json::from_str::<Opaque<16>>("\"sword fish\"").unwrap_err();
    assert!(!error.to_string().contains("sword"), "{error}");
}

use super::*;
use std::time::Duration;

#[test]
fn it_is_an_accept_without_a_session() {
    let until = SystemTime::UNIX_EPOCH + Duration::from_secs(60);
    let id = LoginId::from_bits(0x1f);
    let json = |told| {
        let fault = Fault::DirectoryUnreachable;
        serde_json::to_string(&GraceResponse::new(id, "AAA", until, fault, told)).unwrap()
    };
    let rest = r#""id":"000000000000001f","revalidation":"AAA"}"#;
    let start = r#"{"decision":"accept","grace":true,"until":"1970-01-01T00:01:00Z","#;
    assert_eq!(json(false), format!("{start}{rest}"));
    assert_eq!(
        json(true),
        format!("{start}\"fault\":\"directory_unreachable\",{rest}")
    );
}

use super::token;
use crate::refusal::Refusal;
use http::{HeaderMap, HeaderValue, header};

fn check(values: &[&'static str], expected: Result<&str, Refusal>) {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
    }
    let found = token(&headers).map(|token| std::str::from_utf8(token).expect("text"));
    assert_eq!(found, expected, "{values:?}");
}

#[test]
fn rfc6750_2_1_authorization_header() {
    check(&["Bearer abc"], Ok("abc"));
    check(&["bearer abc"], Ok("abc"));
    check(&["BEARER   abc "], Ok("abc"));
    check(&[], Err(Refusal::NoToken));
    check(&["Bearer"], Err(Refusal::NoToken));
    check(&["Basic abc="], Err(Refusal::NoToken));
    check(&["Bearer one", "Bearer two"], Err(Refusal::UnknownToken));
}

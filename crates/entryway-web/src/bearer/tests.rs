use super::{on_behalf, token};
use crate::refusal::Refusal;
use crate::relay::ON_BEHALF;
use crate::{Caller, Scope};
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

#[test]
fn whoever_asks_through_another_is_a_caller_by_itself_and_may_no_more() {
    let hub = Caller {
        name: "hub".into(),
        scopes: [Scope::PeopleRead].into_iter().collect(),
        expires: None,
        relays: true,
    };
    let mut headers = HeaderMap::new();
    assert_eq!(&*on_behalf(&hub, &headers).name, "hub");
    headers.insert(ON_BEHALF, HeaderValue::from_static("client wiki"));
    let told = on_behalf(&hub, &headers);
    assert_eq!(&*told.name, "hub client wiki");
    assert_eq!(told.scopes, hub.scopes);
}

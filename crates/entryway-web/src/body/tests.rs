use super::{is_of, read_json};
use crate::{Limits, refusal::Refusal};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use std::time::Duration;

fn json() -> HeaderMap {
    HeaderMap::from_iter([(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    )])
}

fn check_type(value: &str, expected: bool) {
    let headers = HeaderMap::from_iter([(
        header::CONTENT_TYPE,
        HeaderValue::from_str(value).expect("a header"),
    )]);
    assert_eq!(
        is_of("application/json", &headers),
        expected,
        "content type {value:?}"
    );
}

#[test]
fn json_is_told_from_the_rest() {
    check_type("application/json", true);
    check_type("Application/JSON; charset=utf-8", true);
    check_type("text/plain", false);
    check_type("application/jsonp", false);
    check_type("application/x-www-form-urlencoded", false);
    assert!(
        !is_of("application/json", &HeaderMap::new()),
        "no type at all"
    );
}

/// A body that arrives in `chunks`, without an announced length.
fn streamed(chunks: Vec<&'static [u8]>) -> Body {
    Body::from_stream(futures_util::stream::iter(
        chunks
            .into_iter()
            .map(|chunk| Ok::<_, std::io::Error>(Bytes::from_static(chunk))),
    ))
}

#[tokio::test]
async fn the_limit_holds_with_and_without_an_announced_length() {
    let limits = Limits {
        body_bytes: 8,
        ..Limits::default()
    };
    for (body, fits) in [
        (Body::from("12345678"), true),
        (Body::from("123456789"), false),
        (streamed(vec![b"1234", b"5678"]), true),
        (streamed(vec![b"1234", b"56789"]), false),
        (Body::empty(), true),
    ] {
        match read_json(&json(), body, &limits, limits.body_bytes).await {
            Ok(bytes) => assert!(fits && bytes.len() <= 8),
            Err(Refusal::TooLarge { limit }) => assert!(!fits && limit == 8),
            Err(_) => panic!("neither read nor too large"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_is_given_up() {
    let limits = Limits {
        body: Duration::from_secs(5),
        ..Limits::default()
    };
    let silent =
        Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    assert!(matches!(
        read_json(&json(), silent, &limits, limits.body_bytes).await,
        Err(Refusal::BodyTooSlow)
    ));
}

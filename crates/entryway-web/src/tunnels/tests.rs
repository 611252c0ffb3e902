use super::*;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pairs = pairs.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    });
    pairs.collect()
}

const ASKED: [(&str, &str); 5] = [
    ("connection", "keep-alive, Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-protocol", "other, entryway.tunnel"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

#[test]
fn a_key_is_answered_as_in_the_standard() {
    // RFC 6455 §1.3.
    let answer = accepted(&headers(&ASKED)).unwrap();
    assert_eq!(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

#[test]
fn a_request_without_one_of_its_parts_is_no_upgrade() {
    for (missing, _) in ASKED {
        let rest: Vec<_> = ASKED
            .into_iter()
            .filter(|(name, _)| *name != missing)
            .collect();
        assert_eq!(accepted(&headers(&rest)), None, "{missing}");
    }
    let mut short = ASKED;
    short[4].1 = "c2hvcnQ=";
    assert_eq!(accepted(&headers(&short)), None);
}

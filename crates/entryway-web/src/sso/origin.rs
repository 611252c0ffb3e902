//! Whether a form was sent from one of our own pages.

use http::{HeaderMap, header};
use url::Url;

/// What browsers say of where a request comes from. Forms are sealed and bound to their browser besides: this is the
/// second lock, for browsers that have it.
pub(super) fn is_ours(headers: &HeaderMap, issuer: &str) -> bool {
    let fetched_from = headers.get("sec-fetch-site");
    if fetched_from.is_some_and(|site| site != "same-origin") {
        return false;
    }
    match headers.get(header::ORIGIN) {
        None => true,
        Some(origin) => Url::parse(issuer).is_ok_and(|issuer| {
            origin.as_bytes() == issuer.origin().ascii_serialization().as_bytes()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn only_a_page_of_ours_posts_to_us() {
        let sent = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            is_ours(&headers, "https://login.example.org/sso")
        };
        assert!(is_ours(&HeaderMap::new(), "https://login.example.org"));
        assert!(sent("origin", "https://login.example.org"));
        assert!(sent("sec-fetch-site", "same-origin"));
        for other in [
            "null",
            "http://login.example.org",
            "https://login.example.org:8443",
            "https://evil.example",
            "https://login.example.org.evil.example",
        ] {
            assert!(!sent("origin", other), "{other}");
        }
        for other in ["cross-site", "same-site", "none"] {
            assert!(!sent("sec-fetch-site", other), "{other}");
        }
    }
}

//! Cookies: `__Host-`, so that no other host can set or see them, Secure, HttpOnly, SameSite=Lax.

use entryway_oidc::Secret;
use http::{HeaderMap, HeaderValue, header};
use zeroize::Zeroizing;

/// Opens a session.
pub(super) const SESSION: &str = "__Host-entryway-session";
/// Ties a page's form to the browser that it was made for.
pub(super) const BROWSER: &str = "__Host-entryway-browser";
/// Tells the throttle a browser that somebody has logged in from.
pub(super) const DEVICE: &str = "__Host-entryway-device";

/// Seconds: how long a device is known.
const DEVICE_AGE: u32 = 365 * 86_400;

/// The value of a cookie. One that is there twice is none: one of the two was not set by us.
pub(super) fn read(headers: &HeaderMap, name: &str) -> Option<Zeroizing<String>> {
    let mut found = None;
    // HTTP/2 sends them in several headers (RFC 9113 §8.2.3).
    for header in headers.get_all(header::COOKIE) {
        // By bytes: what another site set for all hosts of a domain may be no text.
        for pair in header.as_bytes().split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            let Some(value) = pair
                .strip_prefix(name.as_bytes())
                .and_then(|rest| rest.strip_prefix(b"="))
            else {
                continue;
            };
            let value = std::str::from_utf8(value).ok()?;
            if found.replace(Zeroizing::new(value.to_owned())).is_some() {
                return None;
            }
        }
    }
    found.filter(|value| !value.is_empty())
}

/// Sets one for as long as the browser runs.
pub(super) fn set(name: &str, value: &Secret) -> Option<HeaderValue> {
    written(name, value.expose(), "")
}

/// Sets the one of the device.
pub(super) fn remember_device(token: &str) -> Option<HeaderValue> {
    written(DEVICE, token, &format!("; Max-Age={DEVICE_AGE}"))
}

/// Takes one away.
pub(super) fn forget(name: &str) -> Option<HeaderValue> {
    written(name, "", "; Max-Age=0")
}

fn written(name: &str, value: &str, age: &str) -> Option<HeaderValue> {
    let text = Zeroizing::new(format!(
        "{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"
    ));
    let mut header = HeaderValue::from_str(&text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(cookies: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        }
        headers
    }

    #[test]
    fn a_cookie_is_read_wherever_it_stands_and_not_where_it_stands_twice() {
        let read =
            |cookies: &[&'static str]| read(&sent(cookies), BROWSER).map(|value| value.to_string());
        let value = Some("x=1".to_owned());
        assert_eq!(read(&["a=b; __Host-entryway-browser=x=1; c"]), value);
        assert_eq!(read(&["a=b", "__Host-entryway-browser=x=1"]), value);
        assert_eq!(read(&["__Host-entryway-browser="]), None);
        assert_eq!(read(&["a__Host-entryway-browser=x"]), None);
        let mut odd = sent(&["__Host-entryway-browser=x=1"]);
        let foreign = HeaderValue::from_bytes(b"theirs=\xfc").unwrap();
        odd.append(header::COOKIE, foreign);
        assert!(super::read(&odd, BROWSER).is_some());
        assert_eq!(
            read(&["__Host-entryway-browser=x", "__Host-entryway-browser=y"]),
            None
        );
    }

    #[test]
    fn a_cookie_is_for_this_host_alone_and_no_script_sees_it() {
        let set = set(SESSION, &Secret::new("s".into())).unwrap();
        assert_eq!(
            set.to_str().unwrap(),
            "__Host-entryway-session=s; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert!(set.is_sensitive());
        // A value that would end the header, or begin another attribute's line, is none.
        assert!(written(SESSION, "a\r\nb", "").is_none());
    }
}

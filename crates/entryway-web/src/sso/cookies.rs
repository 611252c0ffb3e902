//! Cookies: `__Host-`, so that no other host can set or see them, Secure, HttpOnly, SameSite=Lax.

use entryway_oidc::Secret;
use http::{HeaderMap, HeaderValue, header};
use zeroize::Zeroizing;

/// Opens a session.
pub(super) const SESSION: &str = "__Host-entryway-session";
/// Ties a page's form to the browser that it was made for; with `-` and something of its own behind it.
const BROWSER: &str = "__Host-entryway-browser";
/// Tells the throttle a browser that somebody has logged in from.
pub(super) const DEVICE: &str = "__Host-entryway-device";

/// Seconds: how long a device is known.
const DEVICE_AGE: u32 = 365 * 86_400;

/// How many windows may show the first page of a browser at the same moment.
const MOST_TIES: usize = 8;

/// Name and value of each cookie, by bytes: what another site set for all hosts of a domain may be no text.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    // HTTP/2 sends them in several headers (RFC 9113 §8.2.3).
    let headers = headers.get_all(header::COOKIE).iter();
    let pairs = headers.flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(|pair| {
        let pair = pair.trim_ascii();
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = pair.split_at_checked(at)?;
        Some((name, value.get(1..)?))
    })
}

/// The value of a cookie. One that is there twice is none: one of the two was not set by us.
pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<Zeroizing<String>> {
    let mut found = pairs(headers).filter(|(other, _)| *other == name.as_bytes());
    let (_, value) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    text(value)
}

/// What ties pages to this browser: several, if several windows came first.
pub(super) fn ties(headers: &HeaderMap) -> Vec<Zeroizing<String>> {
    let is_tie = |name: &[u8]| {
        name.strip_prefix(BROWSER.as_bytes())
            .is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b'-'))
    };
    let found: Vec<_> = pairs(headers).filter(|(name, _)| is_tie(name)).collect();
    let once = found.iter().filter(|(name, _)| {
        let same = found.iter().filter(|(other, _)| other == name);
        same.count() == 1
    });
    once.filter_map(|(_, value)| text(value))
        .take(MOST_TIES)
        .collect()
}

fn text(value: &[u8]) -> Option<Zeroizing<String>> {
    let text = std::str::from_utf8(value).ok()?;
    (!text.is_empty()).then(|| Zeroizing::new(text.to_owned()))
}

/// Sets one that ties pages to a browser. Its name is its own: of windows that come at once none takes away another's.
pub(super) fn set_tie(name: &Secret, value: &Secret) -> Option<HeaderValue> {
    let all = name.expose();
    let short = all.get(all.len().saturating_sub(8)..).unwrap_or(all);
    set(&format!("{BROWSER}-{short}"), value)
}

/// Sets one for as long as the browser runs.
pub(crate) fn set(name: &str, value: &Secret) -> Option<HeaderValue> {
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
    fn each_window_of_a_browser_that_is_new_has_its_tie() {
        let ties = |cookies: &[&'static str]| {
            let ties = ties(&sent(cookies)).into_iter();
            ties.map(|tie| tie.to_string()).collect::<Vec<_>>()
        };
        let both = [
            "__Host-entryway-browser-a=x; b=c",
            "__Host-entryway-browser=y",
        ];
        assert_eq!(ties(&both), ["x", "y"]);
        assert_eq!(
            ties(&["__Host-entryway-browsers=x; __Host-entryway-browser-a="]),
            [""; 0]
        );
        let twice = [
            "__Host-entryway-browser-a=x; __Host-entryway-browser-b=y; __Host-entryway-browser-a=z",
        ];
        assert_eq!(ties(&twice), ["y"]);
        let secret = |text: &str| Secret::new(text.into());
        let set = set_tie(&secret("0123456789"), &secret("s")).unwrap();
        let set = set.to_str().unwrap();
        assert!(
            set.starts_with("__Host-entryway-browser-23456789=s; Path=/; Secure"),
            "{set}"
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

//! Addresses: a URL has room for a password, before its host and after its question mark.

use std::ops::Range;

/// The part of an address, good or bad, that may be a secret.
pub(super) fn secret_part(text: &str) -> Option<Range<usize>> {
    let host = text.find("://").map_or(0, |at| at + 3);
    if let Some(at) = text.rfind('@') {
        let start = if host <= at { host } else { 0 };
        let end = if text.contains('?') { text.len() } else { at };
        return (start < end).then_some(start..end);
    }
    if let Some(at) = text.find('?') {
        return (at + 1 < text.len()).then_some(at + 1..text.len());
    }
    // `host:secret`, where the host is forgotten or stands elsewhere. An IPv6 address is no secret.
    let bracket = text.get(host..)?.find(']').map_or(host, |at| host + at);
    let colon = bracket + text.get(bracket..)?.find(':')?;
    let behind = text.get(colon + 1..)?;
    let port = behind.split('/').next().unwrap_or_default();
    let harmless = |char: char| char.is_ascii_hexdigit() || matches!(char, ':' | '.' | '%');
    (!port.chars().all(harmless)).then_some(colon + 1..text.len())
}

/// An address as a message may quote it.
pub(crate) fn shown(text: &str) -> String {
    let Some(secret) = secret_part(text) else {
        return text.to_owned();
    };
    let before = text.get(..secret.start).unwrap_or_default();
    let after = text.get(secret.end..).unwrap_or_default();
    format!("{before}***{after}")
}

#[cfg(test)]
mod tests {
    use super::shown;

    fn check(address: &str, expected: &str) {
        assert_eq!(shown(address), expected);
    }

    #[test]
    fn what_may_be_a_secret_is_not_quoted() {
        check("ldaps://cn=admin:hunter2@dc1:636", "ldaps://***@dc1:636");
        check("ldaps://a:hun@ter2/x@dc1", "ldaps://***@dc1");
        check("a:hunter2@ldaps://dc1", "***@ldaps://dc1");
        check("a:hunter2@dc1", "***@dc1");
        check("ldaps://a:hunter2", "ldaps://a:***");
        check("ldaps://[::1]:hunter2", "ldaps://[::1]:***");
        check("ldaps://dc1/??sub?!bindpw=hunter2", "ldaps://dc1/?***");
        check("ldaps://a@dc1/?pw=hunter2", "ldaps://***");
    }

    #[test]
    fn the_rest_is() {
        for address in [
            "ldaps://dc1.corp.example:99999",
            "ldaps://dc1/dc=corp",
            "ldaps://2001:db8::1",
            "ldaps://[2001:db8::1]:636",
            "dc1",
            "ldaps://",
            "",
            "ldaps://dc1?",
        ] {
            check(address, address);
        }
    }
}

//! The header `host` of a request (RFC 9112 §3.2): without exactly one, two servers on the way may
//! take the same request for different ones.

use http::{HeaderMap, Version, header};

/// Whether a request of this version names its host as it must. HTTP/2 names it otherwise, and its
/// protocol checks it.
pub(crate) fn is_named(version: Version, headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::HOST).iter();
    match (values.next(), values.next()) {
        (None, _) => version != Version::HTTP_11,
        (Some(_), Some(_)) => false,
        // What a host and a port are made of (RFC 3986 §3.2.2); nothing at all stands for a target without
        // a host. Looked at without a parser, because every request pays for it.
        (Some(value), None) => value
            .as_bytes()
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(byte)),
    }
}

#[cfg(test)]
mod tests;

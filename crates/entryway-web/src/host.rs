//! The header `host` of a request (RFC 9112 §3.2): without exactly one, two servers on the way may
//! take the same request for different ones.

use http::uri::Authority;
use http::{HeaderMap, Version, header};

/// Whether a request of this version names its host as it must. HTTP/2 names it otherwise, and its
/// protocol checks it.
pub(crate) fn is_named(version: Version, headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::HOST).iter();
    match (values.next(), values.next()) {
        (None, _) => version != Version::HTTP_11,
        (Some(_), Some(_)) => false,
        // An empty value stands for a target without a host.
        (Some(value), None) => {
            value.is_empty()
                || Authority::try_from(value.as_bytes())
                    .is_ok_and(|host| !host.as_str().contains('@'))
        }
    }
}

#[cfg(test)]
mod tests;

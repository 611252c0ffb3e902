//! The page that is asked for, and the way back to it.

use crate::{Host, HostError, Path, PathError};
use std::fmt;

/// A page of a host: what rules are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Upper case, as it was sent.
    pub method: Box<str>,
    /// Whether it is asked for by `https`.
    pub is_secure: bool,
    /// Where.
    pub host: Host,
    /// Which.
    pub path: Path,
    /// Path and query, as they were sent.
    pub target: Target,
}

/// A path and a query as a browser may be sent to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(Box<str>);

/// Why what is asked for is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The proxy did not say it, or said it twice.
    #[error("the proxy does not tell {0}, or not once")]
    Missing(&'static str),
    /// No method that HTTP has.
    #[error("the method is no token")]
    Method,
    /// Neither `https` nor `http`.
    #[error("the scheme is neither `https` nor `http`")]
    Scheme,
    /// The host.
    #[error("the host cannot be read: {0}")]
    Host(#[from] HostError),
    /// The path.
    #[error("the path could be taken for another one: {0}")]
    Path(#[from] PathError),
    /// The query holds what no URL has.
    #[error("the query holds what must be escaped in a URL")]
    Query,
    /// A server that ignores case or parameters would take it for a page that has rules of its own.
    #[error("the path could be taken for one that has rules of its own")]
    Otherwise,
}

impl Page {
    /// Reads what the proxy says of a request. `uri` is path and query.
    pub fn read(method: &str, scheme: &str, host: &str, uri: &str) -> Result<Self, PageError> {
        // RFC 9110 §5.6.2, without the signs that nobody uses.
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if method.is_empty() || method.len() > 32 || !method.bytes().all(is_token) {
            return Err(PageError::Method);
        }
        let is_secure = match scheme {
            "https" | "wss" => true,
            "http" | "ws" => false,
            _ => return Err(PageError::Scheme),
        };
        let host = Host::parse(host)?;
        let (path, target) = read_target(uri)?;
        Ok(Self {
            method: method.to_ascii_uppercase().into(),
            is_secure,
            host,
            path,
            target,
        })
    }

    /// The page as a browser asks for it when it comes back from the login.
    pub fn read_again(host: &str, target: &str) -> Result<Self, PageError> {
        Self::read("GET", "https", host, target)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("{}{}", self.host.origin(), self.target)
    }
}

fn read_target(uri: &str) -> Result<(Path, Target), PageError> {
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let path = Path::parse(path)?;
    // Servers read it, and nobody's rules: only what cannot stand in a header is refused.
    if !query.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(PageError::Query);
    }
    Ok((path, Target(uri.into())))
}

impl Target {
    /// As it was sent: it begins with one `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_keeps_the_way_back_to_it() {
        let page =
            Page::read("get", "https", "Wiki.example:443", "/a%20b/?q=/../&r=%2f#x").map(|page| {
                let Page { method, .. } = &page;
                (method.to_string(), page.url())
            });
        let url = "https://wiki.example/a%20b/?q=/../&r=%2f#x".to_owned();
        assert_eq!(page, Ok(("GET".to_owned(), url)));
    }

    #[test]
    fn what_is_told_otherwise_is_no_page() {
        let read = |method, scheme, host, uri| Page::read(method, scheme, host, uri).err();
        assert_eq!(read("GE T", "https", "a", "/"), Some(PageError::Method));
        assert_eq!(read("", "https", "a", "/"), Some(PageError::Method));
        assert_eq!(read("GET", "ftp", "a", "/"), Some(PageError::Scheme));
        assert_eq!(read("GET", "https,http", "a", "/"), Some(PageError::Scheme));
        let host = PageError::Host(HostError::Name);
        assert_eq!(read("GET", "https", "a,b", "/"), Some(host));
        assert_eq!(read("GET", "https", "a", "/?a b"), Some(PageError::Query));
        let form = PageError::Path(PathError::Form);
        assert_eq!(read("GET", "https", "a", "@evil.example/"), Some(form));
        let dots = PageError::Path(PathError::Dots);
        assert_eq!(read("GET", "https", "a", "//evil.example/"), Some(dots));
    }

    proptest! {
        /// Wherever a browser is sent, it is a page of the host that was judged.
        #[test]
        fn the_way_back_stays_at_its_host(uri in "[/a-z@:.?#%\\\\;0-9]{0,24}") {
            if let Ok(page) = Page::read_again("wiki.example", &uri) {
                let target = page.target.as_str();
                prop_assert!(target.starts_with('/') && !target.starts_with("//"));
                prop_assert!(!target.starts_with("/\\"));
                prop_assert_eq!(page.url(), format!("https://wiki.example{uri}"));
            }
        }
    }
}

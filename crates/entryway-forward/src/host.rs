//! The host of a page: a name or an IPv4 address, and a port where it is not the scheme's own.

use std::fmt;

/// Longest host with its port, in bytes: a name of the DNS and five digits.
const MOST: usize = 253 + 6;

/// A host that browsers reach by `https`, as a cookie of it or a rule for it is told from every other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(Box<str>);

/// Why a text is no host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// Empty, or longer than any.
    #[error("it is empty, or too long")]
    Length,
    /// Something that stands in no name.
    #[error("expected a name of letters, digits, `-`, `_` and `.`, perhaps with `:` and a port")]
    Name,
    /// A port that is none.
    #[error("expected a port from 1 to 65535 behind the `:`")]
    Port,
}

impl Host {
    /// Reads it as it stands in `Host`. Case does not matter, nor `:443`, which says nothing.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        if text.is_empty() || text.len() > MOST {
            return Err(HostError::Length);
        }
        // With a scheme or a path: what is behind the `:` is no port then.
        if text.contains('/') {
            return Err(HostError::Name);
        }
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        };
        // A dot at the end is the same name to the DNS and another origin to browsers: there is one spelling.
        let is_label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        if !name.split('.').all(is_label) {
            return Err(HostError::Name);
        }
        let name = name.to_ascii_lowercase();
        match port.map(read_port).transpose()? {
            None | Some(443) => Ok(Self(name.into())),
            Some(port) => Ok(Self(format!("{name}:{port}").into())),
        }
    }
    /// Lower case, without the port of `https`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The same without any port: cookies know none.
    pub fn name(&self) -> &str {
        self.0.split_once(':').map_or(&*self.0, |(name, _)| name)
    }
    /// Where browsers find it.
    pub fn origin(&self) -> String {
        format!("https://{}", self.0)
    }
}

/// One spelling: no sign, no zero in front.
fn read_port(text: &str) -> Result<u16, HostError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let port = plain.then(|| text.parse().ok()).flatten();
    port.ok_or(HostError::Port)
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, HostError>) {
        let read = Host::parse(text);
        assert_eq!(
            read.as_ref().map(Host::as_str).map_err(|e| *e),
            expected,
            "{text}"
        );
    }

    #[test]
    fn a_host_has_one_spelling() {
        check("wiki.corp.example", Ok("wiki.corp.example"));
        check("WIKI.Corp.example:443", Ok("wiki.corp.example"));
        check("wiki.corp.example:8443", Ok("wiki.corp.example:8443"));
        check("127.0.0.1:80", Ok("127.0.0.1:80"));
        check("my_host", Ok("my_host"));
    }

    #[test]
    fn a_name_has_no_port() {
        let name = |text: &str| Host::parse(text).unwrap().name().to_owned();
        assert_eq!(name("wiki.corp.example"), "wiki.corp.example");
        assert_eq!(name("Wiki.corp.example:8443"), "wiki.corp.example");
    }

    #[test]
    fn what_could_be_read_otherwise_is_no_host() {
        check("", Err(HostError::Length));
        check(&"a".repeat(260), Err(HostError::Length));
        for text in [
            "wiki.corp.example.",
            ".corp.example",
            "a..b",
            "user@wiki.corp.example",
            "wiki.corp.example/",
            "https://wiki.corp.example",
            "wiki corp",
            "a,b",
            "w\u{ed}ki",
            "%77iki",
            "*",
            "[::1]",
        ] {
            check(text, Err(HostError::Name));
        }
        for text in ["a:", "a:0", "a:080", "a:65536", "a:1:2", "a:+1", "a:8 "] {
            check(text, Err(HostError::Port));
        }
    }
}

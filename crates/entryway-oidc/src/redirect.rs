//! Where answers may go. A request never says it: it picks one of those that are registered.

use std::net::IpAddr;
use url::{Host, Url};

/// Longest URI that is registered or compared, in bytes.
pub const MAX_URI_BYTES: usize = 2048;

/// A registered redirect URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    /// The text before and after the port, where it names this machine by address.
    loopback: Option<(String, String)>,
}

/// Why a URI cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// RFC 6749 §3.1.2.
    #[error("expected an absolute URI of at most {MAX_URI_BYTES} bytes")]
    NotAbsolute,
    /// RFC 6749 §3.1.2.
    #[error("expected a URI without a fragment")]
    Fragment,
    /// In the browser the name would be sent, or read as the host.
    #[error("expected a URI without a user name or password")]
    Credentials,
    /// What it begins with runs scripts, reads files, or is open to all.
    #[error("expected `https`, `http` for this machine, or a scheme of one's own with a dot in it")]
    Scheme,
    /// RFC 9700 §4.1.3.
    #[error("expected a URI without `*`: each is registered as it is")]
    Pattern,
}

/// A place that is registered, as the request spelt it. Made by the comparison alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect(String);

impl Redirect {
    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RedirectUri {
    /// Reads what an administrator wrote.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let url = check_registered(text)?;
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        let is_loopback =
            url.scheme() == "http" && address.is_some_and(|address| address.is_loopback());
        Ok(Self {
            text: text.to_owned(),
            loopback: is_loopback
                .then(|| around_port(text))
                .flatten()
                .map(|(before, _, after)| (before.to_owned(), after.to_owned())),
        })
    }
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// RFC 9700 §2.1: as simple texts. RFC 8252 §7.3: of an application on the person's own machine any port is
    /// accepted, if it is registered by address; only `native` clients, which cannot keep a port.
    fn fits(&self, sent: &str, native: bool) -> bool {
        if self.text == sent {
            return true;
        }
        let Some((before, after)) = self.loopback.as_ref().filter(|_| native) else {
            return false;
        };
        around_port(sent)
            .is_some_and(|(b, port, a)| b == before && a == after && port.is_none_or(is_port))
    }
}

/// The registered place that the request means.
pub(crate) fn find(registered: &[RedirectUri], sent: &str, native: bool) -> Option<Redirect> {
    let fits = sent.len() <= MAX_URI_BYTES && registered.iter().any(|uri| uri.fits(sent, native));
    fits.then(|| Redirect(sent.to_owned()))
}

/// The only place, where the request names none.
pub(crate) fn only(registered: &[RedirectUri]) -> Option<Redirect> {
    match registered {
        [uri] => Some(Redirect(uri.text.clone())),
        _ => None,
    }
}

/// A place after signing out that is registered: as simple texts, without exception.
pub(crate) fn find_exact(registered: &[RedirectUri], sent: &str) -> Option<Redirect> {
    find(registered, sent, false)
}

fn check_registered(text: &str) -> Result<Url, UriError> {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if text.len() > MAX_URI_BYTES || !printable {
        return Err(UriError::NotAbsolute);
    }
    if text.contains('*') {
        return Err(UriError::Pattern);
    }
    if text.contains('#') {
        return Err(UriError::Fragment);
    }
    let url = Url::parse(text).map_err(|_| UriError::NotAbsolute)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UriError::Credentials);
    }
    // A backslash is a slash to browsers and none to others.
    if text.contains('\\') {
        return Err(UriError::NotAbsolute);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_this_machine(&url) => Ok(url),
        // RFC 8252 §7.1: a domain name in reverse, which no standard scheme is.
        own if own.contains('.') => Ok(url),
        _ => Err(UriError::Scheme),
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// `http://127.0.0.1:8080/x` is `http://127.0.0.1`, `8080` and `/x`. By the text, so that no spelling is made another.
fn around_port(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let host = text.strip_prefix("http://")?;
    let end = host.find(['/', '?']).unwrap_or(host.len());
    let (authority, after) = host.split_at_checked(end)?;
    let host_end = match authority.find(']') {
        Some(at) => at + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (_, port) = authority.split_at_checked(host_end)?;
    let (before, _) = text.split_at_checked("http://".len() + host_end)?;
    match port.strip_prefix(':') {
        Some(port) => Some((before, Some(port), after)),
        None if port.is_empty() => Some((before, None, after)),
        None => None,
    }
}

fn is_port(text: &str) -> bool {
    let plain = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    plain && text.parse::<u16>().is_ok()
}

//! The HTTP proxy of a site's network, asked to CONNECT.

use crate::error::Cause;
use crate::outer::words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::net::IpAddr;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use url::Url;
use zeroize::Zeroizing;

/// The longest head of an answer that is read.
const MAX_HEAD: usize = 16 << 10;
const MAX_HEADERS: usize = 64;

/// Why a text is no proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// Not a URL.
    #[error("`{0}` is not a URL: expected one like `http://proxy.example:3128`")]
    NotAUrl(String),
    /// SOCKS, or TLS towards the proxy.
    #[error("a proxy is spoken to over `http://`, found `{0}://`")]
    Scheme(String),
    /// A user or a password in it.
    #[error("credentials do not stand in the proxy's URL: they are settings of their own")]
    Credentials,
    /// A colon ends the user's name in Basic credentials.
    #[error("a user's name for a proxy has no colon and no control characters")]
    User,
}

/// A proxy, and who we are to it.
#[derive(Clone)]
pub struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    authorization: Option<Zeroizing<String>>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.address())
    }
}

impl Proxy {
    /// From its URL.
    pub fn parse(text: &str) -> Result<Self, ProxyError> {
        let url = Url::parse(text).map_err(|_| ProxyError::NotAUrl(text.to_owned()))?;
        if url.scheme() != "http" {
            return Err(ProxyError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ProxyError::Credentials);
        }
        let host = url
            .host_str()
            .ok_or_else(|| ProxyError::NotAUrl(text.to_owned()))?;
        Ok(Self {
            host: bare(host).to_owned(),
            // The default is that of HTTP, as in every other program.
            port: url.port().unwrap_or(80),
            authorization: None,
        })
    }
    /// With credentials, RFC 7617: the user's name may not hold a colon.
    pub fn with_credentials(self, user: &str, password: &str) -> Result<Self, ProxyError> {
        if user.contains(':') || user.chars().chain(password.chars()).any(char::is_control) {
            return Err(ProxyError::User);
        }
        let pair = Zeroizing::new(format!("{user}:{password}"));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        Ok(Self {
            authorization: Some(Zeroizing::new(format!("Basic {}", encoded.as_str()))),
            ..self
        })
    }
    /// Host and port.
    pub fn address(&self) -> String {
        authority(&self.host, self.port)
    }

    /// Asks the proxy at the end of `io` for a connection to `host`. What is said afterwards is said to the host.
    pub(crate) async fn connect<S>(&self, io: &mut S, host: &str, port: u16) -> Result<(), Cause>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let broken = |error| Cause::Unreachable {
            peer: self.address(),
            error,
        };
        let target = authority(host, port);
        let mut request = Zeroizing::new(format!(
            "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: entryway\r\n"
        ));
        if let Some(authorization) = &self.authorization {
            request.push_str("Proxy-Authorization: ");
            request.push_str(authorization);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        io.write_all(request.as_bytes()).await.map_err(broken)?;
        io.flush().await.map_err(broken)?;
        let mut head = Vec::with_capacity(1 << 10);
        loop {
            let mut piece = [0; 1 << 10];
            let count = io.read(&mut piece).await.map_err(broken)?;
            if count == 0 {
                return Err(Cause::ProxyGarbled(
                    "it hangs up before its answer is whole",
                ));
            }
            head.extend_from_slice(piece.get(..count).unwrap_or_default());
            if let Some(length) = answered(&head)? {
                return if length == head.len() {
                    Ok(())
                } else {
                    // The host speaks only when spoken to: this came from the proxy itself.
                    Err(Cause::ProxyGarbled("it sends more than its answer"))
                };
            }
            if head.len() > MAX_HEAD {
                return Err(Cause::ProxyGarbled("its answer is too long"));
            }
        }
    }
}

/// The length of a whole head that says yes; `None` while it is not whole.
fn answered(head: &[u8]) -> Result<Option<usize>, Cause> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(head) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(Cause::ProxyGarbled("it is not HTTP")),
    };
    let status = response.code.unwrap_or_default();
    if (200..300).contains(&status) {
        return Ok(Some(length));
    }
    let schemes = response
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("proxy-authenticate"))
        .filter_map(|header| std::str::from_utf8(header.value).ok())
        .filter_map(|value| value.split([' ', ',']).next())
        .map(words)
        .collect();
    Err(Cause::ProxyRefused {
        status,
        reason: words(response.reason.unwrap_or_default()),
        schemes,
    })
}

/// `[::1]` without its brackets.
pub(crate) fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

pub(crate) fn authority(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// Hosts that are dialled without the proxy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoProxy(Vec<Excluded>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Excluded {
    Everything,
    /// The name itself and what is below it, lower case.
    Domain(String),
    Network(IpAddr, u8),
}

/// Why an entry of the list says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` excludes nothing: expected a name, `.example`, an address, a network like `10.0.0.0/8`, or `*`"
)]
pub struct NoProxyError(String);

impl NoProxy {
    /// From its entries.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NoProxyError> {
        let read =
            |entry: &str| Excluded::read(entry).ok_or_else(|| NoProxyError(entry.to_owned()));
        entries
            .into_iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Self)
    }
    /// Whether `host` is dialled directly.
    pub fn excludes(&self, host: &str) -> bool {
        let name = bare(host).trim_end_matches('.').to_ascii_lowercase();
        let address: Option<IpAddr> = name.parse().ok();
        self.0.iter().any(|excluded| match (excluded, address) {
            (Excluded::Everything, _) => true,
            (Excluded::Network(network, bits), Some(address)) => within(address, *network, *bits),
            (Excluded::Domain(domain), None) => name
                .strip_suffix(domain.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
            _ => false,
        })
    }
}

impl Excluded {
    fn read(entry: &str) -> Option<Self> {
        let entry = entry.trim();
        if entry == "*" {
            return Some(Self::Everything);
        }
        let (address, bits) = match entry.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
            None => (entry, None),
        };
        if let Ok(address) = bare(address).parse::<IpAddr>() {
            let all = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.unwrap_or(all);
            return (bits <= all).then_some(Self::Network(address, bits));
        }
        let name = entry
            .strip_prefix("*.")
            .or_else(|| entry.strip_prefix('.'))
            .unwrap_or(entry)
            .to_ascii_lowercase();
        let is_name = !name.is_empty()
            && name
                .split('.')
                .all(|label| !label.is_empty() && label.chars().all(is_of_label));
        is_name.then_some(Self::Domain(name))
    }
}

fn is_of_label(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '_')
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let bits = u32::from(bits);
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(address) & mask == u32::from(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(address) & mask == u128::from(network) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;

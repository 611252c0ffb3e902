//! From a hub's URL to a stream of bytes that ends there: resolve, connect, proxy, outer TLS, upgrade.

use crate::error::{Cause, DialError, Shown, Step};
use crate::outer::{self, OuterTrust, words};
use crate::proxy::{NoProxy, Proxy, authority, bare};
use crate::socket::{SUBPROTOCOL, WebSocketBytes, settings};
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use url::Url;

const PATH: &str = "/connector/v1/";

/// Where a site's connectors find their hub.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    encrypted: bool,
    host: String,
    port: u16,
    path: String,
    site: String,
}

/// Why a text is no such place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not a URL.
    #[error(
        "`{0}` is not a hub's URL: expected one like `https://hub.example/connector/v1/plant-a`"
    )]
    NotAUrl(String),
    /// In clear, and not on this machine.
    #[error("a hub is dialled over `https://`, found `{0}://`")]
    Scheme(String),
    /// No site in it.
    #[error("the URL names no site: expected it to end in `/connector/v1/SITE`, found `{0}`")]
    NoSite(String),
}

impl Endpoint {
    /// As `entryway hub ticket create` prints it.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let url = read(text)?;
        let path = url.path();
        let site = path
            .rsplit_once(PATH)
            .map(|(_, site)| site)
            .filter(|site| is_site(site));
        let Some(site) = site.map(str::to_owned) else {
            return Err(EndpointError::NoSite(path.to_owned()));
        };
        Self::of(&url, text, path.to_owned(), site)
    }
    /// The same site at a node of the hub, as the hub lists its nodes: without the path. A hub that was found over TLS
    /// sends nobody to a place without it.
    pub fn at_node(&self, node: &str) -> Result<Self, EndpointError> {
        let url = read(node)?;
        let path = format!("{}{PATH}{}", url.path().trim_end_matches('/'), self.site);
        let found = Self::of(&url, node, path, self.site.clone())?;
        match self.encrypted && !found.encrypted {
            true => Err(EndpointError::Scheme("http".to_owned())),
            false => Ok(found),
        }
    }
    fn of(url: &Url, text: &str, path: String, site: String) -> Result<Self, EndpointError> {
        let not_a_url = || EndpointError::NotAUrl(text.to_owned());
        let has_more = url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some();
        if has_more {
            return Err(not_a_url());
        }
        let host = bare(url.host_str().ok_or_else(not_a_url)?).to_owned();
        let encrypted = match url.scheme() {
            "https" => true,
            // A hub on the same machine, for trying it out; what is inside is encrypted all the same.
            "http" if is_here(&host) => false,
            scheme => return Err(EndpointError::Scheme(scheme.to_owned())),
        };
        Ok(Self {
            encrypted,
            host,
            port: url.port_or_known_default().ok_or_else(not_a_url)?,
            path,
            site,
        })
    }
    /// The site that its path names.
    pub fn site(&self) -> &str {
        &self.site
    }
    /// The host that is dialled, or that the proxy is asked for.
    pub fn host(&self) -> &str {
        &self.host
    }
    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }
    /// Whether there is an outer TLS.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, usual) = if self.encrypted {
            ("https", 443)
        } else {
            ("http", 80)
        };
        write!(f, "{scheme}://")?;
        match (self.host.contains(':'), self.port == usual) {
            (true, true) => write!(f, "[{}]", self.host)?,
            (false, true) => write!(f, "{}", self.host)?,
            (_, false) => write!(f, "{}", authority(&self.host, self.port))?,
        }
        f.write_str(&self.path)
    }
}

fn read(text: &str) -> Result<Url, EndpointError> {
    Url::parse(text).map_err(|_| EndpointError::NotAUrl(text.to_owned()))
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|host: IpAddr| host.is_loopback())
}

/// Lower case letters, digits and inner hyphens, 63 at most: also a label of a DNS name.
pub(crate) fn is_site(name: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len())
        && name.bytes().all(inside)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// How long a way may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For each step.
    pub step: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            step: Duration::from_secs(10),
        }
    }
}

/// How the site's network is left.
#[derive(Debug, Clone)]
pub struct Outside {
    /// The proxy, if there is one.
    pub proxy: Option<Proxy>,
    /// Where it is not asked.
    pub no_proxy: NoProxy,
    /// Whom the outer TLS believes.
    pub trust: OuterTrust,
    /// How long is waited.
    pub patience: Patience,
}

impl Outside {
    /// The proxy that leads to `host`.
    pub fn proxy_for(&self, host: &str) -> Option<&Proxy> {
        self.proxy
            .as_ref()
            .filter(|_| !self.no_proxy.excludes(host))
    }
}

/// Anything that carries bytes both ways.
pub trait Carrier: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Carrier for S {}

/// A way that stands, up to the WebSocket.
pub struct Dialed {
    /// The bytes.
    pub io: WebSocketBytes<Box<dyn Carrier>>,
    /// What the outer TLS has shown; none without TLS.
    pub shown: Option<Shown>,
    /// Each step with how long it took.
    pub done: Vec<(Step, Duration)>,
}

impl fmt::Debug for Dialed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialed")
            .field("shown", &self.shown)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

/// Goes the way from here to the hub's WebSocket.
pub async fn dial(endpoint: &Endpoint, outside: &Outside) -> Result<Dialed, DialError> {
    let mut course = Course {
        limit: outside.patience.step,
        done: Vec::new(),
    };
    let proxy = outside.proxy_for(&endpoint.host);
    let (host, port) = match proxy {
        Some(proxy) => (proxy.host.as_str(), proxy.port),
        None => (endpoint.host.as_str(), endpoint.port),
    };
    let addresses = course.step(Step::Resolve, resolve(host, port)).await?;
    let mut tcp = course
        .step(Step::Connect, connect(&addresses, host, port))
        .await?;
    if let Some(proxy) = proxy {
        let connected = proxy.connect(&mut tcp, &endpoint.host, endpoint.port);
        course.step(Step::Proxy, connected).await?;
    }
    let (io, shown): (Box<dyn Carrier>, _) = if endpoint.encrypted {
        let shaken = outer::shake(tcp, &endpoint.host, &outside.trust);
        let (stream, shown) = course.step(Step::OuterTls, shaken).await?;
        (Box::new(stream), Some(shown))
    } else {
        (Box::new(tcp), None)
    };
    let io = course.step(Step::Upgrade, upgrade(io, endpoint)).await?;
    Ok(Dialed {
        io,
        shown,
        done: course.done,
    })
}

/// What was done so far, each step under its limit.
struct Course {
    limit: Duration,
    done: Vec<(Step, Duration)>,
}

impl Course {
    async fn step<T>(
        &mut self,
        step: Step,
        work: impl Future<Output = Result<T, Cause>>,
    ) -> Result<T, DialError> {
        let started = Instant::now();
        let result = timeout(self.limit, work)
            .await
            .unwrap_or(Err(Cause::TimedOut(self.limit)));
        match result {
            Ok(value) => {
                self.done.push((step, started.elapsed()));
                Ok(value)
            }
            Err(cause) => Err(DialError {
                step,
                cause: Box::new(cause),
                done: std::mem::take(&mut self.done),
            }),
        }
    }
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Cause> {
    if let Ok(address) = host.parse() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let without = |error| Cause::NoAddress {
        host: host.to_owned(),
        error,
    };
    let found = lookup_host((host, port))
        .await
        .map_err(|error| without(Some(error)))?;
    let found: Vec<SocketAddr> = found.take(8).collect();
    if found.is_empty() {
        return Err(without(None));
    }
    Ok(found)
}

/// One address after the other: a tunnel is dialled seldom and waited for by nobody.
async fn connect(addresses: &[SocketAddr], host: &str, port: u16) -> Result<TcpStream, Cause> {
    // The first of several may swallow what is sent; it leaves time for another.
    let share = Duration::from_secs(8) / u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => {
                // Frames are written whole; waiting to fill a segment only delays them.
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(Cause::Unreachable {
        peer: authority(host, port),
        error: last,
    })
}

async fn upgrade(
    io: Box<dyn Carrier>,
    endpoint: &Endpoint,
) -> Result<WebSocketBytes<Box<dyn Carrier>>, Cause> {
    let (scheme, usual) = if endpoint.encrypted {
        ("wss", 443)
    } else {
        ("ws", 80)
    };
    let at = authority(&endpoint.host, endpoint.port);
    let host = if endpoint.port == usual {
        at.trim_end_matches(&format!(":{usual}")).to_owned()
    } else {
        at.clone()
    };
    let request = http::Request::builder()
        .uri(format!("{scheme}://{at}{}", endpoint.path))
        .header("Host", host)
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", generate_key())
        .header("Sec-WebSocket-Protocol", SUBPROTOCOL)
        .header(
            "User-Agent",
            concat!("entryway/", env!("CARGO_PKG_VERSION")),
        )
        .body(())
        .map_err(|error| Cause::NotAHub(error.to_string()))?;
    match client_async_with_config(request, io, Some(settings())).await {
        Ok((socket, _)) => Ok(WebSocketBytes::over(socket)),
        Err(Error::Http(response)) => Err(Cause::Answer {
            status: response.status().as_u16(),
            server: response
                .headers()
                .get("server")
                .and_then(|server| server.to_str().ok())
                .map(words),
        }),
        Err(Error::Io(error)) => Err(Cause::Unreachable { peer: at, error }),
        Err(error) => Err(Cause::NotAHub(words(&error.to_string()))),
    }
}

#[cfg(test)]
mod tests;

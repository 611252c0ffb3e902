//! Tells applications that a session has ended (Back-Channel Logout §2.5): in the background, a few times, over TLS
//! that is verified against what this machine trusts.

use crate::roots;
use anyhow::{Context, bail};
use entryway_oidc::{ClientId, LogoutNotice};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;
use url::{Url, form_urlencoded};

/// How long one application may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// When one that does not answer is told again. The message is good for two minutes.
const AGAIN: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(30)];
/// Messages on their way at once to one application; further ones wait.
const MOST: usize = 4;
/// Messages that wait or are on their way, to all of them. One more is not sent.
const MOST_OF_ALL: usize = 10_000;
/// How long a message may wait: it is good for two minutes.
const WORTH: Duration = Duration::from_secs(100);

/// Who is told. One for the process.
pub(crate) struct Notices {
    /// An application that does not answer holds up nobody else's messages.
    rooms: Mutex<HashMap<ClientId, Arc<Semaphore>>>,
    all: Arc<Semaphore>,
    /// Made for the first message: reading what a machine trusts takes time and memory.
    tls: OnceLock<Option<TlsConnector>>,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            rooms: Mutex::default(),
            all: Arc::new(Semaphore::new(MOST_OF_ALL)),
            tls: OnceLock::new(),
        }
    }
}

impl Notices {
    /// Tells each of them.
    pub(crate) fn tell(self: &Arc<Self>, notices: Vec<LogoutNotice>) {
        for notice in notices {
            let client = notice.client.id.clone();
            let Ok(place) = Arc::clone(&self.all).try_acquire_owned() else {
                not_told(&client, "too many messages are on their way");
                continue;
            };
            let this = Arc::clone(self);
            tokio::spawn(async move {
                if timeout(WORTH, this.deliver(notice)).await.is_err() {
                    not_told(&client, "the message has become too old");
                }
                drop(place);
            });
        }
    }

    fn room(&self, client: &ClientId) -> Arc<Semaphore> {
        let mut rooms = self.rooms.lock();
        let room = rooms
            .entry(client.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(MOST)));
        Arc::clone(room)
    }

    async fn deliver(&self, notice: LogoutNotice) {
        let client = &notice.client.id;
        let room = self.room(client);
        let mut pauses = AGAIN.iter();
        loop {
            let told = {
                // It is never closed.
                let _place = room.acquire().await;
                timeout(PATIENCE, self.post(&notice)).await
            };
            let problem = match told {
                Ok(Ok(())) => {
                    tracing::info!(target: "sso.client_told", client = client.as_str());
                    return;
                }
                Ok(Err(error)) => format!("{error:#}"),
                Err(_) => "no answer in time".to_owned(),
            };
            let Some(pause) = pauses.next() else {
                not_told(client, &problem);
                return;
            };
            sleep(*pause).await;
        }
    }

    async fn post(&self, notice: &LogoutNotice) -> anyhow::Result<()> {
        let place = Url::parse(&notice.uri).context("the URI cannot be read")?;
        let host = place.host_str().context("the URI has no host")?.to_owned();
        let port = place.port_or_known_default().unwrap_or(443);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).context("the host has no valid name")?;
        let tls = self.tls().context("this machine trusts no certificate")?;
        let stream = TcpStream::connect((bare, port))
            .await
            .context("no connection")?;
        let stream = tls.connect(name, stream).await.context("no TLS")?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let answer = sender.send_request(request(&place, &host, notice)?).await;
        drop(sender);
        connection.abort();
        let status = answer.context("no answer")?.status();
        // §2.8: 200; many send 204.
        if !status.is_success() {
            bail!("the answer was {}", status.as_u16());
        }
        Ok(())
    }

    fn tls(&self) -> Option<TlsConnector> {
        let made = self.tls.get_or_init(|| {
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .ok()?
                .with_root_certificates(roots::of_the_system())
                .with_no_client_auth();
            Some(TlsConnector::from(Arc::new(config)))
        });
        made.clone()
    }
}

fn not_told(client: &ClientId, problem: &str) {
    tracing::warn!(target: "sso.client_not_told", client = client.as_str(), problem);
}

fn request(place: &Url, host: &str, notice: &LogoutNotice) -> anyhow::Result<Request<Full<Bytes>>> {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("logout_token", notice.token.expose())
        .finish();
    let path = match place.query() {
        Some(query) => format!("{}?{query}", place.path()),
        None => place.path().to_owned(),
    };
    let named = match place.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    Ok(Request::post(path)
        .header(HOST, named)
        .header(CONTENT_TYPE, form)
        .body(Full::new(Bytes::from(body)))?)
}

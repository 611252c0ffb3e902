//! Bytes between a socket and a [`Session`]: reading goes on while replies are written, and StartTLS
//! puts TLS under the same conversation.

use crate::server::Shared;
use crate::session::{Next, Session};
use bytes::BytesMut;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// While this much waits to be written, no request is read: a client that asks and does not listen
/// must not fill the memory.
const MOST_UNWRITTEN: usize = 1 << 20;

/// Serves one client until either side ends it.
pub(crate) async fn serve(shared: Arc<Shared>, socket: TcpStream, number: u64, tls: bool) {
    let _open = Open::new(Arc::clone(&shared));
    // Answers are small and somebody waits for each.
    let _ = socket.set_nodelay(true);
    #[cfg(feature = "faults")]
    let Some(socket) = crate::faults::greet(&shared, socket).await else {
        return;
    };
    #[cfg(feature = "faults")]
    let lingering = crate::faults::Lingering::new(&socket);
    let mut session = Session::new(Arc::clone(&shared), number, tls);
    converse_to_the_end(&shared, &mut session, socket, tls).await;
    #[cfg(feature = "faults")]
    if session.faults.resets() {
        lingering.reset();
    }
}

/// Serves a session in clear, in TLS, or first in the one and then in the other.
async fn converse_to_the_end(
    shared: &Arc<Shared>,
    session: &mut Session,
    socket: TcpStream,
    tls: bool,
) {
    let socket = if tls {
        socket
    } else {
        match converse(session, socket).await {
            Some(socket) => socket,
            None => return,
        }
    };
    #[cfg(feature = "faults")]
    let Some(socket) = crate::faults::before_handshake(shared, socket).await else {
        return;
    };
    match TlsAcceptor::from(shared.tls()).accept(socket).await {
        Ok(stream) => {
            shared.record.count(|counters| counters.handshakes += 1);
            session.tls_established();
            converse(session, stream).await;
        }
        // A client that does not like the certificate ends here: nothing to report.
        Err(error) => {
            tracing::debug!(connection = session.number(), %error, "the TLS handshake fails")
        }
    }
}

/// Reads and answers until the end; returns the socket when TLS is to start on it.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    session: &mut Session,
    stream: S,
) -> Option<S> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut input = BytesMut::with_capacity(4096);
    let mut output = Output::default();
    let mut next = Next::Go;
    loop {
        if output.bytes.is_empty() {
            session.go_on();
            session.take_replies(&mut output.bytes);
        }
        if output.is_done() && next.ends_reading() {
            break;
        }
        // Whatever is not ready is dropped and tried again: each of these three may be.
        tokio::select! {
            read = reader.read_buf(&mut input), if !next.ends_reading() && output.bytes.len() < MOST_UNWRITTEN => {
                if !matches!(read, Ok(1..)) {
                    return None;
                }
                if next == Next::Go {
                    next = answer(session, &mut input, &mut output);
                } else {
                    input.clear();
                }
            }
            written = output.write(&mut writer), if !output.is_done() => written.ok()?,
            reply = session.late() => output.bytes.extend_from_slice(&reply),
        }
    }
    if next == Next::StartTls {
        // What came with the request in clear is not believed to belong to it (RFC 4511 §4.14.1).
        return input.is_empty().then(|| reader.unsplit(writer));
    }
    if next == Next::Close {
        let _ = writer.shutdown().await;
    }
    None
}

/// Answers every complete request in `input`, up to one that ends the reading.
fn answer(session: &mut Session, input: &mut BytesMut, output: &mut Output) -> Next {
    loop {
        let next = match session.codec.next_frame(input) {
            Ok(None) => return Next::Go,
            Ok(Some(frame)) => session.take(&frame),
            Err(error) => Err(error),
        };
        let next = next.unwrap_or_else(|error| {
            tracing::debug!(%error, "a client breaks the protocol");
            session.protocol_error();
            Next::Close
        });
        session.take_replies(&mut output.bytes);
        if next != Next::Go {
            return next;
        }
    }
}

/// Replies on their way out.
#[derive(Default)]
struct Output {
    bytes: BytesMut,
    /// Something was written that TLS may still hold back.
    unflushed: bool,
}

impl Output {
    fn is_done(&self) -> bool {
        self.bytes.is_empty() && !self.unflushed
    }
    /// Writes some of it, or flushes. Loses nothing when dropped halfway.
    async fn write(&mut self, writer: &mut (impl AsyncWrite + Unpin)) -> std::io::Result<()> {
        if self.bytes.is_empty() {
            writer.flush().await?;
            self.unflushed = false;
        } else {
            if writer.write_buf(&mut self.bytes).await? == 0 {
                return Err(std::io::ErrorKind::WriteZero.into());
            }
            self.unflushed = true;
        }
        Ok(())
    }
}

/// Counts a connection as open until it is dropped, also when its task is stopped.
struct Open(Arc<Shared>);

impl Open {
    fn new(shared: Arc<Shared>) -> Self {
        shared.record.count(|counters| {
            counters.connections += 1;
            counters.open += 1;
        });
        Self(shared)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.record.count(|counters| counters.open -= 1);
    }
}

//! A WebSocket as a stream of bytes: where a message begins and ends means nothing.

use bytes::{Buf as _, Bytes};
use futures_util::{Sink as _, Stream as _};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// What both ends say they speak when the connection is upgraded.
pub const SUBPROTOCOL: &str = "entryway.tunnel";

/// A message that is written holds no more; one that is read may hold four times as much.
const PIECE: usize = 16 << 10;
const MAX_MESSAGE: usize = 64 << 10;

/// A tunnel's WebSocket, as bytes.
pub struct WebSocketBytes<S> {
    socket: WebSocketStream<S>,
    /// What of the last message is not read yet.
    unread: Bytes,
}

/// A hub has many tunnels and a tunnel is mostly silent: small buffers, each with a bound.
pub(crate) fn settings() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(4 << 10)
        .write_buffer_size(PIECE)
        .max_write_buffer_size(2 * MAX_MESSAGE)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
}

impl<S: AsyncRead + AsyncWrite + Unpin> WebSocketBytes<S> {
    /// Over a connection that HTTP has upgraded already, at the end that was asked.
    pub async fn upgraded(io: S) -> Self {
        Self::over(WebSocketStream::from_raw_socket(io, Role::Server, Some(settings())).await)
    }
    pub(crate) fn over(socket: WebSocketStream<S>) -> Self {
        Self {
            socket,
            unread: Bytes::new(),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WebSocketBytes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.unread.is_empty() {
            match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(Message::Binary(bytes))) => self.unread = bytes,
                // What keeps a connection alive is answered below us.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_))) | None => return Poll::Ready(Ok(())),
                Some(Ok(Message::Text(_))) => {
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a text message came where bytes are spoken",
                    )));
                }
                Some(Err(error)) => return Poll::Ready(Err(as_io(error))),
            }
        }
        let count = self.unread.len().min(buffer.remaining());
        let piece = self.unread.split_to(count);
        buffer.put_slice(piece.chunk());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WebSocketBytes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(Pin::new(&mut self.socket).poll_ready(cx)).map_err(as_io)?;
        let count = bytes.len().min(PIECE);
        let piece = bytes.get(..count).unwrap_or_default();
        Pin::new(&mut self.socket)
            .start_send(Message::Binary(Bytes::copy_from_slice(piece)))
            .map_err(as_io)?;
        Poll::Ready(Ok(count))
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx).map_err(as_io)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(cx).map_err(as_io)
    }
}

fn as_io(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        Error::ConnectionClosed | Error::AlreadyClosed => io::ErrorKind::BrokenPipe.into(),
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}

#[cfg(test)]
mod tests;

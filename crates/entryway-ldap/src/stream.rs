//! One socket, in clear or in TLS, driven by whoever owns it.
//!
//! Moves bytes and knows no LDAP. rustls is driven here directly: a connection is always polled by
//! one task, so nothing has to be split or shared. Every poll may be dropped at any point; what was
//! read, written or encrypted so far stays here.

use crate::tls::{Terms, TlsFailure};
use bytes::BytesMut;
use entryway_ldap_proto::Outbound;
use rustls::ClientConnection;
use socket2::SockRef;
use std::future::poll_fn;
use std::io::{self, BufRead as _, Write as _};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};
use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;

/// Read at a time while little comes: a bind's answer has some dozen bytes, and idle connections are many.
const SMALL_READ: usize = 512;
/// Read at a time while much comes.
const LARGE_READ: usize = 64 << 10;
/// Turns in which an idle connection may have something to say that is not LDAP. A peer with more is
/// not worth the wait of whoever wants to bind: another connection is.
const QUIET_ROUNDS: u32 = 16;

pub(crate) struct Stream {
    tcp: TcpStream,
    tls: Option<Box<Tls>>,
    chunk: usize,
    /// Bytes that the kernel took, TLS's own included: tells whether anything of a request may have left.
    sent: u64,
}

/// A session, and what belongs to it alone.
struct Tls {
    session: ClientConnection,
    terms: Terms,
}

/// Why a stream is over.
#[derive(Debug)]
pub(crate) enum StreamError {
    Io(io::Error),
    Tls(TlsFailure),
    /// The peer closed before the handshake was complete.
    InsideHandshake,
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Stream {
    pub(crate) fn new(tcp: TcpStream) -> Self {
        Self {
            tcp,
            tls: None,
            chunk: SMALL_READ,
            sent: 0,
        }
    }
    pub(crate) fn start_tls(&mut self, session: ClientConnection, terms: Terms) {
        self.tls = Some(Box::new(Tls { session, terms }));
    }
    pub(crate) fn tls(&self) -> Option<&ClientConnection> {
        self.tls.as_deref().map(|tls| &tls.session)
    }
    /// What it means that the server hangs up without having said anything, where TLS tells.
    pub(crate) fn hung_up(&self) -> Option<TlsFailure> {
        self.tls.as_ref()?.terms.hung_up()
    }
    pub(crate) fn into_tcp(self) -> TcpStream {
        self.tcp
    }
    pub(crate) fn peer(&self) -> io::Result<SocketAddr> {
        self.tcp.peer_addr()
    }
    pub(crate) fn local(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Ready when the handshake is complete and everything of it was written.
    pub(crate) fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), StreamError>> {
        let Self {
            tcp,
            tls: Some(tls),
            sent,
            ..
        } = self
        else {
            return Poll::Ready(Ok(()));
        };
        let Tls { session, terms } = &mut **tls;
        loop {
            ready!(poll_write_tls(session, tcp, sent, cx))?;
            if !session.is_handshaking() {
                return Poll::Ready(Ok(()));
            }
            if ready!(poll_read_tls(session, tcp, cx))? == 0 {
                let error = terms.hung_up().map(StreamError::Tls);
                return Poll::Ready(Err(error.unwrap_or(StreamError::InsideHandshake)));
            }
            if let Err(failure) = terms.receive(session) {
                // Tell the peer why, if that goes at once; our own error is the one that counts.
                let _ = poll_write_tls(session, tcp, sent, cx);
                return Poll::Ready(Err(StreamError::Tls(failure)));
            }
        }
    }

    /// Appends what has come to `input`; 0 when the peer closed, with or without `close_notify`:
    /// whether an answer was cut short is told by the messages, not by TLS.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut BytesMut,
    ) -> Poll<Result<usize, StreamError>> {
        match self.tls {
            Some(_) => self.poll_read_encrypted(cx, input),
            None => self.poll_read_clear(cx, input),
        }
    }

    fn poll_read_clear(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut BytesMut,
    ) -> Poll<Result<usize, StreamError>> {
        // A long message makes the buffer double as its bytes come, never as its header promises.
        input.reserve(self.chunk.max(input.len().min(1 << 20)));
        let room = input.capacity() - input.len();
        let count = ready!(pin!(self.tcp.read_buf(input)).poll(cx))?;
        if count == room {
            self.chunk = (self.chunk * 2).min(LARGE_READ);
        } else if count < self.chunk / 4 {
            self.chunk = (self.chunk / 2).max(SMALL_READ);
        }
        Poll::Ready(Ok(count))
    }

    fn poll_read_encrypted(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut BytesMut,
    ) -> Poll<Result<usize, StreamError>> {
        let Self {
            tcp,
            tls: Some(tls),
            sent,
            ..
        } = self
        else {
            return Poll::Ready(Ok(0));
        };
        let Tls { session, terms } = &mut **tls;
        loop {
            let mut reader = session.reader();
            match reader.fill_buf() {
                Ok(chunk) => {
                    let count = chunk.len();
                    input.extend_from_slice(chunk);
                    reader.consume(count);
                    return Poll::Ready(Ok(count));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Poll::Ready(Ok(0));
                }
                Err(error) => return Poll::Ready(Err(error.into())),
            }
            // At the end of the stream the reader says so in the next round.
            ready!(poll_read_tls(session, tcp, cx))?;
            terms.receive(session).map_err(StreamError::Tls)?;
            if session.wants_write()
                && let Poll::Ready(Err(error)) = poll_write_tls(session, tcp, sent, cx)
            {
                return Poll::Ready(Err(error));
            }
        }
    }

    /// Ready when all of `out` is with the kernel.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut Outbound,
    ) -> Poll<Result<(), StreamError>> {
        let Self { tcp, tls, sent, .. } = self;
        let Some(tls) = tls else {
            while !out.is_empty() {
                let count = ready!(Pin::new(&mut *tcp).poll_write(cx, out.as_slice()))?;
                if count == 0 {
                    return Poll::Ready(Err(io::Error::from(io::ErrorKind::WriteZero).into()));
                }
                *sent += count as u64;
                out.consume(count);
            }
            return Poll::Ready(Ok(()));
        };
        let Tls { session, terms } = &mut **tls;
        loop {
            // rustls takes as much as its buffer allows; the rest waits for the socket.
            let taken = if out.is_empty() {
                0
            } else {
                session.writer().write(out.as_slice())?
            };
            out.consume(taken);
            if let Err(error) = ready!(poll_write_tls(session, tcp, sent, cx)) {
                return Poll::Ready(Err(last_words(session, terms, tcp, cx).unwrap_or(error)));
            }
            if out.is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Says goodbye in TLS, if that goes at once.
    pub(crate) fn close(&mut self) {
        let Self { tcp, tls, sent, .. } = self;
        if let Some(tls) = tls {
            let session = &mut tls.session;
            session.send_close_notify();
            let _ = poll_write_tls(session, tcp, sent, &mut Context::from_waker(Waker::noop()));
        }
    }

    /// Whether an idle connection may be used again: the peer has neither closed it nor said
    /// anything that LDAP could mean. Asks the kernel, as the runtime may not have heard yet.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        let mut rounds = 0;
        poll_fn(|cx| {
            rounds += 1;
            match self.poll_quiet(cx) {
                Poll::Pending if rounds >= QUIET_ROUNDS => Poll::Ready(false),
                poll => poll,
            }
        })
        .await
    }

    /// Whether an idle connection is of no more use, as far as can be told without waiting.
    pub(crate) fn is_over(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        self.poll_quiet(&mut cx) == Poll::Ready(false)
    }

    /// Never looks again where the runtime says to wait: it says so, too, to a task that has had its
    /// share, whatever the kernel holds. Asking on, such a task would keep its thread for ever.
    fn poll_quiet(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        // What was decrypted already is no longer the kernel's to know.
        let unread = self
            .tls
            .as_mut()
            .map(|tls| tls.session.reader().fill_buf().map(<[u8]>::len));
        match unread {
            None => {}
            Some(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
            Some(Ok(_) | Err(_)) => return Poll::Ready(false),
        }
        match self.waits_in_kernel() {
            Some(false) => return Poll::Ready(true),
            // TLS has something to say between messages: session tickets, key updates.
            Some(true) if self.tls.is_some() => {}
            Some(true) | None => return Poll::Ready(false),
        }
        let mut input = BytesMut::new();
        if self.poll_read(cx, &mut input).is_ready() {
            return Poll::Ready(false);
        }
        match self.waits_in_kernel() {
            Some(false) => Poll::Ready(true),
            // The read has left the waker: this task is woken when there is something to read.
            Some(true) => Poll::Pending,
            None => Poll::Ready(false),
        }
    }

    /// Whether bytes can be read; `None` at the end of the stream.
    fn waits_in_kernel(&self) -> Option<bool> {
        let mut byte = [MaybeUninit::uninit()];
        match SockRef::from(&self.tcp).peek(&mut byte) {
            Ok(0) => None,
            Ok(_) => Some(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Some(false),
            Err(_) => None,
        }
    }
}

fn poll_read_tls(
    tls: &mut ClientConnection,
    tcp: &mut TcpStream,
    cx: &mut Context<'_>,
) -> Poll<Result<usize, StreamError>> {
    blocking_to_pending(tls.read_tls(&mut Polled { tcp, cx }))
}

fn poll_write_tls(
    tls: &mut ClientConnection,
    tcp: &mut TcpStream,
    sent: &mut u64,
    cx: &mut Context<'_>,
) -> Poll<Result<(), StreamError>> {
    while tls.wants_write() {
        let count = ready!(blocking_to_pending(tls.write_tls(&mut Polled { tcp, cx })))?;
        if count == 0 {
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::WriteZero).into()));
        }
        *sent += count as u64;
    }
    Poll::Ready(Ok(()))
}

/// Why a server that reads no more has hung up, if it said so: in TLS 1.3 it may refuse our certificate after
/// the handshake is over on our side.
fn last_words(
    session: &mut ClientConnection,
    terms: &mut Terms,
    tcp: &mut TcpStream,
    cx: &mut Context<'_>,
) -> Option<StreamError> {
    while let Poll::Ready(Ok(1..)) = poll_read_tls(session, tcp, cx) {
        if let Err(failure) = terms.receive(session) {
            return Some(StreamError::Tls(failure));
        }
    }
    None
}

fn blocking_to_pending(result: io::Result<usize>) -> Poll<Result<usize, StreamError>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
        other => Poll::Ready(other.map_err(StreamError::Io)),
    }
}

/// A socket as rustls wants it: blocking in form, never in fact.
struct Polled<'a, 'b> {
    tcp: &'a mut TcpStream,
    cx: &'a mut Context<'b>,
}

fn pending_to_blocking<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

impl io::Read for Polled<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        pending_to_blocking(Pin::new(&mut *self.tcp).poll_read(self.cx, &mut buffer))?;
        Ok(buffer.filled().len())
    }
}

impl io::Write for Polled<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        pending_to_blocking(Pin::new(&mut *self.tcp).poll_write(self.cx, bytes))
    }
    fn write_vectored(&mut self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        pending_to_blocking(Pin::new(&mut *self.tcp).poll_write_vectored(self.cx, parts))
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

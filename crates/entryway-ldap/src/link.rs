//! A connection that one task has for itself: the stream and the LDAP conversation on it.
//!
//! Dialling, persons' binds and the probe work on this; a multiplexed connection is taken apart.

use crate::error::{Breach, CloseReason, LdapError};
use crate::stats::{Counters, Protection};
use crate::stream::{Stream, StreamError};
use crate::tls::{TlsFailure, TlsSession, Vintage};
use bytes::BytesMut;
use entryway_ldap_proto::Limits;
use entryway_ldap_proto::client::{Connection, Event};
use rustls::ProtocolVersion;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

pub(crate) struct Link {
    pub(crate) stream: Stream,
    pub(crate) connection: Connection,
    pub(crate) input: BytesMut,
    pub(crate) counters: Arc<Counters>,
    /// By which reading of the stores its TLS was made, if there is any.
    pub(crate) vintage: Option<Vintage>,
    /// What was agreed on with the server, if there is TLS.
    pub(crate) agreed: Option<Arc<TlsSession>>,
    /// Whether the server has said anything, or its end was read.
    pub(crate) heard: bool,
}

impl Link {
    pub(crate) fn new(stream: Stream, limits: Limits, counters: Arc<Counters>) -> Self {
        Self {
            stream,
            connection: Connection::new(limits),
            input: BytesMut::new(),
            counters,
            vintage: None,
            agreed: None,
            heard: false,
        }
    }
    /// Whether trust and identity are still those by which it was made.
    pub(crate) fn is_current(&self) -> bool {
        self.vintage.as_ref().is_none_or(Vintage::is_current)
    }
    /// What protects it now.
    pub(crate) fn protection(&self) -> Protection {
        match self.stream.tls().map(|tls| tls.protocol_version()) {
            None => Protection::None,
            Some(Some(ProtocolVersion::TLSv1_2)) => Protection::Tls12,
            // No other is spoken.
            Some(_) => Protection::Tls13,
        }
    }
    /// Writes what was submitted.
    pub(crate) async fn flush(&mut self) -> Result<(), LdapError> {
        let waiting = self.connection.outbound().len();
        poll_fn(|cx| self.stream.poll_write(cx, self.connection.outbound()))
            .await
            .map_err(stream_error)?;
        self.counters.sent(waiting);
        Ok(())
    }
    /// The next thing that the server says.
    pub(crate) async fn next(&mut self) -> Result<Event, LdapError> {
        poll_fn(|cx| self.poll_next(cx)).await
    }
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Event, LdapError>> {
        loop {
            if self.stream.tls().is_none() && is_tls(&self.input) {
                return Poll::Ready(Err(LdapError::Tls(TlsFailure::TlsPort)));
            }
            if let Some(event) = self
                .connection
                .receive(&mut self.input)
                .map_err(LdapError::breach)?
            {
                return Poll::Ready(match event {
                    Event::NoticeOfDisconnection { code, diagnostic } => {
                        Err(LdapError::Closed(CloseReason::Notice {
                            code,
                            diagnostic: diagnostic.into(),
                        }))
                    }
                    event => Ok(event),
                });
            }
            let count = ready!(self.stream.poll_read(cx, &mut self.input)).map_err(stream_error)?;
            self.counters.received(count);
            let said_nothing = !std::mem::replace(&mut self.heard, true);
            let about_certificate = said_nothing
                .then(|| self.about_certificate(count))
                .flatten();
            if count == 0 {
                if let Some(failure) = about_certificate {
                    return Poll::Ready(Err(LdapError::Tls(failure)));
                }
                return Poll::Ready(Err(LdapError::Closed(closed(&self.input))));
            }
        }
    }
    /// What it means, of our certificate, that a server which had asked for one begins with so many bytes, none for the
    /// end. In TLS 1.3 the handshake is over on our side before the server has seen it, and some hang up without an
    /// alert; but one that has once answered asks and does not insist, as Active Directory does.
    fn about_certificate(&self, count: usize) -> Option<TlsFailure> {
        let failure = self.stream.hung_up()?;
        let (vintage, agreed) = (self.vintage.as_ref()?, self.agreed.as_ref()?);
        if count > 0 {
            vintage.is_content(agreed);
            return None;
        }
        Some(failure).filter(|_| !vintage.was_content(agreed))
    }
    /// Says goodbye, if that goes at once, and closes.
    pub(crate) fn hang_up(mut self) {
        if self.connection.unbind().is_ok() {
            let mut cx = Context::from_waker(Waker::noop());
            let _ = self.stream.poll_write(&mut cx, self.connection.outbound());
        }
        self.stream.close();
    }
}

/// Whether an alert or a handshake record of TLS stands where a message of LDAP, a SEQUENCE, would begin.
fn is_tls(input: &BytesMut) -> bool {
    matches!(input.as_ref(), [0x15 | 0x16, 0x03, ..])
}

/// What the end of a stream means, judged by what of a message had come.
pub(crate) fn closed(input: &BytesMut) -> CloseReason {
    if input.is_empty() {
        CloseReason::ByServer
    } else {
        CloseReason::InsideMessage
    }
}

pub(crate) fn stream_error(error: StreamError) -> LdapError {
    match error {
        StreamError::Io(error) => LdapError::lost(&error),
        StreamError::Tls(failure) => LdapError::Tls(failure),
        StreamError::InsideHandshake => LdapError::Closed(CloseReason::InsideHandshake(None)),
    }
}

/// The same while the handshake is under way: a reset then is the server's answer to it.
pub(crate) fn handshake_error(error: StreamError) -> LdapError {
    match error {
        StreamError::Io(error) => {
            LdapError::Closed(CloseReason::InsideHandshake(Some(error.kind())))
        }
        error => stream_error(error),
    }
}

/// An answer of another kind than the step expects.
pub(crate) fn unexpected(expected: &'static str, event: &Event) -> LdapError {
    LdapError::breach(Breach::Unexpected {
        expected,
        found: event.name(),
    })
}

//! Why a server gave no answer. One enum for all operations: what a caller does next depends on
//! the kind, and the texts are for the administrator.

use crate::tls::{TlsCode, TlsFailure};
use entryway_ldap_proto::client::SubmitError;
use entryway_ldap_proto::{EntryError, ProtocolError};
use entryway_ldap_types::{ResultCode, Role};
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

/// ENFILE and EMFILE, the same on every Unix: the machine or this process has no descriptor left.
const OUT_OF_DESCRIPTORS: [i32; 2] = [23, 24];

/// Why a server gave no answer. Cheap to clone: one dead connection may owe answers to many.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LdapError {
    /// No connection to the server.
    #[error("no connection to `{address}`")]
    Unreachable {
        /// Host and port.
        address: Arc<str>,
        /// Why.
        #[source]
        cause: DialError,
    },
    /// No TLS session with the server: never retried in clear.
    #[error("no trusted connection")]
    Tls(#[source] TlsFailure),
    /// The service account's bind was answered with something other than success.
    #[error("the service account's bind is answered with {code}{}", quoted(.diagnostic))]
    ServiceBindRefused {
        /// The result code.
        code: ResultCode,
        /// The server's diagnostic message.
        diagnostic: String,
    },
    /// The server did not take the client certificate for anybody, or was never shown it.
    #[error(
        "the bind by client certificate{} is answered with {code}{}", whose(.certificate), quoted(.diagnostic)
    )]
    ExternalBindRefused {
        /// Whose certificate it is, and the file it comes from; empty where there is none.
        certificate: Arc<str>,
        /// The result code.
        code: ResultCode,
        /// The server's diagnostic message.
        diagnostic: String,
    },
    /// A step took longer than it may.
    #[error("{step} takes longer than it may")]
    TimedOut {
        /// Which step.
        step: Step,
    },
    /// The server broke the protocol; that connection is closed.
    #[error("the server breaks the protocol")]
    Protocol(#[source] Breach),
    /// The connection ended before the answer was complete.
    #[error("the connection ended before the answer: {0}")]
    Closed(CloseReason),
    /// The server says that another one should be asked: busy or unavailable (RFC 4511 appendix A.2).
    #[error("the server answers {code}")]
    Declined {
        /// The result code.
        code: ResultCode,
    },
    /// More is asked or answered than the limits allow.
    #[error("{0}")]
    Overloaded(Overload),
    /// The request itself cannot be written: nothing was sent.
    #[error("the request cannot be sent")]
    Unsendable(#[source] SubmitError),
    /// A password would leave in clear, and that was not allowed: nothing was sent.
    #[error("a password would leave without TLS, which is not allowed")]
    PasswordInClear,
    /// A password is not UTF-8, which this server cannot be told: nothing was sent.
    #[error("a password is not UTF-8, and this server takes text alone")]
    PasswordNotText,
    /// A bind by client certificate where no certificate is shown: nothing was sent.
    #[error("a bind by client certificate needs TLS, and there is none here")]
    CertificateInClear,
    /// The server is not used for this role: nothing was sent.
    #[error("the server is not used for `{0}`")]
    OtherRole(Role),
}

/// What the server did that LDAP does not allow.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Breach {
    /// A message that does not decode, or answers nothing that was asked.
    #[error(transparent)]
    Message(#[from] ProtocolError),
    /// An entry whose names cannot be read.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// An answer of another kind than the step expects.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// In words.
        expected: &'static str,
        /// In words.
        found: &'static str,
    },
}

/// Why dialling failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DialError {
    /// The name or the connection failed.
    #[error(transparent)]
    Io(Arc<io::Error>),
    /// The name resolves to nothing.
    #[error("the name has no address")]
    NoAddress,
    /// The host is neither a name nor an address that a certificate can carry.
    #[error("the host is neither a name nor an address")]
    NoServerName,
    /// It failed a moment ago and is left alone for a short while.
    #[error("it is not tried again yet after the last failure")]
    Suspended {
        /// The last failure; never itself a suspension.
        #[source]
        last: Arc<LdapError>,
    },
}

/// A step that has a time limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Resolving the host's name.
    Resolve,
    /// Opening the connection.
    Connect,
    /// The StartTLS exchange.
    StartTls,
    /// The TLS handshake.
    Handshake,
    /// The service account's bind.
    ServiceBind,
    /// A search.
    Search,
    /// A person's bind.
    Bind,
    /// The change of a password.
    Change,
}

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Overload {
    /// Every connection was in use until the caller's time was over.
    #[error("every connection is in use")]
    Connections,
    /// The search's answer has more bytes than may be held.
    #[error("the search's answer has more than {limit} bytes")]
    Bytes {
        /// The bound.
        limit: usize,
    },
}

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseReason {
    /// The server closed it.
    ByServer,
    /// The server closed it inside a message.
    InsideMessage,
    /// The server closed it instead of answering StartTLS.
    InsideStartTls,
    /// The server closed it during the TLS handshake, or the network lost it then.
    InsideHandshake(Option<io::ErrorKind>),
    /// The network lost it.
    Lost(io::ErrorKind),
    /// The server announced the end (RFC 4511 §4.4.1).
    Notice {
        /// The result code.
        code: ResultCode,
        /// The server's diagnostic message.
        diagnostic: String,
    },
    /// The server does not read what is sent, or stopped answering.
    Stalled,
    /// This end is shutting down.
    ShuttingDown,
}

impl LdapError {
    /// A short code that never changes, for logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable {
                cause: DialError::Suspended { .. },
                ..
            } => "suspended",
            Self::Unreachable { .. } => "unreachable",
            Self::Tls(failure) => failure.code(),
            Self::ServiceBindRefused { .. } => "service_bind_refused",
            Self::ExternalBindRefused { .. } => "external_bind_refused",
            Self::TimedOut { step } => step.code(),
            Self::Protocol(_) => "protocol",
            Self::Closed(CloseReason::InsideStartTls) => TlsCode::StartTlsClosed.as_str(),
            Self::Closed(CloseReason::InsideHandshake(_)) => TlsCode::HandshakeClosed.as_str(),
            Self::Closed(_) => "closed",
            Self::Declined { .. } => "declined",
            Self::Overloaded(_) => "overloaded",
            Self::Unsendable(_) => "unsendable",
            Self::PasswordInClear => "password_in_clear",
            Self::PasswordNotText => "password_not_text",
            Self::CertificateInClear => "certificate_in_clear",
            Self::OtherRole(_) => "other_role",
        }
    }
    /// This error and everything behind it, as one sentence.
    pub fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut behind = self.source();
        while let Some(error) = behind {
            words.push_str(": ");
            words.push_str(&error.to_string());
            behind = error.source();
        }
        words
    }
    /// What is wrong with the server: of a suspension, the failure that led to it.
    pub fn underlying(&self) -> &Self {
        match self {
            Self::Unreachable {
                cause: DialError::Suspended { last },
                ..
            } => last,
            error => error,
        }
    }
    /// Whether it is Entryway's own: its limits, its shutdown, its request. It says nothing about the server.
    pub fn is_our_own(&self) -> bool {
        match self {
            Self::Overloaded(_)
            | Self::Unsendable(_)
            | Self::PasswordInClear
            | Self::PasswordNotText
            | Self::CertificateInClear
            | Self::OtherRole(_) => true,
            Self::Closed(reason) => *reason == CloseReason::ShuttingDown,
            Self::Unreachable {
                cause: DialError::Io(error),
                ..
            } => error
                .raw_os_error()
                .is_some_and(|code| OUT_OF_DESCRIPTORS.contains(&code)),
            Self::Unreachable { .. }
            | Self::Tls(_)
            | Self::ServiceBindRefused { .. }
            | Self::ExternalBindRefused { .. }
            | Self::TimedOut { .. }
            | Self::Protocol(_)
            | Self::Declined { .. } => false,
        }
    }
    /// Whether waiting for it cost time: a black hole, not a refusal.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }
    pub(crate) fn unreachable(address: &Arc<str>, cause: DialError) -> Self {
        Self::Unreachable {
            address: Arc::clone(address),
            cause,
        }
    }
    /// Whether the server announced a message larger than is taken: that says something of one entry, and of the server
    /// nothing.
    pub fn is_too_long(&self) -> bool {
        matches!(
            self,
            Self::Protocol(Breach::Message(ProtocolError::TooLong { .. }))
        )
    }
    pub(crate) fn breach(breach: impl Into<Breach>) -> Self {
        Self::Protocol(breach.into())
    }
    pub(crate) fn lost(error: &io::Error) -> Self {
        Self::Closed(CloseReason::Lost(error.kind()))
    }
}

impl Step {
    /// A short code that never changes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Resolve => "resolve_timeout",
            Self::Connect => "connect_timeout",
            Self::StartTls => "starttls_timeout",
            Self::Handshake => TlsCode::HandshakeTimeout.as_str(),
            Self::ServiceBind => "service_bind_timeout",
            Self::Search => "search_timeout",
            Self::Bind => "bind_timeout",
            Self::Change => "change_timeout",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "resolving the name",
            Self::Connect => "connecting",
            Self::StartTls => "the answer to StartTLS",
            Self::Handshake => "the TLS handshake",
            Self::ServiceBind => "the answer to the service account's bind",
            Self::Search => "the answer to the search",
            Self::Bind => "the answer to the bind",
            Self::Change => "the answer to the change of the password",
        })
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByServer => f.write_str("the server closed it"),
            Self::InsideMessage => f.write_str("the server closed it inside a message"),
            Self::InsideStartTls => {
                f.write_str("the server closed it instead of answering StartTLS")
            }
            Self::InsideHandshake(None) => {
                f.write_str("the server closed it during the TLS handshake")
            }
            Self::InsideHandshake(Some(kind)) => write!(f, "{kind} during the TLS handshake"),
            Self::Lost(kind) => write!(f, "{kind}"),
            Self::Notice { code, diagnostic } => write!(
                f,
                "the server announced it with {code}{}",
                quoted(diagnostic)
            ),
            Self::Stalled => f.write_str("the server stopped answering"),
            Self::ShuttingDown => f.write_str("Entryway is shutting down"),
        }
    }
}

fn whose(certificate: &str) -> String {
    match certificate {
        "" => ", without one,".to_owned(),
        certificate => format!(" {certificate}"),
    }
}

fn quoted(diagnostic: &str) -> String {
    if diagnostic.is_empty() {
        String::new()
    } else {
        format!(", `{}`", diagnostic.escape_debug())
    }
}

/// Why a person's bind has no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the bind has no answer")]
pub struct BindFailure {
    /// Whether any byte of the request may have left: if so it may have counted against the person.
    pub written: bool,
    /// Why.
    #[source]
    pub cause: LdapError,
}

/// Why a change of a password has no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the change of the password has no answer")]
pub struct ChangeFailure {
    /// Whether any byte of the request may have left: if so nobody knows whether the password was changed.
    pub written: bool,
    /// Why.
    #[source]
    pub cause: LdapError,
}

#[cfg(test)]
mod tests;

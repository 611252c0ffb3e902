//! Where on the way to the hub something failed, what, and what to do about it.

use crate::inner::InnerError;
use std::fmt;
use std::io;
use std::time::{Duration, SystemTime};

/// The steps from a connector to its hub, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// From a name to addresses: the hub's, or the proxy's where there is one.
    Resolve,
    /// The TCP connection.
    Connect,
    /// The proxy's CONNECT.
    Proxy,
    /// TLS, as far as a proxy or a balancer lets it come.
    OuterTls,
    /// The upgrade to WebSocket.
    Upgrade,
    /// TLS between the two ends alone.
    InnerTls,
    /// The first messages, and what the hub says to us.
    Hello,
}

impl Step {
    /// A stable word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resolve => "dns",
            Self::Connect => "tcp",
            Self::Proxy => "proxy",
            Self::OuterTls => "tls",
            Self::Upgrade => "http",
            Self::InnerTls => "tunnel",
            Self::Hello => "hello",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a server has shown of itself. Names are as their maker wrote them, control characters escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Whose certificate it is.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// Who signed the last one of the chain.
    pub root: String,
    /// Its last moment.
    pub not_after: Option<SystemTime>,
}

/// A way to the hub that ended early.
#[derive(Debug, thiserror::Error)]
#[error("the way to the hub ends at the step `{step}`")]
pub struct DialError {
    /// At which step.
    pub step: Step,
    /// Of what.
    #[source]
    pub cause: Box<Cause>,
    /// What was done before, with how long it took.
    pub done: Vec<(Step, Duration)>,
}

/// What ended it.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The resolver.
    #[error("`{host}` has no address")]
    NoAddress {
        /// The name.
        host: String,
        /// What the system said.
        #[source]
        error: Option<io::Error>,
    },
    /// The kernel or the peer.
    #[error("`{peer}` cannot be reached")]
    Unreachable {
        /// Host and port.
        peer: String,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Nothing came in time.
    #[error("nothing is answered within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The proxy does not connect.
    #[error("the proxy answers {status} {reason}")]
    ProxyRefused {
        /// Its status.
        status: u16,
        /// Its words.
        reason: String,
        /// How it would have credentials, where it says so: `Basic`, `Negotiate`.
        schemes: Vec<String>,
    },
    /// The proxy does not speak HTTP as one does.
    #[error("the proxy's answer cannot be read: {0}")]
    ProxyGarbled(&'static str),
    /// The outer certificate is not accepted.
    #[error("the certificate shown is not accepted: {problem}; it is `{}`, issued by `{}`", .shown.subject, .shown.issuer)]
    NotTrusted {
        /// Why.
        problem: String,
        /// What was shown.
        shown: Box<Shown>,
    },
    /// The outer TLS for another reason.
    #[error("TLS with the hub fails")]
    Tls(#[source] io::Error),
    /// HTTP answered, and not with the upgrade.
    #[error("the answer is {status}, not the upgrade to a tunnel")]
    Answer {
        /// Its status.
        status: u16,
        /// Who says it answers.
        server: Option<String>,
    },
    /// What answered is no hub.
    #[error("the answer is not that of a hub: {0}")]
    NotAHub(String),
    /// The inner TLS.
    #[error(transparent)]
    Inner(InnerError),
}

impl Cause {
    /// What to do about it, where something is likely right.
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoAddress { .. } => {
                "see that the name is right and that this machine can resolve it; behind a proxy set `connector.proxy`, which then resolves it"
            }
            Self::Unreachable { .. } => {
                "let this machine reach it: a firewall between refuses or drops the connection"
            }
            Self::TimedOut(_) => {
                "a firewall between may drop what it does not allow; allow TCP to the hub's port, or name the proxy in `connector.proxy`"
            }
            // Some proxies say 401 of credentials that are wrong.
            Self::ProxyRefused {
                status: 401 | 407, ..
            } => {
                "give the proxy's account in `connector.proxy_user` and `connector.proxy_password` (`{ file = \"proxy.pass\" }`), or with `--proxy-user` and `--proxy-password-file` to `entryway connector enroll`; Basic is what can be used"
            }
            Self::ProxyRefused { status: 403, .. } => {
                "have the proxy allow CONNECT to the hub's host and port"
            }
            Self::ProxyRefused { .. } => "the proxy could not reach the hub: its own log says why",
            Self::ProxyGarbled(_) => {
                "see that `connector.proxy` names an HTTP proxy and its port, not one of SOCKS or TLS"
            }
            Self::NotTrusted { .. } => {
                "if a proxy of this network ends TLS, put the certificate of its authority in `connector.trust`; it reads nothing of what goes through the tunnel"
            }
            Self::Tls(_) => {
                "see that the hub's URL names the port of its HTTPS, and that nothing between speaks another protocol"
            }
            Self::Answer { status: 404, .. } => {
                "see that the URL is the one that `entryway hub ticket create` printed, and that the hub still has this site"
            }
            Self::Answer {
                status: 429 | 502..=504,
                ..
            } => "the hub, or what stands before it, cannot serve just now; it is tried again",
            Self::Answer { .. } | Self::NotAHub(_) => {
                "something between answers in the hub's stead, or the URL is another one's; WebSocket upgrades must pass"
            }
            Self::Inner(InnerError::Handshake(error)) if was_altered(error) => WHO_ALTERS,
            Self::Inner(InnerError::Handshake(error)) if not_known(error) => ANOTHER_HUB,
            Self::Inner(InnerError::Handshake(_)) => {
                "the two ends do not accept each other's certificates: see this machine's clock, and at the hub whether this connector was revoked; enrol anew with a new ticket"
            }
            Self::Inner(_) => return None,
        })
    }
}

/// What to do where bytes of the tunnel are not those that were sent.
pub(crate) const WHO_ALTERS: &str = "something between alters, drops or repeats what goes through: whoever issued the outer certificate, which `entryway connector check` shows, ends TLS on the way; have it pass tunnels as they are";

/// What to do where the hub does not accept this connector's certificate.
pub(crate) const ENROL_ANEW: &str = "see this machine's clock; where the certificate has ended, or the hub does not know it any more, have a new ticket made there and enrol anew with `--replace`";

/// What to do where a hub is not of the authority that this connector knows it by.
pub(crate) const ANOTHER_HUB: &str = "this is not the hub that this connector enrolled with, or that hub has lost its store and was set up anew: see that the URL is right and what answers there; where the hub is a new one, have a new ticket made there and enrol anew with `--replace`";

/// Whether nobody that we know has issued what the other end shows.
pub(crate) fn not_known(error: &io::Error) -> bool {
    use rustls::{CertificateError, Error};
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    matches!(
        cause,
        Some(Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature
        ))
    )
}

/// Why the other end does not accept our certificate, where it says that it does not.
pub(crate) fn not_accepted(error: &io::Error) -> Option<&'static str> {
    use rustls::{AlertDescription as Alert, Error};
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    let Some(Error::AlertReceived(alert)) = cause else {
        return None;
    };
    Some(match alert {
        Alert::CertificateExpired => "by its clock it has ended, or has not begun",
        Alert::CertificateRevoked => "it was revoked",
        Alert::UnknownCA => {
            "another authority has issued it than the one that the hub has for this site"
        }
        Alert::BadCertificate | Alert::CertificateUnknown | Alert::UnsupportedCertificate => {
            "it cannot be used there"
        }
        _ => return None,
    })
}

/// Whether TLS has found that bytes are not those that the other end sent, or that the other end has found so.
pub(crate) fn was_altered(error: &io::Error) -> bool {
    use rustls::{AlertDescription as Alert, Error};
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    matches!(
        cause,
        Some(
            Error::DecryptError
                | Error::InvalidMessage(_)
                | Error::InappropriateMessage { .. }
                | Error::InappropriateHandshakeMessage { .. }
                | Error::PeerMisbehaved(_)
                | Error::PeerSentOversizedRecord
                | Error::AlertReceived(
                    Alert::BadRecordMac
                        | Alert::DecodeError
                        | Alert::DecryptError
                        | Alert::IllegalParameter
                        | Alert::RecordOverflow
                        | Alert::UnexpectedMessage
                )
        )
    )
}

/// How a stream broke, in words.
pub(crate) fn broken(error: &io::Error) -> String {
    if was_altered(error) {
        return format!("what came was altered on the way, and nothing of it was taken: {error}");
    }
    match error.kind() {
        // Without the last word of TLS, too.
        io::ErrorKind::UnexpectedEof => "it was closed without a word".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;

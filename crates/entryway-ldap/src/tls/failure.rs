//! What went wrong with TLS, in the administrator's words: one text and one stable code per kind.

mod words;

use super::certificate::utc;
use super::terms::Asked;
use entryway_ldap_types::{Fingerprint, ResultCode};
use rustls::{AlertDescription, InvalidMessage, PeerIncompatible};
use std::sync::Arc;
use std::time::SystemTime;
use words::{
    alert_name, alone, because, by, common, ever_since, found_names, in_file, one_of, said, whose,
};

/// Why there is no TLS session with a server.
///
/// One variant per remedy, hence more than usual: whoever reads it must know what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFailure {
    /// No anchor of ours vouches for the chain.
    #[error("the server's certificate leads to `{issuer}`, which is no authority that is trusted here: tried {tried}{}", alone(.sent))]
    UnknownIssuer {
        /// The authority that is missing: where the chain that was sent ends.
        issuer: String,
        /// How many certificates the server sent.
        sent: usize,
        /// The anchors, `142 of the system's trust store and 1 of `ca.pem``.
        tried: String,
    },
    /// The certificate vouches for itself.
    #[error(
        "the server's certificate is self-signed, and not trusted here: `{subject}`, {fingerprint}"
    )]
    SelfSigned {
        /// Whose it is.
        subject: String,
        /// To be compared with what the server's administrator says.
        fingerprint: Fingerprint,
    },
    /// An anchor has the issuer's name and another key: a renewed or a second authority.
    #[error(
        "the server's certificate is signed by another authority than the trusted one of the same name: `{issuer}`"
    )]
    OtherAuthority {
        /// The name that both have.
        issuer: String,
    },
    /// The leaf is a certificate authority, usually a self-signed one.
    #[error(
        "the server uses the certificate of an authority as its own, expected one issued for the server: `{subject}`, {fingerprint}"
    )]
    AuthorityAsLeaf {
        /// Whose it is.
        subject: String,
        /// Of the certificate: for a pin.
        fingerprint: Fingerprint,
    },
    /// The time of a certificate is over.
    #[error("the server's certificate is expired since {}, the clock here says {}{}", utc(*.not_after), utc(*.now), whose(.authority))]
    Expired {
        /// Its last moment.
        not_after: SystemTime,
        /// The clock here, when it was judged.
        now: SystemTime,
        /// The authority of the chain whose certificate it is, when not the server's own.
        authority: Option<String>,
    },
    /// The time of a certificate has not come, or the clock here is wrong.
    #[error("the server's certificate is not valid yet, only from {}, the clock here says {}{}", utc(*.not_before), utc(*.now), whose(.authority))]
    NotYetValid {
        /// Its first moment.
        not_before: SystemTime,
        /// The clock here, when it was judged.
        now: SystemTime,
        /// The authority of the chain whose certificate it is, when not the server's own.
        authority: Option<String>,
    },
    /// The certificate is for other names.
    #[error("the server's certificate is for other names, expected `{wanted}`, found {}{}", found_names(.found), common(.common_name, *.counts))]
    WrongName {
        /// The name that was dialled or configured.
        wanted: String,
        /// The alternative names of the certificate.
        found: Vec<String>,
        /// Its common name, where there is no alternative one.
        common_name: Option<String>,
        /// Whether a common name counts here.
        counts: bool,
    },
    /// The authority has taken the certificate back.
    #[error("the certificate of `{subject}` is revoked{}{}", ever_since(.since), because(.reason))]
    Revoked {
        /// The server, or an authority of its chain.
        subject: String,
        /// Since when.
        since: Option<SystemTime>,
        /// Why, in words.
        reason: Option<&'static str>,
    },
    /// No revocation list covers the certificate.
    #[error(
        "none of the revocation lists is of `{issuer}`, so whether its certificates are revoked is not known"
    )]
    RevocationUnknown {
        /// The authority without a list.
        issuer: String,
    },
    /// A revocation list is too old to be believed.
    #[error("the revocation list of `{issuer}`{} is expired{}, the clock here says {}", in_file(.origin), ever_since(.next_update), utc(*.now))]
    RevocationListExpired {
        /// The authority.
        issuer: String,
        /// The file.
        origin: Option<Arc<str>>,
        /// When a newer one was due.
        next_update: Option<SystemTime>,
        /// The clock here.
        now: SystemTime,
    },
    /// A revocation list cannot be used.
    #[error("the revocation list of the server's authority cannot be used: {problem}")]
    RevocationList {
        /// Why.
        problem: String,
    },
    /// A key that is too short to prove anything.
    #[error(
        "the key of `{subject}` is too weak: {key}, expected RSA of 2048 bits or more, or an elliptic curve"
    )]
    WeakKey {
        /// The server, or an authority of its chain.
        subject: String,
        /// `RSA 1024`.
        key: String,
    },
    /// A signature that could have been made for another certificate.
    #[error("the certificate of `{subject}` is signed with {algorithm}, which is not accepted")]
    WeakSignature {
        /// The server, or an authority of its chain.
        subject: String,
        /// `sha1WithRSAEncryption`.
        algorithm: String,
    },
    /// A certificate of a version that says too little.
    #[error(
        "the server's certificate is of X.509 version {version}, expected 3: `{subject}`, {fingerprint}"
    )]
    OldCertificate {
        /// 1 or 2.
        version: u32,
        /// Whose it is.
        subject: String,
        /// For a pin.
        fingerprint: Fingerprint,
    },
    /// The certificate is for something else than being a server.
    #[error(
        "the server's certificate is not one for servers: its extended key usage lacks serverAuth"
    )]
    WrongPurpose,
    /// The certificate is none of those that alone are accepted.
    #[error("the server's certificate is not pinned, expected {}, found {found} of `{subject}`", one_of(.pins))]
    NotPinned {
        /// What the server shows.
        found: Fingerprint,
        /// Whose it is.
        subject: String,
        /// What is accepted.
        pins: Vec<Fingerprint>,
    },
    /// The certificate is refused for another reason.
    #[error("the server's certificate is not acceptable: {problem}")]
    Certificate {
        /// Why, in words.
        problem: String,
    },
    /// The server cannot prove that the certificate is its own.
    #[error("the server's signature of the handshake does not fit its certificate")]
    NotItsOwn,
    /// No version or cipher suite that both sides speak.
    #[error(
        "the server and Entryway have no TLS version or cipher suite in common, offered here: {offered}"
    )]
    NothingInCommon {
        /// What this side speaks.
        offered: Arc<str>,
    },
    /// The server wants a certificate from us, and got none.
    #[error("the server demands a client certificate, and none is configured")]
    ClientCertificate,
    /// The server got a certificate from us and does not accept it.
    #[error("the server refuses the client certificate that it was shown, {}", by(.alert))]
    ClientCertificateRefused {
        /// What the server said; `None` when it hung up without a word.
        alert: Option<&'static str>,
    },
    /// The server ended it with an alert that has no variant of its own.
    #[error("the server ends TLS with the alert `{alert}`")]
    Alert {
        /// What the server said.
        alert: &'static str,
    },
    /// The answer to the handshake was not TLS.
    #[error("the server speaks no TLS on this port")]
    NoTls,
    /// The answer to LDAP in clear was TLS.
    #[error("the server speaks TLS from the first byte on this port, and was spoken to in clear")]
    TlsPort,
    /// The server knows no StartTLS; the connection ends here, it never goes on in clear.
    #[error("the server does not offer StartTLS{}", said(.diagnostic))]
    StartTlsNotOffered {
        /// The server's diagnostic message.
        diagnostic: String,
    },
    /// The server does not do StartTLS now; the connection ends here, it never goes on in clear.
    #[error("the server refuses StartTLS with {code}{}", said(.diagnostic))]
    StartTlsRefused {
        /// The result code.
        code: ResultCode,
        /// The server's diagnostic message.
        diagnostic: String,
    },
    /// Anything else.
    #[error("tls with the server fails: {problem}")]
    Other {
        /// Why, in words.
        problem: String,
    },
}

macro_rules! codes {
    ($($name:ident = $code:literal;)*) => {
        /// The kinds of failure, each with a code that never changes: `entryway help CODE` explains it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum TlsCode { $(#[doc = $code] $name),* }

        impl TlsCode {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// As it stands in logs, metrics and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }
        }
    };
}

codes! {
    UnknownIssuer = "tls_unknown_issuer";
    SelfSigned = "tls_self_signed";
    OtherAuthority = "tls_other_authority";
    AuthorityAsLeaf = "tls_authority_as_leaf";
    Expired = "tls_expired";
    NotYetValid = "tls_not_yet_valid";
    WrongName = "tls_wrong_name";
    Revoked = "tls_revoked";
    RevocationUnknown = "tls_revocation_unknown";
    RevocationListExpired = "tls_crl_expired";
    RevocationList = "tls_crl";
    WeakKey = "tls_weak_key";
    WeakSignature = "tls_weak_signature";
    OldCertificate = "tls_old_certificate";
    WrongPurpose = "tls_wrong_purpose";
    NotPinned = "tls_not_pinned";
    Certificate = "tls_certificate";
    NotItsOwn = "tls_not_its_own";
    NothingInCommon = "tls_nothing_in_common";
    ClientCertificate = "tls_client_certificate";
    ClientCertificateRefused = "tls_client_certificate_refused";
    Alert = "tls_alert";
    NoTls = "tls_not_spoken";
    TlsPort = "tls_port";
    StartTlsNotOffered = "tls_starttls_not_offered";
    StartTlsRefused = "tls_starttls_refused";
    StartTlsClosed = "tls_starttls_closed";
    HandshakeTimeout = "tls_handshake_timeout";
    HandshakeClosed = "tls_handshake_closed";
    Other = "tls_other";
}

impl TlsFailure {
    /// Its kind.
    pub fn kind(&self) -> TlsCode {
        match self {
            Self::UnknownIssuer { .. } => TlsCode::UnknownIssuer,
            Self::SelfSigned { .. } => TlsCode::SelfSigned,
            Self::OtherAuthority { .. } => TlsCode::OtherAuthority,
            Self::AuthorityAsLeaf { .. } => TlsCode::AuthorityAsLeaf,
            Self::Expired { .. } => TlsCode::Expired,
            Self::NotYetValid { .. } => TlsCode::NotYetValid,
            Self::WrongName { .. } => TlsCode::WrongName,
            Self::Revoked { .. } => TlsCode::Revoked,
            Self::RevocationUnknown { .. } => TlsCode::RevocationUnknown,
            Self::RevocationListExpired { .. } => TlsCode::RevocationListExpired,
            Self::RevocationList { .. } => TlsCode::RevocationList,
            Self::WeakKey { .. } => TlsCode::WeakKey,
            Self::WeakSignature { .. } => TlsCode::WeakSignature,
            Self::OldCertificate { .. } => TlsCode::OldCertificate,
            Self::WrongPurpose => TlsCode::WrongPurpose,
            Self::NotPinned { .. } => TlsCode::NotPinned,
            Self::Certificate { .. } => TlsCode::Certificate,
            Self::NotItsOwn => TlsCode::NotItsOwn,
            Self::NothingInCommon { .. } => TlsCode::NothingInCommon,
            Self::ClientCertificate => TlsCode::ClientCertificate,
            Self::ClientCertificateRefused { .. } => TlsCode::ClientCertificateRefused,
            Self::Alert { .. } => TlsCode::Alert,
            Self::NoTls => TlsCode::NoTls,
            Self::TlsPort => TlsCode::TlsPort,
            Self::StartTlsNotOffered { .. } => TlsCode::StartTlsNotOffered,
            Self::StartTlsRefused { .. } => TlsCode::StartTlsRefused,
            Self::Other { .. } => TlsCode::Other,
        }
    }
    /// A short code that never changes.
    pub fn code(&self) -> &'static str {
        self.kind().as_str()
    }
    /// What the TLS library's error means, knowing what was offered to the server and what it asked for.
    pub(super) fn from_rustls(
        error: &rustls::Error,
        offered: &Arc<str>,
        asked: Option<Asked>,
    ) -> Self {
        use rustls::Error as E;
        let nothing_in_common = || Self::NothingInCommon {
            offered: Arc::clone(offered),
        };
        match error {
            E::InvalidCertificate(rustls::CertificateError::Other(other)) => {
                match other.0.downcast_ref::<Refused>() {
                    Some(Refused(failure)) => failure.clone(),
                    None => Self::Certificate {
                        problem: other.to_string(),
                    },
                }
            }
            E::InvalidCertificate(rustls::CertificateError::BadSignature) => Self::NotItsOwn,
            E::InvalidCertificate(problem) => Self::Certificate {
                problem: problem.to_string(),
            },
            // The first bytes decide: what is no record header is no TLS.
            E::InvalidMessage(
                InvalidMessage::InvalidContentType
                | InvalidMessage::UnknownProtocolVersion
                | InvalidMessage::MessageTooLarge,
            ) => Self::NoTls,
            E::PeerIncompatible(
                PeerIncompatible::ExtendedMasterSecretExtensionRequired
                | PeerIncompatible::UncompressedEcPointsRequired,
            ) => Self::Other {
                problem: error.to_string(),
            },
            E::PeerIncompatible(_) => nothing_in_common(),
            E::AlertReceived(alert) => Self::from_alert(*alert, asked, nothing_in_common),
            other => Self::Other {
                problem: other.to_string(),
            },
        }
    }

    /// What it means that a server hangs up without a word, after it asked for a certificate.
    pub(super) fn hung_up(asked: Asked) -> Self {
        if asked.shown {
            Self::ClientCertificateRefused { alert: None }
        } else {
            Self::ClientCertificate
        }
    }

    fn from_alert(
        alert: AlertDescription,
        asked: Option<Asked>,
        nothing_in_common: impl FnOnce() -> Self,
    ) -> Self {
        use AlertDescription as A;
        // RFC 8446 §6.2 has one alert for "you showed none"; TLS 1.2 has none of its own, and servers differ.
        let about_certificates = matches!(
            alert,
            A::BadCertificate
                | A::UnsupportedCertificate
                | A::CertificateRevoked
                | A::CertificateExpired
                | A::CertificateUnknown
                | A::UnknownCA
                | A::AccessDenied
                | A::NoCertificate
                | A::HandshakeFailure
        );
        match asked {
            Some(Asked { shown: true })
                if about_certificates || alert == A::CertificateRequired =>
            {
                Self::ClientCertificateRefused {
                    alert: Some(alert_name(alert)),
                }
            }
            Some(Asked { shown: false }) if about_certificates => Self::ClientCertificate,
            _ if alert == A::CertificateRequired => Self::ClientCertificate,
            _ if matches!(
                alert,
                A::HandshakeFailure | A::ProtocolVersion | A::InsufficientSecurity
            ) =>
            {
                nothing_in_common()
            }
            _ => Self::Alert {
                alert: alert_name(alert),
            },
        }
    }
}

/// A verdict of our own verifier on its way through the TLS library.
#[derive(Debug)]
pub(super) struct Refused(pub(super) TlsFailure);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests;

//! `[certificate_login]`.

use super::{IdentitySource, TrustSource};
use entryway_login::AddressRange;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// Logging in by a browser's certificate, where that is switched on; its rules are the login policy's.
#[derive(Debug, Clone)]
pub struct CertificateLogin {
    /// Where browsers show their certificates.
    pub listen: SocketAddr,
    /// Under which URL browsers reach that: an origin, without a slash at its end.
    pub url: Arc<str>,
    /// The certificate that is shown there; `None` for that of `server.tls`.
    pub tls: Option<IdentitySource>,
    /// Who issues people's certificates; never empty, never the system's.
    pub trust: Vec<TrustSource>,
    /// Revocation lists; without one nothing is asked of revocation.
    pub crls: Vec<PathBuf>,
    /// Whether somebody is let in of whose certificate nobody knows whether it was revoked.
    pub crl_unknown_accepted: bool,
    /// What a certificate must be for.
    pub usage: CertificateUsage,
    /// Who is offered it, and may use it.
    pub addresses: Vec<AddressRange>,
    /// Whether browsers are sent there at once, and see the page with the password only when that came to nothing.
    pub at_once: bool,
}

/// `certificate_login.eku`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateUsage {
    /// Client authentication.
    ClientAuth,
    /// Client authentication, and the logon with smart cards of Active Directory.
    SmartCard,
}

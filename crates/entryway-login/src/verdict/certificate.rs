//! What the look at a certificate's chain means.

use crate::{Fault, Judged, Reason};

/// Somebody showed a certificate that may be believed, and had proven to have its key: here, or at a site whose connector
/// signed that. Made by [`certificate`] and by [`at_site`] alone.
#[derive(Debug)]
pub(crate) struct CertificateVerified(());

/// Why a certificate lets nobody in.
pub(crate) enum NotVerified {
    Refused(Reason),
    NoVerdict(Fault),
}

/// A connector has signed that it believes a certificate, and then, asked through its tunnel, that it lets the person in.
/// For the judge of that reply alone.
pub(super) fn at_site() -> CertificateVerified {
    CertificateVerified(())
}

/// Only a chain that was found good is one.
pub(crate) fn certificate(judged: &Judged) -> Result<CertificateVerified, NotVerified> {
    match judged {
        Judged::Trusted { .. } => Ok(CertificateVerified(())),
        Judged::Refused { reason, .. } => Err(NotVerified::Refused(*reason)),
        Judged::NoVerdict { fault, .. } => Err(NotVerified::NoVerdict(*fault)),
    }
}

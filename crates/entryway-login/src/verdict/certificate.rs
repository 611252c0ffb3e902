//! What the look at a certificate's chain means.

use crate::{Fault, Judged, Reason};

/// Somebody showed a certificate that may be believed, and had proven to have its key. Made by [`certificate`] alone.
#[derive(Debug)]
pub(crate) struct CertificateVerified(());

/// Why a certificate lets nobody in.
pub(crate) enum NotVerified {
    Refused(Reason),
    NoVerdict(Fault),
}

/// Only a chain that was found good is one.
pub(crate) fn certificate(judged: &Judged) -> Result<CertificateVerified, NotVerified> {
    match judged {
        Judged::Trusted { .. } => Ok(CertificateVerified(())),
        Judged::Refused { reason, .. } => Err(NotVerified::Refused(*reason)),
        Judged::NoVerdict { fault, .. } => Err(NotVerified::NoVerdict(*fault)),
    }
}

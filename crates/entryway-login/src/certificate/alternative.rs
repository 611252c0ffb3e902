//! The strong forms of Active Directory's `altSecurityIdentities` (MS-ADTS §3.1.1.3, KB5014754).
//!
//! The weak ones, by subject or mail address alone, are not among them: whoever may have a certificate made may have
//! one made with another's name.

use super::{Certificate, hexadecimal};

/// As the attribute has them for this certificate.
pub(super) fn forms(certificate: &Certificate) -> Vec<String> {
    let Certificate {
        issuer_for_microsoft: issuer,
        serial,
        key_id,
        ..
    } = certificate;
    let mut forms = Vec::new();
    if super::is_usable(issuer) && !serial.is_empty() {
        // Byte by byte from the end, not digit by digit.
        let reversed: Vec<u8> = serial.iter().rev().copied().collect();
        forms.push(format!("X509:<I>{issuer}<SR>{}", hexadecimal(&reversed)));
    }
    if let Some(key_id) = key_id.as_deref().filter(|id| !id.is_empty()) {
        forms.push(format!("X509:<SKI>{}", hexadecimal(key_id)));
    }
    forms
}

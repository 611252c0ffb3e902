//! Whether a file can be one of trusted certificates. Only its form is looked at: whose certificates
//! they are, and whether a chain leads to them, is for the connection to decide.

use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer};

/// DER's tags of a SEQUENCE and a BIT STRING.
const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;

/// What keeps a file from being trusted, in words.
pub(super) fn problem(file: &[u8]) -> Option<&'static str> {
    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(file) {
        match certificate {
            Ok(der) if is_certificate(&der) => found = true,
            Ok(_) => return Some("a certificate in it is damaged"),
            Err(_) => return Some("it is damaged PEM"),
        }
    }
    if found {
        None
    } else if file.first() == Some(&SEQUENCE) {
        Some("it is DER, expected PEM")
    } else {
        Some("it holds no certificate, expected at least one `BEGIN CERTIFICATE`")
    }
}

/// What keeps a file from being one certificate, in words; PEM or DER.
pub(super) fn one_certificate(file: &[u8]) -> Option<&'static str> {
    if file.first() == Some(&SEQUENCE) {
        return (!is_certificate(file)).then_some("it is DER, and no certificate");
    }
    match problem(file) {
        Some(problem) => Some(problem),
        None if CertificateDer::pem_slice_iter(file).count() > 1 => {
            Some("it holds several certificates, expected the server's own alone")
        }
        None => None,
    }
}

/// What keeps a file from being revocation lists, in words; PEM or DER. A list has the outer form of a
/// certificate (RFC 5280 §5.1).
pub(super) fn revocation_list(file: &[u8]) -> Option<&'static str> {
    if file.first() == Some(&SEQUENCE) {
        return (!is_certificate(file)).then_some("it is DER, and no revocation list");
    }
    let mut found = false;
    for list in CertificateRevocationListDer::pem_slice_iter(file) {
        match list {
            Ok(der) if is_certificate(&der) => found = true,
            Ok(_) => return Some("a revocation list in it is damaged"),
            Err(_) => return Some("it is damaged PEM"),
        }
    }
    (!found).then_some("it holds no revocation list, expected at least one `BEGIN X509 CRL`")
}

/// A sequence of what is signed, how, and the signature (RFC 5280 §4.1).
fn is_certificate(der: &[u8]) -> bool {
    let inside = |der| match element(der) {
        Some((SEQUENCE, content, [])) => Some(content),
        _ => None,
    };
    let rest = |der, tag| match element(der) {
        Some((found, _, rest)) if found == tag => Some(rest),
        _ => None,
    };
    inside(der)
        .and_then(|content| rest(content, SEQUENCE))
        .and_then(|content| rest(content, SEQUENCE))
        .and_then(|content| rest(content, BIT_STRING))
        .is_some_and(<[u8]>::is_empty)
}

/// The first element: its tag, its content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, first, rest @ ..] = der else {
        return None;
    };
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        // More than three bytes of length would be over 16 MiB, which is no certificate.
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            let length = bytes
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::problem;

    const GOOD: &str = include_str!("../../tests/good/corp-ca.pem");

    fn check(file: impl AsRef<[u8]>, expected: Option<&str>) {
        let found = problem(file.as_ref());
        match expected {
            None => assert_eq!(found, None),
            Some(expected) => assert!(
                found.is_some_and(|found| found.contains(expected)),
                "{found:?} is not about {expected}"
            ),
        }
    }

    #[test]
    fn a_certificate_is_enough() {
        check(GOOD, None);
        check(format!("Corp CA\n{GOOD}{GOOD}"), None);
    }

    #[test]
    fn other_files_are_none() {
        check("", Some("no certificate"));
        check("ldaps://dc1", Some("no certificate"));
        check(
            GOOD.replace("CERTIFICATE", "PUBLIC KEY"),
            Some("no certificate"),
        );
        check([0x30, 0x82, 1, 0], Some("DER"));
    }

    #[test]
    fn damaged_ones_are_refused_even_beside_good_ones() {
        let truncated = &GOOD[..GOOD.len() / 2];
        check(truncated, Some("damaged PEM"));
        check(format!("{GOOD}{truncated}"), Some("damaged PEM"));
        let other = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        check(other, Some("a certificate in it"));
        check(format!("{GOOD}{other}"), Some("a certificate in it"));
    }
}

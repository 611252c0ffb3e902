//! What a mapping rule searches for: the certificate's parts enter as values.

use super::{Certificate, alternative, hexadecimal, is_usable};
use crate::{CertificateBy, find};
use entryway_ldap_types::{
    AttributeName, CertificatePart, Entry, Filter, FilterTemplate, Placeholder,
};

/// Where an entry keeps its person's certificates (RFC 4523 §4.1). Without `;binary`: servers that have that option
/// understand the name for all its variants (RFC 4512 §2.5.2), and Samba knows no attribute with options.
pub(crate) static USER_CERTIFICATE: AttributeName = AttributeName::from_static("userCertificate");
/// Where Active Directory says which certificates are a person's (MS-ADA1 §2.61).
static ALT_SECURITY_IDENTITIES: AttributeName = AttributeName::from_static("altSecurityIdentities");

/// Why a rule asks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotMapped {
    /// The certificate does not have what the rule looks for.
    NothingThere,
    /// The filter asks for what no certificate has.
    Unfillable,
}

/// Whom a rule finds among the people of a domain.
pub(crate) fn filter(
    by: CertificateBy,
    template: Option<&FilterTemplate>,
    certificate: &Certificate,
    people: &crate::PeopleSearch,
) -> Result<Filter, NotMapped> {
    let mapped = match (by, template) {
        (CertificateBy::Entry, _) => in_entry(certificate),
        (CertificateBy::AltSecurityIdentities, _) => {
            let equal =
                |text: String| Filter::Equal(ALT_SECURITY_IDENTITIES.clone(), text.into_bytes());
            any(alternative::forms(certificate).into_iter().map(equal))?
        }
        (_, None) => return Err(NotMapped::Unfillable),
        (by, Some(template)) => by_template(by, template, certificate)?,
    };
    // Whoever is found must be one of those whom the domain lets in at all.
    let restriction = find::restriction(people);
    Ok(Filter::And(
        [mapped].into_iter().chain(restriction).collect(),
    ))
}

/// Each value of a name is a way to be found; whoever has several is looked for by all of them.
fn by_template(
    by: CertificateBy,
    template: &FilterTemplate,
    certificate: &Certificate,
) -> Result<Filter, NotMapped> {
    let names: Vec<&str> = match by {
        CertificateBy::Upn => certificate.upns.iter().map(String::as_str).collect(),
        CertificateBy::Email => certificate.emails.iter().map(String::as_str).collect(),
        _ => vec![certificate.subject.as_str()],
    };
    let mut usable: Vec<&str> = names.into_iter().filter(|name| is_usable(name)).collect();
    usable.dedup();
    let (serial, thumbprint) = (
        certificate.serial_text(),
        hexadecimal(certificate.thumbprint.as_bytes()),
    );
    // A certificate without a subject may still have a number.
    let names = match by {
        CertificateBy::IssuerAndSerial | CertificateBy::Thumbprint => vec![""],
        _ => usable,
    };
    let filled = names.into_iter().map(|name| {
        let part = |part: CertificatePart| match part {
            CertificatePart::Upn if by == CertificateBy::Upn => Some(name),
            CertificatePart::Email if by == CertificateBy::Email => Some(name),
            CertificatePart::Subject if is_usable(&certificate.subject) => {
                Some(certificate.subject.as_str())
            }
            CertificatePart::Issuer if is_usable(&certificate.issuer) => {
                Some(certificate.issuer.as_str())
            }
            CertificatePart::Serial => Some(serial.as_str()),
            CertificatePart::Thumbprint => Some(thumbprint.as_str()),
            _ => None,
        };
        template.fill(&|placeholder| match placeholder {
            Placeholder::Certificate(wanted) => part(*wanted).map(str::as_bytes),
            _ => None,
        })
    });
    let filters: Vec<Filter> = filled.collect::<Option<_>>().ok_or(NotMapped::Unfillable)?;
    any(filters.into_iter())
}

fn any(filters: impl Iterator<Item = Filter>) -> Result<Filter, NotMapped> {
    let mut filters: Vec<Filter> = filters.collect();
    match filters.len() {
        0 => Err(NotMapped::NothingThere),
        1 => filters.pop().ok_or(NotMapped::NothingThere),
        _ => Ok(Filter::Or(filters)),
    }
}

/// OpenLDAP compares issuer and number (RFC 4523 §2.1) and takes no bytes, Active Directory and Samba compare the bytes;
/// to each the other one's question is one that fits nobody.
fn in_entry(certificate: &Certificate) -> Filter {
    let issuer = certificate.issuer.replace('"', "\"\"");
    let number = decimal(&certificate.serial);
    let exact = format!("{{ serialNumber {number}, issuer rdnSequence:\"{issuer}\" }}");
    Filter::Or(vec![
        Filter::Equal(USER_CERTIFICATE.clone(), exact.into_bytes()),
        Filter::Equal(USER_CERTIFICATE.clone(), certificate.der.to_vec()),
    ])
}

/// Whether an entry that was found by its certificate has this very one.
pub(crate) fn holds(entry: &Entry, certificate: &Certificate) -> bool {
    let mut own = entry.values(&USER_CERTIFICATE);
    own.any(|own| *own == *certificate.der)
}

/// By which attributes a filter of names looks for a name of the certificate, and for which.
pub(crate) fn names_in(
    by: CertificateBy,
    filter: &Filter,
    certificate: &Certificate,
) -> Vec<(AttributeName, String)> {
    let names = match by {
        CertificateBy::Upn => &certificate.upns,
        CertificateBy::Email => &certificate.emails,
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let mut parts = vec![filter];
    while let Some(part) = parts.pop() {
        match part {
            Filter::And(some) | Filter::Or(some) => parts.extend(some),
            Filter::Equal(attribute, value) => {
                let name = names.iter().find(|name| name.as_bytes() == value);
                found.extend(name.map(|name| (attribute.clone(), name.clone())));
            }
            _ => {}
        }
    }
    found
}

/// Whether an entry that was found by one of these names has it. Servers call more names equal than we do (accents and
/// wide letters are nothing to Active Directory, and what RFC 4518 drops to others), and no password tells two people
/// apart.
pub(crate) fn has_name(entry: &Entry, asked: &[(AttributeName, String)]) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    let has = |(attribute, name): &(AttributeName, String)| {
        let mut values = entry.values(attribute);
        values.any(|value| std::str::from_utf8(value).is_ok_and(|own| plain(own) == plain(name)))
    };
    asked.is_empty() || asked.iter().any(has)
}

/// A number of any length in decimal digits (RFC 3641 §5). Certificates have at most 20 bytes; more are cut off
/// where they are read, so the quadratic way is good enough.
fn decimal(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = vec![0];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            *digit = u8::try_from(value % 10).unwrap_or(0);
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
    }
    digits
        .iter()
        .rev()
        .map(|digit| char::from(b'0' + digit))
        .collect()
}

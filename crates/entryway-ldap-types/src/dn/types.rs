//! Attribute types that have several names: RFC 4519's, and those of RFC 4514 §3.

/// Every type that names use, each row beginning with the name that is compared and then its OID.
pub(super) const TYPES: [&[&str]; 19] = [
    &["cn", "2.5.4.3", "commonName"],
    &["ou", "2.5.4.11", "organizationalUnitName"],
    &["dc", "0.9.2342.19200300.100.1.25", "domainComponent"],
    &["uid", "0.9.2342.19200300.100.1.1", "userid"],
    &["o", "2.5.4.10", "organizationName"],
    &["c", "2.5.4.6", "countryName"],
    &["l", "2.5.4.7", "localityName"],
    &["st", "2.5.4.8", "stateOrProvinceName"],
    &["street", "2.5.4.9"],
    &["sn", "2.5.4.4", "surname"],
    &["givenname", "2.5.4.42", "gn"],
    &["serialnumber", "2.5.4.5"],
    &["title", "2.5.4.12"],
    &["initials", "2.5.4.43"],
    &["generationqualifier", "2.5.4.44"],
    &["dnqualifier", "2.5.4.46"],
    &["uniquemember", "2.5.4.50"],
    &["mail", "0.9.2342.19200300.100.1.3", "rfc822Mailbox"],
    &["emailaddress", "1.2.840.113549.1.9.1", "email", "e"],
];

/// The name under which a type is compared, still in any case when it is none of the known ones.
pub(super) fn canonical(name: &str) -> &str {
    let row = TYPES
        .iter()
        .find(|row| row.iter().any(|known| known.eq_ignore_ascii_case(name)));
    row.and_then(|row| row.first())
        .map_or(name, |canonical| canonical)
}

/// Whether two names mean one type. The usual case, one spelling, looks nothing up.
pub(super) fn are_equal(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || canonical(one).eq_ignore_ascii_case(canonical(other))
}

//! Distinguished names as texts: RFC 4514 for directories, and the way in which Active Directory writes issuers.

use x509_parser::der_parser::asn1_rs::{Tag, ToDer as _};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// Types that both know (RFC 4514 §3) and the more usual ones beside, with Microsoft's spelling where that is another.
const TYPES: [(&str, &str, &str); 17] = [
    ("2.5.4.3", "CN", "CN"),
    ("2.5.4.7", "L", "L"),
    ("2.5.4.8", "ST", "S"),
    ("2.5.4.10", "O", "O"),
    ("2.5.4.11", "OU", "OU"),
    ("2.5.4.6", "C", "C"),
    ("2.5.4.9", "STREET", "STREET"),
    ("0.9.2342.19200300.100.1.25", "DC", "DC"),
    (
        "0.9.2342.19200300.100.1.1",
        "UID",
        "OID.0.9.2342.19200300.100.1.1",
    ),
    ("1.2.840.113549.1.9.1", "emailAddress", "E"),
    ("2.5.4.4", "SN", "SN"),
    ("2.5.4.42", "givenName", "G"),
    ("2.5.4.43", "initials", "I"),
    ("2.5.4.12", "title", "T"),
    ("2.5.4.5", "serialNumber", "SERIALNUMBER"),
    ("2.5.4.13", "description", "Description"),
    ("2.5.4.97", "organizationIdentifier", "OID.2.5.4.97"),
];

/// Most bytes of a name.
const LONGEST: usize = super::LONGEST_NAME;
/// Most parts of a name.
const MOST_PARTS: usize = 64;

/// RFC 4514: the last part first. `None` for what cannot be written so.
pub(super) fn rfc4514(name: &X509Name<'_>) -> Option<String> {
    let mut parts = parts(name)?;
    parts.reverse();
    let parts: Vec<String> = parts
        .iter()
        .map(|avas| {
            let avas = avas.iter().map(ava);
            avas.collect::<Option<Vec<_>>>().map(|avas| avas.join("+"))
        })
        .collect::<Option<_>>()?;
    bounded(parts.join(","))
}

/// As CertNameToStr writes it, in the certificate's order.
pub(super) fn microsoft(name: &X509Name<'_>) -> Option<String> {
    let parts: Vec<String> = parts(name)?
        .iter()
        .map(|avas| {
            let avas = avas.iter().map(|ava| {
                let oid = ava.attr_type().to_id_string();
                let known = TYPES.iter().find(|(known, ..)| *known == oid);
                let kind = known.map_or_else(|| format!("OID.{oid}"), |it| it.2.to_owned());
                Some(format!("{kind}={}", quoted(&text(ava)?)))
            });
            avas.collect::<Option<Vec<_>>>().map(|avas| avas.join("+"))
        })
        .collect::<Option<_>>()?;
    bounded(parts.join(","))
}

fn parts<'a>(name: &'a X509Name<'_>) -> Option<Vec<Vec<&'a AttributeTypeAndValue<'a>>>> {
    let parts: Vec<Vec<_>> = name
        .iter_rdn()
        .take(MOST_PARTS + 1)
        .map(|rdn| rdn.iter().take(MOST_PARTS + 1).collect())
        .collect();
    // A part of nothing (X.501 has one value at least) would leave two commas side by side.
    let whole = |rdn: &Vec<_>| (1..=MOST_PARTS).contains(&rdn.len());
    let fits = parts.len() <= MOST_PARTS && parts.iter().all(whole);
    fits.then_some(parts)
}

fn bounded(text: String) -> Option<String> {
    (text.len() <= LONGEST).then_some(text)
}

fn ava(ava: &&AttributeTypeAndValue<'_>) -> Option<String> {
    let oid = ava.attr_type().to_id_string();
    match TYPES.iter().find(|(known, ..)| *known == oid) {
        Some((_, kind, _)) => Some(format!("{kind}={}", escaped(&text(ava)?))),
        // RFC 4514 §2.4: of a type that has no name, the bytes.
        None => {
            let der = ava.attr_value().to_der_vec().ok()?;
            if der.len() > LONGEST {
                return None;
            }
            let digits: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
            Some(format!("{oid}=#{digits}"))
        }
    }
}

/// The value as text, in any of the forms in which names are written.
fn text(ava: &AttributeTypeAndValue<'_>) -> Option<String> {
    let value = ava.attr_value();
    let bytes = value.data;
    if bytes.len() > LONGEST {
        return None;
    }
    match value.tag() {
        Tag::Utf8String => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Tag::PrintableString | Tag::Ia5String | Tag::NumericString if bytes.is_ascii() => {
            std::str::from_utf8(bytes).ok().map(str::to_owned)
        }
        // In practice Latin-1, whatever the standard meant.
        Tag::TeletexString => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Tag::BmpString => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            if !rest.is_empty() {
                return None;
            }
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        Tag::UniversalString => {
            let (fours, rest) = bytes.as_chunks::<4>();
            if !rest.is_empty() {
                return None;
            }
            let chars = fours
                .iter()
                .map(|four| char::from_u32(u32::from_be_bytes(*four)));
            chars.collect()
        }
        _ => None,
    }
}

/// RFC 4514 §2.4.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let last = text.chars().count().saturating_sub(1);
    for (at, char) in text.chars().enumerate() {
        match char {
            ' ' if at == 0 || at == last => out.push_str("\\ "),
            '#' if at == 0 => out.push_str("\\#"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                out.push('\\');
                out.push(char);
            }
            '\0' => out.push_str("\\00"),
            char => out.push(char),
        }
    }
    out
}

/// CertNameToStr quotes what could be misread, and doubles quotes inside.
fn quoted(text: &str) -> String {
    let odd = text.is_empty()
        || text.starts_with(char::is_whitespace)
        || text.ends_with(char::is_whitespace)
        || text.contains([',', '+', '=', '"', '\n', '<', '>', '#', ';']);
    if odd {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

//! A user principal name as an `otherName` has it: `[0] EXPLICIT` around a string (MS-WCCE §2.2.2.7.7.4 names the OID).

/// `szOID_NT_PRINCIPAL_NAME`.
pub(super) const OID: &str = "1.3.6.1.4.1.311.20.2.3";

const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;
/// Constructed, context-specific, number 0.
const EXPLICIT: u8 = 0xa0;

/// The name; `None` for anything else.
pub(super) fn read(value: &[u8]) -> Option<String> {
    let (inner, rest) = element(value, EXPLICIT)?;
    if !rest.is_empty() {
        return None;
    }
    let tag = *inner.first()?;
    let (text, rest) = element(inner, tag)?;
    if !rest.is_empty() || text.len() > super::LONGEST_NAME {
        return None;
    }
    match tag {
        UTF8_STRING => std::str::from_utf8(text).ok().map(str::to_owned),
        PRINTABLE_STRING | IA5_STRING if text.is_ascii() => {
            std::str::from_utf8(text).ok().map(str::to_owned)
        }
        _ => None,
    }
}

/// The content of a DER element with this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    if *found != tag {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        // DER has the shortest form (X.690 §10.1); more than two bytes of length are more than a name may have.
        0x81 => {
            let (length, rest) = rest.split_first()?;
            if *length < 0x80 {
                return None;
            }
            (usize::from(*length), rest)
        }
        0x82 => {
            let (high, rest) = rest.split_first()?;
            let (low, rest) = rest.split_first()?;
            let length = usize::from(*high) * 256 + usize::from(*low);
            if length < 0x100 {
                return None;
            }
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

//! A JSON string (RFC 8259 §7) read into a buffer that is wiped.
//!
//! The parser of the rest would unescape into memory of its own and leave the password there.

use zeroize::Zeroizing;

/// The bytes of a JSON string, quotes included in `raw`; `None` when it is not a string.
///
/// The buffer has its final size from the start, because growing would leave a copy behind.
pub(super) fn read(raw: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut rest = raw.trim().strip_prefix('"')?.strip_suffix('"')?;
    // No escape is shorter than what it stands for.
    let mut text = Zeroizing::new(Vec::with_capacity(rest.len()));
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at_checked(at)?;
        put(&mut text, plain)?;
        rest = escaped(escape.strip_prefix('\\')?, &mut text)?;
    }
    put(&mut text, rest)?;
    Some(text)
}

/// A bare quote or control character cannot stand in a string.
fn put(text: &mut Vec<u8>, plain: &str) -> Option<()> {
    if plain.bytes().any(|byte| byte == b'"' || byte < 0x20) {
        return None;
    }
    text.extend_from_slice(plain.as_bytes());
    Some(())
}

/// Reads what follows a backslash; returns what follows the escape.
fn escaped<'a>(escape: &'a str, text: &mut Vec<u8>) -> Option<&'a str> {
    let mut chars = escape.chars();
    let plain = match chars.next()? {
        'u' => return unicode(chars.as_str(), text),
        'b' => 0x08,
        'f' => 0x0c,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        '"' => b'"',
        '\\' => b'\\',
        '/' => b'/',
        _ => return None,
    };
    text.push(plain);
    Some(chars.as_str())
}

/// Four digits, or a surrogate pair in two escapes. Half a pair is no character.
fn unicode<'a>(digits: &'a str, text: &mut Vec<u8>) -> Option<&'a str> {
    let (first, rest) = unit(digits)?;
    let (char, rest) = match char::from_u32(first) {
        Some(char) => (char, rest),
        None => {
            let (second, rest) = unit(rest.strip_prefix("\\u")?)?;
            let (high, low) = (first.checked_sub(0xd800)?, second.checked_sub(0xdc00)?);
            if high >= 0x400 || low >= 0x400 {
                return None;
            }
            (char::from_u32(0x1_0000 + (high << 10) + low)?, rest)
        }
    };
    let mut utf8 = Zeroizing::new([0; 4]);
    text.extend_from_slice(char.encode_utf8(&mut *utf8).as_bytes());
    Some(rest)
}

fn unit(digits: &str) -> Option<(u32, &str)> {
    let (digits, rest) = digits.split_at_checked(4)?;
    // `from_str_radix` would take a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}

#[cfg(test)]
mod tests;

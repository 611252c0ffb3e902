//! A name and a password in `Authorization` (RFC 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Longest value of the header that is read, in bytes.
pub const MAX_BASIC_BYTES: usize = 4 * 1024;

/// As they were sent: nobody has looked at them. No `Debug`; wiped when dropped.
pub struct BasicCredentials {
    /// The login name.
    pub name: Zeroizing<String>,
    /// What stands in the password's place.
    pub password: Zeroizing<Vec<u8>>,
}

impl BasicCredentials {
    /// From the header's value; `None` where it is of another scheme or cannot be read.
    pub fn read(value: &[u8]) -> Option<Self> {
        let (scheme, coded) = value.split_at_checked(6)?;
        if value.len() > MAX_BASIC_BYTES || !scheme.eq_ignore_ascii_case(b"basic ") {
            return None;
        }
        // A size that is known before: what was decoded is in one place.
        let mut bytes = Zeroizing::new(vec![0; coded.len()]);
        let coded = coded.trim_ascii();
        let length = STANDARD.decode_slice(coded, &mut bytes).ok()?;
        let bytes = bytes.get(..length)?;
        let colon = bytes.iter().position(|byte| *byte == b':')?;
        let (name, password) = bytes.split_at_checked(colon)?;
        let name = std::str::from_utf8(name).ok()?;
        Some(Self {
            name: Zeroizing::new(name.to_owned()),
            password: Zeroizing::new(password.get(1..)?.to_vec()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Option<(&str, &[u8])>) {
        let read = BasicCredentials::read(value.as_bytes());
        let read = read
            .as_ref()
            .map(|it| (it.name.as_str(), it.password.as_slice()));
        assert_eq!(read, expected, "{value}");
    }

    #[test]
    fn a_name_ends_at_the_first_colon() {
        check("Basic amRvZTpyaWdodA==", Some(("jdoe", b"right")));
        check("bASIC  amRvZTpyaWdodA== ", Some(("jdoe", b"right")));
        check("Basic amRvZTphOmI=", Some(("jdoe", b"a:b")));
        check("Basic amRvZTo=", Some(("jdoe", b"")));
        check("Basic SsO8cmc6w7w=", Some(("J\u{fc}rg", b"\xc3\xbc")));
    }

    #[test]
    fn what_is_something_else_is_nothing() {
        for value in [
            "",
            "Basic",
            "Basic ",
            "Bearer amRvZTpyaWdodA==",
            "Basic amRvZQ==",
            "Basic amRv*Q==",
            "Basic /Dp4",
        ] {
            check(value, None);
        }
        let long = format!("Basic {}", STANDARD.encode([b':'; MAX_BASIC_BYTES]));
        check(&long, None);
    }
}

//! `userPassword` values (RFC 4519 §2.41, schemes as RFC 2307 writes them).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A password as the LDIF has it. No `Debug`.
///
/// Comparing takes as long as it takes: these passwords stand in a file that anybody can read.
pub(super) enum Stored {
    /// The password itself: no scheme, `{CLEAR}` or `{CLEARTEXT}`.
    Plain(Vec<u8>),
    /// `{SSHA256}`: digest of password and salt, and the salt.
    Salted { digest: Vec<u8>, salt: Vec<u8> },
    /// A scheme that is not known here; nothing matches it.
    Unknown,
}

impl Stored {
    pub(super) fn parse(value: &[u8]) -> Self {
        let Some((scheme, rest)) = scheme(value) else {
            return Self::Plain(value.to_vec());
        };
        match scheme.to_ascii_uppercase().as_str() {
            "CLEAR" | "CLEARTEXT" => Self::Plain(rest.to_vec()),
            "SSHA256" => match STANDARD.decode(rest) {
                Ok(mut digest) if digest.len() >= 32 => {
                    let salt = digest.split_off(32);
                    Self::Salted { digest, salt }
                }
                _ => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }
    pub(super) fn is(&self, given: &[u8]) -> bool {
        match self {
            Self::Plain(password) => password == given,
            Self::Salted { digest, salt } => {
                *Sha256::new()
                    .chain_update(given)
                    .chain_update(salt)
                    .finalize()
                    == **digest
            }
            Self::Unknown => false,
        }
    }
}

/// `{scheme}rest`.
fn scheme(value: &[u8]) -> Option<(&str, &[u8])> {
    let inner = value.strip_prefix(b"{")?;
    let end = inner.iter().position(|&byte| byte == b'}')?;
    let (name, rest) = inner.split_at_checked(end)?;
    Some((std::str::from_utf8(name).ok()?, rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc2307_schemes_are_told_apart() {
        // `secret` with the salt `salt`, as `openssl dgst -sha256` digests them.
        let salted = format!("{{SSHA256}}{}", {
            let mut value = Sha256::new()
                .chain_update(b"secretsalt")
                .finalize()
                .to_vec();
            value.extend_from_slice(b"salt");
            STANDARD.encode(value)
        });
        for (stored, given, right) in [
            ("secret", "secret", true),
            ("secret", "Secret", false),
            ("{CLEAR}secret", "secret", true),
            ("{cleartext}secret", "secret", true),
            (&salted, "secret", true),
            (&salted, "salt", false),
            ("{SSHA256}AAAA", "", false),
            ("{CRYPT}x", "x", false),
            ("{CRYPT}x", "{CRYPT}x", false),
            ("{no end", "{no end", true),
        ] {
            assert_eq!(
                Stored::parse(stored.as_bytes()).is(given.as_bytes()),
                right,
                "{stored} {given}"
            );
        }
    }
}

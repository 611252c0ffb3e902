//! Public keys as JSON (RFC 7517).

use super::Algorithm;
use crate::ClientKey;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

/// Most keys in a client's set.
const MAX_KEYS: usize = 32;
/// Longest set of keys that is read, in bytes.
const MAX_SET_BYTES: usize = 64 * 1024;
/// Shortest modulus, in bytes (RFC 7518 §3.3: 2048 bits or larger), and the longest that is computed with.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// A public key, as numbers. Whether a point lies on its curve is for whoever computes with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// A point of P-256.
    P256 {
        /// First coordinate.
        x: [u8; 32],
        /// Second coordinate.
        y: [u8; 32],
    },
    /// RSA, both numbers without leading zeros.
    Rsa {
        /// Modulus.
        n: Vec<u8>,
        /// Exponent.
        e: Vec<u8>,
    },
    /// Ed25519.
    Ed25519 {
        /// The key.
        x: [u8; 32],
    },
}

/// A key of ours as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    /// Its name.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The key.
    pub key: PublicKey,
}

/// The document at `jwks_uri`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwks {
    keys: Vec<Map<String, Value>>,
}

impl Jwks {
    /// Of these keys.
    pub fn new(keys: &[Jwk]) -> Self {
        Self {
            keys: keys.iter().map(Jwk::to_json).collect(),
        }
    }
}

impl Jwk {
    fn to_json(&self) -> Map<String, Value> {
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut members: Vec<(&str, String)> = match &self.key {
            PublicKey::P256 { x, y } => vec![
                ("kty", "EC".into()),
                ("crv", "P-256".into()),
                ("x", number(x)),
                ("y", number(y)),
            ],
            PublicKey::Rsa { n, e } => {
                vec![("kty", "RSA".into()), ("n", number(n)), ("e", number(e))]
            }
            PublicKey::Ed25519 { x } => {
                vec![
                    ("kty", "OKP".into()),
                    ("crv", "Ed25519".into()),
                    ("x", number(x)),
                ]
            }
        };
        members.push(("kid", self.kid.clone()));
        members.push(("alg", self.algorithm.as_str().into()));
        members.push(("use", "sig".into()));
        let json = |(name, value): (&str, String)| (name.to_owned(), Value::String(value));
        members.into_iter().map(json).collect()
    }
}

/// Why a client's set of keys is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No set.
    #[error("expected a JSON object with `keys`, a list of at most {MAX_KEYS} keys")]
    NoSet,
    /// A private part, or a shared key.
    #[error("expected public keys, found a private or a shared one")]
    Private,
    /// A number is missing or has the wrong length.
    #[error("expected a key with its numbers in base64url")]
    Numbers,
    /// Too short, or longer than anybody needs.
    #[error("expected an RSA key of 2048 to 8192 bits")]
    RsaSize,
    /// An `alg` that is not of the key's kind.
    #[error("expected an `alg` that fits the key")]
    Algorithm,
    /// Two keys answer to one name.
    #[error("expected each `kid` once")]
    SameName,
}

/// Reads the JWKS of a client. Each key is bound to one algorithm here. RFC 7517 §5: keys of kinds that are not
/// understood, and those for encryption, are passed over.
pub fn read_client_keys(json: &str) -> Result<Vec<ClientKey>, KeyError> {
    if json.len() > MAX_SET_BYTES {
        return Err(KeyError::NoSet);
    }
    let set: Map<String, Value> = serde_json::from_str(json).map_err(|_| KeyError::NoSet)?;
    let keys = set
        .get("keys")
        .and_then(Value::as_array)
        .ok_or(KeyError::NoSet)?;
    if keys.len() > MAX_KEYS {
        return Err(KeyError::NoSet);
    }
    let mut read: Vec<ClientKey> = Vec::new();
    for key in keys {
        let key = key.as_object().ok_or(KeyError::NoSet)?;
        if let Some(key) = read_key(key)? {
            let same = |other: &ClientKey| other.kid.is_some() && other.kid == key.kid;
            if read.iter().any(same) {
                return Err(KeyError::SameName);
            }
            read.push(key);
        }
    }
    Ok(read)
}

fn read_key(key: &Map<String, Value>) -> Result<Option<ClientKey>, KeyError> {
    let text = |name| key.get(name).and_then(Value::as_str);
    if key.contains_key("d") || key.contains_key("k") {
        return Err(KeyError::Private);
    }
    if text("use").is_some_and(|usage| usage != "sig") {
        return Ok(None);
    }
    let (algorithm, public) = match (text("kty"), text("crv")) {
        (Some("EC"), Some("P-256")) => {
            let (x, y) = (number(text("x"))?, number(text("y"))?);
            (Algorithm::Es256, PublicKey::P256 { x, y })
        }
        (Some("OKP"), Some("Ed25519")) => {
            let x = number(text("x"))?;
            (Algorithm::EdDsa, PublicKey::Ed25519 { x })
        }
        (Some("RSA"), _) => (Algorithm::Rs256, rsa(text("n"), text("e"))?),
        _ => return Ok(None),
    };
    if text("alg").is_some_and(|named| !algorithm.is_called(named)) {
        return Err(KeyError::Algorithm);
    }
    Ok(Some(ClientKey {
        kid: text("kid").map(str::to_owned),
        algorithm,
        key: public,
    }))
}

fn decoded(text: Option<&str>) -> Result<Vec<u8>, KeyError> {
    let text = text.ok_or(KeyError::Numbers)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Numbers)
}

fn number(text: Option<&str>) -> Result<[u8; 32], KeyError> {
    decoded(text)?.try_into().map_err(|_| KeyError::Numbers)
}

fn rsa(n: Option<&str>, e: Option<&str>) -> Result<PublicKey, KeyError> {
    let trimmed =
        |bytes: Vec<u8>| -> Vec<u8> { bytes.into_iter().skip_while(|byte| *byte == 0).collect() };
    let (n, e) = (trimmed(decoded(n)?), trimmed(decoded(e)?));
    if !RSA_BYTES.contains(&n.len())
        || n.first().is_none_or(|first| *first < 0x80) && n.len() == 256
    {
        return Err(KeyError::RsaSize);
    }
    // An even exponent is none, and 1 makes every text its own signature.
    let odd = e.last().is_some_and(|last| last % 2 == 1);
    if e.len() > 8 || !odd || e == [1] {
        return Err(KeyError::Numbers);
    }
    Ok(PublicKey::Rsa { n, e })
}

#[cfg(test)]
mod tests;

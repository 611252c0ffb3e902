//! The compact form (RFC 7515 §7.1): written, and read strictly.

use super::{Algorithm, KeyUnusable, PublicKey, Signatures, SigningKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// Longest text that is read as a signed one.
pub const MAX_JWS_BYTES: usize = 16 * 1024;

/// The members of a signed JSON object. Nobody may look at them before [`verify`] gave them out.
pub(crate) type Claims = Map<String, Value>;

/// Why a text is not what a key of ours or of a client signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not three parts of base64url, too long, or no JSON in them.
    #[error("expected three parts of base64url around JSON objects")]
    Malformed,
    /// Another kind of JWT.
    #[error("expected another `typ`")]
    Type,
    /// The header asks for an extension.
    #[error("the header has `crit`, and no extension is understood")]
    Critical,
    /// No key of that name, or several where none is named.
    #[error("no key answers to the header's `kid`")]
    NoKey,
    /// `none`, a shared key, or another than the key is used with.
    #[error("expected the algorithm that the key is used with")]
    Algorithm,
    /// It is somebody else's, or was altered.
    #[error("the signature is wrong")]
    Signature,
}

/// A key that may have signed.
pub(crate) struct Candidate<'a> {
    pub(crate) kid: Option<&'a str>,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: &'a PublicKey,
}

/// Signs an object.
pub(crate) fn sign(
    typ: &str,
    claims: &Claims,
    key: &dyn SigningKey,
) -> Result<String, KeyUnusable> {
    let header = json!({ "alg": key.algorithm().as_str(), "kid": key.kid(), "typ": typ });
    let claims = serde_json::to_vec(claims).map_err(|_| KeyUnusable)?;
    let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut text);
    let signature = key.sign(text.as_bytes())?;
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut text);
    Ok(text)
}

/// The object that one of these keys signed. The algorithm is the key's own: what the header says can only agree
/// (RFC 8725 §3.1). A key in the header, or an address of one, is not looked at.
pub(crate) fn verify<'a>(
    text: &str,
    typ: &[&str],
    keys: impl Iterator<Item = Candidate<'a>>,
    signatures: &dyn Signatures,
) -> Result<Claims, JwsError> {
    if text.len() > MAX_JWS_BYTES {
        return Err(JwsError::Malformed);
    }
    let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    if claims.contains('.') {
        return Err(JwsError::Malformed);
    }
    let header = object(header)?;
    if header.contains_key("crit") {
        return Err(JwsError::Critical);
    }
    check_type(&header, typ)?;
    let key = pick(&header, keys)?;
    let alg = header.get("alg").and_then(Value::as_str);
    if !alg.is_some_and(|alg| key.algorithm.is_called(alg)) {
        return Err(JwsError::Algorithm);
    }
    let signature = decoded(signature)?;
    if !key.algorithm.fits(key.key)
        || !signatures.is_signature(key.algorithm, key.key, signed.as_bytes(), &signature)
    {
        return Err(JwsError::Signature);
    }
    object(claims)
}

/// What a text says of itself before anybody knows whose it is: for finding the keys to verify it with.
pub(crate) fn claimed(text: &str, name: &str) -> Option<String> {
    let within = text.len() <= MAX_JWS_BYTES;
    let claims = object(text.split('.').nth(1).filter(|_| within)?).ok()?;
    claims.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// By name; without one in the header, the only key that there is.
fn pick<'a>(
    header: &Claims,
    keys: impl Iterator<Item = Candidate<'a>>,
) -> Result<Candidate<'a>, JwsError> {
    let named = match header.get("kid") {
        Some(kid) => Some(kid.as_str().ok_or(JwsError::Malformed)?),
        None => None,
    };
    let mut fitting = keys.filter(|key| named.is_none() || key.kid == named);
    let first = fitting.next().ok_or(JwsError::NoKey)?;
    match fitting.next() {
        Some(_) => Err(JwsError::NoKey),
        None => Ok(first),
    }
}

/// RFC 8725 §3.11: one kind of JWT does not pass for another. One that says nothing is of the ordinary kind.
fn check_type(header: &Claims, expected: &[&str]) -> Result<(), JwsError> {
    let typ = match header.get("typ") {
        None => "JWT",
        Some(typ) => typ.as_str().ok_or(JwsError::Malformed)?,
    };
    let short = typ.strip_prefix("application/").unwrap_or(typ);
    let is_one = |other: &&str| short.eq_ignore_ascii_case(other);
    if expected.iter().any(is_one) {
        Ok(())
    } else {
        Err(JwsError::Type)
    }
}

fn object(part: &str) -> Result<Claims, JwsError> {
    serde_json::from_slice(&decoded(part)?).map_err(|_| JwsError::Malformed)
}

/// Without padding and without blanks: one signed text has one spelling.
fn decoded(part: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| JwsError::Malformed)
}

#[cfg(test)]
mod tests;

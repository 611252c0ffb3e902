//! What a client shows.

use super::ClientRequest;
use crate::jose::claimed;
use crate::{ClientId, Fingerprint, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Who it says it is, and by what.
pub(super) struct Presented {
    pub(super) client: ClientId,
    pub(super) proof: Proof,
}

pub(super) enum Proof {
    None,
    /// The fingerprint of what was sent.
    Basic(Fingerprint),
    Post(Fingerprint),
    Assertion(Zeroizing<String>),
}

impl Presented {
    pub(super) fn read(request: &ClientRequest) -> Result<Self, Problem> {
        let sent = &request.parameters;
        let named = sent.one("client_id")?;
        let secret = sent.one("client_secret")?;
        let assertion = sent.one("client_assertion")?;
        let assertion_type = sent.one("client_assertion_type")?;
        let header = request.authorization.as_ref();
        let asserted = assertion.is_some() || assertion_type.is_some();
        // RFC 6749 §2.3: not more than one in each request.
        let ways = [header.is_some(), secret.is_some(), asserted];
        if ways.iter().filter(|used| **used).count() > 1 {
            return Err(Problem::ManyProofs);
        }
        let (id, proof) = if let Some(header) = header {
            let (id, secret) = basic(header.expose()).ok_or(Problem::ClientProof)?;
            (id, Proof::Basic(Fingerprint::of(secret.as_bytes())))
        } else if asserted {
            let text = assertion.filter(|_| assertion_type == Some(JWT_BEARER));
            let text = text.ok_or(Problem::ClientProof)?;
            let id = claimed(text, "sub").ok_or(Problem::ClientProof)?;
            (id, Proof::Assertion(Zeroizing::new(text.to_owned())))
        } else {
            let id = named.ok_or(Problem::NoClientProof)?.to_owned();
            let proof = secret.map_or(Proof::None, |secret| {
                Proof::Post(Fingerprint::of(secret.as_bytes()))
            });
            (id, proof)
        };
        if named.is_some_and(|named| named != id) {
            return Err(Problem::ClientProof);
        }
        let client = ClientId::parse(&id).ok_or(Problem::ClientProof)?;
        Ok(Self { client, proof })
    }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined by a colon.
fn basic(header: &str) -> Option<(String, Zeroizing<String>)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let (id, secret) = (form_decoded(id)?, Zeroizing::new(form_decoded(secret)?));
    (!secret.is_empty()).then_some((id, secret))
}

/// A `%` without two digits behind it stays: of a client that does not encode.
fn form_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let escaped = after.split_first_chunk::<2>().filter(|_| *first == b'%');
        let digits = escaped.and_then(|(digits, after)| {
            let text = std::str::from_utf8(digits).ok()?;
            let hex = digits.iter().all(u8::is_ascii_hexdigit);
            let byte = u8::from_str_radix(text, 16).ok().filter(|_| hex)?;
            Some((byte, after))
        });
        match (digits, *first) {
            (Some((byte, after)), _) => {
                bytes.push(byte);
                rest = after;
            }
            (None, b'+') => bytes.push(b' '),
            (None, plain) => bytes.push(plain),
        }
    }
    String::from_utf8(bytes).ok()
}

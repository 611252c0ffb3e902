//! Signed texts (RFC 7515) as far as they are used here: compact, one signature, three algorithms, and each key with
//! one of them. The arithmetic is a port.

mod jwk;
mod jws;
mod ports;

pub use jwk::{Jwk, Jwks, KeyError, PublicKey, read_client_keys};
pub(crate) use jws::{Candidate, Claims, claimed, sign, verify};
pub use jws::{JwsError, MAX_JWS_BYTES};
pub use ports::{Algorithm, KeyUnusable, Signatures, Signer, SigningKey};

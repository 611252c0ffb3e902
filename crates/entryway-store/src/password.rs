//! Hashes of passwords: argon2id of our own, and those that directories wrote.
//!
//! Verifying takes about 20 ms and 19 MiB; whoever calls this does so on a thread that may block.

mod scheme;

use crate::{HashProblem, StoreError, random};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use scheme::Digested;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What a hash that was written elsewhere may cost: more would let one account slow everybody down.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;
const LONGEST: usize = 512;

/// A hash as it stands in the store, read.
pub(crate) enum Hash {
    /// `$argon2id$v=19$…`, or one of its siblings.
    Argon2(Box<PasswordHash>),
    /// `{SSHA}…` and its kin.
    Digest(Digested),
}

/// A new hash of a password.
pub(crate) fn hash(password: &[u8]) -> Result<String, StoreError> {
    let failed = || StoreError::damaged("the computation of a password's hash");
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| failed())?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password, &random::bytes::<16>()?)
        .map(|hash| hash.to_string())
        .map_err(|_| failed())
}

impl Hash {
    /// Reads a hash of our own, or one as `slappasswd` writes it.
    pub(crate) fn parse(text: &str) -> Result<Self, HashProblem> {
        if text.len() > LONGEST {
            return Err(HashProblem::Unreadable);
        }
        if text.starts_with('$') {
            return argon2(text);
        }
        let (scheme, value) = text
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
            .ok_or(HashProblem::ClearText)?;
        match scheme.to_ascii_uppercase().as_str() {
            "ARGON2" => argon2(value),
            "CRYPT" => Err(HashProblem::Crypt),
            "CLEARTEXT" => Err(HashProblem::ClearText),
            scheme => Digested::parse(scheme, value).map(Self::Digest),
        }
    }

    /// As it is kept: argon2 in the PHC form, the others with their scheme.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Argon2(hash) => hash.to_string(),
            Self::Digest(digested) => digested.to_text(),
        }
    }

    /// `argon2id`, `SSHA`, …
    pub(crate) fn scheme(&self) -> &str {
        match self {
            Self::Argon2(hash) => hash.algorithm.as_str(),
            Self::Digest(digested) => digested.scheme(),
        }
    }

    /// Whether the password is the one that was hashed; compared in constant time.
    pub(crate) fn verify(&self, password: &[u8]) -> Result<bool, StoreError> {
        match self {
            Self::Argon2(hash) => match Argon2::default().verify_password(password, &**hash) {
                Ok(()) => Ok(true),
                Err(Error::PasswordInvalid) => Ok(false),
                Err(_) => Err(StoreError::damaged("a password's hash")),
            },
            Self::Digest(digested) => Ok(digested.verify(password)),
        }
    }

    /// Whether it is as strong as the one we would write.
    pub(crate) fn is_strong(&self) -> bool {
        match self {
            Self::Argon2(hash) => {
                hash.algorithm.as_str() == "argon2id"
                    && Params::try_from(&**hash).is_ok_and(|params| {
                        params.m_cost() >= MEMORY_KIB && params.t_cost() >= PASSES
                    })
            }
            Self::Digest(_) => false,
        }
    }
}

fn argon2(text: &str) -> Result<Hash, HashProblem> {
    let hash = PasswordHash::new(text).map_err(|_| HashProblem::Unreadable)?;
    Algorithm::try_from(hash.algorithm.as_str())
        .map_err(|_| HashProblem::Scheme(hash.algorithm.as_str().to_owned()))?;
    let params = Params::try_from(&hash).map_err(|_| HashProblem::Unreadable)?;
    if hash.salt.is_none() || hash.hash.is_none() {
        return Err(HashProblem::Unreadable);
    }
    if params.m_cost() > MOST_MEMORY_KIB
        || params.t_cost() > MOST_PASSES
        || params.p_cost() > MOST_LANES
    {
        return Err(HashProblem::TooCostly {
            memory_mib: MOST_MEMORY_KIB / 1024,
            passes: MOST_PASSES,
            lanes: MOST_LANES,
        });
    }
    Ok(Hash::Argon2(Box::new(hash)))
}

#[cfg(test)]
pub(crate) mod tests;

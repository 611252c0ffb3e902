//! A password on its way from the page to a connector: what a connector asks a page to seal with, and what comes back.
//!
//! The hub carries both and can read neither the password nor change for whom, for what and under which name it counts:
//! site, connector and key are in the key schedule, purpose, audience, login name and nonce in what is authenticated.

use crate::ports::{KeyUnusable, Signer, Verifier};
use crate::statement::digest;
use crate::{ConnectorId, Octets, Opaque, SiteName, Statement};
use entryway_ldap_types::Password;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What a password is padded to: its length in two bytes, itself, zeros. No ciphertext tells how long it is.
const PADDED_BYTES: usize = 2 + Password::MAX_BYTES;
/// A sealed password: padded, and the tag of AES-GCM.
pub const SEALED_BYTES: usize = PADDED_BYTES + 16;

/// What a sealing key is called: the first 8 bytes of the SHA-256 of its point.
pub type KeyId = Octets<8>;
/// What counts once: the connector's own words, which nobody else reads.
pub type SealNonce = Opaque<64>;

/// The one suite of version 1.
const SUITE: &str = "P256-HKDF-SHA256-AES128GCM";
const KEY_STATEMENT: &str = "entryway sealing key v1";
const INFO: &str = "entryway sealed password v1";

/// A sealing key, as its connector vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealingKey {
    /// The uncompressed point.
    pub point: [u8; 65],
    /// Nothing is sealed with it before, in milliseconds of Unix time,
    pub from_ms: u64,
    /// nor after.
    pub until_ms: u64,
}

impl SealingKey {
    /// Its name.
    pub fn id(&self) -> KeyId {
        let hash = digest(&[&self.point]);
        let mut id = [0; 8];
        for (to, from) in id.iter_mut().zip(hash) {
            *to = from;
        }
        Octets(id)
    }

    fn statement(&self, site: &SiteName, connector: &ConnectorId) -> Statement {
        Statement::of(KEY_STATEMENT)
            .with(SUITE.as_bytes())
            .with(site.as_str().as_bytes())
            .with(connector.as_str().as_bytes())
            .with(&self.point)
            .with_number(self.from_ms)
            .with_number(self.until_ms)
    }
}

/// What a page seals a password with: a key and a nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// 1.
    pub version: u16,
    /// `P256-HKDF-SHA256-AES128GCM`.
    pub suite: crate::Text<32>,
    /// For which site.
    pub site: SiteName,
    /// For which connector.
    pub connector: ConnectorId,
    /// The sealing key: an uncompressed point of P-256.
    pub key: Octets<65>,
    /// Its name.
    pub key_id: KeyId,
    /// From when it is used, in milliseconds of Unix time,
    pub key_from_ms: u64,
    /// and till when.
    pub key_until_ms: u64,
    /// The connector's identity key says that all this is so.
    pub key_signature: Octets<64>,
    /// Counts once.
    pub nonce: SealNonce,
    /// Till when, in milliseconds of Unix time by the connector's clock.
    pub nonce_until_ms: u64,
}

/// Why a challenge is not passed on to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeInvalid {
    /// Another version or suite.
    #[error("the challenge is of another version or suite")]
    Version,
    /// Of another site or connector than was asked.
    #[error("the challenge names another site or connector")]
    Foreign,
    /// The id is not that of the key.
    #[error("the challenge's key id is not that of its key")]
    KeyId,
    /// The connector's key did not sign it.
    #[error("the challenge's key is not signed by the connector")]
    Signature,
}

impl Challenge {
    /// A challenge for `nonce`, with the key's signature made or made before.
    pub fn new(
        site: &SiteName,
        connector: ConnectorId,
        key: &SealingKey,
        key_signature: [u8; 64],
        nonce: SealNonce,
        nonce_until_ms: u64,
    ) -> Self {
        Self {
            version: 1,
            suite: crate::Text::cut(SUITE),
            site: site.clone(),
            connector,
            key: Octets(key.point),
            key_id: key.id(),
            key_from_ms: key.from_ms,
            key_until_ms: key.until_ms,
            key_signature: Octets(key_signature),
            nonce,
            nonce_until_ms,
        }
    }

    /// The same with another nonce.
    pub fn with_nonce(&self, nonce: SealNonce, nonce_until_ms: u64) -> Self {
        Self {
            nonce,
            nonce_until_ms,
            ..self.clone()
        }
    }

    /// Whether both name the same key, vouched for by the same signature: where one was verified, so is the other.
    pub fn is_of_the_key_of(&self, other: &Self) -> bool {
        *self == other.with_nonce(self.nonce.clone(), self.nonce_until_ms)
    }

    /// What vouches for a sealing key: once for each key.
    pub fn sign_key(
        site: &SiteName,
        connector: &ConnectorId,
        key: &SealingKey,
        signer: &dyn Signer,
    ) -> Result<[u8; 64], KeyUnusable> {
        signer.sign(key.statement(site, connector).as_slice())
    }

    /// Whether a page may seal with this: it is this connector's, and its identity key says so. Times are the
    /// connector's own business: its clock need not be ours.
    pub fn verify(
        &self,
        site: &SiteName,
        connector: &ConnectorId,
        verifier: &dyn Verifier,
    ) -> Result<(), ChallengeInvalid> {
        let key = SealingKey {
            point: self.key.0,
            from_ms: self.key_from_ms,
            until_ms: self.key_until_ms,
        };
        if self.version != 1 || self.suite.as_str() != SUITE {
            return Err(ChallengeInvalid::Version);
        }
        if self.site != *site || self.connector != *connector {
            return Err(ChallengeInvalid::Foreign);
        }
        if self.key_id != key.id() {
            return Err(ChallengeInvalid::KeyId);
        }
        let statement = key.statement(site, connector);
        verifier
            .is_signature(statement.as_slice(), &self.key_signature.0)
            .then_some(())
            .ok_or(ChallengeInvalid::Signature)
    }

    /// What a page binds its password to: for tests, benches and callers of the API.
    pub fn bind(&self, purpose: Purpose, audience: &str, login_name: &str) -> Challenged {
        Challenged {
            info: sealed_info(&self.site, &self.connector, &self.key_id),
            aad: sealed_aad(purpose, audience, login_name, &self.nonce),
        }
    }
}

/// `info` and `aad` of one sealing.
pub struct Challenged {
    /// Into the key schedule.
    pub info: Vec<u8>,
    /// Authenticated beside the password.
    pub aad: Vec<u8>,
}

/// A sealed password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Who can open it.
    pub connector: ConnectorId,
    /// With which key.
    pub key_id: KeyId,
    /// Of the challenge.
    pub nonce: SealNonce,
    /// The ephemeral key of HPKE.
    pub enc: Octets<65>,
    /// The padded password and its tag.
    pub ciphertext: Opaque<SEALED_BYTES>,
}

/// What a sealed password is for: one sealed as the old one is not taken for a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To be let in.
    Login,
    /// The password that the person has, to get another.
    Old,
    /// The password that the person wants.
    New,
}

impl Purpose {
    /// As it stands in what is bound.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// `info` of HPKE: whose key this is.
pub fn sealed_info(site: &SiteName, connector: &ConnectorId, key: &KeyId) -> Vec<u8> {
    Statement::of(INFO)
        .with(site.as_str().as_bytes())
        .with(connector.as_str().as_bytes())
        .with(key.as_slice())
        .as_slice()
        .to_vec()
}

/// `aad` of HPKE: what the password is for. The login name is exactly what was typed.
pub fn sealed_aad(
    purpose: Purpose,
    audience: &str,
    login_name: &str,
    nonce: &SealNonce,
) -> Vec<u8> {
    Statement::of(purpose.as_str())
        .with(audience.as_bytes())
        .with(login_name.as_bytes())
        .with(nonce.as_slice())
        .as_slice()
        .to_vec()
}

/// A password as it is sealed; `None` where it is longer than any may be. An empty one can be sealed: it is the site's
/// to refuse it.
pub fn pad(password: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let length = u16::try_from(password.len()).ok()?;
    // At its full size at once: a buffer that grows leaves a copy that nobody wipes.
    let mut padded = Zeroizing::new(vec![0; PADDED_BYTES]);
    let (head, rest) = padded.split_first_chunk_mut::<2>()?;
    *head = length.to_be_bytes();
    rest.get_mut(..password.len())?.copy_from_slice(password);
    Some(padded)
}

/// The password in what was opened; `None` where it is not padded as it must be.
pub fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<2>()?;
    let (password, zeros) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    let is_padded = padded.len() == PADDED_BYTES && zeros.iter().all(|byte| *byte == 0);
    is_padded.then_some(password)
}

#[cfg(test)]
mod tests;

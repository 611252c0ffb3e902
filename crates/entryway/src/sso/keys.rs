//! The keys that tokens are signed with: made here, kept in the store, shared by every node, and followed by others in
//! time. A key is published before it signs, so that no relying party meets one that it could not have fetched, and
//! after, for as long as something that it signed may live.

use super::entropy;
use anyhow::Context;
use arc_swap::ArcSwap;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use entryway_config::KeyRotation;
use entryway_oidc::{Algorithm, Jwk, KeyUnusable, PublicKey, Signer, SigningKey};
use entryway_store::{SigningKeyRow, Store};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// What there is a key for: the default, and what Discovery §3 demands.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::Rs256];

/// How often it is looked whether a key is due, here or made by another node.
pub(crate) const LOOK: Duration = Duration::from_secs(600);

/// The keys of this installation, as they were last read.
pub(crate) struct Keyring {
    store: Store,
    held: ArcSwap<Vec<Arc<Held>>>,
}

struct Held {
    kid: String,
    algorithm: Algorithm,
    pair: Pair,
    public: PublicKey,
    signs_from: i64,
    drop_after: Option<i64>,
}

enum Pair {
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Keyring {
    /// Without keys, until [`refresh`](Self::refresh).
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            held: ArcSwap::from_pointee(Vec::new()),
        }
    }

    /// Makes what is due, drops what is over, and reads all of them.
    pub(crate) async fn refresh(&self, rotation: KeyRotation) -> anyhow::Result<()> {
        let now = now_ms();
        let sso = self.store.sso();
        let rows = sso.signing_keys().await?;
        for algorithm in ALGORITHMS {
            let newest = rows
                .iter()
                .filter(|row| row.algorithm == algorithm.as_str())
                .max_by_key(|row| row.signs_from_ms);
            self.follow(algorithm, newest, rotation, now).await?;
        }
        let rows = sso.signing_keys().await?;
        for row in rows.iter().filter(|row| row.drop_after_ms.is_none()) {
            // Also of a process that ended between making a key and retiring the one before it.
            let after = rows.iter().filter(|other| {
                other.algorithm == row.algorithm && other.signs_from_ms > row.signs_from_ms
            });
            if let Some(next) = after.map(|other| other.signs_from_ms).min() {
                let end = next.saturating_add(millis(rotation.overlap));
                sso.retire_signing_key(&row.kid, end).await?;
            }
        }
        sso.drop_signing_keys(now).await?;
        let rows = sso.signing_keys().await?;
        let held: Vec<_> = rows
            .iter()
            .map(|row| Held::read(row).map(Arc::new))
            .collect::<anyhow::Result<_>>()?;
        self.held.store(Arc::new(held));
        Ok(())
    }

    /// Makes the first key, or the next one as long before it signs as relying parties need to learn of it.
    async fn follow(
        &self,
        algorithm: Algorithm,
        newest: Option<&SigningKeyRow>,
        rotation: KeyRotation,
        now: i64,
    ) -> anyhow::Result<()> {
        let overlap = millis(rotation.overlap);
        let signs_from = match newest {
            None => now,
            Some(row) if now >= row.signs_from_ms + millis(rotation.every) - overlap => {
                now + overlap
            }
            Some(_) => return Ok(()),
        };
        let private = tokio::task::spawn_blocking(move || generate(algorithm)).await??;
        let row = SigningKeyRow {
            kid: entropy::name(),
            algorithm: algorithm.as_str().to_owned(),
            private,
            published_ms: now,
            signs_from_ms: signs_from,
            drop_after_ms: None,
        };
        let sso = self.store.sso();
        let before = newest.map(|row| row.kid.as_str());
        // Another node may have been first: then its key is the one.
        sso.add_signing_key(&row, before).await?;
        Ok(())
    }

    fn in_use(&self, algorithm: Algorithm, now: i64) -> Option<Arc<Held>> {
        let held = self.held.load();
        let usable = held.iter().filter(|key| {
            key.algorithm == algorithm
                && key.signs_from <= now
                && key.drop_after.is_none_or(|end| now < end)
        });
        usable.max_by_key(|key| key.signs_from).cloned()
    }
}

impl Signer for Keyring {
    fn current(&self, algorithm: Algorithm) -> Option<Arc<dyn SigningKey>> {
        let key = self.in_use(algorithm, now_ms())?;
        Some(key)
    }

    fn published(&self) -> Vec<Jwk> {
        let now = now_ms();
        let held = self.held.load();
        let live = held
            .iter()
            .filter(|key| key.drop_after.is_none_or(|end| now < end));
        live.map(|key| Jwk {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            key: key.public.clone(),
        })
        .collect()
    }
}

impl SigningKey for Held {
    fn kid(&self) -> &str {
        &self.kid
    }

    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, KeyUnusable> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::P256(pair) => {
                let signature = pair.sign(&random, text).map_err(|_| KeyUnusable)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)
                    .map_err(|_| KeyUnusable)?;
                Ok(signature)
            }
        }
    }
}

impl Held {
    fn read(row: &SigningKeyRow) -> anyhow::Result<Self> {
        let unusable = "a signing key of the store cannot be used";
        let algorithm = ALGORITHMS
            .into_iter()
            .find(|algorithm| algorithm.as_str() == row.algorithm)
            .context(unusable)?;
        let (pair, public) = read_pair(algorithm, &row.private).context(unusable)?;
        Ok(Self {
            kid: row.kid.clone(),
            algorithm,
            pair,
            public,
            signs_from: row.signs_from_ms,
            drop_after: row.drop_after_ms,
        })
    }
}

fn read_pair(algorithm: Algorithm, private: &[u8]) -> Option<(Pair, PublicKey)> {
    match algorithm {
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private).ok()?;
            // An uncompressed point (SEC 1 §2.3.3).
            let (form, point) = pair.public_key().as_ref().split_first()?;
            let (x, y) = point.split_first_chunk::<32>()?;
            let y = y.try_into().ok().filter(|_| *form == 4)?;
            let public = PublicKey::P256 { x: *x, y };
            Some((Pair::P256(pair), public))
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(private).ok()?;
            let key = pair.public_key();
            let public = PublicKey::Rsa {
                n: key.modulus().big_endian_without_leading_zero().to_vec(),
                e: key.exponent().big_endian_without_leading_zero().to_vec(),
            };
            Some((Pair::Rsa(pair), public))
        }
        Algorithm::EdDsa => None,
    }
}

fn generate(algorithm: Algorithm) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let failed = "a signing key cannot be made";
    let private = match algorithm {
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok();
            let document = pair.and_then(|pair| pair.to_pkcs8v1().ok());
            document.map(|document| document.as_ref().to_vec())
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok();
            let der = pair.and_then(|pair| pair.as_der().ok());
            der.map(|der| der.as_ref().to_vec())
        }
        Algorithm::EdDsa => None,
    };
    private.map(Zeroizing::new).context(failed)
}

/// As the store counts.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    millis(since.unwrap_or_default())
}

#[cfg(test)]
mod tests;

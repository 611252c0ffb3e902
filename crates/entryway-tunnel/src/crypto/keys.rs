//! A connector's sealing keys and nonces: in memory alone, new daily and at each start.
//!
//! A nonce needs no memory until it is used: it says when it was given out, and a key that lives as long as this value
//! says that it was given out here. Times are counted from the start, not by the wall clock: one that is set back would
//! let a password be used again.

use super::seal::SecretKey;
use aws_lc_rs::hmac;
use entryway_bridge::message::{ChangeAsked, LoginAsked, SealRefusal};
use entryway_bridge::ports::{KeyUnusable, Signer};
use entryway_bridge::{
    Challenge, ConnectorId, KeyId, Purpose, SealNonce, Sealed, SealingKey, SiteName, sealed_aad,
    sealed_info, unpad,
};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a nonce may be used: the page asks for one when the form is sent.
const NONCE_LIFE: Duration = Duration::from_secs(2 * 60);
/// How long a sealing key is given out.
const KEY_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// Most used nonces that are remembered for one life of a nonce: eight thousand logins a second. Each takes some twenty
/// bytes, for as long as it counts.
const USED_MAX: usize = 1 << 20;

const RANDOM: usize = 16;
const TAG: usize = 16;

/// A password that was opened; wiped when dropped.
pub type Opened = Zeroizing<Vec<u8>>;

/// The sealing keys of one connector.
pub struct SealingKeys {
    site: SiteName,
    connector: ConnectorId,
    nonces: hmac::Key,
    started: Instant,
    used_max: usize,
    keys: Mutex<Keys>,
    used: Mutex<Used>,
}

/// Locked for a moment only: nothing is computed meanwhile.
struct Keys {
    current: Arc<Held>,
    /// Accepted while nonces that were given out with it live.
    before: Option<Arc<Held>>,
}

struct Held {
    secret: SecretKey,
    public: SealingKey,
    since: Instant,
    /// What the last identity key that was asked has signed, and which key that is.
    signature: Mutex<Option<([u8; 32], [u8; 64])>>,
}

/// Used nonces in two generations, each as long as a nonce lives: what is forgotten has expired.
struct Used {
    now: HashSet<[u8; RANDOM]>,
    before: HashSet<[u8; RANDOM]>,
    since: Instant,
}

impl SealingKeys {
    /// New keys. `wall_ms` is Unix time in milliseconds, here and below: it is told to pages and counts for nothing.
    pub fn new(
        site: SiteName,
        connector: ConnectorId,
        now: Instant,
        wall_ms: u64,
    ) -> Result<Self, KeyUnusable> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key).map_err(|_| KeyUnusable)?;
        let current = Arc::new(Held::generate(now, wall_ms)?);
        Ok(Self {
            nonces: hmac::Key::new(hmac::HMAC_SHA256, &*key),
            started: now,
            used_max: USED_MAX,
            keys: Mutex::new(Keys {
                current,
                before: None,
            }),
            used: Mutex::new(Used {
                now: HashSet::new(),
                before: HashSet::new(),
                since: now,
            }),
            site,
            connector,
        })
    }

    /// Something to seal with. `signer` is the identity key of the tunnel that it is asked for on: the hub believes what
    /// the certificate there says, and that changes when it is renewed.
    pub fn challenge(
        &self,
        signer: &dyn Signer,
        now: Instant,
        wall_ms: u64,
    ) -> Result<Challenge, KeyUnusable> {
        self.challenges(signer, now, wall_ms, 0)
            .map(|(challenge, _)| challenge)
    }

    /// The same with so many further nonces: each may stand in the challenge in the place of its own.
    pub fn challenges(
        &self,
        signer: &dyn Signer,
        now: Instant,
        wall_ms: u64,
        further: u16,
    ) -> Result<(Challenge, Vec<SealNonce>), KeyUnusable> {
        // Drawn together: each draw asks the system.
        let mut random = vec![[0; RANDOM]; 1 + usize::from(further)];
        getrandom::fill(random.as_flattened_mut()).map_err(|_| KeyUnusable)?;
        let mut nonces = random.iter().map(|random| self.nonce(now, random));
        let nonce = nonces.next().ok_or(KeyUnusable)??;
        let further = nonces.collect::<Result<_, _>>()?;
        let held = {
            let mut keys = self.keys.lock();
            if now.saturating_duration_since(keys.current.since) >= KEY_LIFE {
                let next = Held::generate(now, wall_ms)?;
                keys.before = Some(std::mem::replace(&mut keys.current, Arc::new(next)));
            }
            Arc::clone(&keys.current)
        };
        let (site, connector) = (&self.site, self.connector);
        let signature = held.signed(signer, || {
            Challenge::sign_key(site, &connector, &held.public, signer)
        })?;
        let until_ms = wall_ms.saturating_add(millis(NONCE_LIFE));
        let key = &held.public;
        let challenge = Challenge::new(site, connector, key, signature, nonce, until_ms);
        Ok((challenge, further))
    }

    /// The password of a login, once.
    pub fn open_login(&self, asked: &LoginAsked, now: Instant) -> Result<Opened, SealRefusal> {
        let bound = |sealed| Bound {
            sealed,
            audience: asked.audience.as_str(),
            login_name: asked.login_name.as_str(),
        };
        self.judge(&asked.sealed, now)?;
        let opened = self.open(Purpose::Login, &bound(&asked.sealed), now)?;
        self.claim(&asked.sealed.nonce, now)?;
        unpadded(&opened)
    }

    /// The old and the new password of a change, once.
    pub fn open_change(
        &self,
        asked: &ChangeAsked,
        now: Instant,
    ) -> Result<(Opened, Opened), SealRefusal> {
        let bound = |sealed| Bound {
            sealed,
            audience: asked.audience.as_str(),
            login_name: asked.login_name.as_str(),
        };
        let nonce = asked.nonce().ok_or(SealRefusal::Foreign)?;
        self.judge(&asked.sealed, now)?;
        self.judge(&asked.sealed_new, now)?;
        let old = self.open(Purpose::Old, &bound(&asked.sealed), now)?;
        let new = self.open(Purpose::New, &bound(&asked.sealed_new), now)?;
        self.claim(nonce, now)?;
        Ok((unpadded(&old)?, unpadded(&new)?))
    }

    /// Whether this can be opened at all, before anything is computed.
    fn judge(&self, sealed: &Sealed, now: Instant) -> Result<(), SealRefusal> {
        if sealed.connector != self.connector {
            return Err(SealRefusal::Foreign);
        }
        // Before the nonce: after a restart keys and nonces are others, and the key tells it.
        if !self.keys.lock().holds(&sealed.key_id, now) {
            return Err(SealRefusal::UnknownKey);
        }
        let nonce = self.read_nonce(&sealed.nonce).ok_or(SealRefusal::Foreign)?;
        let age = now.saturating_duration_since(self.started + nonce.given_out);
        if age >= NONCE_LIFE {
            return Err(SealRefusal::Expired);
        }
        if self.used.lock().holds(&nonce.random) {
            return Err(SealRefusal::Replayed);
        }
        Ok(())
    }

    fn open(
        &self,
        purpose: Purpose,
        bound: &Bound<'_>,
        now: Instant,
    ) -> Result<Opened, SealRefusal> {
        let held = self.keys.lock().get(&bound.sealed.key_id, now);
        self.open_by(&*held.ok_or(SealRefusal::UnknownKey)?, purpose, bound)
    }

    fn open_by(
        &self,
        held: &Held,
        purpose: Purpose,
        bound: &Bound<'_>,
    ) -> Result<Opened, SealRefusal> {
        let sealed = bound.sealed;
        let info = sealed_info(&self.site, &self.connector, &sealed.key_id);
        let aad = sealed_aad(purpose, bound.audience, bound.login_name, &sealed.nonce);
        held.secret
            .open(&sealed.enc.0, &info, &aad, sealed.ciphertext.as_slice())
            .ok_or(SealRefusal::Foreign)
    }

    /// Uses a nonce up. Only what was opened does that: whoever merely knows a nonce spoils nobody's login.
    fn claim(&self, nonce: &SealNonce, now: Instant) -> Result<(), SealRefusal> {
        let nonce = self.read_nonce(nonce).ok_or(SealRefusal::Foreign)?;
        self.used.lock().claim(nonce.random, now, self.used_max)
    }

    fn nonce(&self, now: Instant, random: &[u8; RANDOM]) -> Result<SealNonce, KeyUnusable> {
        let given_out = millis(now.saturating_duration_since(self.started));
        let mut nonce = given_out.to_be_bytes().to_vec();
        nonce.extend_from_slice(random);
        let tag = hmac::sign(&self.nonces, &nonce);
        nonce.extend_from_slice(tag.as_ref().first_chunk::<TAG>().ok_or(KeyUnusable)?);
        SealNonce::new(nonce).ok_or(KeyUnusable)
    }

    fn read_nonce(&self, nonce: &SealNonce) -> Option<Nonce> {
        let (given_out, rest) = nonce.as_slice().split_first_chunk::<8>()?;
        let (random, tag) = rest.split_first_chunk::<RANDOM>()?;
        let text = [given_out.as_slice(), random].concat();
        let expected = hmac::sign(&self.nonces, &text);
        let expected = expected.as_ref().first_chunk::<TAG>()?;
        aws_lc_rs::constant_time::verify_slices_are_equal(expected, tag).ok()?;
        Some(Nonce {
            given_out: Duration::from_millis(u64::from_be_bytes(*given_out)),
            random: *random,
        })
    }
}

/// What a sealed password counts for.
struct Bound<'a> {
    sealed: &'a Sealed,
    audience: &'a str,
    login_name: &'a str,
}

/// A nonce that was given out here.
struct Nonce {
    /// After the start.
    given_out: Duration,
    random: [u8; RANDOM],
}

impl Held {
    fn generate(now: Instant, wall_ms: u64) -> Result<Self, KeyUnusable> {
        let (secret, point) = SecretKey::generate()?;
        let public = SealingKey {
            point,
            from_ms: wall_ms,
            until_ms: wall_ms.saturating_add(millis(KEY_LIFE + NONCE_LIFE)),
        };
        Ok(Self {
            secret,
            public,
            since: now,
            signature: Mutex::new(None),
        })
    }

    /// Its signature by that key. Whoever asks for challenges makes nobody sign: it is signed once.
    fn signed(
        &self,
        signer: &dyn Signer,
        sign: impl FnOnce() -> Result<[u8; 64], KeyUnusable>,
    ) -> Result<[u8; 64], KeyUnusable> {
        let Some(key) = signer.key() else {
            return sign();
        };
        let mut kept = self.signature.lock();
        match &*kept {
            Some((by, signature)) if *by == key => Ok(*signature),
            _ => {
                let signature = sign()?;
                *kept = Some((key, signature));
                Ok(signature)
            }
        }
    }
}

impl Keys {
    fn get(&self, id: &KeyId, now: Instant) -> Option<Arc<Held>> {
        let is_alive = now.saturating_duration_since(self.current.since) < NONCE_LIFE;
        let before = self.before.as_ref().filter(|_| is_alive);
        std::iter::once(&self.current)
            .chain(before)
            .find(|held| held.public.id() == *id)
            .cloned()
    }
    /// The same, and forgets a key that nothing can be sealed to any more.
    fn holds(&mut self, id: &KeyId, now: Instant) -> bool {
        if now.saturating_duration_since(self.current.since) >= NONCE_LIFE {
            self.before = None;
        }
        self.get(id, now).is_some()
    }
}

impl Used {
    fn holds(&self, nonce: &[u8; RANDOM]) -> bool {
        self.now.contains(nonce) || self.before.contains(nonce)
    }
    fn claim(&mut self, nonce: [u8; RANDOM], now: Instant, most: usize) -> Result<(), SealRefusal> {
        if now.saturating_duration_since(self.since) >= NONCE_LIFE {
            self.before = std::mem::take(&mut self.now);
            self.since = now;
        }
        if self.holds(&nonce) {
            return Err(SealRefusal::Replayed);
        }
        // One that was forgotten would count twice.
        if self.now.len() >= most {
            return Err(SealRefusal::Busy);
        }
        self.now.insert(nonce);
        Ok(())
    }
}

fn unpadded(opened: &[u8]) -> Result<Opened, SealRefusal> {
    let password = unpad(opened).ok_or(SealRefusal::Malformed)?;
    Ok(Zeroizing::new(password.to_vec()))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;

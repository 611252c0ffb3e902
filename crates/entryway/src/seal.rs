//! What is given out after a login and taken back later: sealed, so that nobody can read, alter or make one.
//!
//! A token is the number of its key, a nonce and the contents under AES-256-GCM, in the URL's alphabet of base64. Its
//! kind is bound into it: a device's token is no revalidation token.
//!
//! Where a list goes on is no secret: that is signed alone, with a key of its own.

use anyhow::Context;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_ldap_types::AttributeName;
use entryway_login::{Device, DeviceId, Method, Remembered, Session, Source, Subject, Tokens};
use entryway_lookup::Seal;
use entryway_store::Key;
use entryway_wire::to_json;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// Longer ones were not made here.
const TOKEN_MAX: usize = 8 * 1024;
/// The same of what a page brings back: an application's whole request.
const PAGE_MAX: usize = 256 * 1024;
const PAGE_LABEL: &[u8] = b"entryway page 1 ";

/// Seals and opens.
pub(crate) struct Seals {
    /// The newest first.
    keys: Vec<(u32, RandomizedNonceKey)>,
}

/// What a token is for.
#[derive(Clone, Copy)]
enum Kind {
    Revalidation,
    Device,
}

impl Kind {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Revalidation => b"entryway revalidation 1",
            Self::Device => b"entryway device 1",
        }
    }
}

impl Seals {
    pub(crate) fn new(keys: Vec<Key>) -> anyhow::Result<Self> {
        let keys = keys.into_iter().map(|key| {
            let sealing = RandomizedNonceKey::new(&AES_256_GCM, &*key.secret)
                .ok()
                .context("a key of the store cannot be used")?;
            anyhow::Ok((key.kid, sealing))
        });
        Ok(Self {
            keys: keys.collect::<anyhow::Result<_>>()?,
        })
    }

    /// What goes out with a session. `device` keeps the number that the person's device has already.
    pub(crate) fn tokens(
        &self,
        session: &Session,
        confirmed_at: SystemTime,
        device: Option<DeviceId>,
    ) -> Option<Tokens> {
        let revalidation = match session.source {
            Source::Domain(_) | Source::Local => {
                let remembered = Remembered::of(session, confirmed_at);
                Some(self.seal(Kind::Revalidation, &RememberedJson::of(&remembered))?)
            }
            // Without what the site gave, nobody can be asked.
            Source::Site(_) if session.anchor.site_token.is_some() => {
                let remembered = Remembered::of(session, confirmed_at);
                Some(self.seal(Kind::Revalidation, &RememberedJson::of(&remembered))?)
            }
            Source::Os | Source::Site(_) => None,
        };
        let device = device.or_else(|| {
            let mut id = [0; 16];
            getrandom::fill(&mut id).ok().map(|()| DeviceId(id))
        })?;
        let device = DeviceJson {
            identity: session.subject.0.clone(),
            id: u128::from_be_bytes(device.0),
            site: session.anchor.site_device.clone(),
        };
        Some(Tokens {
            revalidation,
            device: self.seal(Kind::Device, &device)?,
        })
    }

    /// The login that a token remembers; `None` for anything that was not sealed here.
    pub(crate) fn remembered(&self, token: &str) -> Option<Remembered> {
        let json: RememberedJson = self.open(Kind::Revalidation, token)?;
        json.into_remembered()
    }

    /// The device that a token names.
    pub(crate) fn device(&self, token: &str) -> Option<Device> {
        let json: DeviceJson = self.open(Kind::Device, token)?;
        Some(Device {
            identity: json.identity.into(),
            id: DeviceId(json.id.to_be_bytes()),
            of_site: json.site.map(Into::into),
        })
    }

    /// A text that goes out in a page, bound to the browser that it was made for.
    pub(crate) fn seal_text(&self, bound: &[u8], text: &str) -> Option<String> {
        let label = [PAGE_LABEL, bound].concat();
        self.seal_bytes(&label, text.as_bytes().to_vec())
    }

    /// What [`seal_text`](Self::seal_text) sealed for the same browser.
    pub(crate) fn open_text(&self, bound: &[u8], sealed: &str) -> Option<Zeroizing<String>> {
        let label = [PAGE_LABEL, bound].concat();
        let bytes = self.open_bytes(&label, PAGE_MAX, sealed)?;
        let text = std::str::from_utf8(&bytes).ok()?;
        Some(Zeroizing::new(text.to_owned()))
    }

    fn seal(&self, kind: Kind, contents: &impl Serialize) -> Option<String> {
        self.seal_bytes(kind.label(), to_json(contents).ok()?)
    }

    fn seal_bytes(&self, label: &[u8], mut sealed: Vec<u8>) -> Option<String> {
        let (kid, key) = self.keys.first()?;
        let nonce = key
            .seal_in_place_append_tag(Aad::from(label), &mut sealed)
            .ok()?;
        let mut token = Vec::with_capacity(4 + NONCE_LEN + sealed.len());
        token.extend(kid.to_be_bytes());
        token.extend(nonce.as_ref());
        token.extend(sealed);
        Some(URL_SAFE_NO_PAD.encode(token))
    }

    fn open<T: for<'de> Deserialize<'de>>(&self, kind: Kind, token: &str) -> Option<T> {
        let contents = self.open_bytes(kind.label(), TOKEN_MAX, token)?;
        serde_json::from_slice(&contents).ok()
    }

    fn open_bytes(&self, label: &[u8], most: usize, token: &str) -> Option<Zeroizing<Vec<u8>>> {
        if token.len() > most {
            return None;
        }
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (kid, rest) = token.split_first_chunk::<4>()?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>()?;
        let kid = u32::from_be_bytes(*kid);
        let (_, key) = self.keys.iter().find(|(known, _)| *known == kid)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let contents = key
            .open_in_place(nonce, Aad::from(label), &mut sealed)
            .ok()?;
        Some(Zeroizing::new(contents.to_vec()))
    }
}

#[derive(Serialize, Deserialize)]
struct DeviceJson {
    identity: String,
    id: u128,
    /// What the person's site gave for the same device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<Box<str>>,
}

/// A remembered login as it travels; short keys, because applications keep it.
#[derive(Serialize, Deserialize)]
struct RememberedJson {
    sub: String,
    dom: Box<str>,
    name: Box<str>,
    typed: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<(String, Box<[u8]>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dn: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pw: Option<Box<[u8]>>,
    /// Milliseconds since 1970.
    auth: u64,
    conf: u64,
    /// They came by a certificate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    cert: bool,
    /// What a site gave to be asked again with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    site: Option<Box<str>>,
}

impl RememberedJson {
    fn of(remembered: &Remembered) -> Self {
        let identity = remembered.identity.clone();
        Self {
            sub: remembered.subject.0.clone(),
            dom: remembered.authority.clone(),
            name: remembered.name.clone(),
            typed: remembered.login_name.clone(),
            id: identity.map(|(attribute, value)| (attribute.as_str().to_owned(), value)),
            dn: remembered.dn.clone(),
            pw: remembered.password_stamp.clone(),
            auth: millis(remembered.authenticated_at),
            conf: millis(remembered.confirmed_at),
            cert: remembered.method == Method::Certificate,
            site: remembered.site_token.clone(),
        }
    }

    fn into_remembered(self) -> Option<Remembered> {
        let identity = match self.id {
            Some((attribute, value)) => Some((AttributeName::parse(&attribute).ok()?, value)),
            None => None,
        };
        Some(Remembered {
            subject: Subject(self.sub),
            authority: self.dom,
            name: self.name,
            login_name: self.typed,
            identity,
            dn: self.dn,
            password_stamp: self.pw,
            authenticated_at: at(self.auth)?,
            confirmed_at: at(self.conf)?,
            method: if self.cert {
                Method::Certificate
            } else {
                Method::Password
            },
            site_token: self.site,
        })
    }
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn at(millis: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

/// Signs where a list goes on.
pub(crate) struct CursorSeal {
    /// The newest first.
    keys: Vec<hmac::Key>,
}

impl CursorSeal {
    /// With these keys, the newest first; there is one.
    pub(crate) fn new(keys: &[Key]) -> Self {
        let keys = keys
            .iter()
            .map(|key| hmac::Key::new(HMAC_SHA256, &*key.secret));
        Self {
            keys: keys.collect(),
        }
    }
}

impl Seal for CursorSeal {
    fn tag(&self, message: &[u8]) -> [u8; 32] {
        let signed = self.keys.first().map(|key| hmac::sign(key, message));
        let signed = signed.and_then(|tag| tag.as_ref().try_into().ok());
        // Without a key nothing is taken back, whatever its tag.
        signed.unwrap_or_default()
    }

    fn is_tag(&self, message: &[u8], tag: &[u8; 32]) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|key| hmac::verify(key, message, tag).is_ok())
    }
}

#[cfg(test)]
mod tests;

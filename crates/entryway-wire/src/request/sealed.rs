//! A password that is sealed for a site, as callers and pages send it; and what they seal it with.

use super::{Object, RequestError};
use entryway_login::{SealedFor, SealedPassword};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;

/// One for each connector that can open it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedShape {
    connector: Box<str>,
    key_id: Box<str>,
    nonce: Box<str>,
    enc: Box<str>,
    ciphertext: Box<str>,
}

pub(super) fn sealed(
    shapes: Vec<Object<SealedShape>>,
) -> Result<Arc<SealedPassword>, RequestError> {
    let each = shapes.into_iter().map(|Object(shape)| {
        let is_base64 = is_base64(&shape.enc) && is_base64(&shape.ciphertext);
        is_base64.then_some(SealedFor {
            connector: shape.connector,
            key_id: shape.key_id,
            nonce: shape.nonce,
            enc: shape.enc,
            ciphertext: shape.ciphertext,
        })
    });
    let sealed = each
        .collect::<Option<Vec<_>>>()
        .and_then(SealedPassword::new);
    sealed.map(Arc::new).ok_or(RequestError::Value {
        key: "sealed",
        expected:
            "one sealed password, or two for different connectors, in the URL's alphabet of base64"
                .to_owned(),
    })
}

/// Whether a text has letters of the URL's alphabet alone, and some. What they say is the connector's to read.
fn is_base64(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.bytes().all(letter)
}

/// What a page sends as `sealed`; `None` for anything else.
pub fn read_sealed(json: &str) -> Option<Arc<SealedPassword>> {
    let shapes = serde_json::from_str(json).ok()?;
    sealed(shapes).ok()
}

/// What a password is sealed with, or that none is to be: the answer to `POST /api/v1/login/challenge`, and to the
/// page's script.
#[derive(Serialize)]
pub struct SealWith<'a> {
    /// `null`: the name is of no site, and its password is sent as it is.
    pub site: Option<&'a str>,
    /// The name is refused whatever the password is: none is sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    /// What the site is asked for: the name without the site's own prefix. The password is bound to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_name: Option<&'a str>,
    /// For whom the password is sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<&'a str>,
    /// One or two, each of another connector: sealed for each of them, a password needs no second typing where one is
    /// lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub challenges: Vec<Box<RawValue>>,
}

impl<'a> SealWith<'a> {
    /// Of nobody's site.
    pub fn nothing() -> Self {
        Self {
            site: None,
            refused: false,
            login_name: None,
            audience: None,
            challenges: Vec::new(),
        }
    }
    /// Of nobody at all.
    pub fn nobody() -> Self {
        Self {
            refused: true,
            ..Self::nothing()
        }
    }
    /// As JSON, by the library: our own writer knows nothing of texts that are JSON already.
    pub fn to_json(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(self).ok()
    }
    /// Of a site; `challenges` are JSON. `None` where one is not.
    pub fn of(
        site: &'a str,
        login_name: &'a str,
        audience: &'a str,
        challenges: &[String],
    ) -> Option<Self> {
        let raw = challenges.iter().cloned().map(RawValue::from_string);
        Some(Self {
            site: Some(site),
            refused: false,
            login_name: Some(login_name),
            audience: Some(audience),
            challenges: raw.collect::<Result<_, _>>().ok()?,
        })
    }
}

//! What a hub asks.

use super::Method;
use crate::{Octets, SealNonce, Sealed, SecretText, Text};
use entryway_login::LoginId;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::net::IpAddr;

/// The head of a request; its body follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestHead {
    /// What is asked.
    pub method: Method,
    /// Drawn for this request alone; what the reply is signed over.
    pub nonce: Octets<16>,
    /// How long somebody waits from now on.
    pub deadline_ms: u32,
    /// How long the body is.
    pub length: u32,
}

/// A token of the connector's own, which the hub keeps for the application and does not read.
pub type Token = SecretText<4096>;

/// Something to seal with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeAsked {
    /// How many nonces beside the one of the challenge, at most [`FURTHER_MAX`]. Asked only of a connector that has the
    /// [`FURTHER_NONCES`](crate::FURTHER_NONCES).
    #[serde(
        default,
        skip_serializing_if = "is_none",
        deserialize_with = "at_most_further"
    )]
    pub further: u16,
}

/// Most nonces that one answer has beside that of its challenge.
pub const FURTHER_MAX: usize = 31;

fn is_none(further: &u16) -> bool {
    *further == 0
}

fn at_most_further<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let further = u16::deserialize(deserializer)?;
    if usize::from(further) > FURTHER_MAX {
        return Err(D::Error::custom("expected fewer nonces"));
    }
    Ok(further)
}

/// To let somebody in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginAsked {
    /// The same in the records of both ends.
    #[serde(with = "login_id")]
    pub login_id: LoginId,
    /// As it was typed and sealed, without the site's prefix.
    pub login_name: Text<1024>,
    /// For this connector.
    pub sealed: Sealed,
    /// For which application: what was sealed for another is refused.
    pub audience: Text<256>,
    /// Where the person is, as the hub sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_address: Option<IpAddr>,
    /// What an earlier login from the same browser left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Token>,
    /// Whether the session is to carry groups.
    pub wants_groups: bool,
}

/// Whether somebody who was let in is still welcome.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevalidateAsked {
    /// The same in the records of both ends.
    #[serde(with = "login_id")]
    pub login_id: LoginId,
    /// What the login left.
    pub token: Token,
    /// For which application.
    pub audience: Text<256>,
    /// Where the person is, as the hub sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_address: Option<IpAddr>,
    /// Whether the session is to carry groups.
    pub wants_groups: bool,
}

/// To give somebody another password. Both are sealed for one challenge.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeAsked {
    /// The same in the records of both ends.
    #[serde(with = "login_id")]
    pub login_id: LoginId,
    /// As it was typed and sealed, without the site's prefix.
    pub login_name: Text<1024>,
    /// The password that the person has.
    pub sealed: Sealed,
    /// The password that the person wants.
    pub sealed_new: Sealed,
    /// For which application.
    pub audience: Text<256>,
    /// Where the person is, as the hub sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_address: Option<IpAddr>,
    /// What an earlier login from the same browser left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Token>,
}

impl ChangeAsked {
    /// The one nonce of both; `None` where they were not sealed together.
    pub fn nonce(&self) -> Option<&SealNonce> {
        let together = self.sealed.nonce == self.sealed_new.nonce
            && self.sealed.key_id == self.sealed_new.key_id;
        together.then_some(&self.sealed.nonce)
    }
}

/// A look-up, as the connector's own API would be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupAsked {
    /// How.
    pub verb: LookupVerb,
    /// Path and query below `/api/v1/`.
    pub path: Text<8192>,
    /// JSON, where the question has a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Text<32768>>,
    /// What the client would like: `Accept`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<Text<256>>,
    /// What the client has already: `If-None-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_none_match: Option<Text<256>>,
    /// Who asks at the hub.
    pub audience: Text<256>,
}

/// How a look-up asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LookupVerb {
    /// `GET`.
    #[serde(rename = "GET")]
    Get,
    /// `POST`, with a body.
    #[serde(rename = "POST")]
    Post,
}

impl LookupVerb {
    /// As HTTP calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

pub(crate) mod login_id {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(id: &LoginId, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<LoginId, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        LoginId::parse(&text).ok_or_else(|| D::Error::custom("expected 16 hexadecimal digits"))
    }
}

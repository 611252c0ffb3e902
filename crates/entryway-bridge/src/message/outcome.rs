//! What a connector answers.

use super::ask::{FURTHER_MAX, Token};
use super::connection::few;
use super::session::SiteSession;
use crate::{Challenge, SealNonce, Text};
use bytes::{BufMut as _, Bytes, BytesMut};
use serde::{Deserialize, Serialize};

/// A code of a reason or a fault, as the site's own answers have it.
pub type Code = Text<64>;

/// What came of being asked for something to seal with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChallengeOutcome {
    /// This.
    Issued {
        /// To seal with.
        challenge: Box<Challenge>,
        /// Nonces that the same challenge may have in the place of its own: never more than were asked for.
        #[serde(
            default,
            skip_serializing_if = "Vec::is_empty",
            deserialize_with = "few::<_, _, FURTHER_MAX>"
        )]
        further: Vec<SealNonce>,
    },
    /// Nothing now: ask another connector.
    NoVerdict {},
}

/// What came of a login, a revalidation or a change of a password.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// Let in; still welcome.
    Accept {
        /// Who, as far as the site tells.
        session: Box<SiteSession>,
        /// For asking later whether the person is still welcome.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revalidation: Option<Token>,
        /// For the next login from the same browser.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<Token>,
    },
    /// Known, but something has to happen first.
    Challenge {
        /// What.
        demand: Demand,
    },
    /// Not let in. Why is told only where the site says so, and never who it was.
    Refused {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Code>,
    },
    /// No verdict could be had.
    NoVerdict {
        /// Why.
        fault: Code,
    },
    /// The sealed password was not opened: nothing was tried, and the page may seal anew.
    SealRefused {
        /// Why.
        why: SealRefusal,
    },
    // With braces: of an outcome without a key, serde would pass over keys that do not belong there.
    /// The password is changed. Nobody is let in by that.
    Changed {},
    /// Nobody could be asked; the last answer, an accept, stands for a while.
    Stands {
        /// From then on it does not, in milliseconds of Unix time.
        until_ms: u64,
        /// Why nobody could be asked.
        fault: Code,
    },
}

impl Outcome {
    /// As it stands in messages and in what is signed.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Accept { .. } => "accept",
            Self::Challenge { .. } => "challenge",
            Self::Refused { .. } => "refused",
            Self::NoVerdict { .. } => "no_verdict",
            Self::SealRefused { .. } => "seal_refused",
            Self::Changed {} => "changed",
            Self::Stands { .. } => "stands",
        }
    }
}

/// What has to happen before somebody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// The directory verified the password and demands another.
    ChangePassword,
}

/// Why a sealed password was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealRefusal {
    /// Sealed to a key that the connector does not have (any more).
    UnknownKey,
    /// The nonce is too old.
    Expired,
    /// The nonce was used.
    Replayed,
    /// Sealed for another site, connector, purpose, audience or login name; or altered.
    Foreign,
    /// Opened, and not a padded password.
    Malformed,
    /// More nonces are remembered than there is room for.
    Busy,
}

impl SealRefusal {
    /// Each of them.
    pub const ALL: [Self; 6] = [
        Self::UnknownKey,
        Self::Expired,
        Self::Replayed,
        Self::Foreign,
        Self::Malformed,
        Self::Busy,
    ];

    /// As it stands in messages and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownKey => "unknown_key",
            Self::Expired => "expired",
            Self::Replayed => "replayed",
            Self::Foreign => "foreign",
            Self::Malformed => "malformed",
            Self::Busy => "busy",
        }
    }
}

/// A look-up's answer, as the connector's own API gave it: a head, and the bytes of a list, a card or a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupAnswer {
    /// Status and headers.
    pub head: LookupHead,
    /// The body.
    pub body: Bytes,
}

/// What stands before the body of a look-up's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupHead {
    /// HTTP's.
    pub status: u16,
    /// The headers that go with the body: what it is, how it may be kept.
    #[serde(deserialize_with = "few::<_, _, 16>")]
    pub headers: Vec<(Text<64>, Text<1024>)>,
}

impl LookupAnswer {
    /// The length of the head in four bytes, the head, the body.
    pub fn to_bytes(&self) -> Bytes {
        let head = super::write(&self.head);
        let mut bytes = BytesMut::with_capacity(4 + head.len() + self.body.len());
        bytes.put_u32(u32::try_from(head.len()).unwrap_or(u32::MAX));
        bytes.put_slice(&head);
        bytes.put_slice(&self.body);
        bytes.freeze()
    }
    /// Reads one; `None` where it is none.
    pub fn read(bytes: &Bytes) -> Option<Self> {
        let length = u32::from_be_bytes(*bytes.first_chunk::<4>()?) as usize;
        let end = length.checked_add(4)?;
        let head = serde_json::from_slice(bytes.get(4..end)?).ok()?;
        Some(Self {
            head,
            body: bytes.slice(end..),
        })
    }
}

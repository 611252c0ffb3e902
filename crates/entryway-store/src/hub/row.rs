//! What is kept, as rows. The key of an authority is not printed.

use crate::StoreError;
use std::fmt;
use zeroize::Zeroizing;

/// Who signs the certificates of a site.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorityRow {
    /// Whose.
    pub site: String,
    /// Its own certificate, DER.
    pub certificate: Vec<u8>,
    /// Its key, PKCS#8.
    pub private: Zeroizing<Vec<u8>>,
    /// Since when.
    pub made_ms: i64,
}

/// The site alone.
impl fmt::Debug for AuthorityRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorityRow")
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

/// A ticket, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// SHA-256 of the secret.
    pub digest: [u8; 32],
    /// For which site.
    pub site: String,
    /// Since when.
    pub made_ms: i64,
    /// Who made it, in words.
    pub made_by: String,
    /// From when on it is worth nothing.
    pub expires_ms: i64,
    /// When it was used.
    pub used_ms: Option<i64>,
    /// By which connector.
    pub connector: Option<String>,
    /// When it was taken back.
    pub ended_ms: Option<i64>,
    /// Who took it back, in words.
    pub ended_by: Option<String>,
}

/// A connector that comes of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnector {
    /// By what it is known.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// SHA-256 of its public key.
    pub spki: [u8; 32],
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Until when that holds.
    pub not_after_ms: i64,
    /// What it says it runs.
    pub software: String,
}

/// A connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorRow {
    /// By what it is known.
    pub id: String,
    /// Of which site.
    pub site: String,
    /// What people call it.
    pub name: String,
    /// SHA-256 of its public key.
    pub spki: [u8; 32],
    /// Of the key before, until the new one was shown.
    pub spki_before: Option<[u8; 32]>,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Until when that holds.
    pub not_after_ms: i64,
    /// Since when it is known.
    pub enrolled_ms: i64,
    /// What it may do.
    pub standing: Standing,
    /// Since when.
    pub changed_ms: i64,
    /// Who changed it, in words; nobody has since it enrolled, or since a restore.
    pub changed_by: Option<String>,
    /// What it said last that it runs.
    pub software: String,
    /// When it had a tunnel last.
    pub seen_ms: Option<i64>,
    /// To which node.
    pub node: Option<String>,
}

/// What a connector may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Everything.
    Active,
    /// It keeps its tunnel and is asked nothing new.
    Draining,
    /// A backup was restored: it is not let in until somebody says that it may be.
    Held,
    /// It is not let in, ever.
    Revoked,
}

impl Standing {
    /// As it is kept and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draining => "draining",
            Self::Held => "held",
            Self::Revoked => "revoked",
        }
    }

    pub(super) fn read(word: &str) -> Result<Self, StoreError> {
        let all = [Self::Active, Self::Draining, Self::Held, Self::Revoked];
        let found = all.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| StoreError::damaged("the standing of a connector"))
    }
}

/// What came of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The connector is known from now on.
    Enrolled,
    /// Nothing was changed.
    Not(TicketTrouble),
}

/// Why a ticket is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketTrouble {
    /// There is none, or none for this site.
    Unknown,
    /// Somebody was quicker.
    Used,
    /// Its time has passed.
    Expired,
    /// It was taken back.
    Ended,
}

/// A connector whose standing is another than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingChange {
    /// Which.
    pub id: String,
    /// Of which site.
    pub site: String,
    /// What it is now.
    pub standing: Standing,
    /// Who changed it since, in words; something else of it may be what changed.
    pub by: Option<String>,
}

/// What changed since a node looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standings {
    /// Another one: the store's contents are others, and every connector has to be looked at anew.
    pub epoch: i64,
    /// Ask from here the next time.
    pub revision: i64,
    /// In the order in which they changed.
    pub changed: Vec<StandingChange>,
}

//! What is kept, as rows. What is told by a family's id ends that family, and a private key signs: neither is printed.

use zeroize::Zeroizing;

/// A browser's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// By what it is known. Not the cookie.
    pub id: String,
    /// SHA-256 of the cookie.
    pub cookie: [u8; 32],
    /// The person.
    pub subject: String,
    /// Since when.
    pub made_ms: i64,
    /// When it was used last.
    pub used_ms: i64,
    /// It is pruned then, at the latest.
    pub ends_ms: i64,
    /// The rest.
    pub body: String,
}

/// An authorization code.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// SHA-256 of the code.
    pub code: [u8; 32],
    /// All tokens that come of it.
    pub family: [u8; 16],
    /// For whom.
    pub client: String,
    /// Within which session.
    pub session: String,
    /// Whether what comes of it outlives the session.
    pub offline: bool,
    /// One that nobody took is pruned then, or a while later.
    pub expires_ms: i64,
    /// One that was taken is known until then, so that a replay is noticed.
    pub keep_until_ms: i64,
    /// The rest.
    pub body: String,
}

/// An access token.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessRow {
    /// SHA-256 of the token.
    pub token: [u8; 32],
    /// `None` for a client's own.
    pub family: Option<[u8; 16]>,
    /// When it ends.
    pub expires_ms: i64,
    /// The rest.
    pub body: String,
}

/// All tokens of one code.
#[derive(Clone, PartialEq, Eq)]
pub struct FamilyRow {
    /// Its id.
    pub family: [u8; 16],
    /// Whose tokens.
    pub client: String,
    /// About whom.
    pub subject: String,
    /// Within which session.
    pub session: String,
    /// Whether it outlives that.
    pub offline: bool,
    /// Counts the rotations.
    pub generation: i64,
    /// Until then tokens of it may come, and it is remembered whether it was revoked.
    pub keep_until_ms: i64,
    /// The rest; `None` where there are no refresh tokens, and the row only tells whether the family was revoked.
    pub body: Option<String>,
}

/// A family that was looked for.
#[derive(Clone, PartialEq, Eq)]
pub struct FoundFamily {
    /// What was kept of it; `None` where there are no refresh tokens, or it was revoked.
    pub body: Option<String>,
    /// It has ended before its time, whatever else is said of it.
    pub revoked: bool,
    /// Counts the rotations.
    pub generation: i64,
}

/// A code for a host that forward authentication protects.
#[derive(Clone, PartialEq, Eq)]
pub struct HostCodeRow {
    /// SHA-256 of the code.
    pub code: [u8; 32],
    /// Within which session.
    pub session: String,
    /// For which host.
    pub host: String,
    /// SHA-256 of what the browser has there that it is for.
    pub browser: [u8; 32],
    /// When it ends.
    pub expires_ms: i64,
    /// The page that the browser wanted.
    pub target: String,
}

/// A browser that comes to a host with a code.
#[derive(Clone, PartialEq, Eq)]
pub struct HostExchange {
    /// SHA-256 of the code.
    pub code: [u8; 32],
    /// Where it came.
    pub host: String,
    /// SHA-256 of what it has there.
    pub browser: [u8; 32],
    /// SHA-256 of the cookie that it is to have.
    pub cookie: [u8; 32],
    /// Now.
    pub now_ms: i64,
}

/// What came of taking a code.
#[derive(Clone, PartialEq, Eq)]
pub enum TakenRow {
    /// It is the caller's: its body.
    Taken(String),
    /// Somebody took it before: its family.
    Spent([u8; 16]),
    /// There is none, or no longer.
    Unknown,
}

/// A session with its clients: one that is there, or one that was ended, as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeSession {
    /// Its row.
    pub session: SessionRow,
    /// Who was given a code within it, in the order of their ids.
    pub clients: Vec<String>,
}

/// What signs tokens.
pub struct SigningKeyRow {
    /// Its name in tokens and in the published list.
    pub kid: String,
    /// What it signs with, as the caller calls it.
    pub algorithm: String,
    /// The private key. Wiped when dropped.
    pub private: Zeroizing<Vec<u8>>,
    /// Since when it is published.
    pub published_ms: i64,
    /// Since when it signs. The newest key of an algorithm is the one that is the last to begin.
    pub signs_from_ms: i64,
    /// When what it signed has ended; `None` while it is in use.
    pub drop_after_ms: Option<i64>,
}

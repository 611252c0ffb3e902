//! What the store keeps of a session and of a family of tokens, beside what the provider knows of them.

use entryway_oidc::{BrowserSession, Family, Stored as _};
use serde::{Deserialize, Serialize};

/// A session.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionBody {
    /// As the provider writes it.
    session: String,
    /// What the login gave out: by what the person is asked about again. `None` where nobody can be asked.
    pub(crate) remembered: Option<String>,
    /// Where the browser was.
    pub(crate) address: Option<String>,
    /// What it said it is.
    pub(crate) agent: Option<String>,
}

impl SessionBody {
    pub(crate) fn new(session: &BrowserSession, remembered: Option<String>) -> Self {
        Self {
            session: session.to_stored().to_string(),
            remembered,
            address: None,
            agent: None,
        }
    }
    /// Reads it, and the session in it; `None` for what this version does not understand.
    pub(crate) fn open(text: &str) -> Option<(Self, BrowserSession)> {
        let body: Self = read(text)?;
        let session = BrowserSession::from_stored(&body.session).ok()?;
        Some((body, session))
    }
}

/// A family of tokens. What it remembers outlives the session.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FamilyBody {
    family: String,
    pub(crate) remembered: Option<String>,
}

impl FamilyBody {
    pub(crate) fn new(family: &Family, remembered: Option<String>) -> Self {
        Self {
            family: family.to_stored().to_string(),
            remembered,
        }
    }
    /// `None` for what this version does not understand.
    pub(crate) fn family(&self) -> Option<Family> {
        Family::from_stored(&self.family).ok()
    }
}

/// Texts alone: this does not fail.
pub(crate) fn write(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_default()
}

pub(crate) fn read<'t, T: Deserialize<'t>>(text: &'t str) -> Option<T> {
    serde_json::from_str(text).ok()
}

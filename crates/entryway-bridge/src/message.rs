//! What the frames say: JSON, read strictly. A key that a version does not have is an error, but in [`Hello`] and
//! [`Bye`], which ends of different versions must be able to read.

mod ask;
mod certificates;
mod connection;
mod enrolment;
mod outcome;
mod session;

pub use ask::{
    ChallengeAsked, ChangeAsked, FURTHER_MAX, LoginAsked, LookupAsked, LookupVerb, RequestHead,
    RevalidateAsked, Token,
};
pub use certificates::{BrowserUrl, CERTIFICATE_LOGIN, Certificates};
pub use connection::{
    Ability, Bye, ByeCode, Counting, Hello, NODES_MAX, NodeUrl, Ready, RefusalCode, Refused,
    Report, Standing, Unready, Welcome,
};
pub use enrolment::{Der, Enrol, Enrolled, Renew, Renewed};
pub use outcome::{ChallengeOutcome, Code, Demand, LookupAnswer, LookupHead, Outcome, SealRefusal};
pub use session::{SiteGroup, SiteGroups, SitePassword, SiteSession};

pub(crate) use ask::login_id;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a hub asks of a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Something to seal a password with.
    Challenge,
    /// To let somebody in.
    Login,
    /// Whether somebody who was let in is still welcome.
    Revalidate,
    /// To give somebody another password.
    ChangePassword,
    /// A look-up.
    Lookup,
}

impl Method {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::Challenge,
        Self::Login,
        Self::Revalidate,
        Self::ChangePassword,
        Self::Lookup,
    ];

    /// As it stands in a request and in what is signed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Login => "login",
            Self::Revalidate => "revalidate",
            Self::ChangePassword => "change_password",
            Self::Lookup => "lookup",
        }
    }
    /// What a connector must be ready for to be asked this.
    pub fn ability(self) -> Ability {
        match self {
            Self::Challenge | Self::Login | Self::Revalidate | Self::ChangePassword => {
                Ability::Password
            }
            Self::Lookup => Ability::Lookups,
        }
    }
    /// Whether asking it twice changes nothing: what was lost may be asked of another connector.
    pub fn is_repeatable(self) -> bool {
        match self {
            Self::Challenge | Self::Lookup => true,
            Self::Login | Self::Revalidate | Self::ChangePassword => false,
        }
    }
}

/// A payload that is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{message}` cannot be read at line {line}, column {column}: {problem}")]
pub struct Malformed {
    /// Which message was expected.
    pub message: &'static str,
    /// Where in it.
    pub line: usize,
    /// Where in the line.
    pub column: usize,
    /// In words; never what stood there, which may be secret.
    pub problem: &'static str,
}

/// Reads a message.
pub fn read<M: DeserializeOwned>(message: &'static str, payload: &[u8]) -> Result<M, Malformed> {
    serde_json::from_slice(payload).map_err(|error| Malformed {
        message,
        line: error.line(),
        column: error.column(),
        // The library's own words quote from the message.
        problem: match error.classify() {
            serde_json::error::Category::Io | serde_json::error::Category::Eof => "it ends early",
            serde_json::error::Category::Syntax => "it is not JSON",
            serde_json::error::Category::Data => "a key or a value does not belong there",
        },
    })
}

/// Writes a message. Texts, numbers and lists alone: there is nothing that could not be written.
pub fn write<M: Serialize>(message: &M) -> Vec<u8> {
    serde_json::to_vec(message).unwrap_or_default()
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;

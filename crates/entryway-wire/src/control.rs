//! What is said on the control socket of a running daemon: one line of JSON each way, then the end.
//!
//! An administrator's command and the daemon may be of different releases. Both say which version of this they speak; keys
//! are added within a version, and a reader passes over what it does not know.

mod connector;
mod hub;
mod status;

pub use connector::{
    CertificatesStatus, ConnectorStatus, NodeTroubleStatus, ReadyStatus, ShareStatus, TunnelStatus,
};
pub use hub::{HubStatus, LiveJson};
pub use status::{
    CertificateStatus, ConfigurationStatus, DaemonStatus, DomainStatus, ListenerStatus,
    LoginCounts, LoginsStatus, RoleStatus, ServerStatus, SiteStatus, Status, StoreStatus,
};

use crate::sessions::{EndedJson, SessionsJson};
use serde::{Deserialize, Serialize};

/// The version of these shapes.
pub const CONTROL_VERSION: u32 = 1;
/// Longest request in bytes, its line's end included.
pub const CONTROL_REQUEST_MAX: usize = 4096;
/// Longest answer: a thousand servers with all their roles are a tenth of it.
pub const CONTROL_ANSWER_MAX: usize = 16 << 20;

/// What a command asks of the daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRequest {
    /// Which version is spoken.
    pub version: u32,
    /// What is asked.
    pub ask: ControlAsk,
    /// Whether reports are wanted with a terminal's colours.
    #[serde(default)]
    pub colour: bool,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlAsk {
    /// How the daemon is.
    Status,
    /// How the tunnels of its hub are.
    Hub,
    /// To read its configuration again, and what came of it.
    Reload,
    /// Which sessions of the single sign-on there are.
    Sessions {
        /// Whose: a subject or a login name; everybody's where there is none.
        whose: Option<String>,
        /// Those behind this id.
        after: Option<String>,
    },
    /// To end one of them.
    EndSession {
        /// Its id.
        id: String,
    },
    /// To end all sessions of somebody, and whatever applications were given for later.
    EndSessions {
        /// A subject, or the login name of somebody who has a session.
        whose: String,
    },
}

/// Why a request is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// It speaks another version.
    #[error("expected version {CONTROL_VERSION} of the control protocol, found {found}")]
    Version {
        /// Which.
        found: u32,
    },
    /// It cannot be read.
    #[error("the request is not understood: {problem}")]
    Malformed {
        /// Why.
        problem: String,
    },
}

impl ControlRequest {
    /// A question in this version.
    pub fn new(ask: ControlAsk, colour: bool) -> Self {
        Self {
            version: CONTROL_VERSION,
            ask,
            colour,
        }
    }

    /// Reads a line. The version comes first: of another one nothing else can be understood.
    pub fn read(line: &[u8]) -> Result<Self, ControlError> {
        #[derive(Deserialize)]
        struct Spoken {
            version: u32,
        }
        let malformed = |error: serde_json::Error| ControlError::Malformed {
            problem: error.to_string(),
        };
        let spoken: Spoken = serde_json::from_slice(line).map_err(malformed)?;
        if spoken.version != CONTROL_VERSION {
            return Err(ControlError::Version {
                found: spoken.version,
            });
        }
        serde_json::from_slice(line).map_err(malformed)
    }
}

/// What the daemon says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ControlAnswer {
    /// Which version is spoken.
    pub version: u32,
    /// The answer.
    #[serde(flatten)]
    pub reply: ControlReply,
}

/// One answer for each question, and the one that is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum ControlReply {
    /// How the daemon is.
    Status(Box<Status>),
    /// How the tunnels of its hub are.
    Hub(HubStatus),
    /// What came of reading the configuration again.
    Reload(Reload),
    /// Sessions.
    Sessions(SessionsJson),
    /// How many sessions were ended.
    Ended(EndedJson),
    /// No session was ended, because what is named is not there, or not clear.
    NotEnded {
        /// Why, in words.
        problem: String,
        /// What to do about it.
        remedy: String,
    },
    /// The question was not answered.
    Refused {
        /// Why, in words.
        problem: String,
    },
}

impl From<ControlReply> for ControlAnswer {
    fn from(reply: ControlReply) -> Self {
        Self {
            version: CONTROL_VERSION,
            reply,
        }
    }
}

/// What came of reading the configuration again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reload {
    /// Whether it is in force now. If not, the one before it still is.
    pub applied: bool,
    /// The configuration in force, counted from 1.
    pub generation: u64,
    /// The file that was read, as the daemon names it.
    pub configuration: String,
    /// How many domains, callers and files are in force.
    pub domains: usize,
    /// See `domains`.
    pub callers: usize,
    /// See `domains`.
    pub files: usize,
    /// Errors and warnings, in the order of the text.
    pub problems: Vec<ConfigurationProblem>,
    /// Settings that differ from what runs and wait for a restart.
    pub restart_needed: Vec<String>,
    /// The same problems for people, with the lines they are in; empty where there are none.
    pub report: String,
}

/// One problem of a configuration; what it does not have is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationProblem {
    /// `C020`; `None` for what is found only when the parts are put together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `error` or `warning`.
    pub severity: String,
    /// The file, or `$VARIABLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// In characters, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

#[cfg(test)]
mod tests;

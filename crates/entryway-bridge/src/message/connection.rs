//! What the ends tell each other about themselves.

use super::certificates::BrowserUrl;
use crate::{ConnectorId, SiteName, Text};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Most nodes of a hub.
pub const NODES_MAX: usize = 32;

/// Where a node is dialled.
pub type NodeUrl = Text<240>;

/// The first message of either end. Keys that are not known are passed over: a later version may have more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// What this end speaks.
    #[serde(deserialize_with = "few::<_, _, 16>")]
    pub versions: Vec<u16>,
    /// What else it can: extensions, by name.
    #[serde(default, deserialize_with = "few::<_, _, 32>")]
    pub capabilities: Vec<Text<32>>,
    /// For people: `entryway 0.1.0`.
    pub software: Text<64>,
    /// Its clock, in milliseconds of Unix time.
    pub time_ms: u64,
    /// Of a connector: by what the store is known that it counts failures in, where others may count there too. Without it
    /// the hub takes that store for the connector's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_in: Option<Text<64>>,
}

/// In how many stores the connectors of a site count failures: each lets its share of what the directory's lockout
/// threshold leaves through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counting {
    /// Of all connectors that are not revoked, whether they have a tunnel or not.
    pub stores: u16,
}

impl Hello {
    /// Whether that end says that it has an extension.
    pub fn can(&self, capability: &str) -> bool {
        let mut capabilities = self.capabilities.iter();
        capabilities.any(|known| known.as_str() == capability)
    }
}

/// A hub's word that the connector may work here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Welcome {
    /// The site, as the hub knows the connector.
    pub site: SiteName,
    /// The connector.
    pub connector: ConnectorId,
    /// What this node is called.
    pub node: Text<128>,
    /// Every node: a connector dials each.
    #[serde(deserialize_with = "few::<_, _, NODES_MAX>")]
    pub nodes: Vec<NodeUrl>,
    /// Whether it is asked anything.
    pub standing: Standing,
    /// What the hub would ask of this site, as it is configured there.
    #[serde(deserialize_with = "few::<_, _, 8>")]
    pub wanted: Vec<Ability>,
}

/// What the hub's administrator decided about a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is asked.
    Active,
    /// It stays connected and is asked nothing.
    Draining,
}

/// What a connector can be ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// Logins and changes of passwords.
    Password,
    /// Look-ups.
    Lookups,
    /// Logins by certificate.
    Certificate,
}

impl Ability {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Password, Self::Lookups, Self::Certificate];

    /// As it stands in messages and settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Lookups => "lookups",
            Self::Certificate => "certificate",
        }
    }
}

/// Why a connector is not ready for something. Closed: nothing of the site's network leaves in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unready {
    /// It has only just started.
    Starting,
    /// No domain has a server that answers.
    DirectoriesDown,
    /// Its store gives no answer.
    StoreUnavailable,
    /// The site has not switched this on.
    SwitchedOff,
    /// What it needs for this is missing or unreadable: a certificate, a key.
    Incomplete,
    /// It is being stopped.
    Stopping,
}

impl Unready {
    /// As it stands in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::DirectoriesDown => "directories_down",
            Self::StoreUnavailable => "store_unavailable",
            Self::SwitchedOff => "switched_off",
            Self::Incomplete => "incomplete",
            Self::Stopping => "stopping",
        }
    }
}

/// Whether a connector is ready for one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// For what.
    pub ability: Ability,
    /// Why not; `None`: it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_because: Option<Unready>,
}

/// What a connector is ready for. What is not named it is not ready for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// One for each thing that it knows of.
    #[serde(deserialize_with = "few::<_, _, 8>")]
    pub ready: Vec<Ready>,
    /// It wants nothing new.
    pub draining: bool,
    /// Most requests at a time.
    pub max_in_flight: u16,
    /// Since when it runs, in milliseconds of Unix time by its clock.
    pub started_ms: u64,
    /// For people: `entryway 0.1.0`.
    pub software: Text<64>,
    /// Where browsers reach it to show a certificate. Said to hubs that have the capability alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_url: Option<BrowserUrl>,
}

impl Report {
    /// Whether it may be asked for this.
    pub fn is_ready(&self, ability: Ability) -> bool {
        !self.draining && self.not_ready(ability).is_none()
    }
    /// Why it is not ready; what it does not name is switched off.
    pub fn not_ready(&self, ability: Ability) -> Option<Unready> {
        let found = self.ready.iter().find(|ready| ready.ability == ability);
        found.map_or(Some(Unready::SwitchedOff), |ready| ready.not_because)
    }
}

/// The last message of either end. Keys that are not known are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bye {
    /// Why.
    pub code: ByeCode,
    /// For people.
    #[serde(default)]
    pub text: Text<256>,
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByeCode {
    /// No version that both speak.
    Version,
    /// The connector's identity was revoked at the hub.
    Revoked,
    /// The hub knows no such connector or site.
    Unknown,
    /// The ticket is none, was used, or is too old.
    Ticket,
    /// What was asked for is done: an enrolment.
    Done,
    /// The end is being stopped: dial again later.
    Stopping,
    /// The connector has another tunnel to this node by now.
    Replaced,
    /// The other end said something that this protocol does not have.
    Protocol,
    /// A reply was not signed by the connector.
    Reply,
    /// Too much of something: connections, requests, bytes.
    Limit,
    /// The store gives no answer: dial again later.
    Unavailable,
    /// A code of a later version.
    #[serde(other)]
    Other,
}

impl ByeCode {
    /// As it stands in messages and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Revoked => "revoked",
            Self::Unknown => "unknown",
            Self::Ticket => "ticket",
            Self::Done => "done",
            Self::Stopping => "stopping",
            Self::Replaced => "replaced",
            Self::Protocol => "protocol",
            Self::Reply => "reply",
            Self::Limit => "limit",
            Self::Unavailable => "unavailable",
            Self::Other => "other",
        }
    }
}

impl Bye {
    /// With words for people.
    pub fn new(code: ByeCode, text: &str) -> Self {
        Self {
            code,
            text: Text::cut(text),
        }
    }
}

/// What was asked was given to nobody: it can be asked elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Why.
    pub code: RefusalCode,
}

/// Why something was given to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// As much is under way as there may be.
    Busy,
    /// Nothing new is taken.
    Draining,
    /// The hub's store gives no answer: a certificate cannot be made now.
    Unavailable,
    /// The request for a certificate is none, or is for a key that has one.
    Certificate,
}

impl RefusalCode {
    /// As it stands in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Draining => "draining",
            Self::Unavailable => "unavailable",
            Self::Certificate => "certificate",
        }
    }
}

impl<const MAX: usize> Default for Text<MAX> {
    fn default() -> Self {
        Self::cut("")
    }
}

/// A list of at most `MAX`.
pub(super) fn few<'de, D, T, const MAX: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let list = Vec::deserialize(deserializer)?;
    if list.len() > MAX {
        return Err(D::Error::invalid_length(list.len(), &"fewer"));
    }
    Ok(list)
}

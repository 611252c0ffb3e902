//! A document and its scenarios, as they were written.

use crate::ScenarioError;
use crate::parse;
use std::sync::Arc;

/// One file: one topic.
#[derive(Debug, Clone)]
pub struct Document {
    /// As it was named.
    pub file: Arc<str>,
    /// The text of its first heading.
    pub title: String,
    /// In the file's order; never empty.
    pub scenarios: Vec<Scenario>,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// The first line that is not understood.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        parse::document(file, text)
    }
}

/// One heading: a situation, and the logins that happen in it, one after the other.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The document.
    pub file: Arc<str>,
    /// Where its heading is.
    pub line: usize,
    /// The heading.
    pub title: String,
    /// Directories that it runs on, beside the pure core, which runs every one; never empty.
    pub grounds: Vec<Ground>,
    /// The configuration that all scenarios of the document share.
    pub shared_configuration: Option<String>,
    /// Its own configuration.
    pub configuration: Option<String>,
    /// What the directories hold.
    pub ldif: Vec<LdifBlock>,
    /// Servers that are not well, by address.
    pub servers: Vec<ServerState>,
    /// Entryway's own store gives no answer.
    pub store_is_down: bool,
    /// The operating system gives no answer about its accounts.
    pub system_is_down: bool,
    /// Local accounts.
    pub accounts: Vec<Account>,
    /// Accounts of the operating system.
    pub system_accounts: Vec<Account>,
    /// In the order in which they happen; never empty.
    pub logins: Vec<Login>,
}

/// Where a scenario runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ground {
    /// No directory at all: what is said here can be played on the login alone.
    Memory,
    /// The directory in the process, over real sockets.
    InProcess,
    /// OpenLDAP.
    OpenLdap,
    /// Active Directory: Samba's.
    ActiveDirectory,
}

impl Ground {
    /// As a directive names it.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Memory,
            Self::InProcess,
            Self::OpenLdap,
            Self::ActiveDirectory,
        ]
        .into_iter()
        .find(|ground| ground.as_str() == word)
    }
    /// Likewise.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "none",
            Self::InProcess => "in-process",
            Self::OpenLdap => "openldap",
            Self::ActiveDirectory => "active-directory",
        }
    }
}

/// Entries, and the servers that have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LdifBlock {
    /// Addresses as the configuration has them; none means every server.
    pub servers: Vec<String>,
    /// LDIF.
    pub text: String,
}

/// A server that is not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerState {
    /// Its address, as the configuration has it.
    pub server: String,
    /// What is the matter.
    pub answering: Answering,
}

/// How a server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answering {
    /// As it should.
    Well,
    /// It refuses connections.
    Down,
    /// It accepts connections and says nothing.
    Silent,
    /// It says something that is not LDAP.
    Garbled,
    /// Its certificate is of an authority that nobody trusts.
    Untrusted,
}

/// An account, as its row was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Where it was written.
    pub line: usize,
    /// The column's name and what stands in it; empty cells left out.
    pub cells: Vec<(String, String)>,
}

impl Account {
    /// What stands in the first column.
    pub fn name(&self) -> &str {
        self.cells.first().map_or("", |(_, name)| name)
    }
    /// What stands in a column.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells
            .iter()
            .find(|(name, _)| name == column)
            .map(|(_, value)| &**value)
    }
}

/// One login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Where it was written.
    pub line: usize,
    /// The name as typed.
    pub name: String,
    /// What stands in the password field.
    pub password: LoginPassword,
    /// Where the person is.
    pub address: Option<std::net::IpAddr>,
    /// What must come of it.
    pub expected: Expected,
}

/// What stands in the password field.
#[derive(Clone, PartialEq, Eq)]
pub enum LoginPassword {
    /// `explain` without a password.
    NotAsked,
    /// This.
    Text(String),
    /// The first line of this file.
    File(String),
}

/// Which kind it is; the password itself stays out of logs.
impl std::fmt::Debug for LoginPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotAsked => "NotAsked",
            Self::Text(_) => "Text",
            Self::File(_) => "File",
        })
    }
}

/// What must come of a login. What is not written is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The decision.
    pub outcome: Outcome,
    /// Session keys (`attributes.department`) and their values as text; an empty text means absent.
    pub session: Vec<(String, String)>,
    /// What must, or must not, stand in the trace.
    pub trace: Vec<TracePiece>,
    /// What must stand in the text of `explain`.
    pub explain: Vec<String>,
    /// Binds as a person that reach a directory.
    pub binds: Option<u32>,
}

/// The words of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// `accept`, `would_accept`, `reject`, `challenge` or `indeterminate`.
    pub decision: String,
    /// The reason, challenge or fault; `None` for the first two.
    pub code: Option<String>,
}

impl Outcome {
    /// The key of the code in an answer's JSON.
    pub(crate) fn key(&self) -> Option<&'static str> {
        match self.decision.as_str() {
            "reject" => Some("reason"),
            "challenge" => Some("challenge"),
            "indeterminate" => Some("fault"),
            _ => None,
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.decision)?;
        self.code.iter().try_for_each(|code| write!(f, " {code}"))
    }
}

/// A record of the trace: `searched domain=eng outcome=found`, or `!searched domain=ops` for one that
/// must not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TracePiece {
    /// As written.
    pub text: String,
    /// Whether it must be missing.
    pub absent: bool,
    /// The record's event or stage.
    pub event: String,
    /// Keys of the record, or of one row of a list in it, and their values.
    pub fields: Vec<(String, String)>,
}

//! Why an answer may not be all.

use entryway_ldap_types::ResultCode;
use entryway_login::Fault;
use std::fmt;
use std::sync::Arc;

/// One reason why an answer may not be all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Gap {
    /// Whose part is missing.
    pub domain: Arc<str>,
    /// Why.
    pub why: Missing,
}

/// What keeps the rest away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Missing {
    /// The domain did not answer: this is whose fault it is. [`Fault::Deadline`] where the time is up.
    Unanswered(Fault),
    /// The directory answered with a code that is no answer.
    Refused(ResultCode),
    /// More match than were asked for.
    Limit(u32),
    /// The server sends no more than this for one question.
    ServerLimit(u32),
    /// More entries than one question may take.
    Entries(u32),
    /// More searches than one question may make.
    Searches(u32),
    /// Groups nest deeper than this.
    Depth(u32),
    /// The server tells a part of an entry's values alone.
    Values,
    /// An entry has an identity that cannot be used: it cannot be told.
    Identity,
    /// A part is on another server, which is not followed to.
    Referral,
    /// A list is being read: so many rows have come. It is there soon.
    BeingRead(u32),
}

impl Missing {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unanswered(fault) => fault.row().code,
            Self::Refused(_) => "directory_refused_operation",
            Self::Limit(_) => "limit",
            Self::ServerLimit(_) => "server_limit",
            Self::Entries(_) => "entry_budget",
            Self::Searches(_) => "search_budget",
            Self::Depth(_) => "depth",
            Self::Values => "values_withheld",
            Self::Identity => "identity",
            Self::Referral => "referral",
            Self::BeingRead(_) => "being_read",
        }
    }
    /// Whether asking once more, a little later, may bring the rest.
    pub fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Unanswered(_) | Self::Refused(_) | Self::BeingRead(_)
        )
    }
}

/// In words, for people.
impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(fault) => f.write_str(fault.row().operator),
            Self::Refused(code) => write!(f, "the directory answers {code}"),
            Self::Limit(most) => write!(f, "more than {most} match"),
            Self::ServerLimit(sent) => write!(f, "the server sends {sent} entries and has more"),
            Self::Entries(most) => write!(f, "there are more than {most} entries"),
            Self::Searches(most) => write!(f, "the limit of {most} searches is reached"),
            Self::Depth(depth) => write!(f, "groups nest deeper than {depth} levels"),
            Self::Values => f.write_str("the server tells only a part of an entry's values"),
            Self::Identity => f.write_str("an entry has an identity that cannot be used"),
            Self::Referral => f.write_str("a part is on another server"),
            Self::BeingRead(rows) => write!(f, "the list is being read, {rows} rows so far"),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.domain, self.why)
    }
}

//! Why there may be more groups than were found.

use crate::ask::Asker;
use crate::ask::Unanswered;
use crate::resolve::missing;
use entryway_ldap_types::ResultCode;
use entryway_lookup::Missing;
use std::fmt;

/// The first reason why there may be more groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A search has no answer.
    Unanswered(Unanswered),
    /// Groups nest deeper than this.
    Depth(u32),
    /// There are more groups than this.
    Groups(u32),
    /// The server sends this many and has more.
    Sent(usize),
    /// The server answers with a code that is no answer.
    Code(ResultCode),
    /// The server tells a part of this entry's groups.
    InPart(Box<str>),
}

impl Cause {
    /// As an answer to a look-up says it.
    pub(crate) fn missing(&self, asker: &Asker) -> Missing {
        match self {
            Self::Unanswered(unanswered) => missing(*unanswered, asker),
            Self::Depth(depth) => Missing::Depth(*depth),
            Self::Groups(most) => Missing::Entries(*most),
            Self::Sent(sent) => Missing::ServerLimit(u32::try_from(*sent).unwrap_or(u32::MAX)),
            Self::Code(code) => Missing::Refused(*code),
            Self::InPart(_) => Missing::Values,
        }
    }
}

/// In words, for the administrator.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(unanswered) => unanswered.fmt(f),
            Self::Depth(depth) => write!(f, "groups nest deeper than {depth} levels"),
            Self::Groups(most) => write!(f, "there are more than {most} groups"),
            Self::Sent(sent) => write!(f, "the server sends {sent} groups and has more"),
            Self::Code(code) => write!(f, "the server answers {code}"),
            Self::InPart(name) => {
                let name = name.escape_debug();
                write!(f, "`{name}` has more groups than the server tells")
            }
        }
    }
}

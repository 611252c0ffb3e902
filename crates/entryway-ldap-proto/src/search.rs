//! A search to be sent (RFC 4511 §4.5.1).

use crate::ber::{Tag, Writer};
use crate::message::tags;
use crate::{EncodeError, filter};
use entryway_ldap_types::{AttributeName, Filter, Scope};
use std::sync::Arc;

/// What is searched, where, and what of it is wanted. Cheap to make of parts that are kept, and to
/// clone: nothing in it is copied.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// The base entry's name; empty for the root DSE.
    pub base: Arc<str>,
    /// How far below the base.
    pub scope: Scope,
    /// What to do with aliases.
    pub deref: DerefAliases,
    /// Most entries that the server shall return; 0 leaves it to the server.
    pub size_limit: u32,
    /// Most seconds that the server shall take; 0 leaves it to the server.
    pub time_limit: u32,
    /// Leave the values out.
    pub types_only: bool,
    /// Which entries.
    pub filter: Arc<Filter>,
    /// Which attributes; none means all user attributes (RFC 4511 §4.5.1.8).
    pub attributes: Arc<[AttributeName]>,
}

/// `derefAliases`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs)] // the names are the RFC's own
pub enum DerefAliases {
    #[default]
    Never,
    InSearching,
    FindingBase,
    Always,
}

impl DerefAliases {
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Never,
            1 => Self::InSearching,
            2 => Self::FindingBase,
            3 => Self::Always,
            _ => return None,
        })
    }
    fn number(self) -> u32 {
        match self {
            Self::Never => 0,
            Self::InSearching => 1,
            Self::FindingBase => 2,
            Self::Always => 3,
        }
    }
}

pub(crate) fn scope_from_number(number: u32) -> Option<Scope> {
    Some(match number {
        0 => Scope::Base,
        1 => Scope::OneLevel,
        2 => Scope::Subtree,
        _ => return None,
    })
}

fn scope_number(scope: Scope) -> u32 {
    match scope {
        Scope::Base => 0,
        Scope::OneLevel => 1,
        Scope::Subtree => 2,
    }
}

impl SearchRequest {
    /// Writes the operation.
    pub(crate) fn encode(&self, out: &mut Writer<'_>) -> Result<(), EncodeError> {
        out.constructed(tags::SEARCH_REQUEST, |out| {
            out.octets(self.base.as_bytes());
            out.integer(Tag::ENUMERATED, scope_number(self.scope));
            out.integer(Tag::ENUMERATED, self.deref.number());
            // `INTEGER (0 .. maxInt)`: more than the largest is as good as the largest.
            out.integer(
                Tag::INTEGER,
                self.size_limit.min(crate::MessageId::MAX.get()),
            );
            out.integer(
                Tag::INTEGER,
                self.time_limit.min(crate::MessageId::MAX.get()),
            );
            out.boolean(Tag::BOOLEAN, self.types_only);
            filter::encode(&self.filter, out, Filter::MAX_DEPTH)?;
            out.constructed(Tag::SEQUENCE, |out| {
                self.attributes
                    .iter()
                    .for_each(|name| out.octets(name.as_str().as_bytes()));
            });
            Ok(())
        })
    }
}

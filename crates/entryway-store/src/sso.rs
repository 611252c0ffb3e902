//! What single sign-on keeps: sessions, codes, tokens, consents and the keys that sign.
//!
//! A body is a text of the caller's; beside it stand the columns that are asked for here, and no more. Nothing here
//! looks at a clock: times come from the caller, as milliseconds since 1970. Whoever asks for a session or a code and
//! finds one still has to look whether its time has passed; only [`Sso::access`] and the lists that are given a time
//! do that themselves.
//!
//! Several nodes do all this at once. SQLite has one writer at a time. PostgreSQL runs at READ COMMITTED: a statement
//! sees what was committed before it began, and one that wants a row that another transaction has changed waits for
//! its end and looks at the row anew. So whatever may happen only once hangs on one row, which who does it changes or
//! locks first: a code, a family, a session. Rows are locked in the order session, code, family, access token, host, and
//! several of a kind by their key, so that nobody waits in a circle.

mod code;
mod consent;
mod end;
mod family;
mod host;
mod prune;
mod row;
mod session;
mod signing_key;
mod token;

#[cfg(test)]
pub(crate) use code::KEEP;
pub(crate) use end::end_all;
pub use row::{
    AccessRow, CodeRow, FamilyRow, FoundFamily, HostCodeRow, HostExchange, SessionRow,
    SigningKeyRow, TakenRow, WholeSession,
};

use crate::store::Inner;
use std::sync::Arc;

/// What single sign-on keeps: each call reads or writes the store. Cheap to clone.
#[derive(Clone)]
pub struct Sso(pub(crate) Arc<Inner>);

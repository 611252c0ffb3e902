//! A directory in the process: entries from LDIF behind real sockets and real TLS, for the demo and
//! for tests.
//!
//! [`Directory::from_ldif`] reads the entries; [`TestServer::start`] serves them on a loopback
//! address of the kernel's choice. The server answers as OpenLDAP or as Active Directory does, counts
//! what it was asked, and keeps a log without passwords. It never changes an entry.
//!
//! It is a test double, not a directory: one process, no schema to speak of, no access rules beyond
//! "bind first", passwords in plain text. With the feature `faults`, which the released binary does
//! not have, it also misbehaves as told.

mod bind;
mod connection;
pub mod demo;
mod direct;
mod directory;
#[cfg(feature = "faults")]
pub mod faults;
mod identity;
mod ldif;
mod matching;
mod options;
mod range;
mod record;
mod root_dse;
mod schema;
mod search;
mod server;
mod session;

pub use direct::{BindAnswer, SearchAnswer};
pub use directory::{Directory, DirectoryError};
pub use identity::{Authority, Identity, IdentityError};
pub use ldif::{LdifError, LdifProblem};
pub use options::{Dialect, Options};
pub use record::{BindKind, Counters, Kind, Operation, Received};
pub use server::{StartError, TestServer};

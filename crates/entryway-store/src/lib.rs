//! What outlives a request: local accounts, throttle state, audit, keys and single sign-on, in SQLite or PostgreSQL.
//!
//! The only crate that knows SQL. It must not know LDAP, HTTP, OpenID Connect, configuration files or how a record of
//! the audit or of single sign-on reads: a record is bytes or a text here.

mod account;
mod accounts;
mod audit;
mod backup;
#[cfg(test)]
mod battery;
mod database;
mod error;
mod held;
mod hub;
mod keys;
mod password;
mod random;
mod schema;
mod sso;
mod store;
mod throttle;
mod time;
mod url;

pub use account::{
    AccountChange, AccountProblem, Details, HashProblem, MOST_ACCOUNTS, NameProblem, NewAccount,
    NewPassword, StoredAccount,
};
pub use accounts::Accounts;
pub use audit::{
    Audit, AuditEntry, AuditKey, AuditRecord, Breach, BreachKind, Expected, KeyError, NodeReport,
    Report,
};
pub use backup::{RestoreOptions, restore};
pub use error::{Outage, StoreError};
pub use held::HeldAccounts;
pub use hub::{
    AuthorityRow, ConnectorRow, Hub, NewConnector, Redeemed, Standing, StandingChange, Standings,
    TicketRow, TicketTrouble,
};
pub use keys::Key;
pub use sso::{
    AccessRow, CodeRow, FamilyRow, FoundFamily, HostCodeRow, HostExchange, SessionRow,
    SigningKeyRow, Sso, TakenRow, WholeSession,
};
pub use store::{OpenOptions, Store};
pub use throttle::{Closed, Throttle, ThrottleCounts, ThrottleSettings};
pub use url::{AddressProblem, StoreUrl};

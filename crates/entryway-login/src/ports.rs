//! What a login asks of the world, and what the world asks of a login.

mod accounts;
mod change;
mod groups;
mod sites;
mod throttle;

pub use accounts::{
    KeptIn, LocalAccount, LocalAccounts, OsAccount, OsAccounts, OsAnswer, OsOperation, OsRefusal,
    OsReply, StoreUnavailable, VerifyAnswer, VerifyOperation,
};
pub use change::{
    ChangeAnswer, ChangeLocalAnswer, ChangeLocalFailure, ChangeLocalOperation, ChangeOperation,
    ChangeReply, ChangeUnanswered, Held,
};
pub use groups::{GroupsAnswer, GroupsOperation};
pub use sites::{
    ReplyProof, ReplyStated, SiteAnswer, SiteAsk, SiteFault, SiteOperation, SiteReply, SiteSession,
    SiteUnanswered, SiteVerdict, Sites,
};
pub use throttle::{
    Bucket, DeviceId, IdentityReserve, ReserveAnswer, ReserveOperation, Settled, Throttle,
};

use crate::{Attempt, Decided, DomainId};
use entryway_ldap_types::{
    AttributeName, Entry, Filter, LockoutDuration, Password, PasswordPolicy, ResultCode, Scope,
};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Find the entry behind a login name, on the first server that accepts the service bind.
#[derive(Debug, Clone)]
pub struct FindOperation {
    /// Which domain.
    pub domain: DomainId,
    /// Where, as text.
    pub base: Arc<str>,
    /// How deep.
    pub scope: Scope,
    /// What was typed stands in it as a value.
    pub filter: Arc<Filter>,
    /// What is fetched, by name; never `*`.
    pub attributes: Arc<[AttributeName]>,
    /// What is asked instead of a server that says it is Active Directory; `None` where that makes no difference, and
    /// then no server is asked what it is.
    pub active_directory: Option<Box<Alternative>>,
    /// A server that is asked after all others: a bind was just lost there, and whoever gives the entry gets the next.
    pub last: Option<Arc<str>>,
    /// Answer before this.
    pub deadline: Instant,
}

/// The same question to another kind of directory.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// As [`FindOperation::filter`].
    pub filter: Arc<Filter>,
    /// As [`FindOperation::attributes`].
    pub attributes: Arc<[AttributeName]>,
}

/// What came of a [`FindOperation`]. The size limit is 2: more entries than that never arrive.
pub struct FindAnswer {
    /// Servers that were tried and did not serve, in order.
    pub tried: Vec<ServerTry>,
    /// The server that answered, and how; `None` when none did.
    pub served: Option<Served>,
    /// How long it all took.
    pub took: Duration,
}

/// An answer from a server that accepted the service bind.
pub struct Served {
    /// As shown to the administrator: `ldaps://dc1.corp.example`.
    pub server: Arc<str>,
    /// The entries, at most 2. Search references are not among them.
    pub entries: Vec<Entry>,
    /// How the search ended: success, sizeLimitExceeded, noSuchObject or any other code.
    pub code: ResultCode,
    /// The server's diagnostic message, for the administrator.
    pub diagnostic: String,
    /// When the directory locks an account, where it let that be read.
    pub lockout: LockoutPolicy,
    /// Whether [`FindOperation::active_directory`] was asked.
    pub active_directory: bool,
    /// Where the directory goes on and was not asked.
    pub passed_over: Vec<PassedOver>,
}

/// A part of the directory that is on another server (RFC 4511 §4.5.3) and was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// The server's words: URLs that are as good as each other.
    pub to: String,
    /// Why not, for the administrator.
    pub why: &'static str,
}

/// When a directory locks an account, and for how long: the strictest that applies to anybody in the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LockoutPolicy {
    /// Wrong passwords after which an account is locked. `None`: it does not lock, or does not tell.
    pub threshold: Option<u32>,
    /// How long a wrong password counts, the longest of several; `None`: until the next right one, or
    /// it does not tell.
    pub window: Option<Duration>,
    /// How long accounts stay locked; `None` where policies differ, or it does not tell.
    pub duration: Option<LockoutDuration>,
}

/// A server that did not serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerTry {
    /// As shown to the administrator.
    pub server: Arc<str>,
    /// Whose fault, for the decision.
    pub fault: ServerFault,
    /// In words, for the administrator; never secret.
    pub cause: String,
}

/// Why a server did not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServerFault {
    /// No connection, no answer, closed, busy, unavailable.
    Unreachable,
    /// TLS failed: an untrusted or wrongly named certificate, no common version.
    TlsUntrusted,
    /// The service account's bind was refused: a configuration fault.
    ServiceBindRefused,
    /// It said something that is not LDAP, or not an answer to what was asked.
    Protocol,
    /// It accepted and then said nothing within its share of the deadline.
    TimedOut,
    /// Not the server's: Entryway's own limits or shutdown. Nobody knows what the domain would have said, so
    /// no other is asked, whatever [`WhenDown`](crate::WhenDown) says.
    Ourselves,
}

/// Bind once as the entry that was found, on the server that gave it.
pub struct BindOperation {
    /// Which domain.
    pub domain: DomainId,
    /// The server that gave the entry ([`Served::server`]).
    pub server: Arc<str>,
    /// The entry's name exactly as the server spelt it.
    pub dn: Box<str>,
    /// The password, shared and wiped with its last owner.
    pub password: Arc<Password>,
    /// Answer before this.
    pub deadline: Instant,
}

/// What came of a [`BindOperation`].
pub struct BindAnswer {
    /// The server that was asked.
    pub server: Arc<str>,
    /// The answer, or why there is none.
    pub reply: Result<BindReply, BindUnanswered>,
    /// How long it took.
    pub took: Duration,
}

/// The server's answer to a bind, read completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindReply {
    /// Nothing but success lets anybody in.
    pub code: ResultCode,
    /// The diagnostic message; Active Directory's sub-error stands in it.
    pub diagnostic: String,
    /// The password-policy control, when the server sent one.
    pub policy: Option<PasswordPolicy>,
}

/// A bind without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindUnanswered {
    /// Whether any byte of the request may have left: if so it may have counted against the person.
    pub written: bool,
    /// Whose fault.
    pub fault: ServerFault,
    /// In words.
    pub cause: String,
}

/// The directories, as a login's driver uses them. Dropping a future abandons what it asked. Each operation
/// says by when to answer; the driver does not enforce it.
pub trait Directories: Send + Sync {
    /// Finds; never fails otherwise than by its answer.
    fn find(&self, operation: &FindOperation) -> impl Future<Output = FindAnswer> + Send;
    /// Binds once; never repeats by itself.
    fn bind(&self, operation: BindOperation) -> impl Future<Output = BindAnswer> + Send;
    /// Binds once as somebody who wants a new password, on a connection of its own, which is given back where the person
    /// is bound now; never repeats by itself.
    fn bind_to_change(
        &self,
        operation: BindOperation,
    ) -> impl Future<Output = (BindAnswer, Option<Held>)> + Send;
    /// Changes a password once; never repeats by itself.
    fn change(&self, operation: ChangeOperation) -> impl Future<Output = ChangeAnswer> + Send;
    /// Finds the groups of an entry; never fails otherwise than by its answer.
    fn groups(&self, operation: &GroupsOperation) -> impl Future<Output = GroupsAnswer> + Send;
}

/// A login as the fronts (HTTP, pages, command line) use it.
///
/// The fronts have no timer of their own for it: whoever implements this times the login out. With
/// [`drive`](crate::drive), which only counts the time between answers, that is a timer around it and
/// [`Decided::deadline`] when it fires.
pub trait LoginService: Send + Sync {
    /// Decides the attempt by its deadline, whatever the directories do.
    fn login(&self, attempt: Attempt) -> Pin<Box<dyn Future<Output = Decided> + Send + '_>>;
}

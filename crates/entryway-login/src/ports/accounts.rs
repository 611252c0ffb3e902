//! Accounts that Entryway keeps itself, and those of the operating system.

use crate::{ChangeLocalAnswer, ChangeLocalOperation, UserType};
use entryway_ldap_types::Password;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A local account, without its password's hash: that never leaves the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalAccount {
    /// The account's stable identity, from the store; not its name.
    pub id: Box<str>,
    /// Its name; holds no `/`, `\` or `@`.
    pub name: Arc<str>,
    /// Where its password is.
    pub password: KeptIn,
    /// Changes whenever the password does; says nothing of it.
    pub password_stamp: Box<[u8]>,
    /// One that is switched off lets nobody in.
    pub enabled: bool,
    /// What the session gets; what is absent is filled by home folders, or missing.
    pub uid: Option<u32>,
    /// Likewise.
    pub gid: Option<u32>,
    /// Likewise: an absolute path.
    pub home: Option<String>,
    /// Likewise.
    pub shell: Option<String>,
    /// Likewise.
    pub user_type: Option<UserType>,
    /// Likewise.
    pub email: Option<String>,
    /// Likewise.
    pub display_name: Option<String>,
}

/// Where a local account's password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeptIn {
    /// In the store, as a hash.
    Store,
    /// In the directory: the domains decide, and the account's uid, gid and home replace theirs.
    Directory,
}

/// The store gives no answer: full, locked, read-only or gone. In words, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreUnavailable(pub String);

/// Check a password against a local account's hash.
pub struct VerifyOperation {
    /// The account, as it was found.
    pub account: Arc<LocalAccount>,
    /// The password, shared and wiped with its last owner.
    pub password: Arc<Password>,
    /// Answer before this.
    pub deadline: Instant,
}

/// What came of a [`VerifyOperation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyAnswer {
    /// Whether the password is the account's; an error is no verdict.
    pub verified: Result<bool, StoreUnavailable>,
    /// How long it took.
    pub took: Duration,
}

/// The accounts in Entryway's own store.
pub trait LocalAccounts: Send + Sync {
    /// The account of that name, from memory. Names compare without case.
    fn find_local(&self, name: &str) -> Result<Option<Arc<LocalAccount>>, StoreUnavailable>;
    /// Checks a password. An account that changed since it was found has no verdict.
    fn verify_local(&self, operation: VerifyOperation)
    -> impl Future<Output = VerifyAnswer> + Send;
    /// Changes a password once. Of an account that changed since it was found, nothing is changed.
    fn change_local(
        &self,
        operation: ChangeLocalOperation,
    ) -> impl Future<Output = ChangeLocalAnswer> + Send;
}

/// Log in at the operating system.
pub struct OsOperation {
    /// The bare name.
    pub name: Arc<str>,
    /// The password, shared and wiped with its last owner.
    pub password: Arc<Password>,
    /// Where the person is, for PAM's own rules.
    pub client_address: Option<std::net::IpAddr>,
    /// Answer before this.
    pub deadline: Instant,
}

/// What came of an [`OsOperation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsAnswer {
    /// What PAM and the user database said.
    pub reply: OsReply,
    /// How long it took.
    pub took: Duration,
}

/// What the operating system said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OsReply {
    /// PAM verified the password and the account may be used.
    Verified(OsAccount),
    /// The user database has no such account.
    Unknown,
    /// PAM refused the password.
    WrongPassword,
    /// The password is right and must be changed first.
    MustChange,
    /// The account may not be used: in PAM's words.
    NotUsable(OsRefusal, String),
    /// No verdict: PAM is missing, a module failed, or the helper took too long. In words.
    NoVerdict(String),
}

/// Why PAM lets an account not in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OsRefusal {
    /// It has expired.
    Expired,
    /// It is locked after too many tries.
    Locked,
    /// Any other rule of PAM's account stack.
    Denied,
}

/// An account of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsAccount {
    /// As the user database spells it.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its primary group's.
    pub gid: u32,
    /// Its home.
    pub home: String,
    /// Its shell.
    pub shell: String,
    /// The first part of its comment field; empty when there is none.
    pub display_name: String,
}

/// The operating system's accounts.
pub trait OsAccounts: Send + Sync {
    /// Whether the user database has this name; no password is involved. Answers before `deadline`.
    fn find_os(
        &self,
        name: &str,
        deadline: Instant,
    ) -> impl Future<Output = Result<Option<OsAccount>, String>> + Send;
    /// Logs in once; never repeats by itself.
    fn login_os(&self, operation: OsOperation) -> impl Future<Output = OsAnswer> + Send;
}

//! Changing a password with the old one, which was proven before.

use crate::{DomainId, LocalAccount, ServerFault, StoreUnavailable};
use entryway_ldap_types::{Password, PasswordPolicy, ResultCode};
use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The connection on which somebody has bound to change their password, as whoever answered the bind left it: the
/// login carries it to the change and knows nothing of it. Dropped, it is closed.
pub struct Held(Box<dyn Any + Send>);

impl Held {
    /// Hides a connection.
    pub fn new(connection: impl Any + Send) -> Self {
        Self(Box::new(connection))
    }
    /// The connection, for whoever hid one of this type.
    pub fn into_inner<T: Any>(self) -> Option<T> {
        self.0.downcast().ok().map(|connection| *connection)
    }
}

/// Change the password of an entry, once: never as an administrator's reset, never a second time.
pub struct ChangeOperation {
    /// Which domain.
    pub domain: DomainId,
    /// The server that proved the old password.
    pub server: Arc<str>,
    /// The entry's name exactly as the server spelt it.
    pub dn: Box<str>,
    /// As it is.
    pub old: Arc<Password>,
    /// As it shall be.
    pub new: Arc<Password>,
    /// The connection of the bind. `None` where the person could not bind with the old password, right as it was.
    pub bound: Option<Held>,
    /// Answer before this.
    pub deadline: Instant,
}

/// What came of a [`ChangeOperation`].
pub struct ChangeAnswer {
    /// The server that was asked.
    pub server: Arc<str>,
    /// The answer, or why there is none.
    pub reply: Result<ChangeReply, ChangeUnanswered>,
    /// How long it took.
    pub took: Duration,
}

/// The server's answer to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeReply {
    /// Nothing but success has changed anything.
    pub code: ResultCode,
    /// The diagnostic message: Active Directory's code stands in it, and others' reasons.
    pub diagnostic: String,
    /// The password-policy control, when the server sent one.
    pub policy: Option<PasswordPolicy>,
}

/// A change without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeUnanswered {
    /// Whether any byte of the request may have left: if so nobody knows whether the password was changed.
    pub written: bool,
    /// Whose fault.
    pub fault: ServerFault,
    /// In words.
    pub cause: String,
}

/// Change the password of a local account, if it is still the one that was proven.
pub struct ChangeLocalOperation {
    /// The account, as its password was proven.
    pub account: Arc<LocalAccount>,
    /// As it shall be.
    pub new: Arc<Password>,
    /// Answer before this.
    pub deadline: Instant,
}

/// What came of a [`ChangeLocalOperation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLocalAnswer {
    /// What the store did.
    pub changed: Result<(), ChangeLocalFailure>,
    /// How long it took.
    pub took: Duration,
}

/// Why the store has not changed a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeLocalFailure {
    /// It has done nothing.
    NotDone(StoreUnavailable),
    /// It was asked, and nobody knows what it did.
    Unknown(StoreUnavailable),
}

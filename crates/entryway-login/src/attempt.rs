//! What is submitted.

use entryway_ldap_types::Password;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// One attempt by one person, as it was submitted.
///
/// The name is unchecked here: refusing a malformed one is the login's first step, so that it is
/// decided, traced and logged like any other.
pub struct Attempt {
    /// Correlates page footer, log line, audit record and `explain`.
    pub id: LoginId,
    /// The login name as typed.
    pub login_name: String,
    /// What stands in the password field.
    pub password: SubmittedPassword,
    /// Where the person is, when the application says so or it is seen.
    pub client_address: Option<IpAddr>,
    /// The application that asks, as logs call it; `None` when nobody asks over the API.
    pub caller: Option<Arc<str>>,
    /// Wall-clock time of submission.
    pub at: SystemTime,
    /// Monotonic time of submission; elapsed times in the trace count from here.
    pub started: Instant,
    /// When an answer is due, whatever it is.
    pub deadline: Instant,
}

/// The password half of an attempt.
pub enum SubmittedPassword {
    /// One was given, unchecked but for its being there: an empty one cannot be represented.
    Given(Arc<Password>),
    /// The field was empty, or over [`Password::MAX_BYTES`]: refused before anything is asked.
    Malformed,
    /// `explain` without a password: walk on as if the bind had succeeded; nothing is let in.
    NotAsked,
}

/// A login's correlation id: 16 characters, unique, meaningless.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoginId(u64);

impl LoginId {
    /// From 64 random bits, drawn by the caller.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl fmt::Display for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for LoginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

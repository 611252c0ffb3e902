//! What is submitted.

use crate::{DeviceId, SealedPassword};
use entryway_ldap_types::{EmptyPassword, Password};
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
    /// A browser or application that this person logged in from before, as a token that Entryway signed says.
    pub device: Option<Device>,
    /// Whether the session is to carry the person's groups, whatever the rules need.
    pub wants_groups: bool,
    /// The application that asks, as logs call it; `None` when nobody asks over the API.
    pub caller: Option<Arc<str>>,
    /// Wall-clock time of submission.
    pub at: SystemTime,
    /// Monotonic time of submission; elapsed times in the trace count from here.
    pub started: Instant,
    /// When an answer is due, whatever it is.
    pub deadline: Instant,
}

/// A device, and whose it is: for anybody else it is no device at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The identity that logged in from it ([`IdentityReserve::identity`](crate::IdentityReserve::identity)).
    pub identity: Arc<str>,
    /// Which device.
    pub id: DeviceId,
    /// What the person's site gave for it, for that site alone.
    pub of_site: Option<Arc<str>>,
}

/// The password half of an attempt.
pub enum SubmittedPassword {
    /// One was given, unchecked but for its being there: an empty one cannot be represented.
    Given(Arc<Password>),
    /// The field was empty, or over [`Password::MAX_BYTES`]: refused before anything is asked.
    Malformed,
    /// One was given that only a site's connector can open.
    Sealed(Arc<SealedPassword>),
    /// `explain` without a password: walk on as if the bind had succeeded; nothing is let in.
    NotAsked,
}

impl SubmittedPassword {
    /// What stood in a password field; the bytes are wiped, whatever they are.
    pub fn from_field(bytes: Vec<u8>) -> Self {
        match Password::new(bytes) {
            Ok(password) if password.expose().len() <= Password::MAX_BYTES => {
                Self::Given(Arc::new(password))
            }
            Ok(_) | Err(EmptyPassword) => Self::Malformed,
        }
    }
}

/// A login's correlation id: 16 characters, unique, meaningless.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LoginId(u64);

impl LoginId {
    /// From 64 bits: by convention 40 of time and 24 drawn at random, so that a record is found by its id.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
    /// The same bits.
    pub fn bits(self) -> u64 {
        self.0
    }
    /// From its 16 hexadecimal characters.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits
            .then(|| u64::from_str_radix(text, 16).ok())
            .flatten()
            .map(Self)
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

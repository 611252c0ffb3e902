//! What an administrator decides about accounts of the operating system.

use std::path::PathBuf;

/// Settings of the accounts of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsSettings {
    /// PAM's service name: the file of that name in `/etc/pam.d` says what is checked.
    pub service: String,
    /// A folder that stands in for `/etc/pam.d`; `None` for the system's own.
    pub confdir: Option<PathBuf>,
    /// How many helpers may run at once; more wait until their deadline. At least 1.
    pub max: usize,
}

impl Default for OsSettings {
    fn default() -> Self {
        Self {
            service: "entryway".to_owned(),
            confdir: None,
            max: 8,
        }
    }
}

//! What a server is like, apart from its entries.

use crate::Identity;
use std::time::SystemTime;

/// How a server behaves. `Options::default()` is an OpenLDAP that lets only those search who have bound.
#[derive(Clone)]
pub struct Options {
    /// Whose ways it has.
    pub dialect: Dialect,
    /// Whether searching and comparing need a bind first. The root DSE can always be read.
    pub require_bind: bool,
    /// Whether a bind with a password outside TLS is answered confidentialityRequired (13).
    pub require_tls_for_passwords: bool,
    /// Whether the plain port offers StartTLS.
    pub start_tls: bool,
    /// Most entries of one search or page; 0 for no limit. More is sizeLimitExceeded (4).
    pub size_limit: u32,
    /// Most values of an attribute that are told at once; 0 for no limit. The others are asked for by `;range=` (MS-ADTS
    /// §3.1.1.3.1.3.3).
    pub value_range: usize,
    /// The certificate; `None` has one made for `localhost` and `127.0.0.1`, under an authority of its own.
    pub identity: Option<Identity>,
    /// Port of plain LDAP; 0 lets the kernel choose.
    pub ldap_port: u16,
    /// Port of LDAPS; 0 lets the kernel choose.
    pub ldaps_port: u16,
    /// What time the server thinks it is; `None` for the system's clock. Expiry and logon hours go by it.
    pub now: Option<SystemTime>,
    /// Wrong passwords in a row after which an account is locked until the server ends; `None` locks nobody who is
    /// not locked in the LDIF.
    pub lock_after: Option<u32>,
    /// How many operations the log keeps; older ones go first.
    pub log_capacity: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dialect: Dialect::OpenLdap,
            require_bind: true,
            require_tls_for_passwords: false,
            start_tls: true,
            size_limit: 0,
            value_range: 0,
            identity: None,
            ldap_port: 0,
            ldaps_port: 0,
            now: None,
            lock_after: None,
            log_capacity: 10_000,
        }
    }
}

impl Options {
    /// An Active Directory domain controller of the domain with this NetBIOS name.
    pub fn active_directory(netbios: &str) -> Self {
        Self {
            dialect: Dialect::ActiveDirectory {
                netbios: netbios.to_owned(),
            },
            ..Self::default()
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.now.unwrap_or_else(SystemTime::now)
    }
}

/// Whose ways a server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialect {
    /// Account states from `pwdAccountLockedTime`, `pwdReset`, `nsAccountLock` and the markers
    /// `pwdExpired`, `pwdGraceLeft`, `pwdExpiresIn`; told by the password-policy control.
    OpenLdap,
    /// Account states from `userAccountControl`, `accountExpires`, `pwdLastSet`, `lockoutTime`,
    /// `logonHours`, `userWorkstations`; told by the sub-error in the diagnostic message.
    ActiveDirectory {
        /// What stands before the `\` of `DOMAIN\name`.
        netbios: String,
    },
}

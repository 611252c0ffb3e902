//! From the error of a connection to whose fault it was.

use entryway_ldap::LdapError;
use entryway_login::ServerFault;

/// Whose fault an error is, for the decision. A server that is left alone for a while is so for the
/// failure before: a configuration fault stays one, however often it is asked.
pub(crate) fn server_fault(error: &LdapError) -> ServerFault {
    match error.underlying() {
        error if error.is_our_own() => ServerFault::Ourselves,
        LdapError::Tls(_) => ServerFault::TlsUntrusted,
        LdapError::ServiceBindRefused { .. } | LdapError::ExternalBindRefused { .. } => {
            ServerFault::ServiceBindRefused
        }
        LdapError::TimedOut { .. } => ServerFault::TimedOut,
        LdapError::Protocol(_) => ServerFault::Protocol,
        LdapError::Unreachable { .. }
        | LdapError::Closed(_)
        | LdapError::Declined { .. }
        | LdapError::Overloaded(_)
        | LdapError::Unsendable(_)
        | LdapError::PasswordInClear
        | LdapError::PasswordNotText
        | LdapError::CertificateInClear
        | LdapError::OtherRole(_) => ServerFault::Unreachable,
    }
}

#[cfg(test)]
mod tests;

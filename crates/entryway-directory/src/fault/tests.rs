use super::server_fault;
use entryway_ldap::{CloseReason, DialError, LdapError, Step, TlsFailure};
use entryway_ldap_types::ResultCode;
use entryway_login::ServerFault;
use std::sync::Arc;

fn check(error: &LdapError, expected: ServerFault) {
    assert_eq!(server_fault(error), expected, "{}", error.in_words());
}

#[test]
fn each_kind_of_error_is_somebodys_fault() {
    check(
        &LdapError::Tls(TlsFailure::NoTls),
        ServerFault::TlsUntrusted,
    );
    check(
        &LdapError::TimedOut { step: Step::Search },
        ServerFault::TimedOut,
    );
    check(
        &LdapError::Closed(CloseReason::ByServer),
        ServerFault::Unreachable,
    );
    check(
        &LdapError::Overloaded(entryway_ldap::Overload::Connections),
        ServerFault::Ourselves,
    );
    check(
        &LdapError::Closed(CloseReason::ShuttingDown),
        ServerFault::Ourselves,
    );
    check(
        &LdapError::ServiceBindRefused {
            code: ResultCode::INVALID_CREDENTIALS,
            diagnostic: String::new(),
        },
        ServerFault::ServiceBindRefused,
    );
}

#[test]
fn a_suspended_server_has_the_fault_that_led_to_it() {
    let suspended_after = |last| LdapError::Unreachable {
        address: "dc1:636".into(),
        cause: DialError::Suspended {
            last: Arc::new(last),
        },
    };
    check(
        &suspended_after(LdapError::Tls(TlsFailure::NoTls)),
        ServerFault::TlsUntrusted,
    );
    check(
        &suspended_after(LdapError::ServiceBindRefused {
            code: ResultCode::INVALID_CREDENTIALS,
            diagnostic: String::new(),
        }),
        ServerFault::ServiceBindRefused,
    );
    check(
        &suspended_after(LdapError::Closed(CloseReason::ByServer)),
        ServerFault::Unreachable,
    );
}

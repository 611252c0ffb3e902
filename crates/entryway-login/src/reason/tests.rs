use super::*;
use crate::{Challenge, Verdict};
use std::collections::HashSet;

/// Counts variants by a match that a new one breaks.
fn place_of_reason(reason: Reason) -> usize {
    match reason {
        Reason::UnknownLogin => 0,
        Reason::WrongPassword => 1,
        Reason::AmbiguousLogin => 2,
        Reason::UnknownDomain => 3,
        Reason::MalformedLogin => 4,
        Reason::AccountDisabled => 5,
        Reason::AccountLocked => 6,
        Reason::AccountExpired => 7,
        Reason::PasswordExpired => 8,
        Reason::LogonHours => 9,
        Reason::Workstation => 10,
        Reason::MissingAttribute => 11,
        Reason::InvalidAttribute => 12,
        Reason::LdapDisabled => 13,
        Reason::DnNotPermitted => 14,
        Reason::TemplateUnresolved => 15,
        Reason::RuleFailed => 16,
        Reason::Throttled => 17,
        Reason::PasswordChanged => 18,
        Reason::NewPasswordMalformed => 19,
        Reason::NewPasswordTooShort => 20,
        Reason::NewPasswordTooSimple => 21,
        Reason::NewPasswordInHistory => 22,
        Reason::NewPasswordRefused => 23,
        Reason::PasswordTooYoung => 24,
        Reason::PasswordChangeNotAllowed => 25,
        Reason::PasswordChangeUnsupported => 26,
        Reason::CertificateUntrusted => 27,
        Reason::CertificateOutOfDate => 28,
        Reason::CertificateRevoked => 29,
        Reason::CertificateNotForLogin => 30,
        Reason::CertificateUnmapped => 31,
        Reason::NotForRealUsers => 32,
        Reason::SealedOnly => 33,
        Reason::RefusedBySite => 34,
        Reason::NotAdmittedHere => 35,
    }
}

fn place_of_fault(fault: Fault) -> usize {
    match fault {
        Fault::DirectoryUnreachable => 0,
        Fault::DirectoryRefusedServiceBind => 1,
        Fault::TlsUntrusted => 2,
        Fault::Deadline => 3,
        Fault::DirectoryProtocolError => 4,
        Fault::DirectoryRefusedOperation => 5,
        Fault::StoreUnavailable => 6,
        Fault::PartialGroups => 7,
        Fault::OsUnavailable => 8,
        Fault::Overloaded => 9,
        Fault::PasswordChangeUnknown => 10,
        Fault::RevocationUnknown => 11,
        Fault::SiteUnreachable => 12,
        Fault::SiteTimedOut => 13,
        Fault::SiteReplyInvalid => 14,
        Fault::SiteBusy => 15,
        Fault::SiteNoVerdict => 16,
        Fault::SealExpired => 17,
    }
}

#[test]
fn the_lists_hold_every_variant_in_order() {
    for (at, reason) in Reason::ALL.into_iter().enumerate() {
        assert_eq!(place_of_reason(reason), at);
    }
    for (at, fault) in Fault::ALL.into_iter().enumerate() {
        assert_eq!(place_of_fault(fault), at);
    }
}

fn rows() -> Vec<Row> {
    let reasons = Reason::ALL.into_iter().map(Reason::row);
    let faults = Fault::ALL.into_iter().map(Fault::row);
    let challenges = Challenge::ALL.into_iter().map(Challenge::row);
    let accepts = [Verdict::Accept, Verdict::WouldAccept, Verdict::Changed].map(Verdict::row);
    reasons
        .chain(faults)
        .chain(challenges)
        .chain(accepts)
        .collect()
}

#[test]
fn no_code_means_two_things() {
    let rows = rows();
    let codes: HashSet<_> = rows.iter().map(|row| row.code).collect();
    assert_eq!(codes.len(), rows.len());
}

#[test]
fn every_refusal_of_a_login_has_one_face() {
    let faces: HashSet<_> = Reason::ALL
        .into_iter()
        .filter(|reason| !Reason::OF_A_CHANGE.contains(reason))
        .filter(|reason| !Reason::OF_A_CERTIFICATE.contains(reason))
        .filter(|reason| !Reason::TOLD.contains(reason))
        .map(|reason| {
            (
                reason.row().person,
                reason.row().oauth_error,
                reason.row().exit,
            )
        })
        .collect();
    assert_eq!(faces.len(), 1);
    assert!(Reason::WrongPassword.row().person.contains("wait"));
}

#[test]
fn whoever_is_refused_a_change_reads_that_nothing_was_changed() {
    for reason in Reason::OF_A_CHANGE {
        let row = reason.row();
        let said = row.person.starts_with("Your password was not changed: ");
        assert!(said, "{reason:?}");
        assert_eq!((row.outcome, row.exit), (Outcome::Reject, 1));
    }
}

#[test]
fn an_outage_says_nothing_about_the_password() {
    // It is about nothing else, and says what to do.
    let unknown = Fault::PasswordChangeUnknown;
    assert!(unknown.row().person.contains("not known"));
    for fault in Fault::ALL.into_iter().filter(|fault| *fault != unknown) {
        assert!(
            fault
                .row()
                .person
                .contains("says nothing about your password"),
            "{fault:?}"
        );
        assert_eq!(fault.row().exit, 4);
    }
}

#[test]
fn operators_sentences_are_in_the_house_style() {
    for row in rows() {
        assert!(
            !row.operator.ends_with('.')
                && row.operator.starts_with(|char: char| char.is_lowercase()),
            "{}",
            row.operator
        );
        assert!(
            row.person.ends_with('.') && row.person.starts_with(|char: char| char.is_uppercase()),
            "{}",
            row.person
        );
    }
}

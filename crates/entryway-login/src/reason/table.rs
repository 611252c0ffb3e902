//! The table itself: what each outcome looks like to each audience.
//!
//! Every refusal shows the person the same sentence, so that a guesser learns nothing from it.

mod faults;

use super::{LogLevel, Outcome, Reason, Row};
use crate::{Challenge, Verdict};

/// Names waiting as a possible cause: a lock that passes looks like every other refusal.
const REFUSED: &str = "You could not be logged in: check the name and the password, and after several attempts wait a few minutes before you try again.";
/// For an outage: says nothing of the password, because nobody has judged it.
const NOT_NOW: &str = "Nobody can be logged in this way right now, and this says nothing about your password: please try again in a few minutes.";
const TOO_LATE: &str = "The answer took too long, and this says nothing about your password: please try again in a moment.";

const SEALED_ONLY: &str = "Passwords of this company are sealed in the browser before they are sent, and this way to log in cannot do that: use the login page, with scripts switched on.";

/// Trying both is no guess: one of them is right.
const UNKNOWN: &str = "It is not known whether your password was changed: try to log in with the new one, and if it is refused, with the old one.";

const ACCEPT: Row = Row {
    code: "accept",
    outcome: Outcome::Accept,
    operator: "the password is right and every check passed",
    person: "You are logged in.",
    level: LogLevel::Info,
    oauth_error: "",
    exit: 0,
};

const WOULD_ACCEPT: Row = Row {
    code: "would_accept",
    operator: "every check passes; the password was not asked for",
    person: "This login would be accepted if the password is right.",
    ..ACCEPT
};

const CHANGED: Row = Row {
    code: "changed",
    outcome: Outcome::Changed,
    operator: "the password is changed; nobody was let in by that",
    person: "Your password is changed: log in with the new one.",
    ..ACCEPT
};

const fn refusal(code: &'static str, level: LogLevel, operator: &'static str) -> Row {
    Row {
        code,
        outcome: Outcome::Reject,
        operator,
        person: REFUSED,
        level,
        oauth_error: "access_denied",
        exit: 1,
    }
}

/// Of a change: told to whoever has proven the old password, or of the new one alone, so it may say what to do.
const fn unchanged(code: &'static str, operator: &'static str, person: &'static str) -> Row {
    Row {
        person,
        ..refusal(code, LogLevel::Info, operator)
    }
}

/// Of a certificate alone, whoever it is of: what is wrong with it helps nobody guess.
const fn of_certificate(code: &'static str, operator: &'static str, person: &'static str) -> Row {
    Row {
        person,
        ..refusal(code, LogLevel::Info, operator)
    }
}

const fn outage(
    code: &'static str,
    level: LogLevel,
    operator: &'static str,
    person: &'static str,
) -> Row {
    Row {
        code,
        outcome: Outcome::Indeterminate,
        operator,
        person,
        level,
        oauth_error: "temporarily_unavailable",
        exit: 4,
    }
}

impl Reason {
    /// Every reason, in the order of the enum.
    pub const ALL: [Self; 36] = [
        Self::UnknownLogin,
        Self::WrongPassword,
        Self::AmbiguousLogin,
        Self::UnknownDomain,
        Self::MalformedLogin,
        Self::AccountDisabled,
        Self::AccountLocked,
        Self::AccountExpired,
        Self::PasswordExpired,
        Self::LogonHours,
        Self::Workstation,
        Self::MissingAttribute,
        Self::InvalidAttribute,
        Self::LdapDisabled,
        Self::DnNotPermitted,
        Self::TemplateUnresolved,
        Self::RuleFailed,
        Self::Throttled,
        Self::PasswordChanged,
        Self::NewPasswordMalformed,
        Self::NewPasswordTooShort,
        Self::NewPasswordTooSimple,
        Self::NewPasswordInHistory,
        Self::NewPasswordRefused,
        Self::PasswordTooYoung,
        Self::PasswordChangeNotAllowed,
        Self::PasswordChangeUnsupported,
        Self::CertificateUntrusted,
        Self::CertificateOutOfDate,
        Self::CertificateRevoked,
        Self::CertificateNotForLogin,
        Self::CertificateUnmapped,
        Self::NotForRealUsers,
        Self::SealedOnly,
        Self::RefusedBySite,
        Self::NotAdmittedHere,
    ];

    /// Those that a certificate itself comes to, before anybody is looked for.
    pub const OF_A_CERTIFICATE: [Self; 4] = [
        Self::CertificateUntrusted,
        Self::CertificateOutOfDate,
        Self::CertificateRevoked,
        Self::CertificateNotForLogin,
    ];

    /// Those that nothing but the change of a password comes to. All but the first are told to nobody who has not
    /// proven the old one.
    pub const OF_A_CHANGE: [Self; 8] = [
        Self::NewPasswordMalformed,
        Self::NewPasswordTooShort,
        Self::NewPasswordTooSimple,
        Self::NewPasswordInHistory,
        Self::NewPasswordRefused,
        Self::PasswordTooYoung,
        Self::PasswordChangeNotAllowed,
        Self::PasswordChangeUnsupported,
    ];

    /// Those that come of the name alone and are told as they are: they say nothing of the person.
    pub const TOLD: [Self; 1] = [Self::SealedOnly];

    /// The reason of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// How it looks to each audience.
    pub const fn row(self) -> Row {
        use LogLevel::{Info, Warn};
        match self {
            Self::UnknownLogin => refusal(
                "unknown_login",
                Info,
                "nobody that was asked knows this name",
            ),
            Self::WrongPassword => refusal("wrong_password", Info, "the password is wrong"),
            Self::AmbiguousLogin => refusal(
                "ambiguous_login",
                Warn,
                "more than one entry answers to this name",
            ),
            Self::UnknownDomain => refusal(
                "unknown_domain",
                Info,
                "the name says a domain that is not configured",
            ),
            Self::MalformedLogin => refusal(
                "malformed_login",
                Info,
                "the name or the password is empty, too long or holds control characters",
            ),
            Self::AccountDisabled => refusal("account_disabled", Info, "the account is disabled"),
            Self::AccountLocked => refusal("account_locked", Info, "the account is locked"),
            Self::AccountExpired => refusal("account_expired", Info, "the account has expired"),
            Self::PasswordExpired => refusal(
                "password_expired",
                Info,
                "the password has expired at the directory",
            ),
            Self::LogonHours => refusal(
                "logon_hours",
                Info,
                "the directory does not let this account in at this hour",
            ),
            Self::Workstation => refusal(
                "workstation",
                Info,
                "the directory does not let this account in from here",
            ),
            // The person can do nothing about these two: somebody should look at the entry or the maps.
            Self::MissingAttribute => refusal(
                "missing_attribute",
                Warn,
                "the session lacks an attribute that it must have",
            ),
            Self::InvalidAttribute => refusal(
                "invalid_attribute",
                Warn,
                "the entry has a value that cannot be used",
            ),
            Self::LdapDisabled => refusal(
                "ldap_disabled",
                Info,
                "the use of directories is switched off",
            ),
            Self::DnNotPermitted => refusal(
                "dn_not_permitted",
                Info,
                "no DN filter of the domain lets this entry in",
            ),
            // Somebody should look at the rule.
            Self::TemplateUnresolved => refusal(
                "template_unresolved",
                Warn,
                "the account template that applies gives no usable value",
            ),
            Self::RuleFailed => refusal(
                "rule_failed",
                Warn,
                "an expression of the configuration fails for this person",
            ),
            Self::Throttled => refusal(
                "throttled",
                Info,
                "too many failures: nobody was asked, and the password was not looked at",
            ),
            Self::PasswordChanged => refusal(
                "password_changed",
                Info,
                "the password was changed since this person logged in",
            ),
            Self::NewPasswordMalformed => unchanged(
                "new_password_malformed",
                "the new password is empty, too long, no text or holds control characters",
                "Your password was not changed: the new one is empty, too long, or has characters that no keyboard types.",
            ),
            Self::NewPasswordTooShort => unchanged(
                "new_password_too_short",
                "the new password is too short for the directory",
                "Your password was not changed: the new one is too short, so choose a longer one.",
            ),
            Self::NewPasswordTooSimple => unchanged(
                "new_password_too_simple",
                "the new password is too simple for the directory",
                "Your password was not changed: the new one is too simple, so choose a longer one with letters, digits and other signs, and without your name.",
            ),
            Self::NewPasswordInHistory => unchanged(
                "new_password_in_history",
                "the new password is one that this person has or had",
                "Your password was not changed: you have had the new one before, so choose another.",
            ),
            Self::NewPasswordRefused => unchanged(
                "new_password_refused",
                "the directory does not take the new password, and does not say why",
                "Your password was not changed: the new one does not satisfy the rules, so choose a longer one that you have not had before, or try again tomorrow if you changed it today.",
            ),
            Self::PasswordTooYoung => unchanged(
                "password_too_young",
                "the password was changed too short a time ago",
                "Your password was not changed: it was changed too short a time ago, so try again later.",
            ),
            Self::PasswordChangeNotAllowed => unchanged(
                "password_change_not_allowed",
                "this person may not change their password here",
                "Your password was not changed: you cannot change it here, so ask your administrator.",
            ),
            Self::PasswordChangeUnsupported => unchanged(
                "password_change_unsupported",
                "passwords of this authority cannot be changed through Entryway",
                "Your password was not changed: yours cannot be changed here, so ask your administrator.",
            ),
            Self::CertificateUntrusted => of_certificate(
                "certificate_untrusted",
                "the certificate's chain leads to nobody who is trusted",
                "Your certificate is not one that is trusted here: log in with your password, or close the browser and choose another certificate.",
            ),
            Self::CertificateOutOfDate => of_certificate(
                "certificate_out_of_date",
                "the certificate has expired, or its time has not begun",
                "Your certificate has expired or is not valid yet: log in with your password, and ask your administrator for another certificate.",
            ),
            Self::CertificateRevoked => of_certificate(
                "certificate_revoked",
                "the certificate was revoked by its authority",
                "Your certificate was revoked: log in with your password, and ask your administrator for another certificate.",
            ),
            Self::CertificateNotForLogin => of_certificate(
                "certificate_not_for_login",
                "the certificate is for something else than logging in",
                "Your certificate is not one for logging in: log in with your password, or close the browser and choose another certificate.",
            ),
            // Somebody should look at the rules, or at who issues such certificates.
            Self::CertificateUnmapped => refusal(
                "certificate_unmapped",
                Warn,
                "no rule finds anything in the certificate that it could look for",
            ),
            Self::NotForRealUsers => refusal(
                "not_for_real_users",
                Info,
                "this person is a real user, and those do not log in by a certificate",
            ),
            // Of the name alone, before anything is asked: it says nothing of the person.
            Self::SealedOnly => Row {
                person: SEALED_ONLY,
                ..refusal(
                    "sealed_only",
                    Info,
                    "the name is a site's, and the password came in clear: it was passed on to nobody",
                )
            },
            Self::RefusedBySite => refusal(
                "refused_by_site",
                Info,
                "the site does not let this person in; its own record says why",
            ),
            Self::NotAdmittedHere => refusal(
                "not_admitted_here",
                Info,
                "people of this site do not log in at this application: the site was not asked",
            ),
        }
    }

    /// The stable code, as JSON, logs and metrics have it.
    pub const fn code(self) -> &'static str {
        self.row().code
    }
}

impl Challenge {
    /// Every challenge.
    pub const ALL: [Self; 1] = [Self::ChangePassword];

    /// How it looks to each audience.
    pub const fn row(self) -> Row {
        match self {
            Self::ChangePassword => Row {
                code: "change_password",
                outcome: Outcome::Challenge,
                operator: "the password is right and must be changed before the first login",
                person: "Your password must be changed before you can log in.",
                level: LogLevel::Info,
                oauth_error: "interaction_required",
                exit: 1,
            },
        }
    }
}

impl Verdict {
    /// How it looks to each audience.
    pub const fn row(self) -> Row {
        match self {
            Self::Accept => ACCEPT,
            Self::WouldAccept => WOULD_ACCEPT,
            Self::Changed => CHANGED,
            Self::Challenge(challenge) => challenge.row(),
            Self::Reject(reason) => reason.row(),
            Self::Indeterminate(fault) => fault.row(),
        }
    }
}

impl Outcome {
    /// `accept`, `challenge`, `reject`, `indeterminate` or `changed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Challenge => "challenge",
            Self::Reject => "reject",
            Self::Indeterminate => "indeterminate",
            Self::Changed => "changed",
        }
    }
}

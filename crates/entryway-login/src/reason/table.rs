//! The table itself: what each outcome looks like to each audience.
//!
//! Every refusal shows the person the same sentence, so that a guesser learns nothing from it.

use super::{Fault, LogLevel, Outcome, Reason, Row};
use crate::{Challenge, Verdict};

/// Names waiting as a possible cause: a lock that passes looks like every other refusal.
const REFUSED: &str = "You could not be logged in: check the name and the password, and after several attempts wait a few minutes before you try again.";
/// For an outage: says nothing of the password, because nobody has judged it.
const NOT_NOW: &str = "Nobody can be logged in this way right now, and this says nothing about your password: please try again in a few minutes.";
const TOO_LATE: &str = "The answer took too long, and this says nothing about your password: please try again in a moment.";

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
    pub const ALL: [Self; 19] = [
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
    ];

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
        }
    }

    /// The stable code, as JSON, logs and metrics have it.
    pub const fn code(self) -> &'static str {
        self.row().code
    }
}

impl Fault {
    /// Every fault, in the order of the enum.
    pub const ALL: [Self; 10] = [
        Self::DirectoryUnreachable,
        Self::DirectoryRefusedServiceBind,
        Self::TlsUntrusted,
        Self::Deadline,
        Self::DirectoryProtocolError,
        Self::DirectoryRefusedOperation,
        Self::StoreUnavailable,
        Self::PartialGroups,
        Self::OsUnavailable,
        Self::Overloaded,
    ];

    /// How it looks to each audience.
    pub const fn row(self) -> Row {
        use LogLevel::{Error, Warn};
        match self {
            Self::DirectoryUnreachable => outage(
                "directory_unreachable",
                Warn,
                "no server of the domain is in reach",
                NOT_NOW,
            ),
            Self::DirectoryRefusedServiceBind => outage(
                "directory_refused_service_bind",
                Error,
                "the directory refuses Entryway's own account",
                NOT_NOW,
            ),
            Self::TlsUntrusted => outage(
                "tls_untrusted",
                Error,
                "the directory's TLS certificate is not trusted",
                NOT_NOW,
            ),
            Self::Deadline => outage(
                "deadline",
                Warn,
                "no answer came before the deadline",
                TOO_LATE,
            ),
            Self::DirectoryProtocolError => outage(
                "directory_protocol_error",
                Warn,
                "the directory said something that is not an answer",
                NOT_NOW,
            ),
            Self::DirectoryRefusedOperation => outage(
                "directory_refused_operation",
                Error,
                "the directory answered with a code that is neither yes nor no",
                NOT_NOW,
            ),
            Self::StoreUnavailable => outage(
                "store_unavailable",
                Error,
                "the store gives no answer: it is full, locked, read-only or gone",
                NOT_NOW,
            ),
            Self::PartialGroups => outage(
                "partial_groups",
                Warn,
                "a rule needs the person's groups, and not all of them could be found out",
                NOT_NOW,
            ),
            Self::Overloaded => outage(
                "overloaded",
                Warn,
                "more refusals wait for their time than are held",
                TOO_LATE,
            ),
            Self::OsUnavailable => outage(
                "os_unavailable",
                Error,
                "the operating system gives no verdict",
                NOT_NOW,
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
            Self::Challenge(challenge) => challenge.row(),
            Self::Reject(reason) => reason.row(),
            Self::Indeterminate(fault) => fault.row(),
        }
    }
}

impl Outcome {
    /// `accept`, `challenge`, `reject` or `indeterminate`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Challenge => "challenge",
            Self::Reject => "reject",
            Self::Indeterminate => "indeterminate",
        }
    }
}

//! The rows of faults: what is told where nobody could say yes or no.

use super::{NOT_NOW, TOO_LATE, UNKNOWN, outage};
use crate::Fault;
use crate::reason::{LogLevel, Row};

impl Fault {
    /// Every fault, in the order of the enum.
    pub const ALL: [Self; 18] = [
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
        Self::PasswordChangeUnknown,
        Self::RevocationUnknown,
        Self::SiteUnreachable,
        Self::SiteTimedOut,
        Self::SiteReplyInvalid,
        Self::SiteBusy,
        Self::SiteNoVerdict,
        Self::SealExpired,
    ];

    /// Those of a site: nothing of the hub's own is at fault.
    pub const AT_SITE: [Self; 6] = [
        Self::SiteUnreachable,
        Self::SiteTimedOut,
        Self::SiteReplyInvalid,
        Self::SiteBusy,
        Self::SiteNoVerdict,
        Self::SealExpired,
    ];

    /// How it looks to each audience.
    pub const fn row(self) -> Row {
        use LogLevel::{Error, Info, Warn};
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
            Self::PasswordChangeUnknown => outage(
                "password_change_unknown",
                Warn,
                "the change of a password was sent and not answered: nobody knows whether it was made",
                UNKNOWN,
            ),
            Self::RevocationUnknown => outage(
                "revocation_unknown",
                Error,
                "nobody can say whether the certificate was revoked",
                NOT_NOW,
            ),
            Self::SiteUnreachable => outage(
                "site_unreachable",
                Warn,
                "no connector of the site is in reach",
                "Your company's connector cannot be reached right now, and this says nothing about your password: please try again in a few minutes.",
            ),
            Self::SiteTimedOut => outage(
                "site_timed_out",
                Warn,
                "the site's connector did not answer in time",
                "Your company's connector took too long to answer, and this says nothing about your password: please try again in a moment.",
            ),
            Self::SiteReplyInvalid => outage(
                "site_reply_invalid",
                Error,
                "what came from the site is no answer to what was asked, or not its connector's",
                "Your company's connector gave no answer that can be trusted, and this says nothing about your password: please tell your administrator.",
            ),
            Self::SiteBusy => outage(
                "site_busy",
                Warn,
                "the site's connectors have as much to do as they take",
                "Your company's connector has too much to do right now, and this says nothing about your password: please try again in a moment.",
            ),
            Self::SiteNoVerdict => outage(
                "site_no_verdict",
                Warn,
                "the site gives no verdict: what its connector asks is down",
                "Your company can let nobody in right now, and this says nothing about your password: please try again in a few minutes.",
            ),
            Self::SealExpired => outage(
                "seal_expired",
                Info,
                "the password was sealed for a challenge that holds no more: it was not tried",
                "This page was open for too long, and this says nothing about your password: please type it once more.",
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

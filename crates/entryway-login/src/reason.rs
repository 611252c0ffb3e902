//! The closed lists of reasons and faults, and the one table that says what each looks like to
//! whom: a reason without a row does not compile.

mod table;

/// Why a login is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nobody of that name where it applies.
    UnknownLogin,
    /// The directory refused the password.
    WrongPassword,
    /// More than one entry answers to the name.
    AmbiguousLogin,
    /// The name says a domain that is not configured.
    UnknownDomain,
    /// Empty, too long, or with control characters; or no password.
    MalformedLogin,
    /// Disabled: at the directory, or a local account that is switched off.
    AccountDisabled,
    /// Locked.
    AccountLocked,
    /// Expired.
    AccountExpired,
    /// The password has expired.
    PasswordExpired,
    /// Not at this hour.
    LogonHours,
    /// Not from this workstation.
    Workstation,
    /// A required attribute of the session is missing.
    MissingAttribute,
    /// A value is present but unusable.
    InvalidAttribute,
    /// `login.ldap` is disabled and the name says a domain.
    LdapDisabled,
    /// No DN filter of the domain lets the entry in.
    DnNotPermitted,
    /// The account template that applies cannot be resolved.
    TemplateUnresolved,
    /// An expression of the configuration fails for this person.
    RuleFailed,
    /// Too many failures: nobody was asked.
    Throttled,
    /// The password was changed since the login that is asked about.
    PasswordChanged,
    /// The new password is empty, too long, no text, or has control characters.
    NewPasswordMalformed,
    /// The new password is too short for the directory.
    NewPasswordTooShort,
    /// The new password is too simple for the directory.
    NewPasswordTooSimple,
    /// The new password is one that the person had.
    NewPasswordInHistory,
    /// The directory does not take the new password, and does not say which of its rules is against it.
    NewPasswordRefused,
    /// The password was changed too short a time ago.
    PasswordTooYoung,
    /// This person's password may not be changed by themselves, or not here.
    PasswordChangeNotAllowed,
    /// Passwords of this authority cannot be changed through Entryway.
    PasswordChangeUnsupported,
    /// The certificate's chain leads to nobody who is trusted, or it is damaged.
    CertificateUntrusted,
    /// The certificate has expired, or its time has not begun.
    CertificateOutOfDate,
    /// The certificate's authority has taken it back.
    CertificateRevoked,
    /// The certificate is for something else than logging in.
    CertificateNotForLogin,
    /// No rule finds anything in the certificate that it could look for.
    CertificateUnmapped,
    /// A real user may not come in this way.
    NotForRealUsers,
    /// A password in clear for a site, whose passwords are sealed before they leave the browser.
    SealedOnly,
    /// The person's site does not let them in, and does not say why.
    RefusedBySite,
    /// A site's person, where people of that site do not log in.
    NotAdmittedHere,
}

/// Why no verdict could be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// No server of the domain in reach.
    DirectoryUnreachable,
    /// The service account was refused: a configuration fault.
    DirectoryRefusedServiceBind,
    /// TLS to the directory failed.
    TlsUntrusted,
    /// Time ran out.
    Deadline,
    /// The directory said something that is not an answer.
    DirectoryProtocolError,
    /// The directory answered with a code that is neither yes nor no.
    DirectoryRefusedOperation,
    /// The store gives no answer: full, locked, read-only or gone.
    StoreUnavailable,
    /// A rule needs the person's groups, and not all of them could be found out.
    PartialGroups,
    /// The operating system gives no verdict.
    OsUnavailable,
    /// More refusals wait for their time than are held.
    Overloaded,
    /// A change of a password was sent and not answered: nobody knows whether it was made.
    PasswordChangeUnknown,
    /// Nobody can say whether a certificate was revoked.
    RevocationUnknown,
    /// No connector of the site is in reach.
    SiteUnreachable,
    /// The site's connector did not answer in time.
    SiteTimedOut,
    /// What came from the site is no answer to what was asked, or not its connector's.
    SiteReplyInvalid,
    /// The site's connectors have as much to do as they take.
    SiteBusy,
    /// The site gives no verdict: what its connector asks is down.
    SiteNoVerdict,
    /// The password was sealed for a challenge that holds no more: it was not tried.
    SealExpired,
}

/// The outcomes that have a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Reject.
    Reject,
    /// Challenge.
    Challenge,
    /// Indeterminate.
    Indeterminate,
    /// Accept.
    Accept,
    /// The password is changed, and nobody is let in by that.
    Changed,
}

/// The level a decision is logged at. A refused person is info, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LogLevel {
    /// Somebody should look.
    Warn,
    /// Ordinary.
    Info,
    /// Somebody must look: a configuration fault.
    Error,
}

/// How a decision looks to each audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Stable code: JSON, logs, metrics label.
    pub code: &'static str,
    /// Which outcome it belongs to.
    pub outcome: Outcome,
    /// One sentence for the administrator.
    pub operator: &'static str,
    /// One sentence for the person. The same for every refusal: it helps no guesser.
    pub person: &'static str,
    /// How it is logged.
    pub level: LogLevel,
    /// OAuth error (RFC 6749 §4.1.2.1, OIDC).
    pub oauth_error: &'static str,
    /// Exit status of the command line.
    pub exit: u8,
}

#[cfg(test)]
mod tests;

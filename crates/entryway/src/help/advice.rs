//! What leads to each reason and fault, and what to do about it. One that has no entry does not compile.

use entryway_login::{Challenge, Fault, Reason};

/// For an administrator who has the code from a log line or an explanation.
pub(super) struct Advice {
    /// What leads to it, the likeliest first.
    pub(super) causes: &'static [&'static str],
    /// What helps.
    pub(super) remedies: &'static [&'static str],
}

const EXPLAIN: &str = "`entryway explain NAME` shows every search with its base and filter";
const POLICY: &str = "`entryway explain --login ID` has the directory's own words; the rules are the directory's alone";
const MAPS: &str = "`entryway explain NAME` names the attribute and the line of its map";

pub(super) fn of_reason(reason: Reason) -> Advice {
    let (causes, remedies): (&[&str], &[&str]) = match reason {
        Reason::UnknownLogin => (
            &[
                "the name is mistyped, or typed with a suffix that no domain lists",
                "the entry is outside `people.base`, or `people.filter` leaves it out",
                "the domain is not among `login.default_domains`, and the name does not say it",
                "the name is a mail address, and `people.login_by_email` or the entry does not allow that",
            ],
            &[EXPLAIN],
        ),
        Reason::WrongPassword => (
            &[
                "the password is mistyped",
                "the password was changed, and a device or a script still sends the old one",
                "the local account of that name decides, and its password is another one",
            ],
            &[
                "`entryway explain NAME --password-stdin` says which authority refused it, and its words",
            ],
        ),
        Reason::AmbiguousLogin => (
            &[
                "two entries under `people.base` have the same value of the search attribute",
                "`people.filter` or `people.email_filter` fits more than one entry",
            ],
            &[
                "the log line lists the entries (`dns`): make the value unique, or narrow base or filter",
                "the domain's name before the login name does not help: both are in that domain",
            ],
        ),
        Reason::UnknownDomain => (
            &[
                "what stands before the `/` or `\\` is neither the name nor the `netbios_name` of a domain",
            ],
            &["`entryway domain list` shows the names"],
        ),
        Reason::MalformedLogin => (
            &[
                "name or password is empty, holds control characters, or is over 256 or 1,024 bytes",
                "a revalidation brought a token that was not given out here, or with a key that is gone",
            ],
            &[
                "look at what the application sends: a form that submits empty fields is the usual cause",
            ],
        ),
        Reason::AccountDisabled => (
            &[
                "somebody switched the account off at the directory (`userAccountControl`)",
                "the local account is switched off",
            ],
            &["switch it on at the directory, or with `entryway account set NAME --enable`"],
        ),
        Reason::AccountLocked => (
            &[
                "the directory has counted too many wrong passwords",
                "an administrator locked it",
            ],
            &[
                "wait for the directory's lockout to pass, or unlock it there",
                "look for a device or a script that sends an old password",
            ],
        ),
        Reason::AccountExpired => (
            &["the account had an end date, and that is over (`accountExpires`, `shadowExpire`)"],
            &["set a later date at the directory"],
        ),
        Reason::PasswordExpired => (
            &["the password is older than the directory lets it be, and no grace login is left"],
            &["have the person set a new one where the directory lets them, or reset it"],
        ),
        Reason::LogonHours => (
            &["Active Directory lets the account in at certain hours only (`logonHours`)"],
            &["change the hours at the directory, or wait"],
        ),
        Reason::Workstation => (
            &[
                "Active Directory lets the account in from certain computers only (`userWorkstations`)",
            ],
            &["add the directory's own name for this gateway, or take the restriction away"],
        ),
        Reason::MissingAttribute => (
            &[
                "the entry lacks an attribute that a map asks for, and there is no default",
                "no home folder is for the person's class",
            ],
            &[
                MAPS,
                "fill the attribute, or set it below `[domain.NAME.defaults]`",
            ],
        ),
        Reason::InvalidAttribute => (
            &[
                "a number is none, a path is not absolute, a user type is neither `real` nor `virtual`",
                "an attribute has several values where a map takes one",
                "the name holds a character that a home folder must not have",
            ],
            &[
                MAPS,
                "mend the entry, or set `on_invalid = \"default\"` or `values` in the map",
            ],
        ),
        Reason::LdapDisabled => (
            &[
                "`login.ldap = \"disabled\"`, and the name says a domain, or the account's password is in one",
            ],
            &["set it to `optional` or `required`, or log in with a local account"],
        ),
        Reason::DnNotPermitted => (
            &[
                "the domain has `dn_filter` rows for this person's class or `*`, and the entry's DN fits none",
                "the person got another user class than expected, and so other rows",
            ],
            &["`entryway explain NAME` shows the class, the DN and how many rows applied"],
        ),
        Reason::TemplateUnresolved => (
            &[
                "an expression of the first template that fits gives no value, or more than one",
                "what it gives is no number, or no absolute path",
            ],
            &[
                "`entryway explain NAME` names the template, the value and the line",
                "the next template is not tried: mend the entry or the template",
            ],
        ),
        Reason::RuleFailed => (
            &[
                "an expression of a user class or a template fails for this person, often on an attribute without a value",
            ],
            &[
                "`entryway explain NAME` shows what failed and the line",
                "ask for the value first, as in `size(entry.mail) > 0 && entry.mail[0].endsWith(\"…\")`",
            ],
        ),
        Reason::Throttled => (
            &[
                "too many wrong passwords for this person, from this network or anywhere",
                "too many from this address: a portal that sends no `client_address` is one address for all",
                "the directory's own threshold is near: Entryway stops before it locks the account",
            ],
            &[
                "`entryway explain --login ID` says which count was full and until when",
                "wait until then, or raise the limits below `[throttle]`",
            ],
        ),
        Reason::PasswordChanged => (
            &[
                "an application asked whether an earlier login still holds, and the password is another one since",
            ],
            &["have the person log in again"],
        ),
        Reason::NewPasswordMalformed => (
            &[
                "the new password is empty, over 1,024 bytes, not UTF-8, or holds control characters",
            ],
            &["look at what the form sends, if a person typed it"],
        ),
        Reason::NewPasswordTooShort => (
            &["the directory's policy asks for more characters"],
            &[POLICY],
        ),
        Reason::NewPasswordTooSimple => (
            &[
                "the directory's policy asks for more kinds of characters, or for none of the person's names",
            ],
            &[POLICY],
        ),
        Reason::NewPasswordInHistory => (
            &[
                "the directory remembers earlier passwords, and the new one is among them or is the old one",
            ],
            &[POLICY],
        ),
        Reason::NewPasswordRefused => (
            &[
                "one of the directory's rules is against it, and it does not say which: Active Directory tells length, kinds of characters, history and age by one code",
            ],
            &[POLICY],
        ),
        Reason::PasswordTooYoung => (
            &[
                "the directory lets nobody change a password that was changed a short time ago (`minPwdAge`, `pwdMinAge`)",
            ],
            &["have the person wait, or set the password at the directory"],
        ),
        Reason::PasswordChangeNotAllowed => (
            &[
                "the directory lets this person not change their own password, by its policy or its access rules",
                "the user type of this person is `real`",
            ],
            &[
                "`entryway explain --login ID` has the directory's words, or says that it was not asked",
            ],
        ),
        Reason::CertificateUntrusted => (
            &[
                "the certificate was issued by an authority that `certificate_login.trust` does not name, or by itself",
                "the browser did not send the authorities in between",
            ],
            &[
                "`entryway explain --login ID` says who issued it",
                "name the authority's certificate in `certificate_login.trust`, with those in between where browsers do not send them",
            ],
        ),
        Reason::CertificateOutOfDate => (
            &["the certificate has expired, or is valid from later on"],
            &[
                "have the person renew it",
                "look at this machine's clock where many are refused",
            ],
        ),
        Reason::CertificateRevoked => (
            &["the authority's revocation list names the certificate, or one above it"],
            &["have the person get another certificate"],
        ),
        Reason::CertificateNotForLogin => (
            &[
                "its extended key usage does not allow what `certificate_login.eku` asks for",
                "its key usage does not allow signatures",
            ],
            &["have the authority issue certificates for client authentication"],
        ),
        Reason::CertificateUnmapped => (
            &["the certificate has no user principal name or whatever else the rules look for"],
            &[
                "`entryway explain --login ID` says what it has",
                "add a `[[certificate_login.rule]]` for what these certificates have",
            ],
        ),
        Reason::NotForRealUsers => (
            &["the user type of this person is `real`"],
            &[
                "have them log in with the password",
                "`certificate_login.real_users = true` lets them in",
            ],
        ),
        Reason::PasswordChangeUnsupported => (
            &[
                "the account is one of the operating system's",
                "the directory does not know the password modify operation (RFC 3062)",
            ],
            &["have the person change it where the password is kept"],
        ),
        Reason::NotAdmittedHere => (
            &[
                "the application is in `clients` of another site",
                "`site.X.applications` is written for the person's site, and the application is not among them",
            ],
            &[
                "have the person log in at an application of their own site",
                "add the application to `site.X.applications` of the person's site",
            ],
        ),
        Reason::SealedOnly => (
            &[
                "the name is of a site (`[site.X]`), and an application sent its password in clear over the API or with HTTP Basic",
                "the person's browser runs no scripts, so it could not seal the password",
            ],
            &[
                "have applications ask `POST /api/v1/login/challenge` and send `sealed` in place of `password`",
                "have the person log in at the login page, with scripts switched on",
            ],
        ),
        Reason::RefusedBySite => (
            &[
                "the password is wrong there, or the site's own configuration does not let this person in",
            ],
            &[
                "at the site, `entryway explain --login ID` shows why, under the same id",
                "`release.reasons = true` in the connector's configuration tells the hub the reason",
            ],
        ),
    };
    Advice { causes, remedies }
}

pub(super) fn of_fault(fault: Fault) -> Advice {
    let (causes, remedies): (&[&str], &[&str]) = match fault {
        Fault::DirectoryUnreachable => (
            &[
                "no server of the domain accepts connections: it is down, or a firewall is in between",
                "the name of the server does not resolve",
            ],
            &[
                "`entryway check` tries every server and says what each one did",
                "`when_down = \"skip\"` lets later domains be asked meanwhile",
            ],
        ),
        Fault::DirectoryRefusedServiceBind => (
            &[
                "the password of Entryway's own account was changed or has expired, or the account is locked",
            ],
            &[
                "mend `bind.password` and send SIGHUP: until then the directory is not asked with the wrong one",
                "`entryway check` shows the directory's words",
            ],
        ),
        Fault::TlsUntrusted => (
            &[
                "the certificate is signed by an authority that `tls.trust` does not name, has expired, or is for another name",
            ],
            &[
                "`entryway check` shows the certificate's problem; add the authority, or renew the certificate",
            ],
        ),
        Fault::Deadline => (
            &["a directory, the store or PAM took longer than `login.deadline`"],
            &["`entryway explain --login ID` shows what took how long"],
        ),
        Fault::DirectoryProtocolError => (
            &["what listens there is no LDAP server, or a proxy in between breaks the protocol"],
            &["`entryway check`, and the address and port of the server"],
        ),
        Fault::DirectoryRefusedOperation => (
            &[
                "the service account may not search below the base, or a limit of the server was reached",
                "`people.base` does not exist at that server",
            ],
            &[
                "the log line has the server's code and words (`cause`); look at the rights of the service account",
            ],
        ),
        Fault::StoreUnavailable => (
            &[
                "the store's disk is full, its file is locked, read-only or gone, or PostgreSQL does not answer",
            ],
            &[
                "the log line `audit.not_written` or `store.unavailable` says what the database said",
                "nobody is let in without the record and the throttle: bring the store back, no restart is needed",
            ],
        ),
        Fault::PartialGroups => (
            &[
                "a class looks at groups, and a server failed or a limit was reached while they were found out",
            ],
            &[
                "`entryway explain NAME --groups` shows what is missing; raise `groups.depth` or mend the server; `groups.accept_partial` goes by the groups that were found",
            ],
        ),
        Fault::OsUnavailable => (
            &[
                "PAM is not installed, its service file is missing, or a module failed or took too long",
            ],
            &[
                "docs/os-accounts.md has what the daemon must be able to read; `entryway explain NAME` has PAM's words",
            ],
        ),
        Fault::PasswordChangeUnknown => (
            &[
                "the server went away, or took too long, after it was asked to change a password",
                "the change was made, and the store did not take its record (`audit.not_written`)",
                "the server answered with something that is no answer to that",
            ],
            &[
                "have the person try the new password, and then the old one: one of them is right",
                "the log line names the server and the cause",
            ],
        ),
        Fault::RevocationUnknown => (
            &[
                "the revocation list of an authority is missing in `certificate_login.crls`, or was to be replaced by now",
            ],
            &[
                "fetch the list anew: it is read when the file changes",
                "`certificate_login.crl_unknown = \"accept\"` lets people in meanwhile",
            ],
        ),
        Fault::Overloaded => (
            &[
                "a flood of refusals: more of them wait for `login.reject_after` than are held at a time",
            ],
            &[
                "find out where they come from (`client_address` in the log) and stop them before the gateway",
            ],
        ),
        Fault::SiteUnreachable => (
            &[
                "no connector of the site is connected and ready, or the one that had the challenge was lost",
            ],
            &[
                "`entryway hub connector list` shows each with its state",
                "at the site, `entryway connector check` tries every step and says which failed",
            ],
        ),
        Fault::SiteTimedOut => (
            &["the site's directory or its connector took longer than the login's deadline here"],
            &["at the site, `entryway explain --login ID` shows what took how long"],
        ),
        Fault::SiteReplyInvalid => (
            &[
                "the reply's signature is not of the connector's key, or the reply belongs to another question",
                "the connector's version and the hub's do not understand each other",
            ],
            &[
                "the event `site.reply_invalid` in the log says what does not fit",
                "compare the key's fingerprint on both sides; revoke a connector that is not what it was",
            ],
        ),
        Fault::SiteBusy => (
            &["the site's connectors have as many logins under way as they take"],
            &["enrol another connector for the site, or raise `connector.max_in_flight` there"],
        ),
        Fault::SiteNoVerdict => (
            &[
                "the directory that the site's connector asks is down, or its own configuration or store fails",
                "the login was explained here, where nothing is known of the site's people",
            ],
            &["at the site, `entryway check`, and `entryway explain --login ID` under the same id"],
        ),
        Fault::SealExpired => (
            &[
                "the login page was open for longer than a challenge holds, or its connector was started anew meanwhile",
                "a password that was sealed once was sent again: it is opened once and never twice",
            ],
            &["none is needed: the page asks for a new challenge each time that it is sent"],
        ),
    };
    Advice { causes, remedies }
}

pub(super) fn of_challenge(challenge: Challenge) -> Advice {
    match challenge {
        Challenge::ChangePassword => Advice {
            causes: &[
                "the directory demands a new password: the account is new, or the password was reset",
            ],
            remedies: &["have the person set a new one where the directory lets them"],
        },
    }
}

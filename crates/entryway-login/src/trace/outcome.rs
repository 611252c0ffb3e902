//! What a step came to.

use crate::{Challenge, DomainId, Fault, LeftOut, MapTarget, Reason, RuleId};
use entryway_ldap_types::ResultCode;
use std::sync::Arc;

/// What the look for a local account gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalOutcome {
    /// There is none of that name.
    NoAccount,
    /// There is one, and its password is in the store: it decides.
    Decides {
        /// As the store spells it.
        name: Arc<str>,
        /// Whether it is switched on; else it lets nobody in.
        enabled: bool,
    },
    /// There is one whose password is in the directory: the domains decide, and it replaces what it has.
    KeptInDirectory {
        /// As the store spells it.
        name: Arc<str>,
        /// Whether it is switched on; else it lets nobody in.
        enabled: bool,
    },
    /// There is one, and `login.ldap = "required"` leaves it out.
    LeftOut {
        /// As the store spells it.
        name: Arc<str>,
    },
}

/// What the operating system said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OsOutcome {
    /// The account is there; no password was asked for.
    Found {
        /// Its name.
        name: String,
    },
    /// The password is right and the account may be used.
    Verified {
        /// Its name.
        name: String,
    },
    /// There is no such account.
    NoAccount,
    /// Refused, in PAM's words where it has any.
    Refused {
        /// Why.
        reason: Reason,
        /// In PAM's words; may be empty.
        words: String,
    },
    /// The password is right and must be changed first.
    MustChange,
    /// No verdict, in words.
    NoVerdict {
        /// Why.
        problem: String,
    },
}

/// Step 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnOutcome {
    /// No enabled row is for this class or `*`.
    NoFilter,
    /// A row lets the entry in.
    Permitted {
        /// Which row.
        rule: RuleId,
        /// How many rows are for this class or `*`.
        of: usize,
    },
    /// None of them does.
    Refused {
        /// How many rows are for this class or `*`.
        of: usize,
        /// Those, at most the first ten.
        rules: Vec<RuleId>,
    },
}

/// How a name named its domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDomain {
    /// Which.
    pub domain: DomainId,
    /// By what form.
    pub form: NameForm,
}

/// The forms of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameForm {
    /// `domain/user`.
    Slash,
    /// `DOMAIN\user`.
    Backslash,
    /// `user@suffix`.
    Suffix,
}

/// How a name came to mean a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiteForm {
    /// It says so.
    Named(NameForm),
    /// The application that asks has people of this site alone.
    ByClient,
}

/// What a site's signed reply means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteOutcome {
    /// Let in, or still welcome.
    Accepted {
        /// The person's name there.
        name: String,
        /// What the site said of the person and was not taken.
        left_out: Vec<LeftOut>,
    },
    /// The password is right and must be changed first.
    MustChange,
    /// Not let in.
    Refused {
        /// What the login comes to.
        reason: Reason,
        /// The code of the reason there, where the site tells it.
        told: Option<String>,
    },
    /// No verdict.
    NoVerdict {
        /// What the login comes to.
        fault: Fault,
        /// The code of the fault there, or what is wrong with the reply.
        told: Option<String>,
    },
    /// The sealed password was not opened, so it was not tried.
    SealRefused {
        /// In a word.
        why: String,
    },
    /// The password is changed.
    Changed,
}

/// What a connector's assertion about somebody's certificate means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssertedOutcome {
    /// Let in there: who it is the site is asked.
    LetIn,
    /// Not let in.
    Refused {
        /// What the login comes to.
        reason: Reason,
        /// The code that was told.
        told: String,
    },
    /// Nobody there could be asked.
    NoVerdict {
        /// What the login comes to.
        fault: Fault,
    },
}

/// What a session takes from its entry whether or not a map asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityPart {
    /// [`Session::name`](crate::Session::name).
    Name,
    /// [`Session::subject`](crate::Session::subject).
    Subject,
}

impl IdentityPart {
    /// The session's key for it: `name` or `subject`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Subject => "subject",
        }
    }
}

/// What a search for a person gave.
#[derive(Debug, Clone)]
pub enum SearchOutcome {
    /// Exactly one.
    Found {
        /// As the server spelt it.
        dn: String,
    },
    /// None.
    NoEntry,
    /// More than one, or one and a size limit.
    Ambiguous {
        /// All that were seen.
        dns: Vec<String>,
    },
    /// One, found by mail, that may not log in by mail: as if there were none.
    MailNotAllowed {
        /// Its name.
        dn: String,
    },
    /// An entry where the search does not reach: outside the base, too deep for the scope, or nameless.
    OutsideBase {
        /// Its name.
        dn: String,
    },
    /// The server answered with another code.
    Refused {
        /// Which.
        code: ResultCode,
        /// Its message, cut to 512 bytes.
        diagnostic: String,
    },
    /// Nobody answered.
    Unanswered {
        /// What that comes to.
        fault: Fault,
        /// `when_down = "skip"`: the next is asked, and only a right password is a verdict from here on.
        skipped: bool,
    },
}

/// What a bind's answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindVerdict {
    /// The password is right and may be used.
    Verified,
    /// Refused.
    Refused(Reason),
    /// The password is right and must be changed first.
    MustChange,
    /// Neither yes nor no.
    NoVerdict(Fault),
}

/// What a mapping rule of certificates gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MappingOutcome {
    /// The certificate has nothing that it looks for.
    NothingThere,
    /// Nobody is found by it: the next rule is asked.
    Nobody,
    /// An entry was found by issuer and number, and does not have this certificate: as if there were none.
    AnotherCertificate,
    /// An entry was found by a name that the server calls equal, and has another: as if there were none.
    AnotherName,
    /// Exactly one.
    One,
    /// Entries of two domains.
    Ambiguous,
}

impl MappingOutcome {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::NothingThere,
        Self::Nobody,
        Self::AnotherCertificate,
        Self::AnotherName,
        Self::One,
        Self::Ambiguous,
    ];

    /// As JSON has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NothingThere => "nothing_there",
            Self::Nobody => "nobody",
            Self::AnotherCertificate => "another_certificate",
            Self::AnotherName => "another_name",
            Self::One => "one",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// What the answer to a change of a password means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeVerdict {
    /// It is changed.
    Changed,
    /// It is not, and why.
    Refused(Reason),
    /// Neither yes nor no.
    NoVerdict(Fault),
}

/// What one map gave.
#[derive(Debug, Clone)]
pub struct MapResult {
    /// What it sets.
    pub target: MapTarget,
    /// From which attribute.
    pub from: String,
    /// What came of it.
    pub value: MapOutcome,
    /// Where it was written.
    pub rule: RuleId,
}

/// What came of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MapOutcome {
    /// Set, as text.
    Set(Vec<String>),
    /// The entry has no such attribute.
    Absent,
    /// Unusable, why; and whether the default takes its place.
    Invalid {
        /// In words.
        problem: String,
        /// `on_invalid = "default"`.
        defaulted: bool,
    },
}

/// Step 6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HomeResult {
    /// A map had set it.
    AlreadySet,
    /// A row gave it.
    FromRow {
        /// The path.
        home: String,
        /// Which row.
        rule: RuleId,
    },
    /// No enabled row applies.
    NoRow,
    /// The name cannot stand in a path.
    Refused {
        /// Why, naming the character.
        problem: String,
        /// Which row.
        rule: RuleId,
    },
}

/// The verdict, without the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Accept.
    Accept,
    /// Accept, if the password is right.
    WouldAccept,
    /// Challenge.
    Challenge(Challenge),
    /// Reject.
    Reject(Reason),
    /// Indeterminate.
    Indeterminate(Fault),
    /// The password is changed.
    Changed,
}

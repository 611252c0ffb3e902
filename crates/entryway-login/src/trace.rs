//! Every step of a login, typed. `explain`, the audit record, the API and the golden tests render
//! this same list.

use crate::{
    Bucket, Challenge, DomainId, Fault, Group, MapTarget, Reason, RuleId, ServerTry, UserType,
};
use entryway_ldap_types::{
    AccountState, AttributeName, Filter, PasswordPolicy, Placeholder, ResultCode, Scope,
};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The list, in the order in which it happened.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The steps.
    pub entries: Vec<TraceEntry>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct TraceEntry {
    /// What was asked and what came back.
    pub record: Record,
    /// Since submission.
    pub at: Duration,
    /// How long the operation took, where there was one.
    pub took: Option<Duration>,
}

/// The part of the login that a record belongs to, as the left column of `explain` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Parsing and routing the name.
    LoginName,
    /// The throttle.
    Throttle,
    /// Local accounts.
    Local,
    /// Finding the entry in a domain.
    Find,
    /// Accounts of the operating system.
    Os,
    /// The bind.
    Password,
    /// The account's own state.
    Account,
    /// Attribute maps.
    Maps,
    /// User type ranges.
    UserType,
    /// Defaults.
    Defaults,
    /// The person's groups.
    Groups,
    /// User class.
    UserClass,
    /// DN filters.
    DnFilters,
    /// Home folder.
    Home,
    /// Account template.
    Template,
    /// Required attributes.
    Required,
    /// The verdict.
    Decision,
}

/// What happened. Never a password, never a secret attribute.
#[derive(Debug, Clone)]
pub enum Record {
    /// The name was refused before anything was asked.
    NameRefused {
        /// As typed, cut to 256 bytes.
        login_name: String,
        /// In words.
        problem: String,
    },
    /// The name was read.
    NameRead {
        /// As typed.
        login_name: String,
        /// The domain it names, if it names one, and how.
        named: Option<NamedDomain>,
        /// The domains that will be asked, in order.
        tries: Vec<DomainId>,
        /// Where that order was written, for a bare name.
        rule: Option<RuleId>,
    },
    /// The password field was empty, too long or with control characters: refused before anything was asked.
    PasswordRefused,
    /// The name says a domain that does not exist.
    DomainUnknown {
        /// As typed.
        domain: String,
    },
    /// Too many failures: nobody was asked.
    Throttled {
        /// Which limit was reached.
        bucket: Bucket,
        /// That limit: failures.
        limit: u32,
        /// From then on there is room again.
        until: SystemTime,
    },
    /// The store gives no answer.
    StoreUnavailable {
        /// In words.
        problem: String,
    },
    /// The local account of that name.
    LocalLooked(LocalOutcome),
    /// The password against the local account's hash.
    LocalVerified {
        /// What it means.
        verdict: BindVerdict,
        /// Whether the domains are asked although it is wrong (`local_password_mismatch`).
        continued: bool,
    },
    /// The operating system's answer.
    OsAnswered {
        /// What it means.
        outcome: OsOutcome,
    },
    /// A search for the person.
    Searched {
        /// Which domain.
        domain: DomainId,
        /// Who answered; `None` when nobody did.
        server: Option<Arc<str>>,
        /// Servers tried before.
        tried: Vec<ServerTry>,
        /// What was asked.
        base: Arc<str>,
        /// How deep.
        scope: Scope,
        /// With what was typed as values.
        filter: Arc<Filter>,
        /// What came back.
        outcome: SearchOutcome,
        /// Where the filter was written.
        rule: RuleId,
        /// Whether this was the search by mail.
        by_email: bool,
    },
    /// A search that was not made: its filter asks for a part that the name does not have, so it can name
    /// nobody in this domain.
    NotSearched {
        /// Which domain.
        domain: DomainId,
        /// The part: `{suffix}` for a name without an `@`.
        placeholder: Placeholder,
        /// Where the filter was written.
        rule: RuleId,
        /// Whether this was the search by mail.
        by_email: bool,
    },
    /// The bind was not asked for.
    PasswordNotChecked,
    /// The bind, answered.
    Bound {
        /// Who answered.
        server: Arc<str>,
        /// The result code.
        code: ResultCode,
        /// The diagnostic message, cut to 512 bytes.
        diagnostic: String,
        /// The password-policy control, when the server sent one.
        policy: Option<PasswordPolicy>,
        /// What it means.
        verdict: BindVerdict,
    },
    /// The bind, not answered.
    BindUnanswered {
        /// Who was asked.
        server: Arc<str>,
        /// Whether a byte of it may have left.
        written: bool,
        /// In words.
        cause: String,
    },
    /// The account's own state, as its entry tells it.
    AccountRead {
        /// What it says.
        state: AccountState,
    },
    /// The session's name.
    Named {
        /// What it is; `None` when the entry has no value to take it from, which refuses the login.
        name: Option<String>,
        /// The attribute it was taken from, or should have been; `None` when the filter names none and it is as typed.
        from: Option<AttributeName>,
        /// Where the filter or search attribute was written.
        rule: RuleId,
    },
    /// What the entry gives for the session's name or subject cannot be used, which refuses the login.
    IdentityUnusable {
        /// Which of them.
        part: IdentityPart,
        /// The attribute that should have given it.
        from: AttributeName,
        /// In words.
        problem: String,
        /// Where the filter or search attribute was written.
        rule: RuleId,
    },
    /// Step 1.
    Mapped {
        /// Each enabled map with what it gave.
        maps: Vec<MapResult>,
    },
    /// Attributes that the session carries under their own names, or was to carry.
    Carried {
        /// Those that it carries.
        carried: Vec<String>,
        /// Those that it does not, with why.
        left_out: Vec<(String, String)>,
        /// Where `attributes` was written.
        rule: RuleId,
    },
    /// Step 2: a range gave the user type.
    TypeRanged {
        /// What it gave.
        user_type: UserType,
        /// Which row.
        rule: RuleId,
    },
    /// What the local account gives the session.
    FromAccount {
        /// Target and value as text.
        values: Vec<(MapTarget, String)>,
    },
    /// The person's groups.
    GroupsRead {
        /// Effective ones, at most the first 100.
        groups: Vec<Group>,
        /// How many there are.
        total: usize,
        /// Why there may be more, in words.
        partial: Option<String>,
        /// Searches that were made.
        round_trips: u32,
    },
    /// Step 4: the user class.
    Classed {
        /// Its name and row; `None` when no enabled class fits.
        class: Option<(Arc<str>, RuleId)>,
        /// How many enabled classes there are.
        of: usize,
    },
    /// An expression failed, which refuses the login.
    RuleFailed {
        /// In words.
        problem: String,
        /// Which row.
        rule: RuleId,
        /// Where: the user class or the account template.
        stage: Stage,
    },
    /// Step 5: the DN filters of the domain.
    DnFiltered(DnOutcome),
    /// Step 7: an account template applied.
    Templated {
        /// Its name.
        name: Arc<str>,
        /// What it replaced: target and value as text.
        values: Vec<(MapTarget, String)>,
        /// Which row.
        rule: RuleId,
    },
    /// The account template that applies gives no usable value, which refuses the login.
    TemplateUnresolved {
        /// Its name.
        name: Arc<str>,
        /// What it should have given.
        target: MapTarget,
        /// In words.
        problem: String,
        /// Which row.
        rule: RuleId,
    },
    /// Whether the password is still the one of the login that is asked about.
    PasswordCompared {
        /// `None`: the directory does not tell when it was changed.
        unchanged: Option<bool>,
    },
    /// Step 3: what the domain's defaults filled.
    Defaulted {
        /// Target and value as text.
        filled: Vec<(MapTarget, String)>,
        /// Where they were written.
        rule: RuleId,
    },
    /// Step 6.
    Homed(HomeResult),
    /// Step 8.
    Required {
        /// Targets without a value.
        missing: Vec<MapTarget>,
        /// Targets whose value is unusable, with why.
        invalid: Vec<(MapTarget, String)>,
    },
    /// The verdict.
    Decided(Verdict),
}

impl Record {
    /// The part of the login it belongs to.
    pub fn stage(&self) -> Stage {
        match self {
            Self::NameRefused { .. } | Self::NameRead { .. } | Self::DomainUnknown { .. } => {
                Stage::LoginName
            }
            Self::Throttled { .. } | Self::StoreUnavailable { .. } => Stage::Throttle,
            Self::LocalLooked(_) | Self::FromAccount { .. } => Stage::Local,
            Self::OsAnswered { .. } => Stage::Os,
            Self::Searched { .. } | Self::NotSearched { .. } => Stage::Find,
            Self::PasswordRefused
            | Self::PasswordNotChecked
            | Self::LocalVerified { .. }
            | Self::PasswordCompared { .. }
            | Self::Bound { .. }
            | Self::BindUnanswered { .. } => Stage::Password,
            Self::AccountRead { .. } => Stage::Account,
            Self::Named { .. }
            | Self::IdentityUnusable { .. }
            | Self::Mapped { .. }
            | Self::Carried { .. } => Stage::Maps,
            Self::TypeRanged { .. } => Stage::UserType,
            Self::GroupsRead { .. } => Stage::Groups,
            Self::Classed { .. } => Stage::UserClass,
            Self::RuleFailed { stage, .. } => *stage,
            Self::DnFiltered(_) => Stage::DnFilters,
            Self::Templated { .. } | Self::TemplateUnresolved { .. } => Stage::Template,
            Self::Defaulted { .. } => Stage::Defaults,
            Self::Homed(_) => Stage::Home,
            Self::Required { .. } => Stage::Required,
            Self::Decided(_) => Stage::Decision,
        }
    }
}

/// At most `max` bytes of a text that others wrote, cut between characters.
pub(crate) fn clip(text: &str, max: usize) -> String {
    text.get(..text.floor_char_boundary(max))
        .unwrap_or_default()
        .to_owned()
}

/// A value of the directory as a sentence shows it: quoted, escaped, and cut if it is long.
pub(crate) fn quoted(value: &str) -> String {
    let start = clip(value, QUOTED_MAX);
    let cut = if start.len() < value.len() { "…" } else { "" };
    format!("{start:?}{cut}")
}

/// Most bytes of a value that a sentence quotes.
const QUOTED_MAX: usize = 128;
/// Most bytes of a typed name that a trace keeps.
pub(crate) const TYPED_MAX: usize = 256;
/// Most bytes of a server's message that a trace keeps.
pub(crate) const DIAGNOSTIC_MAX: usize = 512;

/// What the look for a local account gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalOutcome {
    /// There is none of that name.
    NoAccount,
    /// There is one, and its password is in the store: it decides.
    Decides {
        /// As the store spells it.
        name: Arc<str>,
    },
    /// There is one whose password is in the directory: the domains decide, and it replaces what it has.
    KeptInDirectory {
        /// As the store spells it.
        name: Arc<str>,
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
    Unanswered,
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
}

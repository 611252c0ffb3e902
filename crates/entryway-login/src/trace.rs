//! Every step of a login, typed. `explain`, the audit record, the API and the golden tests render
//! this same list.

mod outcome;
mod record;

pub use outcome::{
    AssertedOutcome, BindVerdict, ChangeVerdict, DnOutcome, HomeResult, IdentityPart, LocalOutcome,
    MapOutcome, MapResult, MappingOutcome, NameForm, NamedDomain, OsOutcome, SearchOutcome,
    SiteForm, SiteOutcome, Verdict,
};
pub use record::Record;

use std::time::Duration;

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
    /// A site's connector.
    Site,
    /// The bind.
    Password,
    /// The certificate that was shown.
    Certificate,
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
    /// The change of the password.
    Change,
    /// The verdict.
    Decision,
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

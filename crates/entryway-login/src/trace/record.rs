//! One step each: what was asked and what came back. With the steps before it, it says why the login went on as it
//! did: whoever reads only these comes to the same decision.

use super::Stage;
use super::outcome::{
    AssertedOutcome, BindVerdict, ChangeVerdict, DnOutcome, HomeResult, IdentityPart, LocalOutcome,
    MapResult, MappingOutcome, NamedDomain, OsOutcome, SearchOutcome, SiteForm, SiteOutcome,
    Verdict,
};
use crate::{
    Bucket, Certificate, CertificateBy, DomainId, Fault, Group, Judged, MapTarget, PassedOver,
    Reason, ReplyProof, RuleId, ServerTry, UserType,
};
use entryway_ldap_types::{
    AccountState, AttributeName, Filter, PasswordPolicy, Placeholder, ResultCode, Scope,
};
use std::sync::Arc;
use std::time::SystemTime;

/// What happened. Never a password, never a secret attribute.
#[derive(Debug, Clone)]
pub enum Record {
    /// The name was refused before anything was asked.
    NameRefused {
        /// As typed, cut to 256 bytes.
        login_name: String,
        /// Why: malformed, or one that is not asked for.
        reason: Reason,
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
    /// The password was refused before anything was asked.
    PasswordRefused {
        /// As typed, cut to 256 bytes.
        login_name: String,
        /// Why: empty, too long, or with control characters.
        problem: &'static str,
    },
    /// The name means a site, which alone is asked.
    SiteNamed {
        /// As typed.
        login_name: String,
        /// The site's name.
        site: Arc<str>,
        /// Why.
        form: SiteForm,
        /// Where `[site.X]` was written.
        rule: RuleId,
    },
    /// A password in clear for a site, whose passwords are sealed: refused before anything was asked.
    ClearRefused {
        /// The site's name.
        site: Arc<str>,
    },
    /// A site's signed assertion about a certificate, which came through the browser.
    SiteAsserted {
        /// The site's name.
        site: Arc<str>,
        /// Who signed it.
        connector: Box<str>,
        /// By what it is found in both sides' records.
        proof: ReplyProof,
        /// What it means.
        outcome: AssertedOutcome,
    },
    /// A site's signed reply.
    SiteAnswered {
        /// The site's name.
        site: Arc<str>,
        /// Who answered.
        connector: Option<Box<str>>,
        /// By what the reply is found in both sides' records.
        proof: ReplyProof,
        /// What it means.
        outcome: SiteOutcome,
    },
    /// No answer of a site that counts.
    SiteUnanswered {
        /// The site's name.
        site: Arc<str>,
        /// Who was asked, where anybody was.
        connector: Option<Box<str>>,
        /// Whether any byte of the question may have arrived.
        written: bool,
        /// What it comes to.
        fault: Fault,
        /// In words.
        cause: String,
    },
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
    /// The local account of that name: of what was typed; of the session, once an entry has named it.
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
        /// Where the directory goes on and was not asked.
        passed_over: Vec<PassedOver>,
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
        /// What the login comes to if it is not repeated.
        fault: Fault,
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
        /// The attribute it was taken from, or should have been; `None` when the filter names none.
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
        /// Whether some are not enough: a rule looks at them, and the domain lets nobody in by a part.
        needed: bool,
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
    /// Nothing more could be asked: the time is over, or the configuration asks for what nobody has.
    Stopped {
        /// What the login comes to.
        fault: Fault,
        /// In words.
        problem: &'static str,
        /// What was to come.
        stage: Stage,
    },
    /// Whether whoever was found is the person of the login that is asked about.
    SubjectCompared {
        /// Nobody else, under whatever name.
        same: bool,
    },
    /// Whether the password is still the one of the login that is asked about.
    PasswordCompared {
        /// `None`: the directory does not tell when it was changed, or none was shown.
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
    /// A change of the password that no authority is asked for.
    ChangeRefused {
        /// Why.
        reason: Reason,
        /// In words.
        problem: &'static str,
    },
    /// The change of the password, answered by a directory.
    ChangeAnswered {
        /// Who answered.
        server: Arc<str>,
        /// The result code.
        code: ResultCode,
        /// The diagnostic message, cut to 512 bytes.
        diagnostic: String,
        /// The password-policy control, when the server sent one.
        policy: Option<PasswordPolicy>,
        /// What it means.
        verdict: ChangeVerdict,
    },
    /// The change of the password, not answered by a directory.
    ChangeUnanswered {
        /// Who was asked.
        server: Arc<str>,
        /// Whether a byte of it may have left.
        written: bool,
        /// What it comes to.
        fault: Fault,
        /// In words.
        cause: String,
    },
    /// The change of a local account's password.
    LocalChanged {
        /// What it means.
        verdict: ChangeVerdict,
        /// What the store says, where it has not changed it.
        problem: Option<String>,
    },
    /// A certificate was shown, and looked at.
    CertificateShown {
        /// What it says.
        certificate: Arc<Certificate>,
        /// What came of it.
        judged: Judged,
    },
    /// A mapping rule.
    CertificateMapped {
        /// What it looks at.
        by: CertificateBy,
        /// What came of it.
        outcome: MappingOutcome,
        /// Where it was written.
        rule: RuleId,
    },
    /// A real user came by a certificate, which refuses the login.
    NotForRealUsers,
    /// The verdict.
    Decided(Verdict),
}

impl Record {
    /// The part of the login it belongs to.
    pub fn stage(&self) -> Stage {
        match self {
            Self::NameRefused { .. }
            | Self::NameRead { .. }
            | Self::SiteNamed { .. }
            | Self::DomainUnknown { .. } => Stage::LoginName,
            Self::SiteAsserted { .. } | Self::SiteAnswered { .. } | Self::SiteUnanswered { .. } => {
                Stage::Site
            }
            Self::Throttled { .. } | Self::StoreUnavailable { .. } => Stage::Throttle,
            Self::LocalLooked(_) | Self::FromAccount { .. } => Stage::Local,
            Self::OsAnswered { .. } => Stage::Os,
            Self::Searched { .. } | Self::NotSearched { .. } => Stage::Find,
            Self::PasswordRefused { .. }
            | Self::ClearRefused { .. }
            | Self::PasswordNotChecked
            | Self::LocalVerified { .. }
            | Self::PasswordCompared { .. }
            | Self::Bound { .. }
            | Self::BindUnanswered { .. } => Stage::Password,
            Self::AccountRead { .. } | Self::SubjectCompared { .. } => Stage::Account,
            Self::Named { .. }
            | Self::IdentityUnusable { .. }
            | Self::Mapped { .. }
            | Self::Carried { .. } => Stage::Maps,
            Self::TypeRanged { .. } => Stage::UserType,
            Self::GroupsRead { .. } => Stage::Groups,
            Self::Classed { .. } => Stage::UserClass,
            Self::RuleFailed { stage, .. } | Self::Stopped { stage, .. } => *stage,
            Self::DnFiltered(_) => Stage::DnFilters,
            Self::Templated { .. } | Self::TemplateUnresolved { .. } => Stage::Template,
            Self::Defaulted { .. } => Stage::Defaults,
            Self::Homed(_) => Stage::Home,
            Self::Required { .. } => Stage::Required,
            Self::CertificateShown { .. }
            | Self::CertificateMapped { .. }
            | Self::NotForRealUsers => Stage::Certificate,
            Self::ChangeRefused { .. }
            | Self::ChangeAnswered { .. }
            | Self::ChangeUnanswered { .. }
            | Self::LocalChanged { .. } => Stage::Change,
            Self::Decided(_) => Stage::Decision,
        }
    }
}

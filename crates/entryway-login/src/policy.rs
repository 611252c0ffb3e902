//! What the administrator decided, resolved and checked: the login's unchanging input.

mod site;

pub use site::{LeftOut, SiteId, SitePolicy, SiteTakes};

use crate::{AccountTemplates, DnFilters, Fetch, HomeFolders, TypeRanges, UserClasses};
use entryway_ldap_types::{AttributeName, Dn, FilterTemplate, Scope};
use std::sync::Arc;
use std::time::Duration;

/// Names the rule that decided something. Opaque here; `entryway-config` knows where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RuleId(pub u32);

/// Index of a domain in [`LoginPolicy::domains`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainId(pub usize);

/// Everything a login needs to know beforehand.
#[derive(Debug, Clone)]
pub struct LoginPolicy {
    /// `login.ldap`.
    pub ldap: LdapUse,
    /// Every configured domain; [`DomainId`] indexes it.
    pub domains: Vec<DomainPolicy>,
    /// `login.default_domains`, in the order in which they are asked.
    pub default_domains: Vec<DomainId>,
    /// Where `default_domains` was written, for the trace.
    pub default_domains_rule: RuleId,
    /// Every configured site; [`SiteId`] indexes it. Empty where this is no hub.
    pub sites: Vec<SitePolicy>,
    /// `login.platform`.
    pub platform: Platform,
    /// `login.deadline`.
    pub deadline: Duration,
    /// `login.local_password_mismatch`.
    pub local_password_mismatch: PasswordMismatch,
    /// `login.os_users`: whether the operating system is asked in the end.
    pub os_users: bool,
    /// `login.reject_after`: no refusal leaves earlier. Whoever answers the person holds it.
    pub reject_after: Duration,
    /// `[[user_type_range]]`.
    pub type_ranges: TypeRanges,
    /// `[[user_class]]`.
    pub classes: UserClasses,
    /// `[[home_folder]]`.
    pub home_folders: HomeFolders,
    /// `[[account_template]]`.
    pub templates: AccountTemplates,
    /// `[certificate_login]`, where people may log in by a certificate.
    pub certificates: Option<CertificatePolicy>,
}

/// `[certificate_login]`: how a certificate becomes somebody.
#[derive(Debug, Clone)]
pub struct CertificatePolicy {
    /// In order; the first that finds somebody decides.
    pub rules: Vec<CertificateRule>,
    /// `real_users`: whether real users, too, come in by a certificate.
    pub real_users: bool,
}

/// `[[certificate_login.rule]]`.
#[derive(Debug, Clone)]
pub struct CertificateRule {
    /// What it looks at.
    pub by: CertificateBy,
    /// Whom it asks. All of them: no password tells two people apart.
    pub asks: Vec<CertificateAsk>,
    /// Where it was written.
    pub rule: RuleId,
}

/// How a rule asks one domain.
#[derive(Debug, Clone)]
pub struct CertificateAsk {
    /// Which.
    pub domain: DomainId,
    /// With parts of the certificate as values; `None` where `by` says it all.
    pub filter: Option<FilterTemplate>,
    /// The same for a directory that turns out to be Active Directory.
    pub active_directory: Option<FilterTemplate>,
}

/// What a rule looks at in a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateBy {
    /// User principal names.
    Upn,
    /// Mail addresses.
    Email,
    /// The subject.
    Subject,
    /// The issuer and the number that it gave.
    IssuerAndSerial,
    /// The SHA-256 of the whole.
    Thumbprint,
    /// The whole, as the entry's `userCertificate` has it.
    Entry,
    /// What Active Directory's `altSecurityIdentities` says of it.
    AltSecurityIdentities,
}

impl CertificateBy {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Upn,
        Self::Email,
        Self::Subject,
        Self::IssuerAndSerial,
        Self::Thumbprint,
        Self::Entry,
        Self::AltSecurityIdentities,
    ];

    /// As the configuration and the trace have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Upn => "upn",
            Self::Email => "email",
            Self::Subject => "subject",
            Self::IssuerAndSerial => "issuer_serial",
            Self::Thumbprint => "thumbprint",
            Self::Entry => "user_certificate",
            Self::AltSecurityIdentities => "alt_security_identities",
        }
    }
}

/// `login.local_password_mismatch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordMismatch {
    /// A wrong password at a local account is final.
    Reject,
    /// The domains are asked too.
    Continue,
}

/// `login.ldap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LdapUse {
    /// No domain is asked.
    Disabled,
    /// Local accounts, then domains, then OS accounts.
    Optional,
    /// Domains only.
    Required,
}

/// Which attributes a session must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// uid gid home user_type shell.
    Unix,
    /// gid home user_type.
    Windows,
    /// Nothing, and nothing is filled in: people sign in to applications that know no accounts. What is there is as on
    /// Unix.
    None,
}

/// One domain as the login sees it; its servers are the driver's affair.
#[derive(Debug, Clone)]
pub struct DomainPolicy {
    /// The configured name, compared without case.
    pub name: Arc<str>,
    /// `user@suffix` means this domain; compared without case.
    pub suffixes: Vec<String>,
    /// `NETBIOS\user` means this domain; compared without case.
    pub netbios_name: Option<String>,
    /// Case of the typed name before the search and of the session's name.
    pub login_name_case: NameCase,
    /// What an outage of the whole domain means for a bare name.
    pub when_down: WhenDown,
    /// How a person is found.
    pub people: PeopleSearch,
    /// Step 1, enabled maps only.
    pub maps: Vec<AttributeMap>,
    /// `attributes`: what else the session carries under its own name.
    pub carry: Carry,
    /// Step 5.
    pub dn_filters: DnFilters,
    /// Whether a class, an expression or a template that may apply here looks at groups.
    pub needs_groups: bool,
    /// `groups.accept_partial`: whether rules go by the groups that were found, where there may be more.
    pub accepts_partial_groups: bool,
    /// What is fetched of an entry: [`Fetch::of`]`(&people, &maps, &carry, ..)`.
    pub fetch: Fetch,
    /// Step 3.
    pub defaults: Defaults,
    /// Where `[domain.X]` (or its `defaults` table) was written, for the trace.
    pub rule: RuleId,
    /// The same domain as it is where the directory turns out to be Active Directory and nobody wrote what it is: with
    /// people and maps of its own. `None` where the configuration says what the directory is.
    pub active_directory: Option<Box<DomainPolicy>>,
}

/// `attributes` of a domain: what a session carries under its own name, beside the custom maps.
#[derive(Debug, Clone)]
pub struct Carry {
    /// Which attributes.
    pub attributes: Carried,
    /// Where it was written.
    pub rule: RuleId,
}

/// Which attributes a session carries under their own names. Never a secret one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// These, possibly none.
    Named(Vec<AttributeName>),
    /// `"*"`: whatever the directory gives to its service account.
    All,
}

/// `login_name_case`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameCase {
    /// As typed; as the entry spells it.
    Keep,
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
}

/// `when_down`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenDown {
    /// End Indeterminate.
    Stop,
    /// Go on to the next domain; never say "wrong password" if nothing else accepts.
    Skip,
}

/// `[domain.X.people]`.
#[derive(Debug, Clone)]
pub struct PeopleSearch {
    /// Where the search starts; an entry elsewhere is not an answer.
    pub base: Dn,
    /// The same as text, shared by every request and trace.
    pub base_text: Arc<str>,
    /// One level or subtree; an entry elsewhere is not an answer.
    pub scope: Scope,
    /// The filter by name. Placeholders: `{login}`, `{user}`, `{suffix}`. A name without a suffix is nobody's
    /// here if the filter mentions `{suffix}` anywhere.
    pub filter: FilterTemplate,
    /// Set when `filter` was built from `search_attribute` (then `{login}` in it is the user part where
    /// a suffix chose the domain); `None` when a whole filter is configured (then `{login}` is as typed).
    /// Its value becomes the session's name. Of several values, the one in the entry's RDN; where that does not
    /// tell, the login is refused.
    pub search_attribute: Option<AttributeName>,
    /// Names the stable identity: `entryUUID`, `objectGUID`, `nsUniqueId`; several are tried in order.
    pub id_attributes: Vec<AttributeName>,
    /// Mail logins, when the domain allows them.
    pub by_email: Option<FilterTemplate>,
    /// Attributes for `Session::email` and `Session::display_name`, unless a map sets them.
    pub email_attribute: AttributeName,
    /// See `email_attribute`.
    pub name_attribute: AttributeName,
    /// Where the filter or search attribute was written.
    pub rule: RuleId,
}

/// One row of `[domain.X.maps]`.
#[derive(Debug, Clone)]
pub struct AttributeMap {
    /// What it sets.
    pub target: MapTarget,
    /// The LDAP attribute it copies.
    pub from: AttributeName,
    /// What several values mean.
    pub values: MapValues,
    /// What a present but unusable value means.
    pub on_invalid: OnInvalid,
    /// Where it was written.
    pub rule: RuleId,
}

/// What a map sets. One map takes at most 1,000 values and 64 KiB; over that they are unusable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MapTarget {
    /// `uid`: a number from 0 to 2^32-2.
    Uid,
    /// `gid`: likewise.
    Gid,
    /// `home`: an absolute path.
    Home,
    /// `user_type`: `real` or `virtual` in any case.
    UserType,
    /// `shell`: an absolute path.
    Shell,
    /// `system_user`.
    SystemUser,
    /// `auth_by_email`: `true`/`false`/`1`/`0`/`yes`/`no` in any case.
    AuthByEmail,
    /// `email`.
    Email,
    /// `display_name`.
    DisplayName,
    /// Any other key: a custom attribute of the session. Each value is a line of text: one with a control
    /// character (NUL, a line end, a tab) is unusable, in a list too.
    Custom(Box<str>),
}

impl DomainPolicy {
    /// The domain as its directory turned out to be.
    pub fn seen(&self, active_directory: bool) -> &Self {
        match &self.active_directory {
            Some(other) if active_directory => other,
            _ => self,
        }
    }
    /// What a search for a person asks for; `wants_groups` if a client wants their groups whatever the rules need.
    pub(crate) fn fetched(&self, wants_groups: bool) -> &Arc<[AttributeName]> {
        if wants_groups || self.needs_groups {
            self.fetch.attributes_with_groups()
        } else {
            self.fetch.attributes()
        }
    }
}

impl MapTarget {
    /// The key under `[domain.X.maps]`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Uid => "uid",
            Self::Gid => "gid",
            Self::Home => "home",
            Self::UserType => "user_type",
            Self::Shell => "shell",
            Self::SystemUser => "system_user",
            Self::AuthByEmail => "auth_by_email",
            Self::Email => "email",
            Self::DisplayName => "display_name",
            Self::Custom(name) => name,
        }
    }
}

/// `values = "one" | "first" | "list" | "join"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapValues {
    /// More than one value is unusable (the default for everything but custom attributes).
    One,
    /// The first in the server's order.
    First,
    /// All of them (custom attributes only).
    List,
    /// All of them in one text, joined by `, `.
    Join,
}

/// `on_invalid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInvalid {
    /// The login is refused.
    Refuse,
    /// The domain's default takes its place.
    Default,
}

/// `[domain.X.defaults]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defaults {
    /// Default 10000.
    pub uid: Option<u32>,
    /// Default 10000.
    pub gid: Option<u32>,
    /// Default `/bin/sh`.
    pub shell: Option<String>,
    /// Default virtual.
    pub user_type: Option<crate::UserType>,
    /// Windows.
    pub system_user: Option<String>,
    /// Default off.
    pub auth_by_email: bool,
    /// Where the table was written.
    pub rule: RuleId,
}

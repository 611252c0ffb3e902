//! What the administrator decided about look-ups, resolved and checked: their unchanging input.

use crate::{BookLimits, MailDomains};
use entryway_ldap_types::{AttributeName, Dn, Filter, FilterTemplate, Scope};
use entryway_login::Template;
use std::sync::Arc;
use std::time::Duration;

/// Everything that look-ups need to know beforehand.
#[derive(Debug, Clone)]
pub struct LookupPolicy {
    /// `directory.deadline`: how long a look-up may take.
    pub deadline: Duration,
    /// `directory.limit`: matches where nobody says how many.
    pub limit: u32,
    /// `directory.max_results`: matches at most.
    pub most: u32,
    /// `directory.min_length`: characters that a name has at least.
    pub min_length: usize,
    /// `directory.contains`: whether what was typed may stand anywhere in a name.
    pub contains: bool,
    /// `directory.wildcards`: whether a typed star stands for anything.
    pub stars: bool,
    /// `directory.mail_short_cut`: whether what looks like a mail address is compared with mail addresses alone, and with
    /// the names of groups.
    pub mail_short_cut: bool,
    /// `directory.mail_domains`.
    pub mail_domains: MailDomains,
    /// Paging; `None` where it is switched off.
    pub browse: Option<BrowsePolicy>,
    /// `directory.cursor_age`.
    pub cursor_age: Duration,
    /// `directory.cache`: how long what was read of an entry holds; zero for not at all.
    pub cache: Duration,
    /// `directory.cache_max`: entries that are kept at most.
    pub cache_max: usize,
    /// `server.public_url`, without a slash at its end: where others reach the API.
    pub public_url: Option<Arc<str>>,
    /// Every domain, in the order and with the index of the login's.
    pub domains: Vec<DomainLookups>,
    /// `[address_book.X]`, those that are enabled, by name.
    pub books: Vec<BookPolicy>,
}

/// Paging through domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrowsePolicy {
    /// `directory.page_size`.
    pub page_size: u32,
    /// `directory.refresh`: how old an index becomes.
    pub refresh: Duration,
    /// `directory.index_max`: rows that an index holds at most.
    pub index_max: usize,
}

/// A domain, as look-ups see it.
#[derive(Debug, Clone)]
pub struct DomainLookups {
    /// The configured name.
    pub name: Arc<str>,
    /// `CORP\jdoe` means this domain.
    pub netbios_name: Option<String>,
    /// What names people and groups for good, tried in this order.
    pub id_attributes: Arc<[AttributeName]>,
    /// People.
    pub people: PeopleLookup,
    /// Groups.
    pub groups: GroupsLookup,
    /// Business cards.
    pub cards: CardPolicy,
    /// What it is where its directory turns out to be Active Directory, as far as that is left open.
    pub active_directory: Option<Box<DomainLookups>>,
}

impl DomainLookups {
    /// The domain as its directory turned out to be.
    pub fn seen(&self, active_directory: bool) -> &Self {
        match &self.active_directory {
            Some(other) if active_directory => other,
            _ => self,
        }
    }
}

/// How people are looked up. Every search carries `restriction`, whichever way a person is asked for.
#[derive(Debug, Clone)]
pub struct PeopleLookup {
    /// Where they are.
    pub base: Dn,
    /// The same as written; this is what is sent.
    pub base_text: Arc<str>,
    /// How deep.
    pub scope: Scope,
    /// What somebody must be, whatever was typed.
    pub restriction: Filter,
    /// `people.find_filter`, with `{text}`; the restriction is in it.
    pub find: FilterTemplate,
    /// By mail address alone: what the short cut asks beside the restriction, with `{text}`.
    pub by_mail: FilterTemplate,
    /// By login name: what a login asks, with `{login}`, `{user}` and `{suffix}`; the restriction is not in it.
    pub by_login: FilterTemplate,
    /// The name for people.
    pub name_attribute: AttributeName,
    /// The mail address.
    pub mail_attribute: AttributeName,
    /// What tells namesakes apart.
    pub description_attribute: AttributeName,
    /// What holds the login name, where one attribute does.
    pub login_attribute: Option<AttributeName>,
    /// `people.shown_attributes`: what a look-up of one person shows beside that.
    pub shown: Vec<AttributeName>,
}

/// How groups are looked up.
#[derive(Debug, Clone)]
pub struct GroupsLookup {
    /// Where they are, at any depth.
    pub base: Dn,
    /// The same as written; this is what is sent.
    pub base_text: Arc<str>,
    /// What something must be to be a group, whatever was typed.
    pub restriction: Filter,
    /// `groups.find_filter`, with `{text}`; the restriction is in it.
    pub find: FilterTemplate,
    /// The name.
    pub name_attribute: AttributeName,
    /// What tells namesakes apart.
    pub description_attribute: AttributeName,
}

/// `[domain.X.cards]`, as far as its content goes.
#[derive(Debug, Clone)]
pub struct CardPolicy {
    /// The fields, in this order; never the photo.
    pub fields: Vec<FieldPolicy>,
    /// Where photos are: the first of these that has one that can be shown. Empty for nowhere.
    pub photo: Vec<AttributeName>,
    /// `cards.public`: the fields that anybody sees; `photo` may be among them.
    pub public: Vec<Arc<str>>,
    /// Where else to look.
    pub second: Option<SecondSource>,
    /// `cards.photo_max`: a larger photo is none.
    pub photo_max: usize,
    /// `cards.photo_max_age`: how long whoever has a photo may keep it.
    pub photo_max_age: Duration,
    /// `cards.initials`: whether they stand for a photo where there is none.
    pub initials: bool,
}

/// A field of a card or of an address book.
#[derive(Debug, Clone)]
pub struct FieldPolicy {
    /// What it is called outside.
    pub name: Arc<str>,
    /// Where it comes from.
    pub from: FieldFrom,
}

/// Where a field comes from.
#[derive(Debug, Clone)]
pub enum FieldFrom {
    /// The name for people, by whichever attribute the person's domain goes.
    Name,
    /// The mail address, likewise.
    Mail,
    /// The values of these attributes, in this order.
    Attributes {
        /// Which.
        names: Vec<AttributeName>,
        /// What stands between two of them, and between two values.
        separator: Box<str>,
    },
    /// A text with expressions in it.
    Template(Arc<dyn Template>),
}

/// `cards.second_domain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondSource {
    /// Its index among the domains.
    pub domain: usize,
    /// What it is asked for.
    pub mode: SecondMode,
    /// The field by which a person is found there, where both have no identity in common.
    pub join: Arc<str>,
}

/// `cards.second_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecondMode {
    /// Where the first knows nothing of a person.
    Partition,
    /// For the fields that are missing in the first.
    Supplement,
}

/// `[address_book.X]`.
#[derive(Debug, Clone)]
pub struct BookPolicy {
    /// What it is called.
    pub name: Arc<str>,
    /// `title`: for people.
    pub title: Option<Arc<str>>,
    /// Whose people.
    pub domains: BookDomains,
    /// Under which entry; the domain's base of people where there is none.
    pub base: Option<Dn>,
    /// What restricts whom it shows.
    pub filter: Option<Filter>,
    /// `only`: whether `filter` stands alone, and not beside what restricts people.
    pub only: bool,
    /// `anywhere`: whether what was typed may stand anywhere in a name.
    pub anywhere: bool,
    /// The fields of its entries.
    pub fields: Vec<FieldPolicy>,
    /// `group`: what an entry hangs under.
    pub group: Option<AttributeName>,
    /// Its limits.
    pub limits: BookLimits,
}

/// Whose people an address book shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookDomains {
    /// Those of these domains, by index.
    Fixed(Vec<usize>),
    /// Those of the domain of whoever looks.
    Own,
}

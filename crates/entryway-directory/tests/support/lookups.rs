//! Domains that are looked up, and what is asked of them.

use super::{DEADLINE, server};
use entryway_directory::{Domain, Domains, Finder, GroupsSettings};
use entryway_ldap::Server;
use entryway_ldap_types::{AttributeName, Dn, Filter, FilterTemplate, Placeholder, Scope};
use entryway_lookup::{
    CardPolicy, DomainLookups, GroupsLookup, Kinds, LookupPolicy, MailDomains, NameLookup,
    PeopleLookup, ResolveQuestion, Resolved, Seal, Wanted, mail_template,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub const FIND: &str =
    "(&(objectClass=person)(!(employeeType=hidden))(|(cn={text}*)(mail={text}*)))";

pub fn lookups(name: &str) -> DomainLookups {
    let of = AttributeName::from_static;
    let people = Dn::parse("ou=people,dc=example,dc=com").unwrap();
    let groups = Dn::parse("ou=groups,dc=example,dc=com").unwrap();
    DomainLookups {
        name: name.into(),
        netbios_name: None,
        id_attributes: Arc::new([of("entryUUID")]),
        people: PeopleLookup {
            base_text: people.to_string().into(),
            base: people,
            scope: Scope::Subtree,
            restriction: Filter::parse("(&(objectClass=person)(!(employeeType=hidden)))").unwrap(),
            find: FilterTemplate::parse(FIND, &[Placeholder::Text]).unwrap(),
            by_mail: mail_template(&of("mail")),
            by_login: FilterTemplate::parse("(uid={login})", &[Placeholder::Login]).unwrap(),
            name_attribute: of("cn"),
            mail_attribute: of("mail"),
            description_attribute: of("title"),
            login_attribute: Some(of("uid")),
            shown: vec![of("l")],
        },
        groups: GroupsLookup {
            base_text: groups.to_string().into(),
            base: groups,
            restriction: Filter::parse(
                "(|(objectClass=groupOfNames)(objectClass=posixGroup)(objectClass=groupOfURLs))",
            )
            .unwrap(),
            find: FilterTemplate::parse(
                "(&(|(objectClass=groupOfNames)(objectClass=posixGroup))(cn={text}*))",
                &[Placeholder::Text],
            )
            .unwrap(),
            name_attribute: of("cn"),
            description_attribute: of("description"),
        },
        cards: CardPolicy {
            fields: Vec::new(),
            photo: Vec::new(),
            public: Vec::new(),
            second: None,
            photo_max: 1 << 20,
            photo_max_age: Duration::ZERO,
            initials: false,
        },
        active_directory: None,
    }
}

pub fn policy(names: &[&str]) -> LookupPolicy {
    LookupPolicy {
        deadline: DEADLINE,
        limit: 50,
        most: 1000,
        min_length: 2,
        contains: false,
        stars: false,
        mail_short_cut: false,
        mail_domains: MailDomains::default(),
        browse: None,
        cursor_age: DEADLINE,
        cache: Duration::from_secs(600),
        cache_max: 1000,
        public_url: None,
        domains: names.iter().map(|name| lookups(name)).collect(),
        books: Vec::new(),
    }
}

/// One domain, whose groups are looked for where there is nothing.
pub fn misspelt_groups() -> LookupPolicy {
    let mut misspelt = policy(&["staff"]);
    for DomainLookups { groups, .. } in &mut misspelt.domains {
        groups.base = Dn::parse("ou=gruops,dc=example,dc=com").unwrap();
        groups.base_text = groups.base.to_string().into();
    }
    misspelt
}

/// People are looked for where there is nothing.
pub fn misspell_people(lookups: &mut DomainLookups) {
    lookups.people.base = Dn::parse("ou=poeple,dc=example,dc=com").unwrap();
    lookups.people.base_text = lookups.people.base.to_string().into();
}

/// Domains of one server each, by name.
pub fn finder(domains: &[(&str, SocketAddr)]) -> Finder {
    let names: Vec<&str> = domains.iter().map(|(name, _)| *name).collect();
    finder_with(domains, policy(&names), None)
}

pub fn finder_with(
    domains: &[(&str, SocketAddr)],
    policy: LookupPolicy,
    groups: Option<GroupsSettings>,
) -> Finder {
    let domains = domains.iter().map(|(name, address)| {
        let domain = Domain::new((*name).into(), vec![server(*address)]);
        match &groups {
            Some(groups) => domain.with_groups(groups.clone()),
            None => domain,
        }
    });
    let domains = Domains::new(domains.collect());
    Finder::new(Arc::new(domains), Arc::new(policy), Arc::new(Sum(7)))
}

/// One domain of these servers.
pub fn finder_of(servers: Vec<Arc<Server>>, policy: LookupPolicy) -> Finder {
    let domains = Domains::new(vec![Domain::new("staff".into(), servers)]);
    Finder::new(Arc::new(domains), Arc::new(policy), Arc::new(Sum(7)))
}

pub const WANTED: Wanted = Wanted {
    kinds: Kinds::Both,
    unique: false,
    first: false,
    all_domains: true,
    limit: 50,
};

pub async fn resolve(finder: &Finder, query: &str, wanted: Wanted) -> Resolved {
    let question = ResolveQuestion {
        queries: vec![query.to_owned()],
        wanted,
        domains: Vec::new(),
        deadline: Instant::now() + DEADLINE,
    };
    finder.resolve(question).await.remove(0)
}

/// The outcome, and each match as `domain/name`.
pub fn shown(resolved: &Resolved) -> (&'static str, Vec<String>) {
    let names = resolved
        .matches
        .iter()
        .map(|one| format!("{}/{}", one.domain, one.name));
    (resolved.outcome.code(), names.collect())
}

#[track_caller]
pub fn check(resolved: &Resolved, outcome: &str, names: &[&str]) {
    let (code, found) = shown(resolved);
    assert_eq!(
        (code, found.iter().map(String::as_str).collect::<Vec<_>>()),
        (outcome, names.to_vec()),
        "{:?}",
        resolved.gaps
    );
}

/// Not a signature: what is signed is shown elsewhere.
pub struct Sum(pub u64);

impl Seal for Sum {
    fn tag(&self, message: &[u8]) -> [u8; 32] {
        let mut tag = [0; 32];
        for (round, part) in tag.chunks_exact_mut(8).enumerate() {
            let mut hash = std::hash::DefaultHasher::new();
            std::hash::Hash::hash(&(self.0, round, message), &mut hash);
            part.copy_from_slice(&std::hash::Hasher::finish(&hash).to_be_bytes());
        }
        tag
    }
    fn is_tag(&self, message: &[u8], tag: &[u8; 32]) -> bool {
        self.tag(message) == *tag
    }
}

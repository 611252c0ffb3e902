//! A person as rules see them, long after the login.

use super::{GroupNames, Person};
use entryway_login::{Authority, DomainId, Facts, Group};
use std::sync::Arc;

/// What is left of a login in a session. An expression that looks at anything else does not load.
pub struct PersonFacts<'p> {
    person: &'p Person,
    domain: &'p str,
    /// `None` where not all of them are known.
    groups: Option<Vec<Group>>,
}

impl<'p> PersonFacts<'p> {
    /// `None` of a subject that is none of ours.
    pub fn of(person: &'p Person) -> Option<Self> {
        let domain = person.domain()?;
        Some(Self {
            person,
            domain,
            groups: groups(domain, person),
        })
    }
    /// Whether a rule may look at the groups: some of somebody's would pass for all of them.
    pub fn has_groups(&self) -> bool {
        self.groups.is_some()
    }
    /// For an expression; without groups where not all are known.
    pub fn facts(&self) -> Facts<'_> {
        let person = self.person;
        Facts {
            name: &person.name,
            login_name: &person.name,
            authority: match self.domain {
                "local" => Authority::Local,
                "os" => Authority::Os,
                name => Authority::Domain {
                    id: DomainId(0),
                    name,
                },
            },
            entry: None,
            uid: None,
            gid: None,
            own_gid: None,
            home: None,
            user_type: None,
            shell: None,
            email: person.email.as_deref(),
            display_name: person.display_name.as_deref(),
            attributes: &person.attributes,
            groups: self.groups.as_deref().unwrap_or_default(),
            client_address: None,
        }
    }
}

/// They are of the person's own domain.
fn groups(domain: &str, person: &Person) -> Option<Vec<Group>> {
    let names: &GroupNames = person.groups.as_ref().filter(|names| !names.partial)?;
    let domain: Arc<str> = domain.into();
    let group = |name: &String| Group {
        domain: Arc::clone(&domain),
        name: person.bare(name).into(),
        dn: None,
        gid: None,
        path: Vec::new(),
    };
    Some(names.names.iter().map(group).collect())
}

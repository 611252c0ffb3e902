//! The person whom claims are about.

mod facts;

pub use facts::PersonFacts;

use entryway_login::{NamePattern, Session, Source, Subject};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Longest `sub` (OpenID Connect Core §2), in bytes.
const MAX_SUB_BYTES: usize = 255;

/// What may be told of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Stable across renames and moves.
    pub subject: Subject,
    /// The login name, as the directory spells it: `preferred_username`. Of a site's person with the site before it.
    pub name: String,
    /// Whether they are of a site: name, class and groups stand under its name then, as they are told everywhere.
    pub of_site: bool,
    /// `name`
    pub display_name: Option<String>,
    /// `given_name`
    pub given_name: Option<String>,
    /// `family_name`
    pub family_name: Option<String>,
    /// `email`
    pub email: Option<String>,
    /// `email_verified`; `None` where nobody says either.
    pub email_verified: Option<bool>,
    /// `picture`, a URL.
    pub picture: Option<String>,
    /// `locale` (BCP 47).
    pub locale: Option<String>,
    /// The user class, if one fitted.
    pub class: Option<String>,
    /// Numeric user id (unix).
    pub uid: Option<u32>,
    /// Numeric group id.
    pub gid: Option<u32>,
    /// Names of the effective groups; `None` where nobody asked for them.
    pub groups: Option<GroupNames>,
    /// Everything else that rules of clients may speak of.
    pub attributes: Vec<(Box<str>, Vec<String>)>,
}

/// Names of groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupNames {
    /// Each once.
    pub names: Vec<String>,
    /// There may be more.
    pub partial: bool,
}

impl Person {
    /// Somebody of whom nothing else is known.
    pub fn named(subject: &str, name: &str) -> Self {
        Self {
            subject: Subject(subject.to_owned()),
            name: name.to_owned(),
            of_site: false,
            display_name: None,
            given_name: None,
            family_name: None,
            email: None,
            email_verified: None,
            picture: None,
            locale: None,
            class: None,
            uid: None,
            gid: None,
            groups: None,
            attributes: Vec::new(),
        }
    }
    /// Of a login's session. Attributes named as the claims are (`given_name`, `family_name`, `picture`, `locale`)
    /// are those claims.
    pub fn of(session: &Session) -> Self {
        let first = |name: &str| {
            let mut attributes = session.attributes.iter();
            let (_, values) = attributes.find(|(key, _)| **key == *name)?;
            values.first().cloned()
        };
        let groups = match (&session.groups, &session.source) {
            (Some(groups), _) => Some(GroupNames {
                names: groups
                    .groups
                    .iter()
                    .map(|group| group.name.to_string())
                    .collect(),
                partial: groups.partial,
            }),
            (None, Source::Domain(_) | Source::Site(_)) => None,
            // Nobody could be asked: there are no groups there.
            (None, Source::Local | Source::Os) => Some(GroupNames::default()),
        };
        Self {
            subject: session.subject.clone(),
            name: session.name.clone(),
            of_site: matches!(session.source, Source::Site(_)),
            display_name: session.display_name.clone(),
            given_name: first("given_name"),
            family_name: first("family_name"),
            email: session.email.clone(),
            email_verified: None,
            picture: first("picture"),
            locale: first("locale"),
            class: session.user_class.as_deref().map(str::to_owned),
            uid: session.uid,
            gid: session.gid,
            groups,
            attributes: session.attributes.clone(),
        }
    }
    /// The domain's name, `local` or `os`; `None` of a subject that is none of ours.
    pub fn domain(&self) -> Option<&str> {
        self.subject.0.split_once(':').map(|(domain, _)| domain)
    }
    /// A name or a group of theirs without where it is from: what stands under a site's name already is not put there
    /// again.
    pub fn bare<'n>(&self, name: &'n str) -> &'n str {
        let under = || {
            let (site, bare) = name.split_once('/')?;
            (Some(site) == self.domain()).then_some(bare)
        };
        match self.of_site {
            true => under().unwrap_or(name),
            false => name,
        }
    }
    /// A group of theirs with where it is from: `staff/engineers`, and of a site `plant-a/operators`.
    pub fn qualified(&self, group: &str) -> String {
        let domain = self.domain().unwrap_or_default();
        format!("{domain}/{}", self.bare(group))
    }
}

/// Which groups somebody else is told of, by their names.
#[derive(Debug, Clone)]
pub struct GroupPatterns(Vec<NamePattern>);

impl GroupPatterns {
    /// Directories compare the names of groups without case, and so do these.
    pub fn new<'p>(patterns: impl Iterator<Item = &'p str>) -> Self {
        Self(
            patterns
                .map(|pattern| NamePattern::new(pattern.to_lowercase()))
                .collect(),
        )
    }
    /// Whether one of them fits the whole name.
    pub fn show(&self, group: &str) -> bool {
        let group = group.to_lowercase();
        self.0.iter().any(|pattern| pattern.matches(&group))
    }
    /// As they are compared.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(NamePattern::as_str)
    }
}

/// The `sub` of a subject: the subject itself, where it is ASCII and short enough (Core §2). Another (a DN that
/// stands for a missing identity) is told by its hash: as stable, and of one length.
pub fn sub(subject: &Subject) -> String {
    let text = &subject.0;
    if text.len() <= MAX_SUB_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.clone();
    }
    let mut sub = String::from("sha256:");
    for byte in Sha256::digest(text) {
        // Writing to a `String` does not fail.
        let _ = write!(sub, "{byte:02x}");
    }
    sub
}

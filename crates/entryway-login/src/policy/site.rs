//! Sites: company networks whose people are logged in by a connector there; and what is taken from one.
//!
//! A site decides about its own people, and is another company. Whatever it says of somebody stands beside what this
//! side's own directories say, before the same applications: so nothing of it may be mistaken for theirs.

use super::{LoginPolicy, RuleId};
use crate::{Group, SessionGroups, SiteSession, Subject};
use std::sync::Arc;

/// Index of a site in [`LoginPolicy::sites`](super::LoginPolicy::sites).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(pub usize);

/// A company network whose people log in there and nowhere else. What decides about them is its own configuration.
#[derive(Debug, Clone)]
pub struct SitePolicy {
    /// The configured name, compared without case. No domain has it, and it is neither `local` nor `os`.
    pub name: Arc<str>,
    /// `user@suffix` means this site; compared without case.
    pub suffixes: Vec<String>,
    /// Applications all of whose people are the site's: ids of clients, names of callers of the API. A bare name that
    /// comes from one of them means this site.
    pub clients: Vec<String>,
    /// Where its people may log in beside those: ids of clients, names of callers of the API. `None` is wherever no other
    /// site's people do.
    pub applications: Option<Vec<String>>,
    /// Who looks its people and groups up: ids of clients, names of callers of the API. Nobody else does.
    pub lookups: Vec<String>,
    /// Whether it is switched on. The names of one that is not are still its own, so that nobody's password goes anywhere
    /// else.
    pub enabled: bool,
    /// What is taken of its sessions.
    pub takes: SiteTakes,
    /// Where `[site.X]` was written, for the trace.
    pub rule: RuleId,
}

/// What is taken of a site's sessions, beside subject, name, display name, class and groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteTakes {
    /// Mail addresses in these domains, in lower case; an address elsewhere is somebody else's.
    pub mail_domains: Vec<String>,
    /// Whether its numbers, home folders and shells are: on a machine of this side they are this side's accounts.
    pub accounts: bool,
    /// Custom attributes of these names.
    pub attributes: Vec<String>,
}

/// What a site said of somebody and was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeftOut {
    /// The mail address: its domain is none of the site's.
    Email,
    /// uid, gid, home folder, shell, type and system user.
    Account,
    /// A custom attribute.
    Attribute,
}

impl LeftOut {
    /// A stable word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Account => "account",
            Self::Attribute => "attributes",
        }
    }
}

/// How logs call a client of single sign-on.
const CLIENT: &str = "client ";
/// How they call a page behind forward authentication: its rules say whom they let in.
const FORWARD: &str = "forward ";
/// How they call what is this server's own: nobody is told of anybody there.
const OWN: [&str; 2] = ["sessions", "single sign-on"];

impl SitePolicy {
    /// Whether everybody who comes from this caller, as logs call it, is of this site.
    pub(crate) fn has_client(&self, caller: &str) -> bool {
        let client = caller.strip_prefix(CLIENT).unwrap_or(caller);
        self.clients.iter().any(|own| own == client)
    }

    /// Whether its people may log in for this caller, which is no other site's.
    fn has_application(&self, caller: &str) -> bool {
        let Some(applications) = &self.applications else {
            return true;
        };
        if OWN.contains(&caller) || caller.starts_with(FORWARD) {
            return true;
        }
        let client = caller.strip_prefix(CLIENT).unwrap_or(caller);
        applications.iter().any(|one| one == client)
    }

    /// Whether this caller, as logs call it, looks its people and groups up.
    pub fn shows_to(&self, caller: &str) -> bool {
        let client = caller.strip_prefix(CLIENT).unwrap_or(caller);
        self.lookups.iter().any(|one| one == client)
    }

    /// A text under the site's name: `jane` there is not `jane` here.
    pub fn under(&self, text: &str) -> String {
        format!("{}/{text}", self.name)
    }

    /// What is taken of a session, with the site's name before all that has namesakes here; and what is not taken.
    pub(crate) fn take(&self, mut session: SiteSession) -> (SiteSession, Vec<LeftOut>) {
        let mut left_out = Vec::new();
        session.name = self.under(&session.name);
        session.user_class = session.user_class.map(|class| self.under(&class).into());
        session.groups = session.groups.map(|groups| self.take_groups(groups));
        if session
            .email
            .as_deref()
            .is_some_and(|it| !self.has_mail(it))
        {
            session.email = None;
            left_out.push(LeftOut::Email);
        }
        let has_account = session.uid.is_some()
            || session.gid.is_some()
            || session.home.is_some()
            || session.shell.is_some()
            || session.user_type.is_some()
            || session.system_user.is_some();
        if has_account && !self.takes.accounts {
            session.uid = None;
            session.gid = None;
            session.home = None;
            session.shell = None;
            session.user_type = None;
            session.system_user = None;
            left_out.push(LeftOut::Account);
        }
        let told = session.attributes.len();
        let taken = |name: &str| self.takes.attributes.iter().any(|it| it == name);
        session.attributes.retain(|(name, _)| taken(name));
        if session.attributes.len() < told {
            left_out.push(LeftOut::Attribute);
        }
        (session, left_out)
    }

    fn take_groups(&self, groups: SessionGroups) -> SessionGroups {
        let take = |group: Group| Group {
            domain: Arc::clone(&self.name),
            name: self.under(&group.name).into(),
            dn: None,
            gid: group.gid.filter(|_| self.takes.accounts),
            path: Vec::new(),
        };
        SessionGroups {
            groups: groups.groups.into_iter().map(take).collect(),
            partial: groups.partial,
        }
    }

    /// Whether an address is one, in one of its domains.
    pub fn has_mail(&self, address: &str) -> bool {
        // What one program takes for a single address is a list, a comment or a quoted name to another.
        let foreign = |sign: char| {
            sign.is_whitespace()
                || matches!(
                    sign,
                    ',' | ';' | '<' | '>' | '"' | '\'' | '`' | '(' | ')' | '\\'
                )
        };
        let Some((user, domain)) = address.split_once('@') else {
            return false;
        };
        if user.is_empty() || domain.contains('@') || address.contains(foreign) {
            return false;
        }
        let mut own = self.takes.mail_domains.iter();
        own.any(|own| own.eq_ignore_ascii_case(domain))
    }
}

impl LoginPolicy {
    /// Whether a site's people may log in for this caller, as logs call it. Another site's application is nobody else's.
    pub fn admits(&self, site: &SitePolicy, caller: Option<&str>) -> bool {
        let Some(caller) = caller.filter(|caller| !site.has_client(caller)) else {
            return true;
        };
        let is_anothers = self.sites.iter().any(|other| other.has_client(caller));
        !is_anothers && site.has_application(caller)
    }

    /// The same of somebody who has logged in, by what their subject begins with. Whoever is of no site is admitted.
    pub fn admits_subject(&self, subject: &Subject, caller: &str) -> bool {
        let site = self.site_of_subject(subject);
        site.is_none_or(|site| site.enabled && self.admits(site, Some(caller)))
    }

    /// The site whose person that is.
    pub fn site_of_subject(&self, subject: &Subject) -> Option<&SitePolicy> {
        let (authority, _) = subject.0.split_once(':')?;
        self.sites.iter().find(|site| *site.name == *authority)
    }
}

#[cfg(test)]
mod tests;

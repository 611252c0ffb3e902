//! Whether a person who logged in before is still welcome. No password is involved: the entry must still be there,
//! usable, with the password that it had; and every rule is asked anew.

use super::find::Asking;
use super::{Found, Log, Login, Proof, Step};
use crate::find::Conclusion;
use crate::{
    Alternative, Attempt, Decision, DomainId, FindOperation, KeptIn, LdapUse, LocalAccount,
    LocalOutcome, LoginPolicy, Method, PeopleSearch, Reason, Record, Route, SiteId, Subject, find,
    identity,
};
use entryway_ldap_types::{AttributeName, Filter, Scope};
use std::sync::Arc;
use std::time::SystemTime;

/// What a login leaves behind for this question. Travels sealed; whoever opens it vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The session's subject.
    pub subject: Subject,
    /// Its domain's or site's name, or `local`. Nobody can ask again for `os`.
    pub authority: Box<str>,
    /// The session's name.
    pub name: Box<str>,
    /// What was typed.
    pub login_name: Box<str>,
    /// The attribute and value by which the entry is found, wherever it moved.
    pub identity: Option<(AttributeName, Box<[u8]>)>,
    /// Its DN then: by that it is found if it has no identity.
    pub dn: Option<Box<str>>,
    /// What would have changed with the password.
    pub password_stamp: Option<Box<[u8]>>,
    /// When the password was verified.
    pub authenticated_at: SystemTime,
    /// When an authority last confirmed it.
    pub confirmed_at: SystemTime,
    /// How they had logged in.
    pub method: Method,
    /// What their site gave to be asked again with.
    pub site_token: Option<Box<str>>,
}

/// The same person as at an earlier login, whose password has not changed as far as anybody can tell. Made here alone.
#[derive(Debug)]
pub(crate) struct StillValid {
    authenticated_at: SystemTime,
    method: Method,
}

impl StillValid {
    pub(crate) fn authenticated_at(&self) -> SystemTime {
        self.authenticated_at
    }
    pub(crate) fn method(&self) -> Method {
        self.method
    }
}

/// Starts asking. Of the attempt only id, times, address and groups are used.
pub fn begin_revalidation(
    remembered: Remembered,
    attempt: Attempt,
    policy: Arc<LoginPolicy>,
) -> Step {
    let mut log = Log::default();
    let login_name = remembered.login_name.to_string();
    let caller = attempt.caller.as_deref();
    let source = source(&remembered.authority, &policy).and_then(|source| match source {
        Authority::Site(id) if !admitted(id, caller, &policy) => Err(Reason::NotAdmittedHere),
        source => Ok(source),
    });
    let source = match source {
        Ok(source) => source,
        Err(reason) => {
            log.note(refused(&remembered.authority, &login_name, reason));
            return log.decide(attempt.id, Decision::Reject(reason), Vec::new());
        }
    };
    let tries: Vec<DomainId> = match source {
        Authority::Domain(id) => vec![id],
        Authority::Local | Authority::Site(_) => Vec::new(),
    };
    log.note(Record::NameRead {
        login_name: login_name.clone(),
        named: None,
        tries: tries.clone(),
        rule: None,
    });
    let route = Route::untyped(remembered.name.to_string(), tries);
    let mut login = Box::new(Login::untyped(attempt, login_name, route, policy, log));
    login.asked = 1;
    login.remembered = Some(Box::new(remembered));
    match source {
        Authority::Domain(id) => login.find_remembered(id),
        Authority::Local => login.ask_local(),
        Authority::Site(id) => login.ask_site_again(id),
    }
}

/// Who has to say whether they are still welcome. The operating system cannot: whether PAM's account stack still
/// lets somebody in is told together with the password.
enum Authority {
    Domain(DomainId),
    Local,
    Site(SiteId),
}

fn source(authority: &str, policy: &LoginPolicy) -> Result<Authority, Reason> {
    let mut domains = policy.domains.iter();
    let domain = domains.position(|domain| *domain.name == *authority);
    let mut sites = policy.sites.iter();
    if let Some(id) = sites.position(|site| site.enabled && *site.name == *authority) {
        return Ok(Authority::Site(SiteId(id)));
    }
    let only_domains = policy.ldap == LdapUse::Required;
    match (authority, domain) {
        (_, Some(_)) if policy.ldap == LdapUse::Disabled => Err(Reason::LdapDisabled),
        (_, Some(id)) => Ok(Authority::Domain(DomainId(id))),
        ("local", None) if !only_domains => Ok(Authority::Local),
        _ => Err(Reason::UnknownDomain),
    }
}

/// Whether that site's people are asked about for this caller.
fn admitted(id: SiteId, caller: Option<&str>, policy: &LoginPolicy) -> bool {
    let site = policy.sites.get(id.0);
    site.is_some_and(|site| policy.admits(site, caller))
}

fn refused(authority: &str, login_name: &str, reason: Reason) -> Record {
    match reason {
        Reason::LdapDisabled => Record::NameRefused {
            login_name: login_name.to_owned(),
            reason,
            problem: "logged in at a domain, and directories are switched off (`login.ldap`)"
                .to_owned(),
        },
        Reason::NotAdmittedHere => Record::NameRefused {
            login_name: login_name.to_owned(),
            reason,
            problem: "logged in at a site whose people do not log in at this application"
                .to_owned(),
        },
        _ => Record::DomainUnknown {
            domain: authority.to_owned(),
        },
    }
}

/// Who they were, among those whom the domain lets in.
fn again(remembered: &Remembered, people: &PeopleSearch) -> Filter {
    let restriction = find::restriction(people);
    match &remembered.identity {
        Some((attribute, value)) => {
            let is_it = Filter::Equal(attribute.clone(), value.to_vec());
            Filter::And([is_it].into_iter().chain(restriction).collect())
        }
        // The base is their own entry.
        None => restriction.unwrap_or(Filter::Present(AttributeName::from_static("objectClass"))),
    }
}

impl Login {
    fn find_remembered(self: Box<Self>, id: DomainId) -> Step {
        let policy = Arc::clone(&self.policy);
        let Some((domain, remembered)) = policy.domains.get(id.0).zip(self.remembered.as_deref())
        else {
            return self.no_such_domain();
        };
        let people = &domain.people;
        let (base, scope) = match (&remembered.identity, &remembered.dn) {
            (Some(_), _) => (Arc::clone(&people.base_text), people.scope),
            (None, Some(dn)) => (Arc::from(&**dn), Scope::Base),
            (None, None) => return self.reject(Reason::UnknownLogin),
        };
        let active_directory = domain.active_directory.as_deref().map(|other| {
            Box::new(Alternative {
                filter: Arc::new(again(remembered, &other.people)),
                attributes: Arc::clone(other.fetched(self.wants_groups)),
            })
        });
        let operation = FindOperation {
            domain: id,
            base,
            scope,
            filter: Arc::new(again(remembered, people)),
            attributes: Arc::clone(domain.fetched(self.wants_groups)),
            active_directory,
            last: None,
            deadline: self.deadline,
        };
        self.find_by(find::By::Identity, operation)
    }

    pub(super) fn compare_entry(self: Box<Self>, asking: Asking, conclusion: Conclusion) -> Step {
        let found: Found = match conclusion {
            Conclusion::One(found) => found.into(),
            Conclusion::Nobody => return self.reject(Reason::UnknownLogin),
            Conclusion::Refuse(reason) => return self.reject(reason),
            Conclusion::Down(fault) | Conclusion::NoAnswer(fault) => {
                return self.indeterminate(fault);
            }
        };
        let id = asking.operation.domain;
        let policy = Arc::clone(&self.policy);
        let Some(domain) = policy.domains.get(id.0) else {
            return self.no_such_domain();
        };
        let domain = domain.seen(self.active_directory);
        let subject = identity::subject(domain, &found.entry).ok();
        let now = identity::password_stamp(&found.entry);
        self.compare(subject, now, |login, valid| {
            login.conclude(id, found, Proof::Remembered(valid))
        })
    }

    /// The account whose session it was.
    pub(super) fn compare_local(mut self: Box<Self>, account: Option<Arc<LocalAccount>>) -> Step {
        let Some(account) = account else {
            self.log.note(Record::LocalLooked(LocalOutcome::NoAccount));
            return self.reject(Reason::UnknownLogin);
        };
        self.note_local(&account);
        // The password of that session is no longer here.
        if account.password == KeptIn::Directory {
            let unchanged = Some(false);
            self.log.note(Record::PasswordCompared { unchanged });
            return self.reject(Reason::PasswordChanged);
        }
        let subject = Subject::of_local(&account.id);
        let stamp = account.password_stamp.clone();
        self.compare(Some(subject), Some(stamp), |login, valid| {
            login.conclude_local(account, Proof::Remembered(valid))
        })
    }

    /// Goes on for the same person with the same password. A stamp that came, went or differs is a change; one that
    /// never was tells nothing.
    pub(super) fn compare(
        mut self: Box<Self>,
        subject: Option<Subject>,
        stamp: Option<Box<[u8]>>,
        go_on: impl FnOnce(Box<Self>, StillValid) -> Step,
    ) -> Step {
        let Some(remembered) = self.remembered.take() else {
            return self.reject(Reason::UnknownLogin);
        };
        let same = subject.is_some_and(|subject| subject == remembered.subject);
        self.log.note(Record::SubjectCompared { same });
        if !same {
            return self.reject(Reason::UnknownLogin);
        }
        // Whoever came by a certificate showed none.
        if remembered.method == Method::Certificate {
            self.log.note(Record::PasswordCompared { unchanged: None });
            let (authenticated_at, method) = (remembered.authenticated_at, remembered.method);
            let valid = StillValid {
                authenticated_at,
                method,
            };
            return go_on(self, valid);
        }
        let then = &remembered.password_stamp;
        let told = then.is_some() || stamp.is_some();
        let unchanged = told.then(|| stamp == *then);
        // What a site asks again, it has compared itself.
        if remembered.site_token.is_none() {
            self.log.note(Record::PasswordCompared { unchanged });
        }
        if unchanged == Some(false) {
            return self.reject(Reason::PasswordChanged);
        }
        let valid = StillValid {
            authenticated_at: remembered.authenticated_at,
            method: remembered.method,
        };
        go_on(self, valid)
    }
}

impl Remembered {
    /// Of a session that was just accepted.
    pub fn of(session: &crate::Session, confirmed_at: SystemTime) -> Self {
        Self {
            subject: session.subject.clone(),
            authority: (*session.domain).into(),
            name: session.name.as_str().into(),
            login_name: session.login_name.as_str().into(),
            identity: session.anchor.identity.clone(),
            dn: session.dn.as_deref().map(Into::into),
            password_stamp: session.anchor.password_stamp.clone(),
            authenticated_at: session.authenticated_at,
            confirmed_at,
            method: session.method,
            site_token: session.anchor.site_token.clone(),
        }
    }
}

//! Whether a person who logged in before is still welcome. No password is involved: the entry must still be there,
//! usable, with the password that it had; and every rule is asked anew.

use super::find::Asking;
use super::{Found, Log, Login, Proof, Step, Tally};
use crate::find::Conclusion;
use crate::{
    Attempt, Decision, DomainId, Fault, FindOperation, LdapUse, LocalAccount, LoginPolicy, Method,
    OsAccount, Reason, Record, Route, Source, Subject, SubmittedPassword, find, identity,
};
use entryway_ldap_types::{AttributeName, Filter, Scope};
use std::sync::Arc;
use std::time::SystemTime;

/// What a login leaves behind for this question. Travels sealed; whoever opens it vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The session's subject.
    pub subject: Subject,
    /// Its domain's name, `local` or `os`.
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
    let typed = remembered.login_name.to_string();
    let domain = policy
        .domains
        .iter()
        .position(|domain| *domain.name == *remembered.authority)
        .map(DomainId);
    let source = match (&*remembered.authority, domain) {
        (_, Some(id)) if policy.ldap != LdapUse::Disabled => Ok(Source::Domain(id)),
        (_, Some(_)) => Err(Reason::LdapDisabled),
        ("local", None) if policy.ldap != LdapUse::Required => Ok(Source::Local),
        ("os", None) if policy.os_users && policy.ldap != LdapUse::Required => Ok(Source::Os),
        _ => Err(Reason::UnknownDomain),
    };
    let source = match source {
        Ok(source) => source,
        Err(reason) => {
            log.note(Record::DomainUnknown {
                domain: remembered.authority.into(),
            });
            return log.decide(attempt.id, Decision::Reject(reason), Vec::new());
        }
    };
    let tries: Vec<DomainId> = domain.into_iter().collect();
    log.note(Record::NameRead {
        login_name: typed.clone(),
        named: None,
        tries: tries.clone(),
        rule: None,
    });
    let name = remembered.name.to_string();
    let login = Box::new(Login {
        id: attempt.id,
        login_name: typed,
        password: SubmittedPassword::NotAsked,
        submitted: attempt.at,
        started: attempt.started,
        deadline: attempt.deadline,
        client_address: attempt.client_address,
        device: None,
        wants_groups: attempt.wants_groups,
        policy,
        route: Route {
            login: name.clone(),
            user: name.clone(),
            suffix: String::new(),
            named: None,
            tries,
        },
        asked: 1,
        skipped: None,
        account: None,
        remembered: Some(Box::new(remembered)),
        tally: Tally::default(),
        log,
    });
    match source {
        Source::Domain(id) => login.find_remembered(id),
        Source::Local => login.ask_local(),
        Source::Os => login.find_os(name.into()),
    }
}

impl Login {
    fn find_remembered(self: Box<Self>, id: DomainId) -> Step {
        let policy = Arc::clone(&self.policy);
        let Some((domain, remembered)) = policy.domains.get(id.0).zip(self.remembered.as_deref())
        else {
            return self.indeterminate(Fault::DirectoryRefusedOperation);
        };
        let people = &domain.people;
        let restriction = find::restriction(people);
        let (base, scope, filter) = match (&remembered.identity, &remembered.dn) {
            (Some((attribute, value)), _) => {
                let is_it = Filter::Equal(attribute.clone(), value.to_vec());
                let filter = Filter::And([is_it].into_iter().chain(restriction).collect());
                (Arc::clone(&people.base_text), people.scope, filter)
            }
            (None, Some(dn)) => {
                let class = AttributeName::from_static("objectClass");
                let filter = restriction.unwrap_or(Filter::Present(class));
                (Arc::from(&**dn), Scope::Base, filter)
            }
            (None, None) => return self.reject(Reason::UnknownLogin),
        };
        let operation = FindOperation {
            domain: id,
            base,
            scope,
            filter: Arc::new(filter),
            attributes: Arc::clone(domain.fetched(self.wants_groups)),
            deadline: self.deadline,
        };
        self.find_by_identity(operation)
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
        let subject = policy
            .domains
            .get(id.0)
            .map(|domain| identity::subject(domain, &found.entry));
        let Some((Ok(subject), remembered)) = subject.zip(self.remembered.as_deref()) else {
            return self.reject(Reason::UnknownLogin);
        };
        if subject != remembered.subject {
            return self.reject(Reason::UnknownLogin);
        }
        let now = identity::password_stamp(&found.entry);
        self.compare(now, |login, valid| {
            login.conclude(id, found, Proof::Remembered(valid))
        })
    }

    pub(super) fn compare_local(self: Box<Self>, account: Option<Arc<LocalAccount>>) -> Step {
        let same = account.filter(|account| self.is_remembered(&Subject::of_local(&account.id)));
        let Some(account) = same else {
            return self.reject(Reason::UnknownLogin);
        };
        let stamp = account.password_stamp.clone();
        self.compare(Some(stamp), |login, valid| {
            login.conclude_local(account, Proof::Remembered(valid))
        })
    }

    pub(super) fn compare_os(self: Box<Self>, account: Option<OsAccount>) -> Step {
        let same = account.filter(|account| self.is_remembered(&Subject::of_os(&account.name)));
        let Some(account) = same else {
            return self.reject(Reason::UnknownLogin);
        };
        self.compare(None, |login, valid| {
            login.conclude_os(account, Proof::Remembered(valid))
        })
    }

    fn is_remembered(&self, subject: &Subject) -> bool {
        let remembered = self.remembered.as_deref();
        remembered.is_some_and(|remembered| remembered.subject == *subject)
    }

    /// A stamp that was there and is gone counts as changed; one that never was tells nothing.
    fn compare(
        mut self: Box<Self>,
        now: Option<Box<[u8]>>,
        go_on: impl FnOnce(Box<Self>, StillValid) -> Step,
    ) -> Step {
        let Some(remembered) = self.remembered.take() else {
            return self.reject(Reason::UnknownLogin);
        };
        let then = remembered.password_stamp.as_deref();
        let unchanged = then.map(|then| now.as_deref() == Some(then));
        self.log.note(Record::PasswordCompared { unchanged });
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
        }
    }
}

//! Asking the domains in their order; the first record found decides.

use super::reserve::Then;
use super::{Found, Login, Proof, Step};
use crate::find::{self, By, Conclusion, FoundOne, NotAsked};
use crate::{
    DomainId, DomainPolicy, Fault, FindAnswer, FindOperation, Record, SearchOutcome, Stage,
    Subject, WhenDown, identity, maps,
};
use entryway_ldap_types::{Dn, ResultCode, Scope};
use std::sync::Arc;
use std::time::Instant;

/// A search, and by what.
#[derive(Clone)]
pub(super) struct Asking {
    pub(super) by: By,
    pub(super) operation: FindOperation,
}

/// A login that waits for the answer to a search.
pub struct AfterFind {
    login: Box<Login>,
    asking: Asking,
    again: Option<Again>,
}

/// Why an entry is looked for a second time: its bind had no answer.
struct Again {
    dn: Dn,
    fault: Fault,
}

impl AfterFind {
    /// Goes on with what came back.
    pub fn resume(self, answer: FindAnswer, now: Instant) -> Step {
        let Self {
            mut login,
            asking,
            again,
        } = self;
        login.look_at(now);
        if let Some(served) = &answer.served {
            login.active_directory = served.active_directory;
        }
        let policy = Arc::clone(&login.policy);
        let Some(domain) = policy.domains.get(asking.operation.domain.0) else {
            return login.no_such_domain();
        };
        let domain = domain.seen(login.active_directory);
        // Nobody else's directory is asked for a name that says whose it is, or for an entry that was found.
        let skips = domain.when_down == WhenDown::Skip
            && login.route.named.is_none()
            && asking.by != By::Identity
            && asking.by != By::Certificate
            && again.is_none();
        let conclusion = login.judge(&asking, domain, skips, answer);
        if let Some(again) = again {
            // It was found before, so "nobody" or "somebody else" is no answer: going on would show the
            // password to another entry.
            return match conclusion {
                Conclusion::One(found) if found.entry.dn == again.dn => {
                    login.bind(asking, found.into(), true)
                }
                _ => login.indeterminate(again.fault),
            };
        }
        if asking.by == By::Identity {
            return login.compare_entry(asking, conclusion);
        }
        if asking.by == By::Certificate {
            return login.mapped(asking.operation.domain, conclusion);
        }
        match conclusion {
            Conclusion::One(found) => login.found(asking, found.into()),
            Conclusion::Nobody if asking.by == By::Name => {
                login.ask_by_mail(asking.operation.domain)
            }
            Conclusion::Nobody => login.ask_next(),
            Conclusion::Refuse(reason) => login.reject(reason),
            Conclusion::NoAnswer(fault) => login.indeterminate(fault),
            Conclusion::Down(fault) if skips => {
                login.skipped.get_or_insert(fault);
                login.ask_next()
            }
            Conclusion::Down(fault) => login.indeterminate(fault),
        }
    }
}

impl From<FoundOne> for Found {
    fn from(found: FoundOne) -> Self {
        Self {
            entry: Arc::new(found.entry),
            server: found.server,
            lockout: found.lockout,
        }
    }
}

/// An entry found by mail counts only if it may log in by mail.
fn permitted(
    by: By,
    domain: &DomainPolicy,
    judged: (Conclusion, SearchOutcome),
) -> (Conclusion, SearchOutcome) {
    match judged {
        (Conclusion::One(found), _)
            if by == By::Mail && !maps::allows_mail_login(domain, &found.entry) =>
        {
            (
                Conclusion::Nobody,
                SearchOutcome::MailNotAllowed {
                    dn: found.entry.dn_text.into(),
                },
            )
        }
        judged => judged,
    }
}

/// Where the base is the person's own entry, its not being there is an answer.
fn gone(asking: &Asking, judged: (Conclusion, SearchOutcome)) -> (Conclusion, SearchOutcome) {
    let itself = asking.by == By::Identity && asking.operation.scope == Scope::Base;
    match judged {
        (Conclusion::NoAnswer(_), SearchOutcome::Refused { code, .. })
            if itself && code == ResultCode::NO_SUCH_OBJECT =>
        {
            (Conclusion::Nobody, SearchOutcome::NoEntry)
        }
        judged => judged,
    }
}

impl Login {
    /// What an answer means; noted.
    fn judge(
        &mut self,
        asking: &Asking,
        domain: &DomainPolicy,
        skips: bool,
        answer: FindAnswer,
    ) -> Conclusion {
        let FindAnswer {
            tried,
            served,
            took,
        } = answer;
        let server = served.as_ref().map(|served| Arc::clone(&served.server));
        let (as_active_directory, passed_over) = served
            .as_ref()
            .map(|served| (served.active_directory, served.passed_over.clone()))
            .unwrap_or_default();
        let judged = find::judge(served, &tried, &domain.people, self.is_over());
        let (conclusion, mut outcome) = gone(asking, permitted(asking.by, domain, judged));
        if let (SearchOutcome::Unanswered { skipped, .. }, Conclusion::Down(_)) =
            (&mut outcome, &conclusion)
        {
            *skipped = skips;
        }
        let asked = &asking.operation;
        let filter = match &asked.active_directory {
            Some(other) if as_active_directory => &other.filter,
            _ => &asked.filter,
        };
        let searched = Record::Searched {
            domain: asked.domain,
            server,
            tried,
            base: Arc::clone(&asked.base),
            scope: asked.scope,
            filter: Arc::clone(filter),
            outcome,
            passed_over,
            rule: domain.people.rule,
            by_email: asking.by == By::Mail,
        };
        self.log.note_answer(searched, took);
        conclusion
    }

    pub(super) fn ask_next(mut self: Box<Self>) -> Step {
        while let Some(domain) = self.route.tries.get(self.asked).copied() {
            self.asked += 1;
            match self.question(&[By::Name, By::Mail], domain) {
                Ok(Some(asking)) => return self.search(asking, None),
                Ok(None) => {}
                Err(problem) => return self.unaskable(problem),
            }
        }
        self.ask_last()
    }

    /// Nobody has that name; somebody may have that address.
    fn ask_by_mail(mut self: Box<Self>, domain: DomainId) -> Step {
        match self.question(&[By::Mail], domain) {
            Ok(Some(asking)) => self.search(asking, None),
            Ok(None) => self.ask_next(),
            Err(problem) => self.unaskable(problem),
        }
    }

    pub(super) fn no_such_domain(self: Box<Self>) -> Step {
        self.unaskable("the domain is not configured")
    }

    fn unaskable(self: Box<Self>, problem: &'static str) -> Step {
        self.stop(Fault::DirectoryRefusedOperation, problem, Stage::Find)
    }

    /// The first of these searches that the domain can be asked; `None` when nobody there can have that name.
    /// An error is a search that nobody can make.
    fn question(&mut self, ways: &[By], id: DomainId) -> Result<Option<Asking>, &'static str> {
        let policy = Arc::clone(&self.policy);
        let domain = policy
            .domains
            .get(id.0)
            .ok_or("the domain is not configured")?;
        for by in ways.iter().copied() {
            match find::operation(
                by,
                id,
                domain,
                &self.route,
                self.wants_groups,
                self.deadline,
            ) {
                Ok(operation) => return Ok(Some(Asking { by, operation })),
                Err(NotAsked::NoSuchSearch) => {}
                Err(NotAsked::NoSuchPart(placeholder)) => self.log.note(Record::NotSearched {
                    domain: id,
                    placeholder,
                    rule: domain.people.rule,
                    by_email: by == By::Mail,
                }),
                // A filter that nothing can fill finds nobody, and must not pass for an answer.
                Err(NotAsked::Unfillable) => {
                    return Err("the filter asks for what no login name has");
                }
            }
        }
        Ok(None)
    }

    pub(super) fn find_by(self: Box<Self>, by: By, operation: FindOperation) -> Step {
        self.search(Asking { by, operation }, None)
    }

    fn search(self: Box<Self>, asking: Asking, again: Option<Again>) -> Step {
        if self.is_over() {
            return self.out_of_time(Stage::Find);
        }
        let operation = asking.operation.clone();
        Step::Find(
            operation,
            AfterFind {
                login: self,
                asking,
                again,
            },
        )
    }

    fn found(mut self: Box<Self>, asking: Asking, found: Found) -> Step {
        if self.is_explained() {
            self.log.note(Record::PasswordNotChecked);
            return self.conclude(asking.operation.domain, found, Proof::NotAsked);
        }
        let Some(domain) = self.policy.domains.get(asking.operation.domain.0) else {
            return self.no_such_domain();
        };
        let domain = domain.seen(self.active_directory);
        // Whatever was typed, it is this entry whose password is in question. One whose identity cannot be used is
        // refused in the end; its guesses count all the same.
        let subject = identity::subject(domain, &found.entry)
            .unwrap_or_else(|_| Subject::from_dn(&domain.name, &found.entry.dn));
        let lockout = found.lockout;
        self.reserve_identity(subject.0, lockout, Then::Bind(asking, found))
    }

    /// The bind had no answer: the entry is found anew, on another server if one is there. Once.
    pub(super) fn find_again(
        self: Box<Self>,
        mut asking: Asking,
        found: Found,
        fault: Fault,
    ) -> Step {
        // It may go on answering searches.
        asking.operation.last = Some(found.server);
        let again = Again {
            dn: found.entry.dn.clone(),
            fault,
        };
        self.search(asking, Some(again))
    }
}

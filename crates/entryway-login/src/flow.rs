//! The login as a state machine. Each stage holds only what it may know, and consumes itself, so
//! an operation is answered once and by an answer of its own kind.
//!
//! Owns the order of things: which domain is asked next, when the bind is due, what an outage means. What an answer
//! means by itself is judged in `find` and `verdict`; what becomes of an entry, in `steps`.

mod begin;

use crate::account;
use crate::decision::Accepted;
use crate::find::{self, By, Conclusion, NotAsked};
use crate::maps;
use crate::steps::{self, Subjected};
use crate::trace::{DIAGNOSTIC_MAX, clip};
use crate::verdict::{self, Judgement, PasswordVerified};
use crate::{
    BindAnswer, BindOperation, BindReply, Challenge, Decided, Decision, DomainId, DomainPolicy,
    Fault, FindAnswer, FindOperation, LoginId, LoginPolicy, Reason, Record, Route, SearchOutcome,
    SubmittedPassword, Trace, TraceEntry, WhenDown,
};
use entryway_ldap_types::{AccountState, Dn, Entry};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub use begin::begin;

/// What the login wants next.
pub enum Step {
    /// Find the entry, then go on.
    Find(FindOperation, AfterFind),
    /// Bind once, then go on.
    Bind(BindOperation, AfterBind),
    /// Done.
    Decided(Box<Decided>),
}

/// A login that waits for the answer to a search.
pub struct AfterFind {
    login: Box<Login>,
    by: By,
    asked: FindOperation,
    again: Option<Again>,
}

/// A login that waits for the answer to a bind.
pub struct AfterBind {
    login: Box<Login>,
    by: By,
    asked: FindOperation,
    found: Found,
    repeated: bool,
}

/// Why an entry is looked for a second time: its bind did not leave this machine.
struct Again {
    dn: Dn,
    fault: Fault,
}

/// The entry that decides, and who gave it.
struct Found {
    entry: Entry,
    server: Arc<str>,
}

/// What is known of the password when the entry's turn comes.
enum Proof {
    Verified(PasswordVerified),
    MustChange,
    NotAsked,
}

/// What every stage of one login carries.
struct Login {
    id: LoginId,
    login_name: String,
    password: SubmittedPassword,
    submitted: SystemTime,
    started: Instant,
    deadline: Instant,
    policy: Arc<LoginPolicy>,
    route: Route,
    /// How many of the route's domains were asked.
    asked: usize,
    /// A domain that was down and skipped: from then on nothing but an accept is a verdict.
    skipped: Option<Fault>,
    log: Log,
}

/// The trace as it grows; it knows the time of the answer that is being looked at.
#[derive(Default)]
pub(crate) struct Log {
    trace: Trace,
    at: Duration,
}

impl Log {
    /// Adds what was thought.
    pub(crate) fn note(&mut self, record: Record) {
        self.trace.entries.push(TraceEntry {
            record,
            at: self.at,
            took: None,
        });
    }
    /// Adds what was asked and answered.
    fn note_answer(&mut self, record: Record, took: Duration) {
        self.trace.entries.push(TraceEntry {
            record,
            at: self.at,
            took: Some(took),
        });
    }
    fn decide(mut self, id: LoginId, decision: Decision) -> Step {
        self.note(Record::Decided(decision.verdict()));
        Step::Decided(Box::new(Decided {
            id,
            decision,
            took: self.at,
            trace: self.trace,
        }))
    }
}

impl AfterFind {
    /// Goes on with what came back.
    pub fn resume(self, answer: FindAnswer, now: Instant) -> Step {
        let Self {
            mut login,
            by,
            asked,
            again,
        } = self;
        login.look_at(now);
        let policy = Arc::clone(&login.policy);
        let Some(domain) = policy.domains.get(asked.domain.0) else {
            return login.indeterminate(Fault::DirectoryRefusedOperation);
        };
        let FindAnswer {
            tried,
            served,
            took,
        } = answer;
        let server = served.as_ref().map(|served| Arc::clone(&served.server));
        let (conclusion, outcome) = permitted(
            by,
            domain,
            find::judge(served, &tried, &domain.people, login.is_over()),
        );
        let searched = Record::Searched {
            domain: asked.domain,
            server,
            tried,
            base: Arc::clone(&asked.base),
            scope: asked.scope,
            filter: Arc::clone(&asked.filter),
            outcome,
            rule: domain.people.rule,
            by_email: by == By::Mail,
        };
        login.log.note_answer(searched, took);
        if let Some(again) = again {
            // It was found before, so "nobody" or "somebody else" is no answer: going on would show the
            // password to another entry.
            return match conclusion {
                Conclusion::One(entry, server) if entry.dn == again.dn => {
                    login.bind(by, asked, Found { entry, server }, true)
                }
                _ => login.indeterminate(again.fault),
            };
        }
        match conclusion {
            Conclusion::One(entry, server) => login.found(by, asked, Found { entry, server }),
            Conclusion::Nobody if by == By::Name => login.ask_by_mail(asked.domain),
            Conclusion::Nobody => login.ask_next(),
            Conclusion::Refuse(reason) => login.reject(reason),
            Conclusion::NoAnswer(fault) => login.indeterminate(fault),
            Conclusion::Down(fault) => match domain.when_down {
                WhenDown::Skip if login.route.named.is_none() => {
                    login.skipped.get_or_insert(fault);
                    login.ask_next()
                }
                WhenDown::Skip | WhenDown::Stop => login.indeterminate(fault),
            },
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
        (Conclusion::One(entry, _), _)
            if by == By::Mail && !maps::allows_mail_login(domain, &entry) =>
        {
            (
                Conclusion::Nobody,
                SearchOutcome::MailNotAllowed {
                    dn: entry.dn_text.into(),
                },
            )
        }
        judged => judged,
    }
}

impl AfterBind {
    /// Goes on with what came back.
    pub fn resume(self, answer: BindAnswer, now: Instant) -> Step {
        let Self {
            mut login,
            by,
            asked,
            found,
            repeated,
        } = self;
        login.look_at(now);
        let BindAnswer {
            server,
            reply,
            took,
        } = answer;
        let reply = match reply {
            Ok(reply) => reply,
            Err(unanswered) => {
                let fault = unanswered.fault.for_login(login.is_over());
                let (written, cause) = (unanswered.written, unanswered.cause);
                login.log.note_answer(
                    Record::BindUnanswered {
                        server,
                        written,
                        cause,
                    },
                    took,
                );
                // Nothing left this machine, so nothing counts against the person: find the entry anew, on a server
                // that is there, and bind on that one. Once.
                if written || repeated {
                    return login.indeterminate(fault);
                }
                return login.search(
                    by,
                    asked,
                    Some(Again {
                        dn: found.entry.dn,
                        fault,
                    }),
                );
            }
        };
        let state = login.account_state(&found.entry);
        let BindReply {
            code,
            diagnostic,
            policy,
        } = &reply;
        // An answer in another server's name answers another question.
        let judgement = if server == found.server {
            verdict::judge(&reply, state)
        } else {
            Judgement::NoVerdict(Fault::DirectoryProtocolError)
        };
        let bound = Record::Bound {
            server,
            code: *code,
            diagnostic: clip(diagnostic, DIAGNOSTIC_MAX),
            policy: *policy,
            verdict: judgement.for_trace(),
        };
        login.log.note_answer(bound, took);
        match judgement {
            Judgement::Verified(verified) => {
                login.conclude(asked.domain, found, state, Proof::Verified(verified))
            }
            Judgement::MustChange => login.conclude(asked.domain, found, state, Proof::MustChange),
            Judgement::Refused(reason) => login.reject(reason),
            Judgement::NoVerdict(fault) => login.indeterminate(fault),
        }
    }
}

impl Login {
    fn look_at(&mut self, now: Instant) {
        self.log.at = now.saturating_duration_since(self.started);
    }
    fn is_over(&self) -> bool {
        self.log.at >= self.deadline.saturating_duration_since(self.started)
    }
    /// Wall-clock time of the answer that is being looked at.
    fn wall_clock(&self) -> SystemTime {
        self.submitted
            .checked_add(self.log.at)
            .unwrap_or(self.submitted)
    }

    fn ask_next(mut self: Box<Self>) -> Step {
        while let Some(domain) = self.route.tries.get(self.asked).copied() {
            self.asked += 1;
            match self.question(&[By::Name, By::Mail], domain) {
                Ok(Some((by, operation))) => return self.search(by, operation, None),
                Ok(None) => {}
                Err(fault) => return self.indeterminate(fault),
            }
        }
        self.reject(Reason::UnknownLogin)
    }

    /// Nobody has that name; somebody may have that address.
    fn ask_by_mail(mut self: Box<Self>, domain: DomainId) -> Step {
        match self.question(&[By::Mail], domain) {
            Ok(Some((by, operation))) => self.search(by, operation, None),
            Ok(None) => self.ask_next(),
            Err(fault) => self.indeterminate(fault),
        }
    }

    /// The first of these searches that the domain can be asked; `None` when nobody there can have that name.
    fn question(
        &mut self,
        ways: &[By],
        id: DomainId,
    ) -> Result<Option<(By, FindOperation)>, Fault> {
        let policy = Arc::clone(&self.policy);
        let domain = policy
            .domains
            .get(id.0)
            .ok_or(Fault::DirectoryRefusedOperation)?;
        for by in ways.iter().copied() {
            match find::operation(by, id, domain, &self.route, self.deadline) {
                Ok(operation) => return Ok(Some((by, operation))),
                Err(NotAsked::NoSuchSearch) => {}
                Err(NotAsked::NoSuchPart(placeholder)) => self.log.note(Record::NotSearched {
                    domain: id,
                    placeholder,
                    rule: domain.people.rule,
                    by_email: by == By::Mail,
                }),
                // A filter that nothing can fill finds nobody, and must not pass for an answer.
                Err(NotAsked::Unfillable) => return Err(Fault::DirectoryRefusedOperation),
            }
        }
        Ok(None)
    }

    fn search(self: Box<Self>, by: By, operation: FindOperation, again: Option<Again>) -> Step {
        if self.is_over() {
            return self.indeterminate(Fault::Deadline);
        }
        let asked = operation.clone();
        Step::Find(
            operation,
            AfterFind {
                login: self,
                by,
                asked,
                again,
            },
        )
    }

    fn found(mut self: Box<Self>, by: By, asked: FindOperation, found: Found) -> Step {
        if matches!(self.password, SubmittedPassword::NotAsked) {
            self.log.note(Record::PasswordNotChecked);
            let state = self.account_state(&found.entry);
            return self.conclude(asked.domain, found, state, Proof::NotAsked);
        }
        self.bind(by, asked, found, false)
    }

    fn bind(self: Box<Self>, by: By, asked: FindOperation, found: Found, repeated: bool) -> Step {
        if self.is_over() {
            return self.indeterminate(Fault::Deadline);
        }
        let SubmittedPassword::Given(password) = &self.password else {
            return self.reject(Reason::MalformedLogin);
        };
        let operation = BindOperation {
            domain: asked.domain,
            server: Arc::clone(&found.server),
            dn: found.entry.dn_text.clone(),
            password: Arc::clone(password),
            deadline: self.deadline,
        };
        Step::Bind(
            operation,
            AfterBind {
                login: self,
                by,
                asked,
                found,
                repeated,
            },
        )
    }

    fn account_state(&self, entry: &Entry) -> AccountState {
        AccountState::read(entry, self.wall_clock())
    }

    /// The password is no longer in question: the account's state, then the steps from entry to session.
    fn conclude(
        mut self: Box<Self>,
        id: DomainId,
        found: Found,
        state: AccountState,
        proof: Proof,
    ) -> Step {
        self.log.note(Record::AccountRead { state });
        let usable = match account::check(state) {
            Ok(usable) => usable,
            Err(reason) => return self.reject(reason),
        };
        if matches!(proof, Proof::MustChange) {
            return self.decide(Decision::Challenge(Challenge::ChangePassword));
        }
        let policy = Arc::clone(&self.policy);
        let Some(domain) = policy.domains.get(id.0) else {
            return self.indeterminate(Fault::DirectoryRefusedOperation);
        };
        let at = self.wall_clock();
        let person = Subjected {
            policy: &policy,
            id,
            domain,
            route: &self.route,
            entry: found.entry,
            server: found.server,
            login_name: std::mem::take(&mut self.login_name),
            at,
        };
        match (steps::session(person, &mut self.log), proof) {
            (Ok(session), Proof::Verified(verified)) => {
                self.decide(Decision::Accept(Accepted::new(verified, usable, session)))
            }
            (Ok(session), Proof::NotAsked) => self.decide(Decision::WouldAccept(session)),
            (Ok(_), Proof::MustChange) => {
                self.decide(Decision::Challenge(Challenge::ChangePassword))
            }
            (Err(reason), _) => self.reject(reason),
        }
    }

    /// "No", unless a domain that might have said "yes" was skipped: then nobody knows.
    fn reject(self: Box<Self>, reason: Reason) -> Step {
        match self.skipped {
            Some(fault) => self.indeterminate(fault),
            None => self.decide(Decision::Reject(reason)),
        }
    }
    fn indeterminate(self: Box<Self>, fault: Fault) -> Step {
        self.decide(Decision::Indeterminate(fault))
    }
    fn decide(self: Box<Self>, decision: Decision) -> Step {
        self.log.decide(self.id, decision)
    }
}

//! Changing a password: a login with the old one, up to where a session would be given out, and then the change.
//!
//! Who may log in may change: the entry, the account and the rules are looked at as in a login. The old password is
//! proven by the one bind that counts; the change shows it again on that bind's own connection, and is asked once. It
//! needs a proof that only a verdict on the old password makes: an administrator's reset cannot be said here.

use super::bind::AfterBind;
use super::{Login, Step};
use crate::account::AccountUsable;
use crate::trace::{DIAGNOSTIC_MAX, clip};
use crate::verdict::{OldProven, changed, changed_local};
use crate::{
    BindAnswer, ChangeAnswer, ChangeLocalAnswer, ChangeLocalFailure, ChangeLocalOperation,
    ChangeOperation, ChangeReply, ChangeUnanswered, ChangeVerdict, Decision, DomainId, Fault, Held,
    LocalAccount, Reason, Record, Session, Stage, SubmittedPassword, UserType,
};
use entryway_ldap_types::Password;
use std::sync::Arc;
use std::time::Instant;

/// A change that waits for the answer to the bind which proves the old password.
pub struct AfterBindToChange(pub(super) AfterBind);

impl AfterBindToChange {
    /// Goes on with what came back, and with the connection where the person is bound on it.
    pub fn resume(self, answer: BindAnswer, bound: Option<Held>, now: Instant) -> Step {
        self.0.resume_with(answer, bound, now)
    }
}

/// A change that waits for the directory.
pub struct AfterChange {
    login: Box<Login>,
    server: Arc<str>,
}

/// A change that waits for the store.
pub struct AfterChangeLocal {
    login: Box<Login>,
}

/// Where the password is that is to be changed.
pub(super) enum Keeper {
    /// In a directory.
    Directory {
        domain: DomainId,
        server: Arc<str>,
        dn: Box<str>,
        bound: Option<Held>,
    },
    /// In the store.
    Store(Arc<LocalAccount>),
    /// In the operating system.
    Os,
}

impl AfterChange {
    /// Goes on with what came back.
    pub fn resume(self, answer: ChangeAnswer, now: Instant) -> Step {
        let Self { mut login, server } = self;
        login.look_at(now);
        let ChangeAnswer {
            server: answering,
            reply,
            took,
        } = answer;
        let (record, verdict) = match reply {
            Ok(reply) => {
                // An answer in another server's name answers another question, and this one may have been heard.
                let verdict = if answering == server {
                    changed(&reply)
                } else {
                    ChangeVerdict::NoVerdict(Fault::PasswordChangeUnknown)
                };
                let ChangeReply {
                    code,
                    diagnostic,
                    policy,
                } = reply;
                let diagnostic = clip(&diagnostic, DIAGNOSTIC_MAX);
                let record = Record::ChangeAnswered {
                    server: answering,
                    code,
                    diagnostic,
                    policy,
                    verdict,
                };
                (record, verdict)
            }
            Err(ChangeUnanswered {
                written,
                fault,
                cause,
            }) => {
                let fault = if written {
                    Fault::PasswordChangeUnknown
                } else {
                    fault.for_login(login.is_over())
                };
                let record = Record::ChangeUnanswered {
                    server: answering,
                    written,
                    fault,
                    cause,
                };
                (record, ChangeVerdict::NoVerdict(fault))
            }
        };
        login.log.note_answer(record, took);
        login.end_change(verdict)
    }
}

impl AfterChangeLocal {
    /// Goes on with what came back.
    pub fn resume(self, answer: ChangeLocalAnswer, now: Instant) -> Step {
        let mut login = self.login;
        login.look_at(now);
        let ChangeLocalAnswer { changed, took } = answer;
        let verdict = changed_local(&changed);
        let problem = changed.err().map(|failure| match failure {
            ChangeLocalFailure::NotDone(why) | ChangeLocalFailure::Unknown(why) => why.0,
        });
        let record = Record::LocalChanged { verdict, problem };
        login.log.note_answer(record, took);
        login.end_change(verdict)
    }
}

impl Login {
    /// Everything that a login asks was answered: the password itself is next.
    pub(super) fn ask_change(
        self: Box<Self>,
        new: Arc<Password>,
        session: &Session,
        _usable: AccountUsable,
        _proven: OldProven,
        keeper: Keeper,
    ) -> Step {
        let in_os = matches!(keeper, Keeper::Os);
        if !in_os && session.user_type == Some(UserType::Real) {
            let problem = "a real user's password is not changed through Entryway";
            return self.refuse_change(Reason::PasswordChangeNotAllowed, problem);
        }
        if self.is_over() {
            return self.out_of_time(Stage::Change);
        }
        let SubmittedPassword::Given(old) = &self.password else {
            return self.reject(Reason::MalformedLogin);
        };
        let deadline = self.deadline;
        match keeper {
            Keeper::Directory {
                domain,
                server,
                dn,
                bound,
            } => {
                let operation = ChangeOperation {
                    domain,
                    server: Arc::clone(&server),
                    dn,
                    old: Arc::clone(old),
                    new,
                    bound,
                    deadline,
                };
                let login = self;
                Step::ChangePassword(operation, AfterChange { login, server })
            }
            Keeper::Store(account) => {
                let operation = ChangeLocalOperation {
                    account,
                    new,
                    deadline,
                };
                Step::ChangeLocal(operation, AfterChangeLocal { login: self })
            }
            Keeper::Os => {
                let problem = "the operating system keeps this password";
                self.refuse_change(Reason::PasswordChangeUnsupported, problem)
            }
        }
    }

    fn refuse_change(mut self: Box<Self>, reason: Reason, problem: &'static str) -> Step {
        self.log.note(Record::ChangeRefused { reason, problem });
        self.decide(Decision::Reject(reason))
    }

    fn end_change(mut self: Box<Self>, verdict: ChangeVerdict) -> Step {
        match verdict {
            ChangeVerdict::Changed => self.decide(Decision::Changed),
            ChangeVerdict::Refused(reason) => {
                // It was right a moment ago. A directory may have counted this one, so it counts here too.
                if reason == Reason::WrongPassword {
                    self.tally.verified = false;
                    self.tally.right = false;
                    self.tally.refuse();
                }
                // Whatever was skipped on the way here: this authority has proven the password, so its "no" stands.
                self.decide(Decision::Reject(reason))
            }
            ChangeVerdict::NoVerdict(fault) => self.indeterminate(fault),
        }
    }
}

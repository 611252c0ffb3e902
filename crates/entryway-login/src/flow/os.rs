//! Accounts of the operating system: they come last, and only for bare names.

use super::reserve::Then;
use super::{Login, Proof, Step};
use crate::verdict::{self, Judgement};
use crate::{
    Fault, OsAccount, OsAnswer, OsOperation, OsOutcome, OsReply, Reason, Record, Subject,
    SubmittedPassword, account, steps,
};
use std::sync::Arc;
use std::time::Instant;

/// A login that waits for the user database.
pub struct AfterFindOs {
    login: Box<Login>,
}

/// A login that waits for PAM.
pub struct AfterLoginOs {
    login: Box<Login>,
}

impl AfterFindOs {
    /// Goes on with what came back.
    pub fn resume(self, answer: Result<Option<OsAccount>, String>, now: Instant) -> Step {
        let mut login = self.login;
        login.look_at(now);
        let (outcome, account) = match answer {
            Ok(Some(account)) => {
                let name = account.name.clone();
                (OsOutcome::Found { name }, Some(account))
            }
            Ok(None) => (OsOutcome::NoAccount, None),
            Err(problem) => {
                let outcome = OsOutcome::NoVerdict { problem };
                login.log.note(Record::OsAnswered { outcome });
                return login.indeterminate(Fault::OsUnavailable);
            }
        };
        login.log.note(Record::OsAnswered { outcome });
        if login.remembered.is_some() {
            return login.compare_os(account);
        }
        match account {
            Some(account) => {
                login.log.note(Record::PasswordNotChecked);
                login.conclude_os(account, Proof::NotAsked)
            }
            None => login.reject(Reason::UnknownLogin),
        }
    }
}

impl AfterLoginOs {
    /// Goes on with what came back.
    pub fn resume(self, answer: OsAnswer, now: Instant) -> Step {
        let mut login = self.login;
        login.look_at(now);
        let judgement = verdict::os(&answer.reply);
        let outcome = outcome(&answer.reply, &judgement);
        login
            .log
            .note_answer(Record::OsAnswered { outcome }, answer.took);
        match (judgement, answer.reply) {
            (Judgement::Verified(verified), OsReply::Verified(account)) => {
                login.tally.verified = true;
                login.conclude_os(account, Proof::Verified(verified))
            }
            (Judgement::MustChange, _) => {
                login.tally.verified = true;
                login.decide(crate::Decision::Challenge(crate::Challenge::ChangePassword))
            }
            (Judgement::Refused(reason), _) => {
                login.tally.exposed = true;
                login.reject(reason)
            }
            (Judgement::NoVerdict(fault), _) => {
                // PAM may have counted before it failed.
                login.tally.exposed = true;
                login.indeterminate(fault)
            }
            // `verdict::os` verifies an account alone.
            (Judgement::Verified(_), _) => login.indeterminate(Fault::OsUnavailable),
        }
    }
}

fn outcome(reply: &OsReply, judgement: &Judgement) -> OsOutcome {
    match (reply, judgement) {
        (OsReply::Verified(account), _) => OsOutcome::Verified {
            name: account.name.clone(),
        },
        (OsReply::Unknown, _) => OsOutcome::NoAccount,
        (OsReply::MustChange, _) => OsOutcome::MustChange,
        (OsReply::NoVerdict(problem), _) => OsOutcome::NoVerdict {
            problem: problem.clone(),
        },
        (OsReply::NotUsable(_, words), Judgement::Refused(reason)) => OsOutcome::Refused {
            reason: *reason,
            words: words.clone(),
        },
        _ => OsOutcome::Refused {
            reason: Reason::WrongPassword,
            words: String::new(),
        },
    }
}

impl Login {
    pub(super) fn ask_os(self: Box<Self>) -> Step {
        let name: Arc<str> = self.route.login.trim().into();
        if self.is_explained() {
            return Step::FindOs(name, AfterFindOs { login: self });
        }
        let identity = Subject::of_os(&name).0;
        self.reserve_identity(identity, None, Then::LoginOs)
    }

    pub(super) fn find_os(self: Box<Self>, name: Arc<str>) -> Step {
        Step::FindOs(name, AfterFindOs { login: self })
    }

    pub(super) fn login_os(self: Box<Self>) -> Step {
        if self.is_over() {
            return self.indeterminate(Fault::Deadline);
        }
        let SubmittedPassword::Given(password) = &self.password else {
            return self.reject(Reason::MalformedLogin);
        };
        let operation = OsOperation {
            name: self.route.login.trim().into(),
            password: Arc::clone(password),
            client_address: self.client_address,
            deadline: self.deadline,
        };
        Step::LoginOs(operation, AfterLoginOs { login: self })
    }

    pub(super) fn conclude_os(mut self: Box<Self>, account: OsAccount, proof: Proof) -> Step {
        let usable = account::os(&account);
        let person = steps::os_person(account, &mut self.log);
        self.finish(person, usable, proof, None)
    }
}

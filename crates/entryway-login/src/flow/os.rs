//! Accounts of the operating system: they come last, and only for bare names.
//!
//! The user database is asked first, without the password: it says which account a spelling means, and guesses are
//! counted for that account. PAM is shown no password of somebody who is not there.

use super::change::Keeper;
use super::reserve::Then;
use super::{Login, Proof, Step};
use crate::verdict::{self, Judgement};
use crate::{
    Fault, LockoutPolicy, OsAccount, OsAnswer, OsOperation, OsOutcome, OsReply, Reason, Record,
    Stage, Subject, SubmittedPassword, account, steps,
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
    account: OsAccount,
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
        let Some(account) = account else {
            return login.reject(Reason::UnknownLogin);
        };
        if login.is_explained() {
            login.log.note(Record::PasswordNotChecked);
            return login.conclude_os(account, Proof::NotAsked);
        }
        let identity = Subject::of_os(&account.name).0;
        login.reserve_identity(identity, LockoutPolicy::default(), Then::LoginOs(account))
    }
}

impl AfterLoginOs {
    /// Goes on with what came back.
    pub fn resume(self, answer: OsAnswer, now: Instant) -> Step {
        let Self { mut login, account } = self;
        login.look_at(now);
        let OsAnswer { mut reply, took } = answer;
        // What was counted was counted for that account.
        if matches!(&reply, OsReply::Verified(verified) if verified.name != account.name) {
            let problem = "PAM let another account in than the one that was asked for";
            reply = OsReply::NoVerdict(problem.to_owned());
        }
        let judgement = verdict::os(&reply);
        let outcome = outcome(&reply, &judgement);
        login.log.note_answer(Record::OsAnswered { outcome }, took);
        let proven = judgement.proves_old().filter(|_| login.new.is_some());
        if let Some(proven) = proven {
            login.tally.verified = true;
            let account = match reply {
                OsReply::Verified(newer) => newer,
                _ => account,
            };
            let proof = Proof::ToChange(proven, Box::new(Keeper::Os));
            return login.conclude_os(account, proof);
        }
        match judgement {
            Judgement::Verified(verified) => {
                login.tally.verified = true;
                // The newer of two looks at the same account.
                let account = match reply {
                    OsReply::Verified(newer) => newer,
                    _ => account,
                };
                login.conclude_os(account, Proof::Verified(verified))
            }
            Judgement::MustChange => {
                login.tally.verified = true;
                login.conclude_os(account, Proof::MustChange)
            }
            Judgement::Refused(reason) => {
                login.tally.refuse();
                login.reject(reason)
            }
            Judgement::NoVerdict(fault) => {
                // PAM may have counted before it failed.
                login.tally.exposed += 1;
                login.indeterminate(fault)
            }
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
        if self.is_over() {
            return self.out_of_time(Stage::Os);
        }
        let name: Arc<str> = self.route.login.trim().into();
        Step::FindOs(name, self.deadline, AfterFindOs { login: self })
    }

    pub(super) fn login_os(self: Box<Self>, account: OsAccount) -> Step {
        if self.is_over() {
            return self.out_of_time(Stage::Os);
        }
        let SubmittedPassword::Given(password) = &self.password else {
            return self.reject(Reason::MalformedLogin);
        };
        let operation = OsOperation {
            name: account.name.as_str().into(),
            password: Arc::clone(password),
            client_address: self.client_address,
            deadline: self.deadline,
        };
        Step::LoginOs(
            operation,
            AfterLoginOs {
                login: self,
                account,
            },
        )
    }

    pub(super) fn conclude_os(mut self: Box<Self>, account: OsAccount, proof: Proof) -> Step {
        let usable = account::os(&account);
        let person = steps::os_person(account, self.policy.platform, &mut self.log);
        self.finish(person, usable, proof, None)
    }
}

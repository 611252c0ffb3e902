//! The one bind, as the entry that was found, on the server that gave it.

use super::change::{AfterBindToChange, Keeper};
use super::find::Asking;
use super::reserve::Then;
use super::{Found, Login, Proof, Step};
use crate::trace::{DIAGNOSTIC_MAX, clip};
use crate::verdict::{self, Judgement};
use crate::{
    BindAnswer, BindOperation, BindReply, BindUnanswered, Fault, Held, Reason, Record,
    ReserveOperation, Stage, SubmittedPassword,
};
use entryway_ldap_types::{AccountState, Entry, ResultCode};
use std::sync::Arc;
use std::time::Instant;

/// A login that waits for the answer to a bind.
pub struct AfterBind {
    login: Box<Login>,
    asking: Asking,
    found: Found,
    repeated: bool,
}

impl AfterBind {
    /// Goes on with what came back.
    pub fn resume(self, answer: BindAnswer, now: Instant) -> Step {
        self.resume_with(answer, None, now)
    }

    /// The same with the connection that a change goes on with.
    pub(super) fn resume_with(
        self,
        answer: BindAnswer,
        connection: Option<Held>,
        now: Instant,
    ) -> Step {
        let Self {
            mut login,
            asking,
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
            Err(BindUnanswered {
                written,
                fault,
                cause,
            }) => {
                let fault = fault.for_login(login.is_over());
                let unanswered = Record::BindUnanswered {
                    server,
                    written,
                    fault,
                    cause,
                };
                login.log.note_answer(unanswered, took);
                return login.unanswered(asking, found, written, repeated, fault);
            }
        };
        let state = login.account_state(&found.entry);
        // An answer in another server's name answers another question.
        let judgement = match &login.new {
            _ if server != found.server => Judgement::NoVerdict(Fault::DirectoryProtocolError),
            None => verdict::judge(&reply, state),
            Some(_) => verdict::judge_old(&reply, state),
        };
        let BindReply {
            code,
            diagnostic,
            policy,
        } = &reply;
        let code = *code;
        let bound = Record::Bound {
            server,
            code,
            diagnostic: clip(diagnostic, DIAGNOSTIC_MAX),
            policy: *policy,
            verdict: judgement.for_trace(),
        };
        login.log.note_answer(bound, took);
        let domain = asking.operation.domain;
        let proven = judgement.proves_old().filter(|_| login.new.is_some());
        if let Some(proven) = proven {
            login.tally.verified = code == ResultCode::SUCCESS;
            login.tally.right = true;
            let keeper = Keeper::Directory {
                domain,
                server: Arc::clone(&found.server),
                dn: found.entry.dn_text.clone(),
                // Whoever is not bound has nothing to go on with.
                bound: connection.filter(|_| code == ResultCode::SUCCESS),
            };
            return login.conclude(domain, found, Proof::ToChange(proven, Box::new(keeper)));
        }
        match judgement {
            Judgement::Verified(verified) => {
                login.tally.verified = true;
                login.conclude(domain, found, Proof::Verified(verified))
            }
            Judgement::MustChange => {
                login.tally.verified = code == ResultCode::SUCCESS;
                login.tally.right = true;
                login.conclude(domain, found, Proof::MustChange)
            }
            Judgement::Refused(reason) => {
                login.tally.refuse();
                login.reject(reason)
            }
            Judgement::NoVerdict(fault) => {
                // One that is too busy to answer is none, and another one may be less so. What says so may be a proxy
                // whose own server has seen the password: as after any bind that was written, a second failure must
                // have room.
                if fault == Fault::DirectoryUnreachable {
                    return login.unanswered(asking, found, true, repeated, fault);
                }
                login.tally.exposed += 1;
                login.indeterminate(fault)
            }
        }
    }
}

impl Login {
    /// Repeated once where that cannot lock anybody: no byte of the bind left this machine, or there is room for a
    /// second failure.
    fn unanswered(
        mut self: Box<Self>,
        asking: Asking,
        found: Found,
        written: bool,
        repeated: bool,
        fault: Fault,
    ) -> Step {
        self.tally.exposed += usize::from(written);
        if repeated || self.is_over() {
            return self.indeterminate(fault);
        }
        if !written {
            return self.find_again(asking, found, fault);
        }
        let counted = self
            .tally
            .identity
            .iter()
            .find_map(|counted| match counted {
                ReserveOperation::Identity(counted) => Some(counted.identity.to_string()),
                ReserveOperation::Address { .. } => None,
            });
        let Some(identity) = counted else {
            return self.indeterminate(fault);
        };
        let lockout = found.lockout;
        self.reserve_identity(identity, lockout, Then::BindAgain(asking, found, fault))
    }

    pub(super) fn bind(self: Box<Self>, asking: Asking, found: Found, repeated: bool) -> Step {
        if self.is_over() {
            return self.out_of_time(Stage::Password);
        }
        let SubmittedPassword::Given(password) = &self.password else {
            return self.reject(Reason::MalformedLogin);
        };
        let operation = BindOperation {
            domain: asking.operation.domain,
            server: Arc::clone(&found.server),
            dn: found.entry.dn_text.clone(),
            password: Arc::clone(password),
            deadline: self.deadline,
        };
        let is_change = self.new.is_some();
        let after = AfterBind {
            login: self,
            asking,
            found,
            repeated,
        };
        if is_change {
            return Step::BindToChange(operation, AfterBindToChange(after));
        }
        Step::Bind(operation, after)
    }

    pub(super) fn account_state(&self, entry: &Entry) -> AccountState {
        AccountState::read(entry, self.wall_clock())
    }
}

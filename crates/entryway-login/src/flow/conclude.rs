//! The password is no longer in question: the account's state, then the steps from entry to session.

use super::beside::Standing;
use super::{Found, Login, Proof, Step};
use crate::account::{self, AccountUsable};
use crate::decision::Accepted;
use crate::steps::{self, Person, Sight};
use crate::{
    CertificatePolicy, Challenge, Decision, DomainId, Fault, GroupsAnswer, GroupsOperation, Method,
    Reason, Record, SessionGroups, Stage,
};
use entryway_ldap_types::{AccountState, Entry};
use std::sync::Arc;
use std::time::Instant;

/// A login that waits for the person's groups.
pub struct AfterGroups {
    login: Box<Login>,
    person: Person,
    usable: AccountUsable,
    proof: Proof,
    /// Whether all of them are needed.
    needed: bool,
}

/// Most groups that a trace keeps; a session has them all.
const TRACED_MAX: usize = 100;

impl AfterGroups {
    /// Goes on with what came back.
    pub fn resume(self, answer: GroupsAnswer, now: Instant) -> Step {
        let Self {
            mut login,
            person,
            usable,
            proof,
            needed,
        } = self;
        login.look_at(now);
        let GroupsAnswer {
            groups,
            partial,
            tried: _,
            server: _,
            round_trips,
            took,
        } = answer;
        let is_partial = partial.is_some();
        let read = Record::GroupsRead {
            groups: groups.iter().take(TRACED_MAX).cloned().collect(),
            total: groups.len(),
            partial,
            needed,
            round_trips,
        };
        login.log.note_answer(read, took);
        // A rule that does not see a group might let in whom another row would have kept out.
        if is_partial && needed {
            return login.indeterminate(Fault::PartialGroups);
        }
        let groups = SessionGroups {
            groups,
            partial: is_partial,
        };
        login.finish(person, usable, proof, Some(groups))
    }
}

impl Login {
    pub(super) fn conclude(mut self: Box<Self>, id: DomainId, found: Found, proof: Proof) -> Step {
        let state = match &proof {
            // The bind has had its say on locks: one that has just ended by the directory's clock may still hold by ours.
            Proof::Verified(_) | Proof::MustChange | Proof::ToChange(..) => {
                self.account_state(&found.entry)
            }
            Proof::NotAsked | Proof::Remembered(_) | Proof::Certificate(_) => {
                AccountState::read_with(&found.entry, self.wall_clock(), found.lockout.duration)
            }
        };
        self.log.note(Record::AccountRead { state });
        // The account of the name that was typed, too: switched off, it lets nobody in, whoever they turn out to be.
        let typed = self.account.as_deref().map_or(Ok(()), account::switched_on);
        let state = match account::check(state).and_then(|state| typed.map(|()| state)) {
            Ok(state) => state,
            Err(reason) => return self.reject(reason),
        };
        let policy = Arc::clone(&self.policy);
        let Some(domain) = policy.domains.get(id.0) else {
            return self.no_such_domain();
        };
        let domain = domain.seen(self.active_directory);
        let server = Arc::clone(&found.server);
        let sight = Sight {
            policy: &policy,
            id,
            domain,
        };
        let entry = Arc::clone(&found.entry);
        let person = match steps::person(&sight, entry, found.server, &mut self.log) {
            Ok(person) => person,
            Err(reason) => return self.reject(reason),
        };
        self.ask_beside(Standing {
            id,
            entry: found.entry,
            server,
            person,
            state,
            proof,
        })
    }

    pub(super) fn ask_groups(
        self: Box<Self>,
        id: DomainId,
        entry: Arc<Entry>,
        server: Arc<str>,
        person: Person,
        usable: AccountUsable,
        proof: Proof,
    ) -> Step {
        let domain = self.policy.domains.get(id.0);
        let looked_at = domain.is_some_and(|domain| domain.needs_groups);
        let needed = looked_at && !domain.is_some_and(|domain| domain.accepts_partial_groups);
        if !looked_at && !self.wants_groups {
            return self.finish(person, usable, proof, None);
        }
        if self.is_over() {
            return self.out_of_time(Stage::Groups);
        }
        let operation = GroupsOperation {
            domain: id,
            entry,
            server,
            name: person.name.as_str().into(),
            deadline: self.deadline,
        };
        Step::Groups(
            operation,
            AfterGroups {
                login: self,
                person,
                usable,
                proof,
                needed,
            },
        )
    }

    /// The rules, and the decision.
    pub(super) fn finish(
        mut self: Box<Self>,
        person: Person,
        usable: AccountUsable,
        proof: Proof,
        groups: Option<SessionGroups>,
    ) -> Step {
        let policy = Arc::clone(&self.policy);
        let origin = steps::Origin {
            login_name: std::mem::take(&mut self.login_name),
            client_address: self.client_address,
            account: self.account.clone(),
            at: match &proof {
                Proof::Remembered(valid) => valid.authenticated_at(),
                _ => self.wall_clock(),
            },
            method: match &proof {
                Proof::Remembered(valid) => valid.method(),
                Proof::Certificate(_) => Method::Certificate,
                _ => Method::Password,
            },
        };
        let method = origin.method;
        let session = match steps::session(&policy, person, origin, groups, &mut self.log) {
            Ok(session) => session,
            Err(reason) => return self.reject(reason),
        };
        if method == Method::Certificate
            && !CertificatePolicy::admits(policy.certificates.as_ref(), session.user_type)
        {
            self.log.note(Record::NotForRealUsers);
            return self.reject(Reason::NotForRealUsers);
        }
        match proof {
            Proof::Certificate(verified) => {
                self.tally.verified = true;
                let accepted = Accepted::by_certificate(verified, usable, session);
                self.decide(Decision::Accept(accepted))
            }
            Proof::Verified(verified) => {
                self.decide(Decision::Accept(Accepted::new(verified, usable, session)))
            }
            Proof::NotAsked => self.decide(Decision::WouldAccept(session)),
            Proof::ToChange(proven, keeper) => match self.new.take() {
                Some(new) => self.ask_change(new, &session, usable, proven, *keeper),
                None => self.reject(Reason::MalformedLogin),
            },
            Proof::MustChange => self.decide(Decision::Challenge(Challenge::ChangePassword)),
            Proof::Remembered(valid) => {
                self.decide(Decision::Accept(Accepted::renewed(valid, usable, session)))
            }
        }
    }
}

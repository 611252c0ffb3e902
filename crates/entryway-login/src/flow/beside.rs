//! The local account beside a person of a domain: the one that bears their session's name.
//!
//! What was typed does not choose it. A switched-off account that only its own spelling reached would let its person
//! in by a mail address, with a domain in front or with another value of the same entry.

use super::local::AfterFindLocal;
use super::{Login, Proof, Step};
use crate::account::{self, StateUsable};
use crate::steps::Person;
use crate::{DomainId, KeptIn, LocalAccount, LocalOutcome, Record, Stage};
use entryway_ldap_types::Entry;
use std::sync::Arc;

/// A person whose password is no longer in question and whose entry says who they are.
pub(super) struct Standing {
    pub(super) id: DomainId,
    pub(super) entry: Arc<Entry>,
    pub(super) server: Arc<str>,
    pub(super) person: Person,
    pub(super) state: StateUsable,
    pub(super) proof: Proof,
}

impl Login {
    /// A default domain's names are those that local accounts bear too. Whoever is found in another has a namesake
    /// there at most.
    pub(super) fn ask_beside(mut self: Box<Self>, standing: Standing) -> Step {
        if !self.policy.default_domains.contains(&standing.id) {
            self.account = None;
            return self.with_account(standing);
        }
        if self.is_over() {
            return self.out_of_time(Stage::Local);
        }
        let name = Arc::from(standing.person.name.trim());
        Step::FindLocal(name, AfterFindLocal::beside(self, standing))
    }

    pub(super) fn found_beside(
        mut self: Box<Self>,
        account: Option<Arc<LocalAccount>>,
        standing: Standing,
    ) -> Step {
        // One with a password of its own is somebody else, who only has the same name.
        let own = account.filter(|account| account.password == KeptIn::Directory);
        match &own {
            // The trace has told of it.
            own if *own == self.account => {}
            Some(account) => {
                self.note_local(account);
            }
            None => self.log.note(Record::LocalLooked(LocalOutcome::NoAccount)),
        }
        self.account = own;
        self.with_account(standing)
    }

    fn with_account(self: Box<Self>, standing: Standing) -> Step {
        let Standing {
            id,
            entry,
            server,
            person,
            state,
            proof,
        } = standing;
        match account::of_domain(state, self.account.as_deref()) {
            Ok(usable) => self.ask_groups(id, entry, server, person, usable, proof),
            Err(reason) => self.reject(reason),
        }
    }
}

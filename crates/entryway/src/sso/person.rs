//! Whether somebody is still welcome, asked where they came from; and what holds for a while when nobody answers.

use super::Pictures;
use entryway_login::{Attempt, Decision, Fault, Reason, Session, SubmittedPassword};
use entryway_oidc::{Person, Unavailable, Welcome};
use entryway_web::{Revalidated, Revalidations};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Most bytes of people whose last answer is remembered, about. Whoever is not among them is asked about by their
/// login.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// An answer is remembered for as long as it may stand.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// The last answers, by what a login gave out. Shared by all configurations.
#[derive(Default)]
pub(crate) struct LastAnswers(Mutex<Known>);

#[derive(Default)]
struct Known {
    of: HashMap<Arc<str>, Last>,
    bytes: usize,
}

#[derive(Clone)]
struct Last {
    at: Instant,
    /// What the answer gave out: it is younger than the login.
    token: Arc<str>,
    person: Arc<Person>,
}

impl LastAnswers {
    fn of(&self, token: &str) -> Option<Last> {
        let known = self.0.lock();
        known
            .of
            .get(token)
            .filter(|last| last.at.elapsed() < KEPT)
            .cloned()
    }

    /// When the person of that login was last confirmed, and who they were then.
    pub(crate) fn confirmed(&self, token: &str) -> Option<(Duration, Arc<Person>)> {
        self.of(token).map(|last| (last.at.elapsed(), last.person))
    }

    fn remember(&self, token: &str, last: Last) {
        let mut known = self.0.lock();
        known.forget(token);
        let weight = last.weight(token);
        if known.bytes + weight > MOST_BYTES {
            known.forget_old();
        }
        // Full of people who were just asked about: this one is asked about again next time.
        if known.bytes + weight <= MOST_BYTES {
            known.bytes += weight;
            known.of.insert(token.into(), last);
        }
    }

    fn forget(&self, token: &str) {
        self.0.lock().forget(token);
    }
}

impl Known {
    fn forget(&mut self, token: &str) {
        if let Some(last) = self.of.remove(token) {
            self.bytes = self.bytes.saturating_sub(last.weight(token));
        }
    }

    fn forget_old(&mut self) {
        let mut bytes = 0;
        self.of.retain(|token, last| {
            let keeps = last.at.elapsed() < KEPT;
            bytes += if keeps { last.weight(token) } else { 0 };
            keeps
        });
        self.bytes = bytes;
    }
}

impl Last {
    /// In bytes, about: texts, and what holds each of them.
    fn weight(&self, token: &str) -> usize {
        let text = |text: &String| text.len() + size_of::<String>();
        let person = &self.person;
        let groups = person.groups.iter().flat_map(|groups| &groups.names);
        let values = person.attributes.iter().flat_map(|(_, values)| values);
        let texts: usize = groups.chain(values).map(text).sum();
        size_of::<Self>() + size_of::<Person>() + token.len() + self.token.len() + texts + 512
    }
}

/// Who logged in. An attribute that is mapped to `picture` stands before the photo of the directory.
pub(crate) fn person(session: &Session, pictures: Option<&Pictures>) -> Person {
    let mut person = Person::of(session);
    if person.picture.is_none() {
        person.picture = pictures.and_then(|pictures| pictures.address(&session.subject));
    }
    person
}

/// Nobody says whether somebody is still welcome, and why, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Silent(pub(crate) Option<Fault>);

impl From<Silent> for Unavailable {
    fn from(_: Silent) -> Self {
        Self
    }
}

impl From<Unavailable> for Silent {
    fn from(_: Unavailable) -> Self {
        Self(None)
    }
}

/// A question about somebody.
pub(crate) struct About<'a> {
    pub(crate) revalidations: &'a dyn Revalidations,
    pub(crate) answers: &'a LastAnswers,
    pub(crate) pictures: Option<&'a Pictures>,
    /// How long the answer may take.
    pub(crate) patience: Duration,
    /// For whom, as logs call it.
    pub(crate) caller: &'a str,
}

/// For no application alone.
pub(crate) const NOBODY: &str = "single sign-on";

impl About<'_> {
    /// Asks about the person of that login. `known` is who they were then.
    pub(crate) async fn ask(
        &self,
        token: &str,
        known: Option<Arc<Person>>,
        wants_groups: bool,
    ) -> Result<Welcome, Silent> {
        let last = self.answers.of(token);
        // What was given out last: its answer stands from then on.
        let shown = last.as_ref().map_or(token, |last| &last.token);
        let asked = self
            .revalidations
            .revalidate(shown, self.attempt(wants_groups));
        match asked.await {
            Revalidated::Stands { .. } => {
                let person = last.map(|last| last.person).or(known);
                person.map(Welcome::Yes).ok_or(Silent(None))
            }
            Revalidated::Decided(decided) => match decided.decision {
                Decision::Accept(session) => {
                    let person = Arc::new(person(&session, self.pictures));
                    let given = decided.tokens.and_then(|tokens| tokens.revalidation);
                    self.answers.remember(
                        token,
                        Last {
                            at: Instant::now(),
                            token: given.map_or_else(|| token.into(), Into::into),
                            person: Arc::clone(&person),
                        },
                    );
                    Ok(Welcome::Yes(person))
                }
                // They are who they were, and welcome elsewhere.
                Decision::Reject(Reason::NotAdmittedHere) => Ok(Welcome::No),
                Decision::Reject(_) | Decision::Challenge(_) => {
                    self.answers.forget(token);
                    Ok(Welcome::No)
                }
                Decision::Indeterminate(fault) => Err(Silent(Some(fault))),
                Decision::WouldAccept(_) | Decision::Changed => Err(Silent(None)),
            },
        }
    }

    fn attempt(&self, wants_groups: bool) -> Attempt {
        let started = Instant::now();
        Attempt {
            id: crate::ids::draw(),
            login_name: String::new(),
            password: SubmittedPassword::NotAsked,
            client_address: None,
            device: None,
            wants_groups,
            caller: Some(self.caller.into()),
            at: SystemTime::now(),
            started,
            deadline: started + self.patience,
        }
    }
}

#[cfg(test)]
mod tests;

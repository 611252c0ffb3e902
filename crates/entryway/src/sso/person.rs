//! Whether somebody is still welcome, asked where they came from; and what holds for a while when nobody answers.

use entryway_login::{Attempt, Decision, SubmittedPassword};
use entryway_oidc::{Answer, Person, Unavailable, Welcome};
use entryway_web::{Revalidated, Revalidations};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// Most people whose last answer is remembered. Whoever is not among them is asked about by their login.
const MOST: usize = 20_000;
/// An answer is remembered for as long as it may stand.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// The last answers, by what a login gave out. Shared by all configurations.
#[derive(Default)]
pub(crate) struct LastAnswers(Mutex<HashMap<Arc<str>, Last>>);

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
        if known.len() >= MOST && !known.contains_key(token) {
            known.retain(|_, last| last.at.elapsed() < KEPT);
            // Full of people who were just asked about: the next is asked about again next time.
            if known.len() >= MOST {
                return;
            }
        }
        known.insert(token.into(), last);
    }

    fn forget(&self, token: &str) {
        self.0.lock().remove(token);
    }
}

/// A question about somebody.
pub(crate) struct About<'a> {
    pub(crate) revalidations: &'a dyn Revalidations,
    pub(crate) answers: &'a LastAnswers,
    /// How long the answer may take.
    pub(crate) patience: Duration,
}

impl About<'_> {
    /// Asks about the person of that login. `known` is who they were then.
    pub(crate) async fn ask(
        &self,
        token: &str,
        known: Option<Arc<Person>>,
        wants_groups: bool,
    ) -> Answer<Welcome> {
        let last = self.answers.of(token);
        // What was given out last: its answer stands from then on.
        let shown = last.as_ref().map_or(token, |last| &last.token);
        let asked = self
            .revalidations
            .revalidate(shown, self.attempt(wants_groups));
        match asked.await {
            Revalidated::Stands { .. } => {
                let person = last.map(|last| last.person).or(known);
                person.map(Welcome::Yes).ok_or(Unavailable)
            }
            Revalidated::Decided(decided) => match decided.decision {
                Decision::Accept(session) => {
                    let person = Arc::new(Person::of(&session));
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
                Decision::Reject(_) | Decision::Challenge(_) => {
                    self.answers.forget(token);
                    Ok(Welcome::No)
                }
                Decision::Indeterminate(_) | Decision::WouldAccept(_) | Decision::Changed => {
                    Err(Unavailable)
                }
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
            caller: Some("single sign-on".into()),
            at: SystemTime::now(),
            started,
            deadline: started + self.patience,
        }
    }
}

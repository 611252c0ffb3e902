//! How many look-ups are under way: whoever may look people up takes neither the directories nor this process from
//! those who log in.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// Questions of one caller under way; those without a token are one caller. One request may resolve a hundred texts.
pub const LOOKUPS_OF_ONE: usize = 128;
/// Questions of all callers under way.
const OF_ALL: usize = 512;

/// Counts the questions under way.
#[derive(Default)]
pub struct Admission {
    under_way: Mutex<HashMap<Option<Arc<str>>, usize>>,
}

/// Questions that were let in; over when dropped.
pub struct Admitted {
    admission: Arc<Admission>,
    caller: Option<Arc<str>>,
    questions: usize,
}

impl Admission {
    /// Lets so many questions of a caller in, or none of them. Nobody waits: who waits here would take memory and be
    /// answered late.
    pub fn admit(
        self: &Arc<Self>,
        caller: Option<&Arc<str>>,
        questions: usize,
    ) -> Option<Admitted> {
        // A larger request is let in by itself.
        let questions = questions.clamp(1, LOOKUPS_OF_ONE);
        let caller = caller.cloned();
        let mut under_way = self.under_way.lock();
        let all: usize = under_way.values().sum();
        let own = under_way.get(&caller).copied().unwrap_or_default();
        if own + questions > LOOKUPS_OF_ONE || all + questions > OF_ALL {
            return None;
        }
        under_way.insert(caller.clone(), own + questions);
        Some(Admitted {
            admission: Arc::clone(self),
            caller,
            questions,
        })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut under_way = self.admission.under_way.lock();
        let left = under_way.get(&self.caller).copied().unwrap_or_default();
        match left.checked_sub(self.questions) {
            // Callers come and go with the configuration.
            None | Some(0) => drop(under_way.remove(&self.caller)),
            Some(left) => drop(under_way.insert(self.caller.clone(), left)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(name: &str) -> Arc<str> {
        name.into()
    }

    #[test]
    fn one_caller_has_its_share_and_no_more() {
        let admission = Arc::<Admission>::default();
        let (one, other) = (caller("one"), caller("other"));
        let many = admission.admit(Some(&one), LOOKUPS_OF_ONE - 1).unwrap();
        let last = admission.admit(Some(&one), 1).unwrap();
        assert!(admission.admit(Some(&one), 1).is_none());
        assert!(admission.admit(Some(&other), 100).is_some());
        assert!(admission.admit(None, 1).is_some());
        drop(last);
        assert!(admission.admit(Some(&one), 2).is_none());
        assert!(admission.admit(Some(&one), 1).is_some());
        drop(many);
        assert!(admission.under_way.lock().is_empty());
    }

    #[test]
    fn all_callers_together_have_an_end() {
        let admission = Arc::<Admission>::default();
        let callers: Vec<_> = (0..5).map(|at| caller(&at.to_string())).collect();
        let admitted: Vec<_> = callers
            .iter()
            .filter_map(|caller| admission.admit(Some(caller), LOOKUPS_OF_ONE))
            .collect();
        assert_eq!(admitted.len(), OF_ALL / LOOKUPS_OF_ONE);
        assert!(admission.admit(callers.last(), 1).is_none());
    }

    #[test]
    fn a_request_of_more_than_a_share_is_let_in_by_itself() {
        let admission = Arc::<Admission>::default();
        let one = caller("one");
        let large = admission.admit(Some(&one), 1000);
        assert!(large.is_some() && admission.admit(Some(&one), 1).is_none());
    }
}

//! What is told of a look-up: that it was made, by whom, how it went. Never what was looked for.

use crate::refusal::Refusal;
use crate::{Admitted, App, Caller, Observer};
use entryway_lookup::Refused;
use std::sync::Arc;
use std::time::Instant;

/// A look-up under way. Dropped before its end, it was abandoned, and that is told too.
pub(super) struct Watched {
    observer: Arc<dyn Observer>,
    kind: &'static str,
    caller: Option<Arc<str>>,
    site: Option<Arc<str>>,
    since: Instant,
    open: bool,
    _admitted: Admitted,
}

impl Watched {
    /// One that begins now, unless too many are under way.
    pub(super) fn begin(
        app: &App,
        kind: &'static str,
        caller: Option<&Caller>,
    ) -> Result<Self, Refusal> {
        Self::begin_many(app, kind, caller, 1)
    }

    /// One with so many questions.
    pub(super) fn begin_many(
        app: &App,
        kind: &'static str,
        caller: Option<&Caller>,
        questions: usize,
    ) -> Result<Self, Refusal> {
        let name = caller.map(|caller| Arc::clone(&caller.name));
        let admitted = app.lookups.admit(name.as_ref(), questions);
        Ok(Self {
            observer: Arc::clone(&app.observer),
            kind,
            caller: name.clone(),
            site: None,
            since: Instant::now(),
            open: true,
            _admitted: admitted.ok_or(Refusal::TooMany { caller: name })?,
        })
    }

    /// The same, at a site.
    pub(super) fn at(mut self, site: &Arc<str>) -> Self {
        self.site = Some(Arc::clone(site));
        self
    }

    /// It has an answer of so many entries.
    pub(super) fn answered(self, partial: bool, found: usize) {
        let outcome = match (partial, found) {
            (true, _) => "partial",
            (false, 0) => "nothing",
            (false, _) => "complete",
        };
        self.end(outcome, found);
    }

    /// What was found; or else that is told, and refused in the words of `refusal`.
    pub(super) fn found<T>(
        self,
        answer: Result<T, Refused>,
        refusal: impl FnOnce(Refused) -> Refusal,
    ) -> Result<(Self, T), Refusal> {
        match answer {
            Ok(found) => Ok((self, found)),
            Err(refused) => {
                self.refused(&refused);
                Err(refusal(refused))
            }
        }
    }

    /// It has none.
    pub(super) fn refused(self, refused: &Refused) {
        let outcome = match refused {
            Refused::NotFound => "nothing",
            Refused::Unanswered(_) => "unanswered",
            _ => "refused",
        };
        self.end(outcome, 0);
    }

    /// The text could not be looked for, or nobody answered.
    pub(super) fn ended(self, outcome: &'static str) {
        self.end(outcome, 0);
    }

    fn end(mut self, outcome: &'static str, found: usize) {
        self.open = false;
        self.tell(outcome, found);
    }

    fn tell(&self, outcome: &'static str, found: usize) {
        let took = self.since.elapsed();
        self.observer.looked_up(self.kind, outcome, took);
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let (kind, caller, site) = (self.kind, self.caller.as_deref(), self.site.as_deref());
        if let Some(site) = &self.site {
            self.observer.looked_up_at(site, outcome, took);
        }
        tracing::info!(target: "lookup.answered", kind, outcome, found, caller, site, took_ms);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.open {
            self.tell("abandoned", 0);
        }
    }
}

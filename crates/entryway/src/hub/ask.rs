//! Asking a site: one of its connectors, and another where the first certainly was not asked.

use super::exchange::{Exchange, in_words};
use super::registry::{NoLine, Outcome, Wanted};
use super::share::Share;
use bytes::Bytes;
use entryway_bridge::message::{Ability, Method};
use entryway_bridge::{ConnectorId, VerifiedReply};
use entryway_tunnel::hub::{Tunnel, Unanswered};
use std::sync::Arc;
use std::time::Instant;

/// Connectors that a question goes to at most.
const TRIES: usize = 3;

/// Who answered, and what.
pub(crate) struct Answered {
    pub(crate) connector: ConnectorId,
    /// The tunnel that it came by.
    pub(crate) line: Arc<Tunnel>,
    pub(crate) reply: VerifiedReply,
}

/// A question without an answer.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) why: Why,
    /// Who was asked last, if anybody.
    pub(crate) connector: Option<ConnectorId>,
    /// Whether it may have reached a connector.
    pub(crate) written: bool,
    /// For the administrator.
    pub(crate) cause: String,
}

/// Why a question has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// There is no such site.
    Unknown,
    /// Nobody could be asked, or who was is lost.
    Unreachable,
    /// They have as much to do as they take.
    Busy,
    /// Nobody answered in time.
    TimedOut,
    /// What came back is not signed by who was asked.
    Invalid,
}

impl Exchange {
    /// Asks. What certainly reached nobody is asked of another connector, and so is, once, what changes nothing and was lost
    /// or has no answer in half of its time.
    pub(crate) async fn ask(
        &self,
        site: &str,
        method: Method,
        body: &Bytes,
        only: Option<&ConnectorId>,
        deadline: Instant,
    ) -> Result<Answered, Failed> {
        let mut tried: Vec<ConnectorId> = Vec::new();
        let mut failed: Option<Failed> = None;
        while tried.len() < TRIES {
            let wanted = Wanted {
                only,
                without: &tried,
                share: share(method),
                // A session is confirmed where it was made: draining is for what is new.
                draining: method == Method::Revalidate,
            };
            let picked = match self.registry.pick(site, method.ability(), wanted) {
                Ok(picked) => picked,
                Err(no_line) => {
                    self.registry.count(site, Outcome::of(no_line));
                    // What went wrong first says more than that there is nobody else.
                    return Err(failed.unwrap_or_else(|| Failed::nobody(no_line)));
                }
            };
            let connector = *picked.line.connector();
            tried.push(connector);
            let was_tried = failed.as_ref().is_some_and(|failed| failed.written);
            let until = match only.is_none() && method.is_repeatable() && !was_tried {
                true => self.share(site, method.ability(), &tried, deadline),
                false => deadline,
            };
            let asked = picked.line.ask(method, body.clone(), until).await;
            let (why, outcome) = match &asked {
                Ok(_) => (None, Outcome::Answered),
                Err(Unanswered::NotSent(why)) if why.is_busy() => (Some(Why::Busy), Outcome::Busy),
                Err(Unanswered::NotSent(_)) => (Some(Why::Unreachable), Outcome::Unreachable),
                Err(Unanswered::Lost) => (Some(Why::Unreachable), Outcome::Lost),
                Err(Unanswered::TimedOut) => (Some(Why::TimedOut), Outcome::TimedOut),
                Err(Unanswered::Invalid) => (Some(Why::Invalid), Outcome::Invalid),
            };
            self.registry.count(site, outcome);
            let (why, error) = match (asked, why) {
                (Ok(reply), _) => {
                    let line = Arc::clone(&picked.line);
                    return Ok(Answered {
                        connector,
                        line,
                        reply,
                    });
                }
                (Err(error), why) => (why.unwrap_or(Why::Unreachable), error),
            };
            let written = !matches!(error, Unanswered::NotSent(_));
            let again = match error {
                Unanswered::NotSent(_) => true,
                Unanswered::Lost => method.is_repeatable() && !was_tried,
                Unanswered::TimedOut => until < deadline,
                Unanswered::Invalid => false,
            };
            let now = Failed {
                why,
                connector: Some(connector),
                written: written || was_tried,
                cause: in_words(&error),
            };
            if !again {
                return Err(now);
            }
            failed = Some(now);
        }
        Err(failed.unwrap_or_else(|| Failed::nobody(NoLine::NoneReady)))
    }

    /// How long those that were `asked` are waited for: not to the end where somebody else could be asked the same.
    pub(super) fn share(
        &self,
        site: &str,
        ability: Ability,
        asked: &[ConnectorId],
        deadline: Instant,
    ) -> Instant {
        let now = Instant::now();
        match self.registry.other(site, ability, asked) {
            Ok(_) => now + deadline.saturating_duration_since(now) / 2,
            Err(_) => deadline,
        }
    }
}

/// What a question may take of what connectors take.
fn share(method: Method) -> Share {
    match method {
        Method::Login | Method::Revalidate | Method::ChangePassword => Share::Whole,
        Method::Challenge => Share::Half,
        Method::Lookup => Share::Quarter,
    }
}

impl Failed {
    pub(super) fn nobody(no_line: NoLine) -> Self {
        let (why, cause) = match no_line {
            NoLine::Unknown => (Why::Unknown, "the site is not configured any more"),
            NoLine::NoneReady => (
                Why::Unreachable,
                "no connector of the site is ready for this",
            ),
            NoLine::Busy => (
                Why::Busy,
                "the connectors of the site have as much to do as they take",
            ),
        };
        Self {
            why,
            connector: None,
            written: false,
            cause: cause.to_owned(),
        }
    }
}

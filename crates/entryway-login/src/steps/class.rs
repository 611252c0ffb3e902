//! Step 4: the user class.

use super::person::Person;
use super::session::{Origin, facts};
use crate::flow::Log;
use crate::trace::{Record, Stage};
use crate::{Authority, Group, LoginPolicy, Reason, Source};
use std::sync::Arc;

/// The first enabled class that fits, if any does. An expression that fails refuses the login: the next row is for
/// others.
pub(super) fn class(
    policy: &LoginPolicy,
    person: &Person,
    origin: &Origin,
    groups: &[Group],
    log: &mut Log,
) -> Result<Option<Arc<str>>, Reason> {
    let of = policy.classes.len();
    match policy.classes.find(&facts(person, origin, groups)) {
        Ok(found) => {
            let class = found.map(|class| (Arc::clone(&class.name), class.rule));
            let name = class.as_ref().map(|(name, _)| Arc::clone(name));
            if of > 0 {
                log.note(Record::Classed { class, of });
            }
            Ok(name)
        }
        Err((rule, failed)) => {
            log.note(Record::RuleFailed {
                problem: failed.0,
                rule,
                stage: Stage::UserClass,
            });
            Err(Reason::RuleFailed)
        }
    }
}

impl Person {
    /// Who vouches for them, as the rules see it.
    pub(super) fn authority(&self) -> Authority<'_> {
        match self.source {
            Source::Domain(id) => Authority::Domain {
                id,
                name: &self.domain,
            },
            Source::Local => Authority::Local,
            Source::Os => Authority::Os,
            Source::Site(_) => Authority::Site,
        }
    }
}

//! The way to a hub before there is an identity, or with half of one: every step up to the hub's greeting.

use super::super::outside::way_out;
use super::super::{SOFTWARE, Shelf};
use super::{by, clock, in_words, of_the_end, said};
use crate::check::{Finding, State, tell};
use crate::cli::{Common, OwnCheck};
use crate::exit::Exit;
use crate::{logs, out};
use entryway_tunnel::connector::reach;
use entryway_tunnel::{Endpoint, Pace};
use tracing::level_filters::LevelFilter;

/// What is known of the machine, and where its hub is.
pub(super) struct Before {
    identity: Finding,
    url: String,
}

/// `None` where the identity says the way, or nothing does.
pub(super) fn of(shelf: &Shelf, asked: &OwnCheck) -> Option<Before> {
    let finding = |state, detail| Finding::new("", "", "identity", state, None, detail);
    let (identity, known) = match shelf.load() {
        Ok(Some(_)) if asked.url.is_none() => return None,
        Ok(Some(_)) => {
            let detail = "there is one, which is not tried: leave the URL out for that";
            (finding(State::Good, detail.to_owned()), None)
        }
        Ok(None) => {
            let detail = "none yet: `entryway connector enroll URL` makes it of a ticket";
            (finding(State::Odd, detail.to_owned()), None)
        }
        Err(error) => {
            let detail = format!(
                "{error:#}; enrol anew with a new ticket and `--replace`, and have the old connector revoked at the hub"
            );
            let facts = shelf.facts().ok().flatten();
            (finding(State::Bad, detail), facts.map(|facts| facts.url))
        }
    };
    let url = asked.url.clone().or(known)?;
    Some(Before { identity, url })
}

/// Goes the way; exit 1 where it ends early, or half of an identity is there.
pub(super) async fn check(common: &Common, asked: &OwnCheck, before: Before) -> Result<Exit, Exit> {
    let endpoint = Endpoint::parse(&before.url).map_err(|error| {
        out::aside(&format!(
            "error: {}\n  = hint: give the URL that a ticket came with\n",
            in_words(&error)
        ));
        Exit::Usage
    })?;
    let _log = logs::start(common, LevelFilter::OFF)?;
    let outside = way_out(common, &asked.way)?;
    let (by, hub) = (by(&outside, &endpoint), endpoint.to_string());
    let mut findings = vec![before.identity];
    match reach(&endpoint, &outside, SOFTWARE, Pace::default()).await {
        Ok(reached) => {
            let shown = reached.shown.as_ref();
            findings.extend(reached.steps.iter().map(|(step, took)| {
                let detail = match step {
                    entryway_tunnel::Step::InnerTls => {
                        "a hub answers; it takes a ticket to know whether it is the right one"
                            .to_owned()
                    }
                    step => said(*step, &by, shown),
                };
                Finding::new("", &hub, step.name(), State::Good, Some(*took), detail)
            }));
            findings.push(clock(&hub, reached.hub_ahead_ms));
        }
        Err(ended) => findings.extend(of_the_end(&hub, &by, &ended)),
    }
    Ok(tell(common, &findings))
}

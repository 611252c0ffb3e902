//! Look-ups of this process: `entryway find`, `groups`, `browse` and `card`, with the configuration and the connections
//! of the daemon. They print what the API answers, as tables for people and in its shapes for programs.

mod browse;
mod card;
mod find;
mod groups;
mod patience;
mod who;

use crate::cli::{Browse, Card, Common, Find, Groups, KindWord};
use crate::exit::Exit;
use crate::once::Ready;
use crate::out;
use crate::table::printable;
use entryway_lookup::{Gap, Kinds, LookupPolicy, Lookups, Match, Missing, Refused, Step};
use std::sync::Arc;
use std::time::Instant;

/// `entryway find`.
pub(crate) async fn find(common: &Common, asked: &Find) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let exit = find::find(common, &Asked::of(&ready), asked).await;
    ready.leave().await;
    Ok(exit)
}

/// `entryway groups`.
pub(crate) async fn groups(common: &Common, asked: &Groups) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let exit = groups::groups(common, &Asked::of(&ready), &asked.command).await;
    ready.leave().await;
    Ok(exit)
}

/// `entryway browse`.
pub(crate) async fn browse(common: &Common, asked: &Browse) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let exit = browse::browse(common, &Asked::of(&ready), asked).await;
    ready.leave().await;
    Ok(exit)
}

/// `entryway card`.
pub(crate) async fn card(common: &Common, asked: &Card) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let exit = card::card(common, &Asked::of(&ready), asked).await;
    ready.leave().await;
    Ok(exit)
}

/// What is asked, and by which rules.
struct Asked {
    lookups: Arc<dyn Lookups>,
    policy: Arc<LookupPolicy>,
}

impl Asked {
    fn of(ready: &Ready) -> Self {
        let finder = ready.gateway().finder();
        Self {
            lookups: Arc::clone(finder) as _,
            policy: Arc::clone(finder.policy()),
        }
    }

    /// By when a question that is asked now has its answer.
    fn due(&self) -> Instant {
        Instant::now() + self.policy.deadline
    }
}

fn kinds(word: KindWord) -> Kinds {
    match word {
        KindWord::People => Kinds::People,
        KindWord::Groups => Kinds::Groups,
        KindWord::Both => Kinds::Both,
    }
}

/// Why there is no answer at all.
fn refused(refused: &Refused) -> Exit {
    out::aside(&format!("error: {}\n", printable(&refused.to_string())));
    match refused {
        Refused::Unanswered(_) => Exit::NoAnswer,
        _ => Exit::No,
    }
}

/// Tells why there may be more.
fn partial(gaps: &[Gap]) {
    for gap in gaps {
        out::aside(&format!("partial: {}\n", printable(&gap.to_string())));
    }
}

/// How an answer of so many entries ends: an outage is no "not found".
fn ends(found: usize, gaps: &[Gap]) -> Exit {
    let is_silent = |gap: &Gap| matches!(gap.why, Missing::Unanswered(_));
    match found {
        0 if gaps.iter().any(is_silent) => Exit::NoAnswer,
        0 => Exit::No,
        _ => Exit::Done,
    }
}

/// `inner > middle`, the way to what is in a list; nothing for what is in it directly.
fn path(steps: &[Step]) -> String {
    let names: Vec<&str> = steps.iter().map(|step| &*step.name).collect();
    names.join(" > ")
}

const MATCH_HEAD: [&str; 7] = [
    "name",
    "kind",
    "login",
    "mail",
    "description",
    "domain",
    "id",
];

/// A line of a list of people and groups; the description and the id tell namesakes apart.
fn match_line(entry: &Match) -> [String; 7] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        entry.name.clone(),
        entry.kind.as_str().to_owned(),
        text(&entry.login_name),
        text(&entry.mail),
        text(&entry.description),
        entry.domain.to_string(),
        entry.id.to_string(),
    ]
}

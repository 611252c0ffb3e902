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
use entryway_config::closest;
use entryway_lookup::{Gap, Kinds, LookupPolicy, Lookups, Match, Missing, Refused, Step};
use patience::shown;
use std::sync::Arc;
use std::time::Instant;

/// `entryway find`.
pub(crate) async fn find(common: &Common, asked: &Find) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let ended = find::find(common, &Asked::of(&ready), asked).await;
    ready.leave().await;
    ended
}

/// `entryway groups`.
pub(crate) async fn groups(common: &Common, asked: &Groups) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let ended = groups::groups(common, &Asked::of(&ready), &asked.command).await;
    ready.leave().await;
    ended
}

/// `entryway browse`.
pub(crate) async fn browse(common: &Common, asked: &Browse) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let ended = browse::browse(common, &Asked::of(&ready), asked).await;
    ready.leave().await;
    ended
}

/// `entryway card`.
pub(crate) async fn card(common: &Common, asked: &Card) -> Result<Exit, Exit> {
    let ready = Ready::from(common).await?;
    let ended = card::card(common, &Asked::of(&ready), asked).await;
    ready.leave().await;
    ended
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

    /// The domains to ask: the one that is named, or all of them.
    fn domains(&self, named: Option<&str>) -> Result<Vec<String>, Exit> {
        let Some(name) = named else {
            return Ok(Vec::new());
        };
        let mut known = self.policy.domains.iter();
        if known.any(|domain| domain.name.eq_ignore_ascii_case(name)) {
            return Ok(vec![name.to_owned()]);
        }
        Err(self.refused(&Refused::UnknownDomain(name.to_owned())))
    }

    /// What was asked for, waited for until `due`; else why there is no answer is told.
    async fn told<T>(
        &self,
        due: Instant,
        answer: impl Future<Output = Result<T, Refused>>,
    ) -> Result<T, Exit> {
        let answer = shown(due, answer).await;
        answer.map_err(|why| self.refused(&why))
    }

    /// Tells why there is no answer at all, and to what a misspelt name comes near.
    fn refused(&self, refused: &Refused) -> Exit {
        let (near, exit) = match refused {
            Refused::UnknownDomain(name) => {
                let known = self.policy.domains.iter().map(|domain| &*domain.name);
                (closest(name, known), Exit::Usage)
            }
            Refused::UnknownBook(name) => {
                let known = self.policy.books.iter().map(|book| &*book.name);
                (closest(name, known), Exit::Usage)
            }
            Refused::Unanswered(_) => (None, Exit::NoAnswer),
            _ => (None, Exit::No),
        };
        let near = near.map(|near| format!(", did you mean `{near}`?"));
        let told = printable(&refused.to_string());
        out::aside(&format!("error: {told}{}\n", near.unwrap_or_default()));
        exit
    }
}

fn kinds(word: KindWord) -> Kinds {
    match word {
        KindWord::People => Kinds::People,
        KindWord::Groups => Kinds::Groups,
        KindWord::Both => Kinds::Both,
    }
}

/// A number that somebody gave, if the configuration lets it be as large.
fn at_most(option: &str, number: Option<u32>, most: u32) -> Result<Option<u32>, Exit> {
    if number.is_some_and(|number| number > most) {
        out::aside(&format!(
            "error: `{option}` is out of bounds, expected a number from 1 to {most}\n"
        ));
        return Err(Exit::Usage);
    }
    Ok(number)
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

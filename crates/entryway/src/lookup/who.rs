//! Whom a command means: one person, or one group, by what was typed.

use super::patience::shown;
use super::{Asked, MATCH_HEAD, match_line, partial};
use crate::exit::Exit;
use crate::out;
use crate::table::aligned;
use entryway_lookup::{
    Gap, Kinds, Match, Missing, Rank, ResolveOutcome, ResolveQuestion, Wanted, fold, rank,
};

/// So many are listed where several are meant.
const LISTED: u32 = 20;

/// Whom a text means.
#[derive(Debug, PartialEq, Eq)]
enum Meant {
    One(Box<Match>),
    Nobody,
    Several(Vec<Match>),
    /// Somebody else may be meant than these, of whom nothing was told.
    Unsaid(Vec<Match>),
}

/// The one that is meant, or how the command ends: asked for in this domain, or in all of them. What is exactly the typed
/// text counts before what begins with it; namesakes are listed, each with the id by which it can be asked for.
pub(super) async fn one(
    lookups: &Asked,
    typed: &str,
    domain: Option<&str>,
    kinds: Kinds,
) -> Result<Match, Exit> {
    let domains = lookups.domains(domain)?;
    let due = lookups.due();
    let question = ResolveQuestion {
        queries: vec![typed.to_owned()],
        wanted: Wanted {
            kinds,
            unique: false,
            first: false,
            all_domains: false,
            limit: LISTED,
        },
        domains,
        deadline: due,
    };
    let Some(resolved) = shown(due, lookups.lookups.resolve(question)).await.pop() else {
        return Err(Exit::Bug);
    };
    let named = typed.escape_debug();
    if let ResolveOutcome::BadFormat(why) = &resolved.outcome {
        out::aside(&format!("error: `{named}` is not looked for: {why}\n"));
        return Err(Exit::No);
    }
    match meant(typed, resolved.matches, &resolved.gaps) {
        Meant::One(one) => Ok(*one),
        Meant::Nobody => {
            out::aside(&format!("error: nobody and nothing matches `{named}`\n"));
            Err(Exit::No)
        }
        Meant::Several(several) => {
            out::aside(&format!(
                "error: `{named}` may be any of these; ask by the id\n"
            ));
            list(&several);
            partial(&resolved.gaps);
            Err(Exit::No)
        }
        Meant::Unsaid(some) => {
            partial(&resolved.gaps);
            if resolved.gaps.iter().any(is_silent) {
                out::aside("error: who is meant cannot be told while a domain does not answer\n");
            } else {
                out::aside(&format!(
                    "error: `{named}` may be somebody of whom nothing was told; ask by the id\n"
                ));
                list(&some);
            }
            Err(Exit::NoAnswer)
        }
    }
}

fn list(entries: &[Match]) {
    if !entries.is_empty() {
        let lines = entries.iter().map(match_line);
        out::aside(&aligned(
            [MATCH_HEAD.map(str::to_owned)].into_iter().chain(lines),
        ));
    }
}

fn is_silent(gap: &Gap) -> bool {
    matches!(gap.why, Missing::Unanswered(_))
}

/// Who of those that were found is meant, where these gaps say why there may be others.
fn meant(typed: &str, matches: Vec<Match>, gaps: &[Gap]) -> Meant {
    if gaps.iter().any(is_silent) {
        return Meant::Unsaid(matches);
    }
    let folded = fold(typed);
    let is_id = |entry: &Match| entry.id.to_string() == typed.trim();
    let by_id = matches.iter().any(is_id);
    let (exact, others): (Vec<Match>, Vec<Match>) = matches
        .into_iter()
        .partition(|entry| is_id(entry) || rank(&folded, entry) == Rank::Exact);
    let may_be_others = gaps.iter().any(|gap| match gap.why {
        // What is exact stands first: behind it, where our own limit cut, nothing is.
        Missing::Limit(_) => exact.is_empty(),
        // An identity is nobody else's, wherever they are.
        Missing::Referral => !by_id,
        _ => true,
    });
    let mut found = if exact.is_empty() { others } else { exact };
    match (found.len(), may_be_others) {
        (2.., _) => Meant::Several(found),
        (_, true) => Meant::Unsaid(found),
        (_, false) => found
            .pop()
            .map_or(Meant::Nobody, |one| Meant::One(Box::new(one))),
    }
}

#[cfg(test)]
mod tests;

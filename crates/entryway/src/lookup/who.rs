//! Whom a command means: one person, or one group, by what was typed.

use super::patience::shown;
use super::{Asked, MATCH_HEAD, match_line, partial};
use crate::exit::Exit;
use crate::out;
use crate::table::aligned;
use entryway_lookup::{
    Kinds, Match, Missing, Rank, ResolveOutcome, ResolveQuestion, Wanted, fold, rank,
};

/// So many are listed where several are meant.
const LISTED: u32 = 20;

/// The one that is meant, or how the command ends. What is exactly the typed text counts before what begins with it;
/// namesakes are listed, each with the id by which it can be asked for.
pub(super) async fn one(lookups: &Asked, typed: &str, kinds: Kinds) -> Result<Match, Exit> {
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
        domains: Vec::new(),
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
    let folded = fold(typed);
    let (exact, others): (Vec<Match>, Vec<Match>) = resolved
        .matches
        .into_iter()
        .partition(|entry| rank(&folded, entry) == Rank::Exact);
    let is_silent = |why: Missing| matches!(why, Missing::Unanswered(_));
    let silent = resolved.gaps.iter().any(|gap| is_silent(gap.why));
    if silent {
        // The one that is meant may be where nobody answers.
        partial(&resolved.gaps);
        out::aside("error: who is meant cannot be told while a domain does not answer\n");
        return Err(Exit::NoAnswer);
    }
    let found = if exact.is_empty() { others } else { exact };
    match <[Match; 1]>::try_from(found) {
        Ok([one]) => Ok(one),
        Err(none) if none.is_empty() => {
            out::aside(&format!("error: nobody and nothing matches `{named}`\n"));
            Err(Exit::No)
        }
        Err(several) => {
            out::aside(&format!(
                "error: `{named}` may be any of these; ask by the id\n"
            ));
            let head = MATCH_HEAD.map(str::to_owned);
            let lines = several.iter().map(match_line);
            out::aside(&aligned([head].into_iter().chain(lines)));
            partial(&resolved.gaps);
            Err(Exit::No)
        }
    }
}

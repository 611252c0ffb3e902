//! What differs between two texts, line by line.

use crate::mask;
use std::fmt::Write as _;
use std::path::Path;

/// What becomes of a line; the numbers count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Keep { old: usize, new: usize },
    Drop { old: usize },
    Add { new: usize },
}

/// Lines around a difference.
const CONTEXT: usize = 3;

/// A differing stretch longer than this is shown as one block: the search takes the square of it.
const MOST_DIFFERENCES: usize = 2_000;

/// The shortest way from one list of lines to the other (Myers, 1986).
pub(super) fn steps(old: &[&str], new: &[&str]) -> Vec<Step> {
    let same = |(one, other): &(&&str, &&str)| one == other;
    let head = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (
        old.get(head..).unwrap_or(&[]),
        new.get(head..).unwrap_or(&[]),
    );
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(same)
        .count();
    let middle = |all: &[&str]| head..all.len() - tail;
    let mut steps: Vec<Step> = (0..head)
        .map(|at| Step::Keep { old: at, new: at })
        .collect();
    let (from, to) = (middle(old), middle(new));
    let inner = between(
        old.get(from.clone()).unwrap_or(&[]),
        new.get(to.clone()).unwrap_or(&[]),
    );
    steps.extend(inner.into_iter().map(|step| match step {
        Step::Keep { old, new } => Step::Keep {
            old: old + head,
            new: new + head,
        },
        Step::Drop { old } => Step::Drop { old: old + head },
        Step::Add { new } => Step::Add { new: new + head },
    }));
    steps.extend((0..tail).map(|at| Step::Keep {
        old: from.end + at,
        new: to.end + at,
    }));
    steps
}

fn between(old: &[&str], new: &[&str]) -> Vec<Step> {
    let drops = (0..old.len()).map(|old| Step::Drop { old });
    let adds = (0..new.len()).map(|new| Step::Add { new });
    // For each number of differences, how far down the old lines each diagonal leads; a diagonal is
    // the place in the new lines less that in the old ones, counted from `-old.len()`.
    let diagonal = |old_at: usize, new_at: usize| new_at + old.len() + 1 - old_at;
    let follow = |mut old_at: usize, mut new_at: usize| {
        while old
            .get(old_at)
            .is_some_and(|line| new.get(new_at) == Some(line))
        {
            (old_at, new_at) = (old_at + 1, new_at + 1);
        }
        (old_at, new_at)
    };
    let mut rounds: Vec<Vec<(usize, usize)>> = vec![vec![follow(0, 0)]];
    while let Some(reached) = rounds.last() {
        if reached.contains(&(old.len(), new.len())) {
            break;
        }
        if rounds.len() > MOST_DIFFERENCES {
            return drops.chain(adds).collect();
        }
        let mut best: Vec<Option<(usize, usize)>> = vec![None; 2 * rounds.len() + 3];
        let middle = best.len() / 2;
        let zero = diagonal(0, 0);
        let mut offer = |point: (usize, usize)| {
            let at = (diagonal(point.0, point.1) + middle).checked_sub(zero);
            if let Some(slot) = at.and_then(|at| best.get_mut(at)) {
                *slot = Some(slot.map_or(point, |known| known.max(point)));
            }
        };
        for (old_at, new_at) in reached {
            if *old_at < old.len() {
                offer(follow(old_at + 1, *new_at));
            }
            if *new_at < new.len() {
                offer(follow(*old_at, new_at + 1));
            }
        }
        let next: Vec<_> = best.into_iter().flatten().collect();
        rounds.push(next);
    }
    trace(&rounds, old, new)
}

/// Back from the end, round by round; what goes stands before what comes in its place.
fn trace(rounds: &[Vec<(usize, usize)>], old: &[&str], new: &[&str]) -> Vec<Step> {
    let (mut old_at, mut new_at) = (old.len(), new.len());
    let mut steps = Vec::new();
    let mut earlier = rounds.len().saturating_sub(1);
    while (old_at, new_at) != (0, 0) {
        let reached = earlier.checked_sub(1).and_then(|round| rounds.get(round));
        let came = |point: Option<(usize, usize)>| {
            point.is_some_and(|point| reached.is_some_and(|reached| reached.contains(&point)))
        };
        let dropped = old_at.checked_sub(1).map(|old| (old, new_at));
        let added = new_at.checked_sub(1).map(|new| (old_at, new));
        if let (true, Some((_, new))) = (came(added), added) {
            new_at = new;
            steps.push(Step::Add { new });
            earlier -= 1;
        } else if let (true, Some((old, _))) = (came(dropped), dropped) {
            old_at = old;
            steps.push(Step::Drop { old });
            earlier -= 1;
        } else if let (Some(old), Some(new)) = (old_at.checked_sub(1), new_at.checked_sub(1)) {
            (old_at, new_at) = (old, new);
            steps.push(Step::Keep { old, new });
        } else {
            break;
        }
    }
    steps.reverse();
    steps
}

/// The differences as `diff -u` shows them, with every secret blanked.
pub(super) fn unified(path: &Path, before: &str, after: &str) -> String {
    // Compared as they are, shown as they may be: a secret that changes is a line that changes.
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let (before, after) = (blanked(before), blanked(after));
    let (old_shown, new_shown): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    let steps = steps(&old, &new);
    let differs = |step: &Step| !matches!(step, Step::Keep { .. });
    let mut out = format!("--- {0}\n+++ {0}\n", path.display());
    let mut at = 0;
    while let Some(first) = (at..steps.len()).find(|at| steps.get(*at).is_some_and(differs)) {
        let mut last = first;
        while let Some(next) = (last + 1..steps.len().min(last + 2 * CONTEXT + 2))
            .find(|at| steps.get(*at).is_some_and(differs))
        {
            last = next;
        }
        let hunk = first.saturating_sub(CONTEXT).max(at)..steps.len().min(last + 1 + CONTEXT);
        let all = steps.get(hunk.clone()).unwrap_or(&[]);
        let earlier = steps.get(..hunk.start).unwrap_or(&[]);
        let _ = writeln!(
            out,
            "@@ -{} +{} @@",
            range(earlier, all, in_old),
            range(earlier, all, in_new)
        );
        for step in all {
            let (sign, line) = match *step {
                Step::Keep { new, .. } => (' ', new_shown.get(new)),
                Step::Drop { old } => ('-', old_shown.get(old)),
                Step::Add { new } => ('+', new_shown.get(new)),
            };
            let _ = writeln!(out, "{sign}{}", line.copied().unwrap_or_default());
        }
        at = hunk.end;
    }
    out
}

/// Where a hunk begins in one of the texts, and how long it is there.
fn range(earlier: &[Step], hunk: &[Step], is_in: fn(&Step) -> bool) -> String {
    let count = |steps: &[Step]| steps.iter().filter(|step| is_in(step)).count();
    let (begin, length) = (count(earlier), count(hunk));
    // An empty stretch is named after the line before it.
    format!("{},{length}", if length == 0 { begin } else { begin + 1 })
}

fn in_old(step: &Step) -> bool {
    !matches!(step, Step::Add { .. })
}

fn in_new(step: &Step) -> bool {
    !matches!(step, Step::Drop { .. })
}

/// The text with the same lines, and the same three stars for every secret.
fn blanked(text: &str) -> String {
    let (shown, masks) = mask::file(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for mask in masks {
        out.push_str(shown.get(at..mask.start).unwrap_or_default());
        out.push_str("***");
        let secret = shown.get(mask.clone()).unwrap_or_default();
        out.extend(secret.matches('\n'));
        at = mask.end;
    }
    out.push_str(shown.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;

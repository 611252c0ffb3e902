//! The wording of accounts, groups, classes, filters and templates.

use super::Names;
use super::words::{bind_verdict, elapsed, list, plain_or_quoted, target};
use crate::columns::Row;
use crate::palette::Tone;
use entryway_login::{
    Bucket, DnOutcome, LocalOutcome, MapTarget, OsOutcome, Record, RuleId, Stage, TraceEntry,
};
use entryway_wire::Rfc3339;
use std::time::Duration;

/// The rows of a record that is a rule's or an account's; nothing for any other.
pub(super) fn rows(entry: &TraceEntry, names: &Names<'_>) -> Vec<Row> {
    match &entry.record {
        Record::Throttled {
            bucket,
            limit,
            until,
        } => {
            let note = format!("{limit} failures {}", counted_by(*bucket));
            let until = format!("until {}", Rfc3339(*until));
            vec![Row::new("throttle", until).tone(Tone::Bad).note(note)]
        }
        Record::StoreUnavailable { problem } => vec![
            Row::new("store", "no answer")
                .tone(Tone::Bad)
                .note(plain_or_quoted(problem)),
        ],
        Record::LocalLooked(outcome) => vec![local(outcome)],
        Record::LocalVerified { verdict, continued } => {
            let (text, tone) = bind_verdict(verdict);
            let then = if *continued {
                "; the domains are asked all the same"
            } else {
                ""
            };
            let row = Row::new("password", format!("{text}{}", time(entry.took)));
            vec![row.tone(tone).note(format!("the local account's{then}"))]
        }
        Record::OsAnswered { outcome } => vec![os(outcome, entry.took)],
        Record::Stopped { problem, .. } => {
            vec![Row::new("stopped", *problem).tone(Tone::Doubt)]
        }
        Record::SubjectCompared { same: true } => vec![Row::new("person", "the same")],
        Record::SubjectCompared { same: false } => {
            vec![Row::new("person", "somebody else").tone(Tone::Bad)]
        }
        Record::PasswordCompared { unchanged } => vec![compared(*unchanged)],
        Record::Carried {
            carried,
            left_out,
            rule,
        } => carried_rows(carried, left_out, *rule, names),
        Record::TypeRanged { user_type, rule } => vec![
            Row::new("user type", user_type.as_str()).note(format!("range{}", names.at(*rule))),
        ],
        Record::FromAccount { values } => {
            vec![Row::new("account", set(values)).note("the account's own")]
        }
        Record::GroupsRead {
            groups,
            total,
            partial,
            needed,
            round_trips,
        } => {
            let count = match total {
                0 => "none".to_owned(),
                1 => "1 group".to_owned(),
                _ => format!("{total} groups"),
            };
            let searches = if *round_trips == 1 {
                "1 search".to_owned()
            } else {
                format!("{round_trips} searches")
            };
            let first = Row::new("groups", format!("{count}{}", time(entry.took))).note(searches);
            let mut rows = vec![first];
            if !groups.is_empty() {
                let shown = groups.iter().take(GROUPS_SHOWN);
                let more = if *total > GROUPS_SHOWN { ", …" } else { "" };
                let shown = list(shown.map(|group| plain_or_quoted(&group.name)));
                rows.push(Row::more(format!("{shown}{more}")));
            }
            if let Some(problem) = partial {
                let more = if *needed {
                    "there may be more, and rules look at them"
                } else {
                    "there may be more"
                };
                let row = Row::more(more).tone(Tone::Doubt);
                rows.push(row.note(plain_or_quoted(problem)));
            }
            rows
        }
        Record::Classed { class, of } => vec![match class {
            Some((name, rule)) => Row::new("user class", plain_or_quoted(name))
                .note(format!("first match of {of}{}", names.at(*rule))),
            None => Row::new("user class", "none").note(format!("none of {of} fits")),
        }],
        Record::RuleFailed {
            problem,
            rule,
            stage,
        } => {
            let label = match stage {
                Stage::Template => "template",
                _ => "user class",
            };
            let note = format!("{}{}", plain_or_quoted(problem), names.at(*rule));
            vec![
                Row::new(label, "an expression fails")
                    .tone(Tone::Bad)
                    .note(note),
            ]
        }
        Record::DnFiltered(outcome) => vec![dn_filtered(outcome, names)],
        Record::Templated { name, values, rule } => vec![
            Row::new("template", plain_or_quoted(name)).note(names.at(*rule).trim()),
            Row::more(set(values)).note("replaced; the user is virtual"),
        ],
        Record::TemplateUnresolved {
            name,
            target: to,
            problem,
            rule,
        } => {
            let text = format!("{} gives no {}", plain_or_quoted(name), target(to));
            let note = format!("{}{}", plain_or_quoted(problem), names.at(*rule));
            vec![Row::new("template", text).tone(Tone::Bad).note(note)]
        }
        _ => Vec::new(),
    }
}

/// Most groups that are named.
const GROUPS_SHOWN: usize = 12;

fn time(took: Option<Duration>) -> String {
    took.map_or_else(String::new, |took| format!(", {}", elapsed(took)))
}

/// `uid=1042 gid=100`.
fn set(values: &[(MapTarget, String)]) -> String {
    let set: Vec<String> = values
        .iter()
        .map(|(to, value)| format!("{}={}", target(to), plain_or_quoted(value)))
        .collect();
    if set.is_empty() {
        "nothing".to_owned()
    } else {
        set.join(" ")
    }
}

fn counted_by(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Address => "from this address",
        Bucket::IdentityAndNetwork => "for this person from this network",
        Bucket::Identity => "for this person",
        Bucket::IdentityAndDevice => "for this person from this device",
    }
}

fn local(outcome: &LocalOutcome) -> Row {
    match outcome {
        LocalOutcome::NoAccount => Row::new("local", "no account of this name"),
        LocalOutcome::Decides { name, enabled } => {
            local_account(name, *enabled, "a local account decides")
        }
        LocalOutcome::KeptInDirectory { name, enabled } => local_account(
            name,
            *enabled,
            "its password is in the directory: the domains decide",
        ),
        LocalOutcome::LeftOut { name } => Row::new("local", plain_or_quoted(name))
            .note("left out: only domains let people in (`login.ldap`)"),
    }
}

fn local_account(name: &str, enabled: bool, says: &str) -> Row {
    let row = Row::new("local", plain_or_quoted(name));
    if enabled {
        row.note(says)
    } else {
        row.tone(Tone::Bad).note(format!("switched off; {says}"))
    }
}

fn os(outcome: &OsOutcome, took: Option<Duration>) -> Row {
    let time = time(took);
    match outcome {
        OsOutcome::Found { name } => {
            Row::new("os", plain_or_quoted(name)).note("in the user database")
        }
        OsOutcome::Verified { name } => Row::new("os", format!("{}{time}", plain_or_quoted(name)))
            .tone(Tone::Good)
            .note("PAM lets this account in"),
        OsOutcome::NoAccount => Row::new("os", format!("no account of this name{time}")),
        OsOutcome::Refused { reason, words } => Row::new("os", format!("refused{time}"))
            .tone(Tone::Bad)
            .note(if words.is_empty() {
                reason.row().operator.to_owned()
            } else {
                plain_or_quoted(words)
            }),
        OsOutcome::MustChange => {
            Row::new("os", format!("password right, must be changed{time}")).tone(Tone::Doubt)
        }
        OsOutcome::NoVerdict { problem } => Row::new("os", format!("no verdict{time}"))
            .tone(Tone::Doubt)
            .note(plain_or_quoted(problem)),
    }
}

fn compared(unchanged: Option<bool>) -> Row {
    match unchanged {
        Some(true) => Row::new("password", "unchanged since the login"),
        Some(false) => Row::new("password", "changed since the login").tone(Tone::Bad),
        None => Row::new("password", "not compared")
            .note("the directory does not tell when it was changed"),
    }
}

fn carried_rows(
    carried: &[String],
    left_out: &[(String, String)],
    rule: RuleId,
    names: &Names<'_>,
) -> Vec<Row> {
    let text = if carried.is_empty() {
        "nothing".to_owned()
    } else {
        list(carried.iter())
    };
    let mut rows = vec![Row::new("attributes", text).note(names.at(rule).trim())];
    for (attribute, problem) in left_out {
        let row = Row::more(format!("not {attribute}")).tone(Tone::Quiet);
        rows.push(row.note(problem));
    }
    rows
}

fn dn_filtered(outcome: &DnOutcome, names: &Names<'_>) -> Row {
    match outcome {
        DnOutcome::NoFilter => Row::new("DN filters", "none applies"),
        DnOutcome::Permitted { rule, of } => Row::new("DN filters", "passed").note(format!(
            "{} applied, matched{}",
            applied(*of),
            names.at(*rule)
        )),
        DnOutcome::Refused { of } => Row::new("DN filters", "refused")
            .tone(Tone::Bad)
            .note(format!("{} applied, none matched", applied(*of))),
    }
}

fn applied(of: usize) -> String {
    if of == 1 {
        "1 row".to_owned()
    } else {
        format!("{of} rows")
    }
}

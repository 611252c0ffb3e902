//! The wording of single records.

use super::read::{Answered, Bound, Filled, Outcome, Policy, Searched};
use crate::columns::{Row, misleads};
use crate::palette::Tone;
use std::fmt::Display;
use std::time::Duration;

/// `3 ms`, `1.2 s`, `under 1 ms`.
pub(crate) fn elapsed(took: Duration) -> String {
    match took.as_micros() {
        0..1_000 => "under 1 ms".to_owned(),
        1_000..1_000_000 => format!("{} ms", took.as_millis()),
        _ => format!("{:.1} s", took.as_secs_f64()),
    }
}

/// `a, b, c`.
pub(super) fn list(items: impl Iterator<Item = impl Display>) -> String {
    items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// As it is when nothing in it can mislead an eye or a terminal; else quoted and escaped.
pub(super) fn plain_or_quoted(text: &str) -> String {
    let edges = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    if text.is_empty() || edges || text.chars().any(misleads) {
        format!("{text:?}")
    } else {
        text.to_owned()
    }
}

/// ` (entryway.toml:31)`, or nothing.
pub(super) fn at(rule: Option<&str>) -> String {
    rule.map_or_else(String::new, |place| format!(" ({place})"))
}

/// `, 3 ms`, or nothing.
pub(super) fn time(took: Option<Duration>) -> String {
    took.map_or_else(String::new, |took| format!(", {}", elapsed(took)))
}

/// `uid=1042 gid=100`.
pub(super) fn set(values: &[Filled]) -> String {
    let set: Vec<String> = values
        .iter()
        .map(|filled| format!("{}={}", filled.target, plain_or_quoted(&filled.value)))
        .collect();
    if set.is_empty() {
        "nothing".to_owned()
    } else {
        set.join(" ")
    }
}

/// Several places as one: lines of one file become a range.
pub(super) fn merge(places: &[String]) -> Option<String> {
    let parsed: Option<Vec<(&str, u32)>> = places
        .iter()
        .map(|place| {
            place
                .rsplit_once(':')
                .and_then(|(file, line)| Some((file, line.parse().ok()?)))
        })
        .collect();
    let Some(parsed) = parsed else {
        return Some(list(places.iter()));
    };
    let (file, _) = parsed.first()?;
    if parsed.iter().any(|(other, _)| other != file) {
        return Some(list(places.iter()));
    }
    let first = parsed.iter().map(|(_, line)| line).min()?;
    let last = parsed.iter().map(|(_, line)| line).max()?;
    Some(if first == last {
        format!("{file}:{first}")
    } else {
        format!("{file}:{first}-{last}")
    })
}

/// A search: how it ended, who was asked before, what was asked, what came back.
pub(super) fn searched(searched: &Searched, took: Option<Duration>) -> Vec<Row> {
    let (count, tone) = match &searched.outcome {
        Outcome::Found { .. } => ("1 entry".to_owned(), Tone::Plain),
        Outcome::NoEntry => ("no entry".to_owned(), Tone::Plain),
        Outcome::MailNotAllowed { .. } => ("1 entry, not by mail".to_owned(), Tone::Plain),
        Outcome::Ambiguous { dns } => (format!("{} entries", dns.len()), Tone::Bad),
        Outcome::OutsideBase { .. } => ("an entry outside the base".to_owned(), Tone::Bad),
        Outcome::Refused { .. } => ("search refused".to_owned(), Tone::Bad),
        Outcome::Unanswered { skipped: true } => ("no answer, skipped".to_owned(), Tone::Bad),
        Outcome::Unanswered { skipped: false } => ("no answer".to_owned(), Tone::Bad),
    };
    let server = searched.server.as_deref();
    let server = server.unwrap_or("no server could be used");
    let by_mail = if searched.by_email { ", by mail" } else { "" };
    let mut rows = vec![
        Row::new(&searched.domain, format!("{count}{}", time(took)))
            .tone(tone)
            .note(format!("{server}{by_mail}")),
    ];
    if let Outcome::MailNotAllowed { .. } = &searched.outcome {
        rows.push(Row::more("`auth_by_email` is false").note(
            "by a map or the default (`[domain.X.maps]`, `[domain.X.defaults]`): as if there were none",
        ));
    }
    for before in &searched.tried {
        rows.push(
            Row::more(format!("tried {}", before.server))
                .tone(Tone::Doubt)
                .note(&before.cause),
        );
    }
    let below = match searched.scope.as_str() {
        "subtree" => "under",
        "one-level" => "directly under",
        _ => "at",
    };
    let base = match searched.base.as_str() {
        "" => "the root",
        base => base,
    };
    rows.push(Row::more(format!(
        "{} {below} {base}{}",
        searched.filter,
        at(searched.rule.as_deref())
    )));
    match &searched.outcome {
        Outcome::Found { dn } | Outcome::MailNotAllowed { dn } | Outcome::OutsideBase { dn } => {
            rows.push(Row::more(plain_or_quoted(dn)))
        }
        Outcome::Ambiguous { dns } => {
            rows.extend(dns.iter().map(|dn| Row::more(plain_or_quoted(dn))));
        }
        Outcome::Refused(said) => rows.push(answered(said)),
        Outcome::NoEntry | Outcome::Unanswered { .. } => {}
    }
    for part in &searched.passed_over {
        rows.push(
            Row::more(format!("not looked at: {}", plain_or_quoted(&part.to)))
                .tone(Tone::Doubt)
                .note(&part.why),
        );
    }
    rows
}

/// What a check of a password means, and how that looks.
pub(super) fn bind_verdict(verdict: &str) -> (&'static str, Tone) {
    match verdict {
        "verified" => ("right", Tone::Good),
        "refused" => ("refused", Tone::Bad),
        "must_change" => ("right, must be changed", Tone::Doubt),
        _ => ("no verdict", Tone::Doubt),
    }
}

/// A bind: what it means, and what the server said.
pub(super) fn bound(bound: &Bound, took: Option<Duration>) -> Vec<Row> {
    let (text, tone) = bind_verdict(&bound.verdict);
    let first = Row::new("password", format!("{text}{}", time(took)));
    let mut rows = vec![first.tone(tone).note(&bound.server)];
    if bound.verdict != "verified" {
        rows.push(answered(&bound.answered));
    }
    rows.extend(bound.policy.as_ref().and_then(password_policy));
    rows
}

/// A bind that nobody answered.
pub(super) fn unanswered(
    server: &str,
    written: bool,
    cause: &str,
    took: Option<Duration>,
) -> Vec<Row> {
    let left = if written {
        "the bind may have reached the server"
    } else {
        "the bind never left"
    };
    vec![
        Row::new("password", format!("no answer{}", time(took)))
            .tone(Tone::Doubt)
            .note(server),
        Row::more(plain_or_quoted(cause)).note(left),
    ]
}

/// What an answer to a change of the password means, and how that looks.
pub(super) fn change_verdict(verdict: &str) -> (&'static str, Tone) {
    match verdict {
        "changed" => ("changed", Tone::Good),
        "refused" => ("refused", Tone::Bad),
        _ => ("no verdict", Tone::Doubt),
    }
}

/// A change of the password: what came of it, and what the server said.
pub(super) fn changed(answer: &Bound, took: Option<Duration>) -> Vec<Row> {
    let (text, tone) = change_verdict(&answer.verdict);
    let first = Row::new("change", format!("{text}{}", time(took)));
    let mut rows = vec![first.tone(tone).note(&answer.server)];
    if answer.verdict != "changed" {
        rows.push(answered(&answer.answered));
    }
    rows.extend(answer.policy.as_ref().and_then(password_policy));
    rows
}

/// A change of the password that nobody answered.
pub(super) fn change_unanswered(
    server: &str,
    written: bool,
    cause: &str,
    took: Option<Duration>,
) -> Vec<Row> {
    let left = if written {
        "the request may have reached the server: whether it is changed is not known"
    } else {
        "the request never left: nothing is changed"
    };
    vec![
        Row::new("change", format!("no answer{}", time(took)))
            .tone(Tone::Doubt)
            .note(server),
        Row::more(plain_or_quoted(cause)).note(left),
    ]
}

fn answered(answered: &Answered) -> Row {
    let number = answered.result_code;
    let code = match &answered.result {
        Some(name) => format!("{name} ({number})"),
        None => format!("result code {number}"),
    };
    let diagnostic = answered.diagnostic.trim_end_matches('\0');
    if diagnostic.is_empty() {
        return Row::more(code);
    }
    Row::more(format!("{code}: {}", plain_or_quoted(diagnostic)))
}

/// The account's own state.
pub(super) fn account(state: &str) -> Row {
    let (text, tone) = match state {
        "usable" => ("usable", Tone::Plain),
        "password_expired" => ("password expired", Tone::Bad),
        "must_change" => ("password must change", Tone::Bad),
        other => (other, Tone::Bad),
    };
    Row::new("account", text)
        .tone(tone)
        .note("as its entry tells")
}

/// What the password-policy control says beside the result.
fn password_policy(policy: &Policy) -> Option<Row> {
    let error = policy.error.as_deref().map(|error| match error {
        "password_expired" => "the password has expired",
        "account_locked" => "the account is locked",
        "change_after_reset" => "the password must be changed after a reset",
        "password_mod_not_allowed" => "the password may not be changed",
        "other" => "an error that has no name",
        _ => "the new password is refused",
    });
    let expires = policy
        .expires_in
        .map(|seconds| format!("expires in {}", days_or_less(seconds)));
    let grace = policy
        .grace_left
        .map(|left| format!("{left} grace logins left"));
    let said = list(
        error
            .map(str::to_owned)
            .into_iter()
            .chain(expires)
            .chain(grace),
    );
    if said.is_empty() {
        None
    } else {
        Some(Row::more(said).note("by the password-policy control"))
    }
}

/// `90 days`, `5 hours`, `3 minutes`.
pub(super) fn days_or_less(seconds: u32) -> String {
    match seconds {
        0..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

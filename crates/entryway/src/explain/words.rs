//! The wording of single records.

use super::Names;
use crate::columns::{Row, misleads};
use crate::palette::Tone;
use entryway_ldap_types::{AccountState, PasswordPolicy, PasswordPolicyError, ResultCode, Scope};
use entryway_login::{BindVerdict, MapTarget, Record, SearchOutcome};
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

/// What a map sets, as the configuration spells it.
pub(super) fn target(target: &MapTarget) -> &str {
    match target {
        MapTarget::Uid => "uid",
        MapTarget::Gid => "gid",
        MapTarget::Home => "home",
        MapTarget::UserType => "user_type",
        MapTarget::Shell => "shell",
        MapTarget::SystemUser => "system_user",
        MapTarget::AuthByEmail => "auth_by_email",
        MapTarget::Email => "email",
        MapTarget::DisplayName => "display_name",
        MapTarget::Custom(name) => name,
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
pub(super) fn searched(record: &Record, took: Option<Duration>, names: &Names<'_>) -> Vec<Row> {
    let Record::Searched {
        domain,
        server,
        tried,
        base,
        scope,
        filter,
        outcome,
        rule,
        by_email,
    } = record
    else {
        return Vec::new();
    };
    let (count, tone) = match outcome {
        SearchOutcome::Found { .. } => ("1 entry".to_owned(), Tone::Plain),
        SearchOutcome::NoEntry => ("no entry".to_owned(), Tone::Plain),
        SearchOutcome::MailNotAllowed { .. } => ("1 entry, not by mail".to_owned(), Tone::Plain),
        SearchOutcome::Ambiguous { dns } => (format!("{} entries", dns.len()), Tone::Bad),
        SearchOutcome::OutsideBase { .. } => ("an entry outside the base".to_owned(), Tone::Bad),
        SearchOutcome::Refused { .. } => ("search refused".to_owned(), Tone::Bad),
        SearchOutcome::Unanswered { skipped: true, .. } => {
            ("no answer, skipped".to_owned(), Tone::Bad)
        }
        SearchOutcome::Unanswered { .. } => ("no answer".to_owned(), Tone::Bad),
    };
    let count = took.map_or_else(
        || count.clone(),
        |took| format!("{count}, {}", elapsed(took)),
    );
    let server = server.as_deref().unwrap_or("no server could be used");
    let by_mail = if *by_email { ", by mail" } else { "" };
    let mut rows = vec![
        Row::new(names.domain(*domain), count)
            .tone(tone)
            .note(format!("{server}{by_mail}")),
    ];
    for before in tried {
        rows.push(
            Row::more(format!("tried {}", before.server))
                .tone(Tone::Doubt)
                .note(&before.cause),
        );
    }
    let below = match scope {
        Scope::Subtree => "under",
        Scope::OneLevel => "directly under",
        Scope::Base => "at",
    };
    let base = if base.is_empty() { "the root" } else { base };
    rows.push(Row::more(format!(
        "{filter} {below} {base}{}",
        names.at(*rule)
    )));
    match outcome {
        SearchOutcome::Found { dn }
        | SearchOutcome::MailNotAllowed { dn }
        | SearchOutcome::OutsideBase { dn } => rows.push(Row::more(plain_or_quoted(dn))),
        SearchOutcome::Ambiguous { dns } => {
            rows.extend(dns.iter().map(|dn| Row::more(plain_or_quoted(dn))))
        }
        SearchOutcome::Refused { code, diagnostic } => rows.push(answered(*code, diagnostic)),
        SearchOutcome::NoEntry | SearchOutcome::Unanswered { .. } => {}
    }
    rows
}

/// What a check of a password means, and how that looks.
pub(super) fn bind_verdict(verdict: &BindVerdict) -> (&'static str, Tone) {
    match verdict {
        BindVerdict::Verified => ("right", Tone::Good),
        BindVerdict::Refused(_) => ("refused", Tone::Bad),
        BindVerdict::MustChange => ("right, must be changed", Tone::Doubt),
        BindVerdict::NoVerdict(_) => ("no verdict", Tone::Doubt),
    }
}

/// A bind: what it means, and what the server said.
pub(super) fn bound(record: &Record, took: Option<Duration>) -> Vec<Row> {
    let time = took.map_or_else(String::new, |took| format!(", {}", elapsed(took)));
    match record {
        Record::Bound {
            server,
            code,
            diagnostic,
            policy,
            verdict,
        } => {
            let (text, tone) = bind_verdict(verdict);
            let first = Row::new("password", format!("{text}{time}"))
                .tone(tone)
                .note(&**server);
            let mut rows = vec![first];
            if *verdict != BindVerdict::Verified {
                rows.push(answered(*code, diagnostic));
            }
            rows.extend(policy.as_ref().and_then(password_policy));
            rows
        }
        Record::BindUnanswered {
            server,
            written,
            cause,
            fault: _,
        } => {
            let left = if *written {
                "the bind may have reached the server"
            } else {
                "the bind never left"
            };
            vec![
                Row::new("password", format!("no answer{time}"))
                    .tone(Tone::Doubt)
                    .note(&**server),
                Row::more(plain_or_quoted(cause)).note(left),
            ]
        }
        _ => Vec::new(),
    }
}

fn answered(code: ResultCode, diagnostic: &str) -> Row {
    let diagnostic = diagnostic.trim_end_matches('\0');
    if diagnostic.is_empty() {
        return Row::more(code.to_string());
    }
    Row::more(format!("{code}: {}", plain_or_quoted(diagnostic)))
}

/// The account's own state.
pub(super) fn account(state: AccountState) -> Row {
    let (text, tone) = match state {
        AccountState::Usable => ("usable", Tone::Plain),
        AccountState::Disabled => ("disabled", Tone::Bad),
        AccountState::Expired => ("expired", Tone::Bad),
        AccountState::Locked => ("locked", Tone::Bad),
        AccountState::PasswordExpired => ("password expired", Tone::Bad),
        AccountState::MustChange => ("password must change", Tone::Bad),
    };
    Row::new("account", text)
        .tone(tone)
        .note("as its entry tells")
}

/// What the password-policy control says beside the result.
fn password_policy(policy: &PasswordPolicy) -> Option<Row> {
    let error = policy.error.map(|error| match error {
        PasswordPolicyError::PasswordExpired => "the password has expired",
        PasswordPolicyError::AccountLocked => "the account is locked",
        PasswordPolicyError::ChangeAfterReset => "the password must be changed after a reset",
        PasswordPolicyError::PasswordModNotAllowed => "the password may not be changed",
        PasswordPolicyError::MustSupplyOldPassword
        | PasswordPolicyError::InsufficientPasswordQuality
        | PasswordPolicyError::PasswordTooShort
        | PasswordPolicyError::PasswordTooYoung
        | PasswordPolicyError::PasswordInHistory => "the new password is refused",
        PasswordPolicyError::Other(_) => "an error that has no name",
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

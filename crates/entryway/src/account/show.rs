//! Accounts as they are shown: everything but their passwords.

use crate::cli::Common;
use crate::columns::{Row, render};
use crate::out;
use crate::palette::Tone;
use crate::table::aligned;
use entryway_login::UserType;
use entryway_store::StoredAccount;
use entryway_wire::Rfc3339;
use serde::Serialize;

/// In the place of a hash's kind.
const IN_DIRECTORY: &str = "directory";

/// What is absent is left out.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    enabled: bool,
    /// `directory`, or how its hash was made: `argon2id`, `SSHA`, …
    password: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    home: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shell: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    /// As sessions have it.
    subject: String,
    created_at: String,
    changed_at: String,
}

impl<'a> Shown<'a> {
    fn of(stored: &'a StoredAccount) -> Self {
        let account = &stored.account;
        Self {
            name: &account.name,
            enabled: account.enabled,
            password: stored.scheme.as_deref().unwrap_or(IN_DIRECTORY),
            uid: account.uid,
            gid: account.gid,
            home: account.home.as_deref(),
            shell: account.shell.as_deref(),
            user_type: account.user_type.map(UserType::as_str),
            email: account.email.as_deref(),
            display_name: account.display_name.as_deref(),
            subject: entryway_login::Subject::of_local(&account.id).0,
            created_at: Rfc3339(stored.created_at).to_string(),
            changed_at: Rfc3339(stored.changed_at).to_string(),
        }
    }
}

/// One account.
pub(super) fn one(common: &Common, stored: &StoredAccount) {
    let shown = Shown::of(stored);
    let unused = unused(&shown);
    if !unused.is_empty() {
        out::aside(&format!(
            "warning: the password of `{}` is kept in the directory, so these values of the account are not used: {}\n",
            crate::table::printable(shown.name),
            unused.join(", ")
        ));
    }
    out::answer_as(common, &shown, || {
        render(&rows(&shown), out::answer_style())
    });
}

/// What changes nothing, because beside a person of a domain an account has uid, gid and home alone.
fn unused(shown: &Shown<'_>) -> Vec<&'static str> {
    if shown.password != IN_DIRECTORY {
        return Vec::new();
    }
    [
        ("shell", shown.shell.is_some()),
        ("type", shown.user_type.is_some()),
        ("email", shown.email.is_some()),
        ("display name", shown.display_name.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, is_set)| is_set.then_some(name))
    .collect()
}

fn rows(shown: &Shown<'_>) -> Vec<Row> {
    let account = Row::new("account", shown.name);
    let account = if shown.enabled {
        account
    } else {
        account
            .note("switched off: it lets nobody in")
            .tone(Tone::Bad)
    };
    let password = match shown.password {
        IN_DIRECTORY => Row::new("password", "in the directory"),
        scheme => Row::new("password", scheme),
    };
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let text = |text: Option<&str>| text.map(str::to_owned);
    let known = [
        ("subject", Some(shown.subject.clone())),
        ("uid", number(shown.uid)),
        ("gid", number(shown.gid)),
        ("home", text(shown.home)),
        ("shell", text(shown.shell)),
        ("user type", text(shown.user_type)),
        ("email", text(shown.email)),
        ("display name", text(shown.display_name)),
        ("added", Some(shown.created_at.clone())),
        ("changed", Some(shown.changed_at.clone())),
    ];
    let known = known
        .into_iter()
        .filter_map(|(label, value)| Some(Row::new(label, value?)));
    [account, password].into_iter().chain(known).collect()
}

/// Every account in a line.
pub(super) fn list(common: &Common, stored: &[StoredAccount]) {
    let shown: Vec<_> = stored.iter().map(Shown::of).collect();
    out::answer_as(common, &shown, || table(&shown));
}

fn table(shown: &[Shown<'_>]) -> String {
    let head = [
        "account",
        "enabled",
        "password",
        "uid",
        "gid",
        "home",
        "display name",
    ];
    let number = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let lines = shown.iter().map(|one| {
        let enabled = if one.enabled { "yes" } else { "no" };
        [
            one.name.to_owned(),
            enabled.to_owned(),
            one.password.to_owned(),
            number(one.uid),
            number(one.gid),
            text(one.home),
            text(one.display_name),
        ]
    });
    aligned([head.map(str::to_owned)].into_iter().chain(lines))
}

#[cfg(test)]
mod tests;

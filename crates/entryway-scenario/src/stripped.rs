//! A scenario without its directories: its accounts and logins, as a document again, for a program that runs them
//! against a configuration of its own.

use crate::document::{Account, Login, LoginPassword, Scenario};
use std::fmt::Write;

impl Scenario {
    /// A document with this scenario's heading, accounts and logins.
    pub fn logins_alone(&self) -> String {
        let mut text = format!("# {}\n\n## {}\n\n", self.file, self.title);
        if self.store_is_down {
            text.push_str("```given\nthe store is down\n```\n\n");
        }
        // A table each: not every account has the same columns.
        for account in &self.accounts {
            table(&mut text, account);
        }
        text.push_str("| login | password | password file | address | expected | session | trace | explain |\n");
        text.push_str("|---|---|---|---|---|---|---|---|\n");
        for login in &self.logins {
            row(&mut text, login);
        }
        text
    }
    /// The files of its configuration, by name; the first one is the one to load.
    pub fn configuration_files(&self) -> Vec<(&'static str, String)> {
        match (&self.shared_configuration, &self.configuration) {
            (Some(shared), Some(own)) => vec![
                (
                    "entryway.toml",
                    "include = [\"shared.toml\", \"scenario.toml\"]\n".to_owned(),
                ),
                ("shared.toml", shared.clone()),
                ("scenario.toml", own.clone()),
            ],
            (Some(only), None) | (None, Some(only)) => vec![("entryway.toml", only.clone())],
            (None, None) => Vec::new(),
        }
    }
}

fn table(text: &mut String, account: &Account) {
    let columns: Vec<&str> = account.cells.iter().map(|(name, _)| &**name).collect();
    let cells = account.cells.iter().map(|(_, value)| bars(&quoted(value)));
    let cells: Vec<String> = cells.collect();
    let dashes = vec!["---"; columns.len()];
    for line in [columns.join(" | "), dashes.join("|"), cells.join(" | ")] {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {line} |");
    }
    text.push('\n');
}

fn row(text: &mut String, login: &Login) {
    let (typed, file) = match &login.password {
        LoginPassword::NotAsked => (String::new(), String::new()),
        LoginPassword::Text(typed) => (quoted(typed), String::new()),
        LoginPassword::File(path) => (String::new(), quoted(path)),
    };
    let expected = &login.expected;
    let session: Vec<String> = expected
        .session
        .iter()
        .map(|(key, value)| format!("{key}={}", json(value)))
        .collect();
    let spans = |pieces: &mut dyn Iterator<Item = &str>| {
        let pieces: Vec<String> = pieces.map(|piece| format!("`{piece}`")).collect();
        pieces.join(" ")
    };
    let cells = [
        quoted(&login.name),
        typed,
        file,
        login
            .address
            .map(|address| address.to_string())
            .unwrap_or_default(),
        expected.outcome.to_string(),
        if session.is_empty() {
            String::new()
        } else {
            format!("`{}`", session.join(" "))
        },
        spans(&mut expected.trace.iter().map(|piece| &*piece.text)),
        spans(&mut expected.explain.iter().map(String::as_str)),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| bars(cell)).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// A bar of a cell's text does not end the cell.
fn bars(cell: &str) -> String {
    cell.replace('|', "\\|")
}

fn quoted(text: &str) -> String {
    format!("`{}`", json(text))
}

/// A JSON string without backticks, which would end the code span that it stands in.
fn json(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('`', "\\u0060")
}

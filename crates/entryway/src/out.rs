//! The only place that prints. Standard output carries the answer, standard error the rest.
//!
//! A reader that has gone away (`entryway explain | head`) is no error of ours: what cannot be
//! written is dropped.

use crate::cli::{Common, Output};
use crate::columns::Style;
use crate::palette::Palette;
use std::io::{IsTerminal, Write};

/// Prints a part of the answer.
pub(crate) fn answer(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// Prints a part of an answer that goes on; false once nobody reads it.
pub(crate) fn answer_more(text: &str) -> bool {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.is_ok()
}

/// Prints something about the answer: a diagnostic, a prompt, a warning.
pub(crate) fn aside(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
}

/// Prints a value as one line of JSON.
pub(crate) fn json(value: &impl serde::Serialize) {
    match serde_json::to_string(value) {
        Ok(mut line) => {
            line.push('\n');
            answer(&line);
        }
        Err(error) => aside(&format!("the answer cannot be written as JSON: {error}\n")),
    }
}

/// Prints an answer in the form that was asked for.
pub(crate) fn answer_as(
    common: &Common,
    value: &impl serde::Serialize,
    text: impl FnOnce() -> String,
) {
    match common.output {
        Output::Json => json(value),
        Output::Text => answer(&text()),
    }
}

/// Whether colours belong on standard output.
pub(crate) fn answer_in_colour() -> bool {
    colours_wanted() && std::io::stdout().is_terminal()
}

/// Whether colours belong on standard error.
pub(crate) fn aside_in_colour() -> bool {
    colours_wanted() && std::io::stderr().is_terminal()
}

/// How rows look on standard output.
pub(crate) fn answer_style() -> Style {
    let stdout = std::io::stdout();
    let columns =
        || usize::from(rustix::termios::tcgetwinsize(&stdout).map_or(0, |size| size.ws_col));
    Style {
        palette: Palette::new(answer_in_colour()),
        width: if stdout.is_terminal() {
            Some(columns()).filter(|columns| *columns > 0)
        } else {
            None
        },
    }
}

/// `NO_COLOR` (no-color.org) counts when it is not empty.
fn colours_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

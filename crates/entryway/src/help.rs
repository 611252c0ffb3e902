//! `entryway help`: of commands, of configuration codes, of reasons.

use crate::cli::Cli;
use crate::exit::Exit;
use crate::out;
use clap::CommandFactory;
use clap::error::ErrorKind;
use entryway_login::{Challenge, Fault, Reason, Row};

/// Help on a topic, or on everything.
pub(crate) fn help(topic: Option<&str>) -> Exit {
    let mut cli = Cli::command();
    let Some(topic) = topic else {
        out::answer(&cli.render_long_help().to_string());
        return Exit::Done;
    };
    if let Some(text) = entryway_config::help(topic) {
        out::answer(&text);
        return Exit::Done;
    }
    if let Some(row) = row(topic) {
        out::answer(&about(&row));
        return Exit::Done;
    }
    // Built first: only then do subcommands know the options that all share.
    cli.build();
    if let Some(command) = cli.find_subcommand_mut(topic) {
        out::answer(&command.render_long_help().to_string());
        return Exit::Done;
    }
    out::aside(&format!(
        "error: nothing is known of `{}`: expected a code as in `C020`, a reason as in `wrong_password`, or a command\n",
        topic.escape_debug()
    ));
    Exit::Usage
}

/// The row of a reason, challenge or fault.
fn row(code: &str) -> Option<Row> {
    let reasons = Reason::ALL.iter().map(|reason| reason.row());
    let faults = Fault::ALL.iter().map(|fault| fault.row());
    reasons
        .chain(faults)
        .chain([Challenge::ChangePassword.row()])
        .find(|row| row.code == code)
}

fn about(row: &Row) -> String {
    let Row {
        code,
        outcome,
        operator,
        person,
        oauth_error,
        exit,
        ..
    } = row;
    format!(
        "{}: {code}\n\n{operator}\n\nThe person reads: {person}\nOAuth error: {oauth_error}\nExit code: {exit}\n",
        outcome.as_str()
    )
}

/// What clap has to say: the help and version that were asked for, or what is wrong with the command line.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    let text = error.render();
    let text = |colour| {
        if colour {
            text.ansi().to_string()
        } else {
            text.to_string()
        }
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            out::answer(&text(out::answer_in_colour()));
            Exit::Done
        }
        _ => {
            out::aside(&text(out::aside_in_colour()));
            Exit::Usage
        }
    }
}

#[cfg(test)]
mod tests;

//! `entryway help`: of commands, of configuration codes, of reasons.

mod advice;
mod stores;
mod tls;

use crate::cli::Cli;
use crate::exit::Exit;
use crate::out;
use advice::Advice;
use clap::CommandFactory;
use clap::error::ErrorKind;
use entryway_ldap::TlsCode;
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
    if let Some((row, advice)) = row(topic) {
        out::answer(&about(&row, &advice));
        return Exit::Done;
    }
    if let Some(text) = tls_failure(topic).or_else(|| store_failure(topic)) {
        out::answer(&text);
        return Exit::Done;
    }
    // Built first: only then do subcommands know the options that all share.
    cli.build();
    if let Some(command) = cli.find_subcommand_mut(topic) {
        out::answer(&command.render_long_help().to_string());
        return Exit::Done;
    }
    out::aside(&format!(
        "error: nothing is known of `{}`: expected a code as in `C020` or `tls_expired`, a reason as in `wrong_password`, or a command\n",
        topic.escape_debug()
    ));
    Exit::Usage
}

/// The row of a reason, challenge or fault, and what to do about it.
fn row(code: &str) -> Option<(Row, Advice)> {
    let reasons = Reason::ALL
        .into_iter()
        .map(|reason| (reason.row(), advice::of_reason(reason)));
    let faults = Fault::ALL
        .into_iter()
        .map(|fault| (fault.row(), advice::of_fault(fault)));
    let challenges = Challenge::ALL
        .into_iter()
        .map(|challenge| (challenge.row(), advice::of_challenge(challenge)));
    reasons
        .chain(faults)
        .chain(challenges)
        .find(|(row, _)| row.code == code)
}

/// What there is to say of a failure of TLS.
fn tls_failure(topic: &str) -> Option<String> {
    let code = TlsCode::ALL.iter().find(|code| code.as_str() == topic)?;
    let (says, advice) = tls::of(*code);
    Some(failure("tls failure", code.as_str(), says, &advice))
}

/// What there is to say of a store of certificates or keys that cannot be used.
fn store_failure(topic: &str) -> Option<String> {
    let (says, advice) = stores::of(topic)?;
    Some(failure("store failure", topic, says, &advice))
}

fn failure(kind: &str, code: &str, says: &str, advice: &Advice) -> String {
    format!(
        "{kind}: {code}\n\n{says}\n\nWhat leads to it:\n{}\nWhat to do:\n{}",
        list(advice.causes),
        list(advice.remedies),
    )
}

fn list(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("  - {line}\n")).collect()
}

fn about(row: &Row, advice: &Advice) -> String {
    let Row {
        code,
        outcome,
        operator,
        person,
        exit,
        ..
    } = row;
    format!(
        "{}: {code}\n\n{operator}\n\nWhat leads to it:\n{}\nWhat to do:\n{}\nThe person reads: {person}\nExit code: {exit}\n",
        outcome.as_str(),
        list(advice.causes),
        list(advice.remedies),
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
mod page;
#[cfg(test)]
mod tests;

//! `entryway completions SHELL`.

use crate::cli::Cli;
use crate::exit::Exit;
use crate::out;
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints the script for a shell.
pub(crate) fn print(shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "entryway", &mut script);
    out::answer(&String::from_utf8_lossy(&script));
    Exit::Done
}

//! Exit codes: an interface, so one closed list.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or the login would be accepted.
    Done,
    /// The answer is no: a refusal, a challenge, a check that fails.
    No,
    /// The command line is not understood.
    Usage,
    /// The configuration does not load, or what it listens on cannot be had.
    Configuration,
    /// No answer: a directory is out of reach.
    NoAnswer,
    /// A bug.
    Bug,
    /// Interrupted at a prompt, as a shell reports SIGINT.
    Interrupted,
}

impl Exit {
    /// The status the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::NoAnswer => 4,
            Self::Bug => 70,
            Self::Interrupted => 130,
        }
    }

    /// From a decision's row, which names its exit status for the command line.
    pub(crate) fn from_row(exit: u8) -> Self {
        [Self::Done, Self::No, Self::NoAnswer]
            .into_iter()
            .find(|known| known.code() == exit)
            .unwrap_or(Self::Bug)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// As an error: the reason was printed already.
impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {}", self.code())
    }
}

impl std::error::Error for Exit {}

#[cfg(test)]
mod tests;

//! Where a password comes from on the command line: standard input, a file, or a terminal that does
//! not show it.

use crate::cli::PasswordFrom;
use crate::exit::Exit;
use crate::out;
use entryway_ldap_types::Password;
use entryway_login::SubmittedPassword;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Stdin};
use std::sync::Arc;
use zeroize::Zeroizing;

/// More than this is no password; reading stops there, and the login refuses it.
const MOST: usize = Password::MAX_BYTES + 1;

/// The password that was given, if any way was named.
pub(crate) fn given(from: &PasswordFrom) -> Result<Option<SubmittedPassword>, Exit> {
    let line = if from.password_stdin {
        first_line(io::stdin().lock())
    } else if let Some(path) = &from.password_file {
        File::open(path)
            .and_then(first_line)
            .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display())))
    } else {
        return Ok(None);
    };
    match line {
        Ok(line) => Ok(Some(submitted(line))),
        Err(error) => {
            out::aside(&format!("error: the password cannot be read: {error}\n"));
            Err(Exit::Usage)
        }
    }
}

/// The password that was given, or else typed.
pub(crate) fn given_or_typed(from: &PasswordFrom) -> Result<SubmittedPassword, Exit> {
    if let Some(given) = given(from)? {
        return Ok(given);
    }
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        out::aside(
            "error: no password: expected --password-stdin, --password-file FILE or a terminal\n",
        );
        return Err(Exit::Usage);
    }
    out::aside("password: ");
    let typed = Unseen::on(&stdin).and_then(|_unseen| first_line(stdin.lock()));
    // The line's end was not shown either.
    out::aside("\n");
    match typed {
        Ok(line) => Ok(submitted(line)),
        Err(error) => {
            out::aside(&format!("error: the password cannot be read: {error}\n"));
            Err(Exit::Usage)
        }
    }
}

fn submitted(mut line: Zeroizing<Vec<u8>>) -> SubmittedPassword {
    if line.len() > Password::MAX_BYTES {
        return SubmittedPassword::Malformed;
    }
    match Password::new(std::mem::take(&mut *line)) {
        Ok(password) => SubmittedPassword::Given(Arc::new(password)),
        Err(_) => SubmittedPassword::Malformed,
    }
}

/// Up to the first line's end, which is not part of it; at most [`MOST`] bytes.
fn first_line(mut from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // Never grown, so that no copy is left behind.
    let mut line = Zeroizing::new(Vec::with_capacity(MOST + 1));
    let mut byte = Zeroizing::new([0u8]);
    while line.len() <= MOST {
        match from.read(byte.as_mut_slice()) {
            Ok(0) => break,
            Ok(_) => match *byte {
                [b'\n'] => break,
                [other] => line.push(other),
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

/// A terminal that does not show what is typed, until this is dropped.
struct Unseen<'a> {
    terminal: &'a Stdin,
    before: Termios,
}

impl<'a> Unseen<'a> {
    fn on(terminal: &'a Stdin) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Unseen<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests;

//! Where a password comes from on the command line: standard input, a file, or a terminal that does
//! not show it.

use crate::cli::PasswordFrom;
use crate::exit::Exit;
use crate::out;
use entryway_ldap_types::Password;
use entryway_login::SubmittedPassword;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Stdin};
use std::os::fd::AsFd;
use std::path::Path;
use zeroize::Zeroizing;

/// More than this is no password; reading stops there, and the login refuses it.
const MOST: usize = Password::MAX_BYTES + 1;

/// The password that was given, if any way was named.
pub(crate) fn given(from: &PasswordFrom) -> Result<Option<SubmittedPassword>, Exit> {
    let line = if from.password_stdin {
        first_line(Unbuffered(io::stdin()))
    } else if let Some(path) = &from.password_file {
        File::open(path)
            .and_then(first_line)
            .map_err(|error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display())))
    } else {
        return Ok(None);
    };
    match line {
        Ok(line) => Ok(Some(submitted(line))),
        Err(error) => Err(unread(&error)),
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
    match typed(&stdin, "password: ") {
        Ok(Some(line)) => Ok(submitted(line)),
        Ok(None) => Err(Exit::Interrupted),
        Err(error) => Err(unread(&error)),
    }
}

/// A new password, typed twice.
pub(crate) fn typed_twice() -> Result<SubmittedPassword, Exit> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        out::aside(
            "error: no password: expected --password-stdin, --password-file FILE, --hash-stdin, --in-directory or a terminal\n",
        );
        return Err(Exit::Usage);
    }
    let ask = |prompt| match typed(&stdin, prompt) {
        Ok(Some(line)) => Ok(line),
        Ok(None) => Err(Exit::Interrupted),
        Err(error) => Err(unread(&error)),
    };
    let (first, again) = (ask("new password: ")?, ask("once more: ")?);
    if *first != *again {
        out::aside("error: the two passwords differ\n");
        return Err(Exit::Usage);
    }
    Ok(submitted(first))
}

/// Some other secret: the first line of a file, of a terminal that does not show it, or of standard input.
pub(crate) fn secret_line(prompt: &str, file: Option<&Path>) -> Result<Zeroizing<Vec<u8>>, Exit> {
    let stdin = io::stdin();
    let line = match file {
        Some(path) => File::open(path).and_then(first_line).map_err(|error| {
            io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
        }),
        None if stdin.is_terminal() => match typed(&stdin, prompt) {
            Ok(Some(line)) => Ok(line),
            Ok(None) => return Err(Exit::Interrupted),
            Err(error) => Err(error),
        },
        None => first_line(Unbuffered(stdin)),
    };
    line.map_err(|error| {
        out::aside(&format!("error: it cannot be read: {error}\n"));
        Exit::Usage
    })
}

/// The first line of standard input, as it stands.
pub(crate) fn line() -> Result<Zeroizing<Vec<u8>>, Exit> {
    first_line(Unbuffered(io::stdin())).map_err(|error| unread(&error))
}

fn unread(error: &io::Error) -> Exit {
    out::aside(&format!("error: the password cannot be read: {error}\n"));
    Exit::Usage
}

/// Asks at a terminal; nothing when that was interrupted. The terminal is as it was before either way.
fn typed(terminal: &Stdin, prompt: &str) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    // First of all: what is typed at once must not be shown, nor be lost when the terminal changes.
    let unseen = Unseen::on(terminal)?;
    out::aside(prompt);
    let keys = unseen.keys.into_iter().filter(|key| *key != NO_KEY);
    let ends: Vec<u8> = keys.chain([b'\n']).collect();
    let read = up_to(Unbuffered(terminal), &ends);
    // The line's end was not shown either.
    out::aside("\n");
    let (line, end) = read?;
    Ok(matches!(end, None | Some(b'\n')).then_some(line))
}

/// What stood in a password field.
pub(crate) fn submitted(mut line: Zeroizing<Vec<u8>>) -> SubmittedPassword {
    SubmittedPassword::from_field(std::mem::take(&mut *line))
}

/// Reads from the descriptor itself: the standard library keeps what it reads from standard input in a
/// buffer that nobody wipes.
struct Unbuffered<F>(F);

impl<F: AsFd> Read for Unbuffered<F> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(&self.0, bytes)?)
    }
}

/// Up to the first line's end, which is not part of it; at most [`MOST`] bytes.
fn first_line(from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let (mut line, _) = up_to(from, b"\n")?;
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

/// Up to one of these bytes, which is returned beside the rest; at most [`MOST`] bytes.
fn up_to(mut from: impl Read, ends: &[u8]) -> io::Result<(Zeroizing<Vec<u8>>, Option<u8>)> {
    // Never grown, so that no copy is left behind.
    let mut line = Zeroizing::new(Vec::with_capacity(MOST + 1));
    let mut byte = Zeroizing::new([0u8]);
    while line.len() <= MOST {
        match from.read(byte.as_mut_slice()) {
            Ok(0) => break,
            Ok(_) => {
                let [read] = *byte;
                if ends.contains(&read) {
                    return Ok((line, Some(read)));
                }
                line.push(read);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((line, None))
}

/// A terminal that does not show what is typed, until this is dropped.
///
/// A signal would end the process before that and leave the terminal silent. So the keys that send
/// SIGINT and SIGQUIT end the line instead, where they are found.
struct Unseen<'a> {
    terminal: &'a Stdin,
    before: Termios,
    /// Ctrl-C and Ctrl-\ on most terminals, or [`NO_KEY`].
    keys: [u8; 2],
}

/// A key that is switched off (POSIX `_POSIX_VDISABLE`, on Linux).
const NO_KEY: u8 = 0;

impl<'a> Unseen<'a> {
    fn on(terminal: &'a Stdin) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ISIG);
        let codes = &before.special_codes;
        let keys = [SpecialCodeIndex::VINTR, SpecialCodeIndex::VQUIT].map(|key| codes[key]);
        let [interrupt, quit] = keys;
        silent.special_codes[SpecialCodeIndex::VEOL] = interrupt;
        silent.special_codes[SpecialCodeIndex::VEOL2] = quit;
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self {
            terminal,
            before,
            keys,
        })
    }
}

impl Drop for Unseen<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests;

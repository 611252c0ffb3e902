//! The worker: answers one question and ends. Foreign code runs here, after the question is read and before the answer
//! is written, and can do what it likes.

use crate::message::{Answer, LoginQuestion, MAX_QUESTION, Question};
use crate::{pam, users};
use entryway_login::{OsAccount, OsReply};
use rustix::fs::{Mode, OFlags};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getppid, getsid, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};
use rustix::stdio;
use std::fs::File;
use std::io::{self, Read, Write};
use zeroize::Zeroizing;

/// Reads the question from standard input, answers it on standard output. Exit status 0 when an answer was written.
pub(crate) fn main() -> i32 {
    match work() {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

fn work() -> io::Result<()> {
    isolate()?;
    let (mut question, mut answers) = take_pipes()?;
    let this = std::process::id();
    let asked = read_question(&mut question)?;
    drop(question);
    let answer = answer(&asked);
    drop(asked);
    // A module that forks and whose child returns leaves two of us here: only the first one speaks.
    if std::process::id() != this {
        return Err(io::ErrorKind::Other.into());
    }
    let frame = answer.to_frame().map_err(io::Error::other)?;
    answers.write_all(&frame)
}

/// No memory image of a process with a password in it, and no worker without its keeper.
fn isolate() -> io::Result<()> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The keeper leads this session. If our parent is another by now, the keeper died before the line above.
    if getppid() == Some(getsid(None)?) {
        Ok(())
    } else {
        Err(io::ErrorKind::NotConnected.into())
    }
}

/// The pipes of question and answer, under numbers that no module thinks of; in their usual places is nothing, so that
/// what a module prints is no answer and what it reads is no password.
fn take_pipes() -> io::Result<(File, File)> {
    const BEYOND_STANDARD: i32 = 3;
    let question = fcntl_dupfd_cloexec(stdio::stdin(), BEYOND_STANDARD)?;
    let answers = fcntl_dupfd_cloexec(stdio::stdout(), BEYOND_STANDARD)?;
    let nothing = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    stdio::dup2_stdin(&nothing)?;
    stdio::dup2_stdout(&nothing)?;
    Ok((File::from(question), File::from(answers)))
}

/// Unbuffered, so that no copy of the password stays in a buffer.
fn read_question(from: &mut File) -> io::Result<Question> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > MAX_QUESTION {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut frame)?;
    Question::from_frame(&frame).map_err(io::Error::other)
}

fn answer(asked: &Question) -> Answer {
    match asked {
        Question::Find(name) => Answer::Found(users::find(name)),
        Question::Login(login) => Answer::Login(match verified(login) {
            Ok(account) => OsReply::Verified(account),
            Err(reply) => reply,
        }),
    }
}

fn verified(login: &LoginQuestion) -> Result<OsAccount, OsReply> {
    let find = || users::find(&login.name).map_err(OsReply::NoVerdict);
    find()?.ok_or(OsReply::Unknown)?;
    pam::login(&pam::Login {
        name: &login.name,
        password: &login.password,
        client: login.client,
        service: &login.service,
        confdir: login.confdir.as_deref(),
        library: &login.library,
    })?;
    // Once more: modules make accounts and change them while they let somebody in.
    find()?.ok_or_else(|| {
        OsReply::NoVerdict("the account left the user database during the login".to_owned())
    })
}

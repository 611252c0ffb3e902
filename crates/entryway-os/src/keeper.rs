//! The keeper: starts the worker, and leaves nothing behind.
//!
//! Killing the worker's group would not be enough: modules start programs in sessions of their own (`pam_exec` always
//! does). The keeper is the subreaper of all its descendants: those that lose their parent become its children, so
//! that it can end and reap every one of them. It reads neither question nor answer, and loads no foreign code.

use crate::worker;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, WaitStatus, getpid, kill_process,
    set_child_subreaper, setsid, wait, waitid,
};
use std::ffi::OsStr;
use std::io::{self, PipeReader};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// First argument of the helper. Not a command for people: with it the program reads a question from standard input.
pub const HELPER_ARGUMENT: &str = "--answer-one-question-about-os-accounts";

const WORKER: &str = "worker";
/// After the daemon's deadline the keeper ends everything by itself, in case the daemon cannot say so.
const GRACE: Duration = Duration::from_secs(2);
/// Exit statuses above this say which signal ended the worker, as shells do.
const SIGNALLED: i32 = 128;
/// When the keeper cannot do its work.
const FAILED: i32 = 71;

/// Whether this program was started as a helper, so that it must do [`helper_main`] and nothing else.
pub fn is_helper() -> bool {
    env::args_os()
        .nth(1)
        .is_some_and(|first| first == HELPER_ARGUMENT)
}

/// The helper's whole life: one question, one answer. Returns the exit status.
///
/// Call it first thing in `main`, before any thread is started. Standard error is the only thing it shares with the
/// caller's world; it neither reads configuration nor logs.
pub fn helper_main() -> i32 {
    let what = env::args_os().nth(2).unwrap_or_default();
    if what == WORKER {
        return worker::main();
    }
    match keep(&what) {
        Ok(status) => status,
        Err(_) => FAILED,
    }
}

/// What a helper is started with: the keeper's arguments.
pub(crate) fn arguments(within: Duration) -> [String; 2] {
    [HELPER_ARGUMENT.to_owned(), within.as_millis().to_string()]
}

fn keep(within: &OsStr) -> io::Result<i32> {
    let within = within.to_str().and_then(|text| text.parse().ok());
    let within = Duration::from_millis(within.ok_or(io::ErrorKind::InvalidInput)?);
    let until = Instant::now().checked_add(within.saturating_add(GRACE));
    // A session of our own: no terminal to prompt at, and a group that can be ended as one.
    setsid()?;
    set_child_subreaper(Some(getpid()))?;
    let worker = Command::new("/proc/self/exe")
        .arg0("entryway")
        .args([HELPER_ARGUMENT, WORKER])
        .spawn()?;
    let worker = i32::try_from(worker.id()).ok().and_then(Pid::from_raw);
    let worker = worker.ok_or(io::ErrorKind::InvalidData)?;
    wait_for_end(worker, until)?;
    end_descendants(worker)
}

/// Until the worker has ended, the daemon has let go of the question's pipe, or time is up.
fn wait_for_end(worker: Pid, until: Option<Instant>) -> io::Result<()> {
    let ended = when_ended(worker)?;
    let daemon = rustix::stdio::stdin();
    loop {
        // No events asked for: only the end of a pipe is reported, and the question in it does not matter.
        let mut pipes = [
            PollFd::new(&daemon, PollFlags::empty()),
            PollFd::new(&ended, PollFlags::empty()),
        ];
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        match poll(&mut pipes, left.as_ref()) {
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// A pipe that ends when the worker has. It is not reaped by that: its number stays its own.
fn when_ended(worker: Pid) -> io::Result<PipeReader> {
    let (ended, running) = io::pipe()?;
    thread::Builder::new().spawn(move || {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(worker), options) {}
        drop(running);
    })?;
    Ok(ended)
}

/// Ends and reaps all descendants; the worker's exit status.
///
/// Each round ends all children there are and then waits for one of them. What an ended one had started becomes our
/// child before it can be waited for itself, and nobody but us takes children off the list: no round misses any, each
/// wait has something to wait for, and the last one finds nothing.
fn end_descendants(worker: Pid) -> io::Result<i32> {
    let mut status = None;
    loop {
        // The worker by its number as well: a kernel may be built without lists of children.
        let unreaped = status.is_none().then_some(worker);
        for child in unreaped.into_iter().chain(children()?) {
            // It may have become another user's (a setuid program): such a one ends when its pipes do.
            let _ = kill_process(child, Signal::KILL);
        }
        match wait(WaitOptions::empty()) {
            Ok(Some((ended, how))) if ended == worker => status = Some(exit_status(how)),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::CHILD) => return Ok(status.unwrap_or(FAILED)),
            Err(error) => return Err(error.into()),
        }
    }
}

fn exit_status(how: WaitStatus) -> i32 {
    let signal = how
        .terminating_signal()
        .map(|signal| SIGNALLED.saturating_add(signal));
    signal.or(how.exit_status()).unwrap_or(FAILED)
}

/// The children of all our threads.
fn children() -> io::Result<Vec<Pid>> {
    let mut found = Vec::new();
    for thread in fs::read_dir("/proc/self/task")? {
        // A thread may end between the two.
        let text = fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
        let numbers = text
            .split_whitespace()
            .filter_map(|number| number.parse().ok());
        found.extend(numbers.filter_map(Pid::from_raw));
    }
    Ok(found)
}

//! One helper from the daemon's side: started, asked, heard, ended. It ends however the question ends: answered, timed
//! out, or with nobody left who wants to know.

use crate::keeper;
use crate::message::{Answer, MAX_ANSWER, Malformed};
use crate::words;
use entryway_ldap_types::Password;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::future::pending;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::{sleep_until, timeout};
use zeroize::Zeroizing;

/// How long a keeper may take to end what its worker left behind, before it is ended itself.
const ENDING: Duration = Duration::from_secs(2);
/// Most bytes of what modules print that are kept.
const NOISE: usize = 512;

/// Why a helper gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// It cannot be started.
    #[error("the helper for OS accounts cannot be started")]
    Start(#[source] io::Error),
    /// It took too long, or waited too long for its turn.
    #[error("{0}")]
    TimedOut(&'static str),
    /// It ended first.
    #[error("the helper for OS accounts ended without an answer ({how}){noise}")]
    Ended {
        /// By which exit status or signal.
        how: String,
        /// What it printed, with a colon before it, or nothing.
        noise: String,
    },
    /// It answered something else.
    #[error("the helper for OS accounts gave no answer that can be read")]
    Malformed(#[from] Malformed),
    /// Entryway is stopping.
    #[error("Entryway is stopping")]
    Stopping,
}

/// One question and what is needed to ask it.
pub(crate) struct Errand {
    pub(crate) program: PathBuf,
    pub(crate) question: Zeroizing<Vec<u8>>,
    /// So that it is not repeated in words.
    pub(crate) password: Option<Arc<Password>>,
    pub(crate) deadline: Instant,
}

/// Asks, and sends what came of it. Returns once nothing of the helper is left; until then it counts as running.
///
/// To be run as a task of its own: it goes on when the one who asks goes away, and then ends the helper.
pub(crate) async fn run(
    errand: Errand,
    running: OwnedSemaphorePermit,
    mut asker: oneshot::Sender<Result<Answer, Unanswered>>,
) {
    let mut child = match start(&errand).await {
        Ok(child) => child,
        Err(unanswered) => {
            let _ = asker.send(Err(unanswered));
            return;
        }
    };
    let mut noise = Vec::new();
    let heard = tokio::select! {
        heard = ask(&mut child, &errand.question, &mut noise) => heard,
        () = sleep_until(errand.deadline.into()) => {
            Err(Unheard::Other(Unanswered::TimedOut("the helper for OS accounts did not answer in time")))
        }
        () = asker.closed() => Err(Unheard::Other(Unanswered::Stopping)),
    };
    match heard {
        Ok(answer) => {
            let _ = asker.send(Ok(answer));
            end(&mut child).await;
        }
        Err(Unheard::Other(unanswered)) => {
            let _ = asker.send(Err(unanswered));
            end(&mut child).await;
        }
        Err(Unheard::Ended) => {
            let how = end(&mut child).await;
            if let Some(rest) = child.stderr.take() {
                let _ = timeout(ENDING, listen(rest, &mut noise)).await;
            }
            let noise = in_words(&noise, errand.password.as_deref());
            let _ = asker.send(Err(Unanswered::Ended { how, noise }));
        }
    }
    drop(running);
}

/// Why nothing was heard; how a helper ended is known later.
enum Unheard {
    Ended,
    Other(Unanswered),
}

/// Starting takes as long as loading the program, which no worker of the daemon should wait for.
async fn start(errand: &Errand) -> Result<Child, Unanswered> {
    let left = errand.deadline.saturating_duration_since(Instant::now());
    let mut command = Command::new(&errand.program);
    command
        .args(keeper::arguments(left))
        .arg0("entryway")
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    match spawn_blocking(move || command.spawn()).await {
        Ok(started) => started.map_err(Unanswered::Start),
        Err(_) => Err(Unanswered::Stopping),
    }
}

/// Writes the question and reads the answer. The question's pipe stays open: its end is the order to end.
async fn ask(child: &mut Child, question: &[u8], noise: &mut Vec<u8>) -> Result<Answer, Unheard> {
    let (Some(to), Some(from), Some(beside)) = (
        child.stdin.as_mut(),
        child.stdout.as_mut(),
        child.stderr.as_mut(),
    ) else {
        return Err(Unheard::Ended);
    };
    let answer = async {
        // A helper that is gone is noticed below.
        let _ = to.write_all(question).await;
        let length = from.read_u32().await.map_err(|_| Unheard::Ended)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MAX_ANSWER {
            return Err(Unheard::Other(Malformed::TooLong.into()));
        }
        let mut frame = vec![0; length];
        from.read_exact(&mut frame)
            .await
            .map_err(|_| Unheard::Ended)?;
        Answer::from_frame(&frame).map_err(|malformed| Unheard::Other(malformed.into()))
    };
    let listening = async {
        listen(beside, noise).await;
        pending().await
    };
    tokio::select! {
        answer = answer => answer,
        never = listening => never,
    }
}

/// Reads to the end, keeping only the beginning: whoever prints a lot must not block on a full pipe.
async fn listen(mut from: impl AsyncRead + Unpin, noise: &mut Vec<u8>) {
    let mut bytes = [0; 512];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let room = NOISE.saturating_sub(noise.len());
        noise.extend(bytes.iter().take(length.min(room)));
    }
}

/// Lets go of the question's pipe, so that the keeper ends all it has, and ends the keeper if it does not. How it
/// ended.
async fn end(child: &mut Child) -> String {
    drop(child.stdin.take());
    let status = match timeout(ENDING, child.wait()).await {
        Ok(status) => status,
        Err(_) => {
            kill(child);
            child.wait().await
        }
    };
    match status {
        Ok(status) => how(status),
        Err(error) => error.to_string(),
    }
}

/// The keeper first: once it is killed, it starts nothing more, and its group is complete. Its number is still its own
/// and its group's, because it has not been reaped.
fn kill(child: &Child) {
    let keeper = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    if let Some(keeper) = keeper {
        let _ = kill_process(keeper, Signal::KILL);
        let _ = kill_process_group(keeper, Signal::KILL);
    }
}

/// The keeper's exit status is its worker's, a signal as 128 and its number.
fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code @ 129..=192) => format!("signal {}", code.saturating_sub(128)),
        Some(code) => format!("exit status {code}"),
        None => status.to_string(),
    }
}

/// What was printed, behind a colon, or nothing.
fn in_words(noise: &[u8], password: Option<&Password>) -> String {
    let secret = password.map(Password::expose).unwrap_or_default();
    match words::fit(noise, secret, NOISE) {
        noise if noise.is_empty() => noise,
        noise => format!(": {noise}"),
    }
}

#[cfg(test)]
mod tests;

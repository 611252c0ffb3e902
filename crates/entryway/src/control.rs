//! The control socket: how a running daemon is asked by an administrator of its own machine.
//!
//! It is in the state directory. One daemon has it, held by a lock beside it; whoever asks is root or the
//! daemon's own user. One question and one answer on a connection, each a line of JSON, each bounded in length and time.

mod client;
mod place;

pub(crate) use client::{Unreached, ask};
pub(crate) use place::{Place, PlaceError, Taken};

use crate::events::{ControlAcceptFailed, ControlRefused};
use crate::serve::Outcome;
use entryway_oidc::SessionId;
use entryway_web::{Ending, HubDesk, HubRefused, NotEnded, SessionDesk, SessionsAsked};
use entryway_wire::{
    CONTROL_REQUEST_MAX, ControlAnswer, ControlAsk, ControlReply, ControlRequest, EndedJson,
    HubStatus, Status,
};
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Connections at once; further ones wait in the kernel's queue.
const CONNECTIONS: usize = 8;
/// How long a question may take to arrive, and an answer to be taken.
const TRANSFER: Duration = Duration::from_secs(5);
/// How long a reading of the configuration is waited for.
const RELOAD: Duration = Duration::from_secs(60);
/// Sessions in an answer.
const PAGE: u32 = 1000;
/// A pause after a failed `accept`, which is nearly always a lack of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// What can be asked of the daemon.
pub(crate) struct Asked {
    /// How it is.
    pub(crate) status: Box<dyn Fn() -> Status + Send + Sync>,
    /// Has the configuration read again.
    pub(crate) reload: mpsc::Sender<oneshot::Sender<Outcome>>,
    /// The configuration's file, as the daemon was given it.
    pub(crate) configuration: String,
    /// The sessions of the single sign-on in force, if there is one.
    pub(crate) sessions: Box<dyn Fn() -> Option<Arc<dyn SessionDesk>> + Send + Sync>,
    /// The hub in force, if there is one.
    pub(crate) hub: Box<dyn Fn() -> Option<Arc<dyn HubDesk>> + Send + Sync>,
}

/// Who may ask: by the kernel's word, not by theirs.
#[derive(Debug, Clone)]
pub(crate) struct Welcome(BTreeSet<u32>);

impl Welcome {
    /// Root, and who runs this process.
    pub(crate) fn root_and_own() -> Self {
        Self(BTreeSet::from([0, rustix::process::geteuid().as_raw()]))
    }
}

/// Answers until dropped, or until nobody can be let in any more.
pub(crate) async fn answer_all(place: Place, welcome: Welcome, asked: Asked) {
    let asked = Arc::new(asked);
    let welcome = Arc::new(welcome);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            accepted = place.listener().accept(), if connections.len() < CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&welcome), Arc::clone(&asked)));
                }
                Err(error) => {
                    ControlAcceptFailed { problem: &error.to_string() }.emit();
                    sleep(PAUSE).await;
                }
            },
        }
    }
}

async fn connection(stream: UnixStream, welcome: Arc<Welcome>, asked: Arc<Asked>) {
    // What fails here is between the two of them: whoever asked has gone, or takes nothing.
    let _ = answer(stream, &welcome, &asked).await;
}

async fn answer(mut stream: UnixStream, welcome: &Welcome, asked: &Asked) -> io::Result<()> {
    let peer = stream.peer_cred()?;
    // Read in any case: closed with bytes that nobody read, it would take the answer along.
    let question = timeout(TRANSFER, question(&mut stream)).await?;
    let reply = if welcome.0.contains(&peer.uid()) {
        match question {
            Ok(line) => reply(&line, asked).await,
            Err(problem) => refused(problem),
        }
    } else {
        let (uid, pid) = (peer.uid(), peer.pid());
        ControlRefused { uid, pid }.emit();
        refused("only root and the daemon's own user may ask")
    };
    let mut line = serde_json::to_vec(&ControlAnswer::from(reply))?;
    line.push(b'\n');
    timeout(TRANSFER, async {
        stream.write_all(&line).await?;
        stream.shutdown().await
    })
    .await?
}

/// The line that is asked.
async fn question(stream: &mut UnixStream) -> Result<Vec<u8>, &'static str> {
    let mut line = Vec::new();
    let most = u64::try_from(CONTROL_REQUEST_MAX).unwrap_or(u64::MAX);
    let mut bounded = BufReader::new(stream.take(most));
    match bounded.read_until(b'\n', &mut line).await {
        Ok(_) if line.ends_with(b"\n") => Ok(line),
        Ok(read) if read >= CONTROL_REQUEST_MAX => Err("the question is too long"),
        _ => Err("the question has no end"),
    }
}

async fn reply(line: &[u8], asked: &Asked) -> ControlReply {
    let request = match ControlRequest::read(line) {
        Ok(request) => request,
        Err(error) => return refused(error.to_string()),
    };
    match request.ask {
        ControlAsk::Status => ControlReply::Status(Box::new((asked.status)())),
        ControlAsk::Hub => match hub(asked).await {
            Ok(status) => ControlReply::Hub(status),
            Err(why) => refused(why.to_string()),
        },
        ControlAsk::Reload => reload(asked, request.colour).await,
        ControlAsk::Sessions { whose, after } => {
            let Some(desk) = (asked.sessions)() else {
                return not_ended(NotEnded::Off);
            };
            let page = SessionsAsked {
                whose,
                after,
                limit: PAGE,
            };
            match desk.everybodys(page).await {
                Ok(sessions) => ControlReply::Sessions(sessions),
                Err(_) => not_ended(NotEnded::Unavailable),
            }
        }
        ControlAsk::EndSession { id } => end(asked, Ending::One(SessionId(id.into()))).await,
        ControlAsk::EndSessions { whose } => end(asked, Ending::AllOf(whose)).await,
    }
}

async fn hub(asked: &Asked) -> Result<HubStatus, HubRefused> {
    let desk = (asked.hub)().ok_or(HubRefused::Off)?;
    Ok(HubStatus {
        node: desk.node().to_owned(),
        sites: desk.sites().await?.sites,
        connectors: desk.connectors(None).await?.connectors,
    })
}

async fn end(asked: &Asked, ending: Ending) -> ControlReply {
    let Some(desk) = (asked.sessions)() else {
        return not_ended(NotEnded::Off);
    };
    match desk.end_for(ending, None).await {
        Ok(ended) => ControlReply::Ended(EndedJson { ended }),
        Err(why) => not_ended(why),
    }
}

fn not_ended(why: NotEnded) -> ControlReply {
    match why {
        NotEnded::Unavailable => refused(why.to_string()),
        NotEnded::Off | NotEnded::NoSession | NotEnded::Nobody | NotEnded::Several => {
            ControlReply::NotEnded {
                problem: why.to_string(),
                remedy: why.remedy().to_owned(),
            }
        }
    }
}

async fn reload(asked: &Asked, colour: bool) -> ControlReply {
    let (told, outcome) = oneshot::channel();
    let come = async {
        // Both fail only when the daemon is about to end.
        asked.reload.send(told).await.ok()?;
        outcome.await.ok()
    };
    match timeout(RELOAD, come).await {
        Ok(Some(outcome)) => ControlReply::Reload(outcome.told(&asked.configuration, colour)),
        Ok(None) => refused("the daemon is about to end"),
        Err(_) => {
            refused("reading the configuration takes long and goes on: see `entryway status`")
        }
    }
}

fn refused(problem: impl Into<String>) -> ControlReply {
    ControlReply::Refused {
        problem: problem.into(),
    }
}

#[cfg(test)]
mod tests;

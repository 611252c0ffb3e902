//! The other end of the socket: a command that asks.

use crate::kept::{SOCKET, state_path};
use entryway_wire::{CONTROL_ANSWER_MAX, ControlAnswer, ControlAsk, ControlReply, ControlRequest};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a service keeps its state: looked at too by users who have a state directory of their own.
const OF_THE_SYSTEM: &str = "/var/lib/entryway";
/// How long an answer is waited for that takes the daemon no time.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long is waited for what the daemon reads, or asks of its store: longer than the daemon itself waits.
const LONG_PATIENCE: Duration = Duration::from_secs(90);

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreached {
    /// Nobody listens at any of these.
    #[error("no daemon answers at {}", listed(.places))]
    Nobody {
        /// Where a socket was looked for.
        places: Vec<PathBuf>,
    },
    /// It may not be used.
    #[error("`{}` may not be used by this user", .place.display())]
    Forbidden {
        /// The socket.
        place: PathBuf,
    },
    /// It is used in vain.
    #[error("the daemon at `{}` does not answer", .place.display())]
    Silent {
        /// The socket.
        place: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It says no.
    #[error("the daemon at `{}` does not answer: {problem}", .place.display())]
    Refused {
        /// The socket.
        place: PathBuf,
        /// In the daemon's words.
        problem: String,
    },
    /// There is no place to look.
    #[error("it is not known where the daemon's socket is")]
    Nowhere(#[source] anyhow::Error),
}

impl Unreached {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Nobody { .. } => {
                "start one with `entryway serve`; one with another state directory is reached with `--socket FILE`, its `control.sock`"
            }
            Self::Forbidden { .. } => "ask as root, or as the user that the daemon runs as",
            Self::Silent { .. } => {
                "`kill -0` of its pid tells whether it runs; its log tells what it does"
            }
            Self::Refused { .. } => "its log says more",
            Self::Nowhere(_) => "name the socket: `--socket FILE`",
        }
    }
}

fn listed(places: &[PathBuf]) -> String {
    let quoted: Vec<_> = places
        .iter()
        .map(|place| format!("`{}`", place.display()))
        .collect();
    quoted.join(" or ")
}

/// Asks the daemon whose socket is named, or else the one of the state directory.
pub(crate) fn ask(
    socket: Option<&Path>,
    ask: ControlAsk,
    colour: bool,
) -> Result<ControlReply, Unreached> {
    let (place, stream) = connect(socket)?;
    let patience = match ask {
        ControlAsk::Status => PATIENCE,
        ControlAsk::Hub
        | ControlAsk::Reload
        | ControlAsk::Sessions { .. }
        | ControlAsk::EndSession { .. }
        | ControlAsk::EndSessions { .. } => LONG_PATIENCE,
    };
    let reply = exchange(stream, &ControlRequest::new(ask, colour), patience);
    match reply {
        Ok(ControlReply::Refused { problem }) => Err(Unreached::Refused { place, problem }),
        Ok(reply) => Ok(reply),
        Err(cause) => Err(Unreached::Silent { place, cause }),
    }
}

fn connect(socket: Option<&Path>) -> Result<(PathBuf, UnixStream), Unreached> {
    let places = match socket {
        Some(socket) => vec![socket.to_owned()],
        None => places()?,
    };
    for place in &places {
        match UnixStream::connect(place) {
            Ok(stream) => return Ok((place.clone(), stream)),
            Err(error) if is_nobody(&error) => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(Unreached::Forbidden {
                    place: place.clone(),
                });
            }
            Err(cause) => {
                return Err(Unreached::Silent {
                    place: place.clone(),
                    cause,
                });
            }
        }
    }
    Err(Unreached::Nobody { places })
}

/// No socket, or one that a daemon left behind which is gone.
fn is_nobody(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, NotADirectory, NotFound};
    matches!(error.kind(), ConnectionRefused | NotADirectory | NotFound)
}

fn places() -> Result<Vec<PathBuf>, Unreached> {
    let own = state_path().map_err(Unreached::Nowhere)?;
    let mut places = vec![own.join(SOCKET)];
    // Without `$STATE_DIRECTORY` this is not inside of the service, whose state is elsewhere.
    if std::env::var_os("STATE_DIRECTORY").is_none_or(|given| given.is_empty())
        && own != Path::new(OF_THE_SYSTEM)
    {
        places.push(Path::new(OF_THE_SYSTEM).join(SOCKET));
    }
    Ok(places)
}

fn exchange(
    mut stream: UnixStream,
    request: &ControlRequest,
    patience: Duration,
) -> io::Result<ControlReply> {
    stream.set_write_timeout(Some(patience))?;
    stream.set_read_timeout(Some(patience))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let most = u64::try_from(CONTROL_ANSWER_MAX).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    BufReader::new(stream.take(most)).read_until(b'\n', &mut line)?;
    if !line.ends_with(b"\n") {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let answer: ControlAnswer = serde_json::from_slice(&line)?;
    Ok(answer.reply)
}

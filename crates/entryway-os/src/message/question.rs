//! What a helper is asked.

use super::fields::{Reader, Writer};
use super::{MAX_QUESTION, Malformed};
use std::ffi::OsStr;
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const FIND: u8 = 1;
const LOGIN: u8 = 2;

/// What a helper is asked. No `Debug`: it may hold a password.
pub(crate) enum Question {
    /// Whether the user database has this name.
    Find(String),
    /// Whether this person may come in.
    Login(LoginQuestion),
}

/// One login, with all that the worker needs for it.
pub(crate) struct LoginQuestion {
    pub(crate) name: String,
    pub(crate) password: Zeroizing<Vec<u8>>,
    pub(crate) client: Option<IpAddr>,
    pub(crate) service: String,
    pub(crate) confdir: Option<PathBuf>,
    pub(crate) library: PathBuf,
}

impl Question {
    /// The frame; wiped when dropped.
    pub(crate) fn to_frame(&self) -> Result<Zeroizing<Vec<u8>>, Malformed> {
        match self {
            Self::Find(name) => Writer::new(FIND, MAX_QUESTION).bytes(name.as_bytes()),
            Self::Login(login) => Writer::new(LOGIN, MAX_QUESTION)
                .bytes(login.name.as_bytes())
                .bytes(&login.password)
                .bytes(
                    login
                        .client
                        .map(|client| client.to_string())
                        .unwrap_or_default()
                        .as_bytes(),
                )
                .bytes(login.service.as_bytes())
                .bytes(path_bytes(
                    login.confdir.as_deref().unwrap_or(Path::new("")),
                ))
                .bytes(path_bytes(&login.library)),
        }
        .finish()
    }

    /// Reads a frame without its length.
    pub(crate) fn from_frame(frame: &[u8]) -> Result<Self, Malformed> {
        let (kind, mut fields) = Reader::new(frame)?;
        let question = match kind {
            FIND => Self::Find(fields.text()?),
            LOGIN => Self::Login(LoginQuestion {
                name: fields.text()?,
                password: Zeroizing::new(fields.bytes()?.to_vec()),
                client: match fields.text()?.as_str() {
                    "" => None,
                    address => Some(address.parse().map_err(|_| Malformed::Field)?),
                },
                service: fields.text()?,
                confdir: Some(path(fields.bytes()?)).filter(|path| !path.as_os_str().is_empty()),
                library: path(fields.bytes()?),
            }),
            _ => return Err(Malformed::Kind),
        };
        fields.end()?;
        Ok(question)
    }
}

fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

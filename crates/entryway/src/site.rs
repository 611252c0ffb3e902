//! `entryway connector …`: enrolling, running, looking, leaving.

mod asserting;
mod certificates;
mod check;
mod enroll;
mod leave;
mod nodes;
mod outside;
mod shelf;
mod showing;
mod status;

pub(crate) use nodes::Nodes;
use outside::Ways;
pub(crate) use shelf::{Enrolled, Shelf};
pub(crate) use showing::{Showing, Shows};
pub(crate) use status::{rows, told};

use crate::cli::{Common, Connector, OwnCommand};
use crate::exit::Exit;
use crate::out;
use std::sync::Arc;

/// For the other end, and for people.
pub(crate) const SOFTWARE: &str = concat!("entryway ", env!("CARGO_PKG_VERSION"));

/// What needs no daemon.
pub(crate) async fn connector(common: &Common, asked: &Connector) -> Result<Exit, Exit> {
    match &asked.command {
        OwnCommand::Enroll(enroll) => enroll::enroll(common, enroll).await,
        OwnCommand::Run => crate::serve::connector(common).await,
        OwnCommand::Status(running) => status::status(common, running),
        OwnCommand::Check(asked) => check::check(common, asked).await,
        OwnCommand::Leave(asked) => leave::leave(common, asked).await,
    }
}

/// The identity of this machine, or a word that it has none.
pub(crate) fn enrolled(shelf: &Arc<Shelf>) -> Result<Enrolled, Exit> {
    match shelf.load() {
        Ok(Some(enrolled)) => Ok(enrolled),
        Ok(None) => {
            out::aside(&format!(
                "error: this machine is no connector: there is no identity in `{}`\n  = hint: `entryway connector enroll URL`, with the URL and the ticket that the hub's administrator gives you; `entryway connector check URL` tries the way there before\n",
                shelf.folder().display()
            ));
            Err(Exit::Configuration)
        }
        Err(error) => {
            out::aside(&format!(
                "error: {error:#}\n  = hint: enrol anew with a new ticket and `--replace`, and have the old connector revoked at the hub\n"
            ));
            Err(Exit::Configuration)
        }
    }
}

/// The folder of the identity.
pub(crate) fn shelf() -> Result<Arc<Shelf>, Exit> {
    Shelf::find().map(Arc::new).map_err(|error| {
        out::aside(&format!("error: {error:#}\n"));
        Exit::Configuration
    })
}

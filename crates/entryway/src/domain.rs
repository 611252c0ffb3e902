//! `entryway domain`: the domains of the configuration, shown and changed where they are written.
//!
//! It says what it is told and prints what comes back; how a file is edited, it does not know.

mod edit;
mod show;

pub(crate) use edit::{edited, shown_once};

use crate::cli::{Common, Domain, DomainCommand};
use crate::exit::Exit;
use crate::{out, sources};
use entryway_config::Sources;
use std::path::PathBuf;

/// Shows or changes domains.
pub(crate) fn domain(common: &Common, domain: &Domain) -> Result<Exit, Exit> {
    let (path, sources) = found(common)?;
    match &domain.command {
        DomainCommand::List => show::list(common, &sources),
        DomainCommand::Show { name } => show::show(common, &sources, name),
        DomainCommand::Add(add) => edit::add(common, &path, &sources, add),
        DomainCommand::Set(set) => edit::set(common, &path, &sources, set),
        DomainCommand::Remove { name, how } => edit::remove(common, &path, &sources, name, *how),
        DomainCommand::Default { names, how: _ } if names.is_empty() => {
            show::default(common, &sources)
        }
        DomainCommand::Default { names, how } => {
            edit::default(common, &path, &sources, names, *how)
        }
    }
}

/// The configuration file, with this process's environment.
pub(crate) fn found(common: &Common) -> Result<(PathBuf, Sources), Exit> {
    let path = sources::find_or_show(common)?;
    let sources = Sources::file(&path).environment(std::env::vars_os());
    Ok((path, sources))
}

/// Says why not.
fn refused(what: &str) -> Exit {
    out::aside(&format!("error: {what}\n"));
    Exit::No
}

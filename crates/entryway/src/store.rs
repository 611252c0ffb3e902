//! The store at the command line: opened for what a command needs of it, backed up, restored.

use crate::cli::{Common, Store as StoreArgs, StoreCommand};
use crate::columns::{Row, render};
use crate::exit::Exit;
use crate::kept::{audit_key, host_name, store_url};
use crate::table::printable;
use crate::{out, sources};
use entryway_config::{Settings, StoreUrl};
use entryway_store::{AuditKey, OpenOptions, Outage, RestoreOptions, Store, StoreError, restore};
use serde_json::json;
use std::path::Path;

/// What a command may bring into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The store and its key, where there are none.
    Make,
    /// Nothing: what is not there cannot be read.
    Existing,
}

/// `entryway store`.
pub(crate) async fn store(common: &Common, asked: &StoreArgs) -> Result<Exit, Exit> {
    match &asked.command {
        StoreCommand::Backup { file } => backup(common, file).await,
        StoreCommand::Restore { file, force } => put_back(common, file, *force).await,
    }
}

async fn backup(common: &Common, file: &Path) -> Result<Exit, Exit> {
    let store = open(common, Access::Existing).await?;
    let done = store.backup(file).await;
    let place = store.place().to_owned();
    store.close().await;
    done.map_err(|error| occupied(&error, "name another file: a backup overwrites nothing"))?;
    out::answer_as(common, &json!({ "store": place, "backup": file }), || {
        let row = Row::new("backup", file.display().to_string());
        render(
            &[
                row.note(format!("of {place}")),
                Row::more("keep it as you keep passwords: it holds hashes and signing keys"),
            ],
            out::answer_style(),
        )
    });
    Ok(Exit::Done)
}

async fn put_back(common: &Common, file: &Path, force: bool) -> Result<Exit, Exit> {
    let settings = lasting(common)?;
    let url = store_url(&settings, None).map_err(|error| refused(&error))?;
    let key = audit_key(&settings, None).map_err(|error| refused(&error))?;
    let options = RestoreOptions {
        replace: force,
        audit_key: Some(key),
    };
    restore(file, &url, options)
        .await
        .map_err(|error| occupied(&error, "`--force` replaces what it holds"))?;
    let place = url.to_string();
    out::answer_as(common, &json!({ "store": place, "backup": file }), || {
        let row = Row::new("restored", &place).note(format!("from {}", file.display()));
        render(&[row], out::answer_style())
    });
    Ok(Exit::Done)
}

/// Says what is the matter, and what helps where something stands in the way.
fn occupied(error: &StoreError, hint: &str) -> Exit {
    let exit = failed(error);
    if error.outage() == Some(Outage::Occupied) {
        out::aside(&format!("hint: {hint}\n"));
    }
    exit
}

/// Opens the store that the configuration names. Whoever opens it closes it.
pub(crate) async fn open(common: &Common, access: Access) -> Result<Store, Exit> {
    let settings = lasting(common)?;
    let opened = async {
        let path = audit_key(&settings, None)?;
        let audit_key = match access {
            Access::Make => AuditKey::load_or_create(path)?,
            Access::Existing => AuditKey::load(path)?,
        };
        let node = settings.audit.node.clone();
        let options = OpenOptions {
            node: node.unwrap_or_else(host_name),
            audit_key,
            create: access == Access::Make,
        };
        anyhow::Ok(Store::open(&store_url(&settings, None)?, options).await?)
    };
    opened.await.map_err(|error| refused(&error))
}

/// The settings, if their store outlives a process.
fn lasting(common: &Common) -> Result<Settings, Exit> {
    let (_, loaded) = sources::load_and_show(common)?;
    if loaded.settings.store.url == StoreUrl::Memory {
        out::aside("error: `store.url` is `memory:`, so that there is nothing to keep it in\n");
        return Err(Exit::No);
    }
    Ok(loaded.settings)
}

fn refused(error: &anyhow::Error) -> Exit {
    match error.downcast_ref::<StoreError>() {
        Some(error) => failed(error),
        None => {
            out::aside(&printable_line(&format!("{error:#}")));
            Exit::NoAnswer
        }
    }
}

/// Says what is the matter with the store, or with what it was asked.
pub(crate) fn failed(error: &StoreError) -> Exit {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    out::aside(&printable_line(&text));
    match error {
        StoreError::Taken(_) | StoreError::NoAccount(_) | StoreError::Account(_) => Exit::No,
        StoreError::Unavailable {
            outage: Outage::Occupied,
            ..
        } => Exit::No,
        StoreError::Address(_) => Exit::Configuration,
        StoreError::NotAStore { .. }
        | StoreError::TooNew { .. }
        | StoreError::Unavailable { .. }
        | StoreError::SharedNode { .. }
        | StoreError::Damaged { .. } => Exit::NoAnswer,
    }
}

fn printable_line(text: &str) -> String {
    format!("error: {}\n", printable(text))
}

//! Where the store and its key are, where nothing is written.

use anyhow::Context;
use entryway_config::{Settings, StoreUrl};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The store's address, its password put in. Its folder is there.
pub(crate) fn store_url(
    settings: &Settings,
    folder: Option<&Path>,
) -> anyhow::Result<entryway_store::StoreUrl> {
    if settings.store.url == StoreUrl::Default {
        state_dir()?;
    }
    address(settings, folder)
}

/// The file that the store is in, whether or not it is there; `None` for a server.
pub(super) fn file(settings: &Settings) -> anyhow::Result<Option<PathBuf>> {
    Ok(match &settings.store.url {
        StoreUrl::Default => Some(state_path()?.join("entryway.db")),
        StoreUrl::Sqlite(path) => Some(path.clone()),
        StoreUrl::Memory | StoreUrl::Postgres(_) => None,
    })
}

/// The store's address, its password put in. Makes nothing.
pub(super) fn address(
    settings: &Settings,
    folder: Option<&Path>,
) -> anyhow::Result<entryway_store::StoreUrl> {
    Ok(match &settings.store.url {
        StoreUrl::Default => entryway_store::StoreUrl::file(state_path()?.join("entryway.db")),
        StoreUrl::Sqlite(path) => entryway_store::StoreUrl::file(path),
        StoreUrl::Memory => {
            let folder = folder.context("a store that forgets needs a temporary folder")?;
            entryway_store::StoreUrl::file(folder.join("entryway.db"))
        }
        StoreUrl::Postgres(url) => {
            let store = if settings.store.allow_unverified {
                entryway_store::StoreUrl::parse_unverified(url)?
            } else {
                entryway_store::StoreUrl::parse(url)?
            };
            match &settings.store.password {
                Some(password) => store.with_password(password.expose())?,
                None => store,
            }
        }
    })
}

/// The file of the key that signs the audit: beside a SQLite file, else in the state directory.
pub(crate) fn audit_key(settings: &Settings, folder: Option<&Path>) -> anyhow::Result<PathBuf> {
    const NAME: &str = "audit.key";
    if let Some(path) = &settings.audit.key {
        return Ok(path.clone());
    }
    Ok(match (&settings.store.url, folder) {
        (StoreUrl::Sqlite(path), _) => path.parent().unwrap_or(Path::new(".")).join(NAME),
        (StoreUrl::Memory, Some(folder)) => folder.join(NAME),
        _ => state_dir()?.join(NAME),
    })
}

/// The socket in the state directory that a running daemon is reached through.
pub(crate) const SOCKET: &str = "control.sock";

/// Where state is kept: what systemd says, else the system's for root, else the user's.
pub(crate) fn state_path() -> anyhow::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let given = variable("STATE_DIRECTORY").map(|given| {
        // systemd separates several by colons; the first is the service's own.
        let given = given.to_string_lossy().into_owned();
        PathBuf::from(given.split(':').next().unwrap_or_default())
    });
    Ok(match given {
        Some(given) => given,
        None if rustix::process::geteuid().is_root() => PathBuf::from("/var/lib/entryway"),
        None => match (variable("XDG_STATE_HOME"), variable("HOME")) {
            (Some(state), _) => PathBuf::from(state).join("entryway"),
            (None, Some(home)) => PathBuf::from(home).join(".local/state/entryway"),
            (None, None) => anyhow::bail!(
                "there is no state directory: set `store.url`, or one of $STATE_DIRECTORY and $HOME"
            ),
        },
    })
}

/// The same, made when it is not there.
pub(crate) fn state_dir() -> anyhow::Result<PathBuf> {
    let dir = state_path()?;
    let mut builder = std::fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(&dir)
        .with_context(|| format!("the state directory `{}` cannot be made", dir.display()))?;
    Ok(dir)
}

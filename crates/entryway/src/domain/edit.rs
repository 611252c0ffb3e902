//! Domains changed where they are written.

use super::refused;
use crate::cli::{AddDomain, Common, How, Output, SetDomain};
use crate::columns::{Row, render};
use crate::exit::Exit;
use crate::out;
use entryway_config::Sources;
use entryway_config::edit::{Change, Draft, EditError, Edited, Lock, NewDomain};
use serde::Serialize;
use std::error::Error as _;
use std::path::{Path, PathBuf};

pub(super) fn add(
    common: &Common,
    path: &Path,
    sources: &Sources,
    add: &AddDomain,
) -> Result<Exit, Exit> {
    let file = add
        .bind_password_file
        .as_deref()
        .map(|file| as_written(file, path));
    let mut settings = pairs(&add.settings)?;
    if let Some(dialect) = &add.dialect {
        settings.insert(0, ("dialect".to_owned(), dialect.clone()));
    }
    let new = NewDomain {
        servers: add.servers.clone(),
        base: add.base.clone(),
        bind: add.bind_dn.clone().zip(file.transpose()?),
        settings,
        default: add.default,
    };
    edit(common, path, sources, add.how, |draft| {
        draft.add(&add.name, &new)
    })
}

pub(super) fn set(
    common: &Common,
    path: &Path,
    sources: &Sources,
    set: &SetDomain,
) -> Result<Exit, Exit> {
    let settings = pairs(&set.settings)?;
    edit(common, path, sources, set.how, |draft| {
        draft.set(&set.name, &settings, &set.unset)
    })
}

pub(super) fn remove(
    common: &Common,
    path: &Path,
    sources: &Sources,
    name: &str,
    how: How,
) -> Result<Exit, Exit> {
    edit(common, path, sources, how, |draft| draft.remove(name))
}

pub(super) fn default(
    common: &Common,
    path: &Path,
    sources: &Sources,
    names: &[String],
    how: How,
) -> Result<Exit, Exit> {
    edit(common, path, sources, how, |draft| draft.set_default(names))
}

fn edit(
    common: &Common,
    path: &Path,
    sources: &Sources,
    how: How,
    change: impl FnOnce(&mut Draft<'_>) -> Result<(), EditError>,
) -> Result<Exit, Exit> {
    let edited = changed(path, sources, how, change)?;
    show(common, how, &edited);
    Ok(Exit::Done)
}

/// Changes the configuration, and warns of what is overridden, and of what was not wrong before.
pub(crate) fn edited(
    path: &Path,
    sources: &Sources,
    how: How,
    change: impl FnOnce(&mut Draft<'_>) -> Result<(), EditError>,
) -> Result<Edited, Exit> {
    let edited = changed(path, sources, how, change)?;
    warn(&edited);
    Ok(edited)
}

/// What is said beside a secret that was made.
pub(crate) fn shown_once(edited: &Edited) -> String {
    let files: Vec<String> = edited
        .files()
        .map(|path| path.display().to_string())
        .collect();
    format!(
        "this is the only time that it is shown; {} has its digest, which a running daemon reads on `entryway reload`\n",
        files.join(", ")
    )
}

fn warn(edited: &Edited) {
    for line in edited.overridden() {
        out::aside(&format!("warning: {line}\n"));
    }
    if !edited.fresh().is_empty() {
        out::aside(&edited.fresh().render(out::aside_in_colour()));
    }
}

fn changed(
    path: &Path,
    sources: &Sources,
    how: How,
    change: impl FnOnce(&mut Draft<'_>) -> Result<(), EditError>,
) -> Result<Edited, Exit> {
    let done = || {
        // Held until everything is written. Who only looks keeps nobody waiting.
        let _lock = if how.dry_run {
            None
        } else {
            Some(Lock::take(path)?)
        };
        let mut draft = Draft::open(sources)?;
        change(&mut draft)?;
        let edited = draft.finish()?;
        if !how.dry_run {
            edited.write()?;
        }
        Ok(edited)
    };
    done().map_err(|error| show_refusal(&error))
}

/// Why nothing was changed.
fn show_refusal(error: &EditError) -> Exit {
    match error {
        EditError::NotLoaded(report) => {
            out::aside(&report.render(out::aside_in_colour()));
            out::aside(
                "nothing is changed: the configuration would not load; the lines above are as they would be\n",
            );
            Exit::Configuration
        }
        EditError::Named { places, .. } => {
            let list: String = places.iter().map(|place| format!("  {place}\n")).collect();
            let exit = refused(&error.to_string());
            out::aside(&format!("{list}nothing is changed: change these first\n"));
            exit
        }
        EditError::Key { .. } => {
            refused(&error.to_string());
            Exit::Usage
        }
        _ => match error.source() {
            Some(why) => refused(&format!("{error}: {why}")),
            None => refused(&error.to_string()),
        },
    }
}

/// What an edit did.
#[derive(Serialize)]
struct Answer<'a> {
    changed: bool,
    dry_run: bool,
    files: Vec<String>,
    changes: Vec<ChangeJson<'a>>,
    /// What a running daemon waits for before it reads the files again.
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<&'static str>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    key: &'a str,
    was: Option<&'a str>,
    now: Option<&'a str>,
    place: &'a str,
}

fn show(common: &Common, how: How, edited: &Edited) {
    let files: Vec<String> = edited
        .files()
        .map(|path| path.display().to_string())
        .collect();
    let is_written = !files.is_empty() && !how.dry_run;
    warn(edited);
    if common.output == Output::Json {
        return out::json(&Answer {
            changed: is_written,
            dry_run: how.dry_run,
            files,
            changes: edited.changes().iter().map(json).collect(),
            then: is_written.then_some("SIGHUP"),
        });
    }
    if files.is_empty() {
        return out::answer("nothing to change\n");
    }
    if how.dry_run {
        return out::answer(&edited.diff());
    }
    let mut rows: Vec<Row> = edited.changes().iter().map(row).collect();
    rows.push(Row::new("written", files.join(", ")));
    rows.push(Row::new("then", "a running daemon reads it on SIGHUP"));
    out::answer(&render(&rows, out::answer_style()));
}

fn row(
    Change {
        key,
        was,
        now,
        place,
    }: &Change,
) -> Row {
    let (label, text) = match (was, now) {
        (Some(_), None) => ("unset", key.clone()),
        (_, now) => (
            "set",
            format!("{key} = {}", now.as_deref().unwrap_or("none")),
        ),
    };
    let was = was
        .as_ref()
        .map(|was| format!(", was {was}"))
        .unwrap_or_default();
    Row::new(label, text).note(format!("{place}{was}"))
}

fn json(change: &Change) -> ChangeJson<'_> {
    ChangeJson {
        key: &change.key,
        was: change.was.as_deref(),
        now: change.now.as_deref(),
        place: &change.place,
    }
}

fn pairs(written: &[String]) -> Result<Vec<(String, String)>, Exit> {
    written
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok((key.trim().to_owned(), value.to_owned()))
            }
            // Not shown: whoever forgot the key may have typed a secret.
            _ => {
                refused("a setting is written `KEY=VALUE`, as in `people.search_attribute=uid`");
                Err(Exit::Usage)
            }
        })
        .collect()
}

/// A path that was typed here, as it has to be written there: paths in the configuration start from
/// the folder of their file.
fn as_written(typed: &Path, configuration: &Path) -> Result<String, Exit> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let typed = absolute(typed);
    let configuration = absolute(configuration);
    let folder = configuration
        .parent()
        .map(PathBuf::from)
        .unwrap_or_default();
    let path = typed.strip_prefix(&folder).unwrap_or(&typed);
    path.to_str().map(str::to_owned).ok_or_else(|| {
        refused("the path of the password file is not UTF-8");
        Exit::Usage
    })
}

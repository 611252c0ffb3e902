//! Accounts from a file: a line for each, in the form of passwd(5), with a hash as directories write it.

use crate::cli::Common;
use crate::columns::{Row, render};
use crate::exit::Exit;
use crate::out;
use crate::palette::Tone;
use crate::store::failed;
use crate::table::printable;
use entryway_store::{Accounts, Details, NewAccount, NewPassword, StoreError};
use serde::Serialize;
use std::path::Path;

/// Largest file: a million accounts of 128 bytes.
const LARGEST: u64 = 128 << 20;

/// What came of a file.
#[derive(Default, Serialize)]
struct Imported {
    added: usize,
    /// Lines whose name stands already: those accounts stay as they are.
    existing: Vec<usize>,
    refused: Vec<Refused>,
}

#[derive(Serialize)]
struct Refused {
    line: usize,
    problem: String,
}

/// Adds every account that can be added. A file that does not read adds none.
pub(super) async fn import(
    common: &Common,
    accounts: &Accounts,
    file: &Path,
) -> Result<Exit, Exit> {
    let text = read(file)?;
    let mut parsed = Vec::new();
    let mut imported = Imported::default();
    for (line, text) in (1..).zip(text.lines()) {
        match account(text) {
            Ok(Some(new)) => parsed.push((line, new)),
            Ok(None) => {}
            Err(problem) => imported.refused.push(Refused { line, problem }),
        }
    }
    if imported.refused.is_empty() {
        for (line, new) in parsed {
            match accounts.add(new).await {
                Ok(_) => imported.added += 1,
                Err(StoreError::Taken(_)) => imported.existing.push(line),
                Err(StoreError::Account(problem)) => imported.refused.push(Refused {
                    line,
                    problem: problem.to_string(),
                }),
                Err(error) => return Err(failed(&error)),
            }
        }
    }
    out::answer_as(common, &imported, || {
        render(&rows(&imported, file), out::answer_style())
    });
    Ok(if imported.refused.is_empty() {
        Exit::Done
    } else {
        Exit::No
    })
}

fn read(file: &Path) -> Result<String, Exit> {
    let size = std::fs::metadata(file).map(|metadata| metadata.len());
    let text = size.and_then(|size| {
        if size > LARGEST {
            return Err(std::io::Error::other(format!(
                "expected at most {LARGEST} bytes, found {size}"
            )));
        }
        std::fs::read_to_string(file)
    });
    text.map_err(|error| {
        let file = file.display().to_string();
        out::aside(&format!(
            "error: `{}` cannot be read: {error}\n",
            printable(&file)
        ));
        Exit::Usage
    })
}

/// `name:hash[:uid:gid:gecos:home:shell]`; nothing for an empty line or a comment. What is wrong is said without the
/// line's contents: a password may stand there.
fn account(line: &str) -> Result<Option<NewAccount>, String> {
    let line = line.trim_end_matches('\r');
    if line.trim().is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let fields: Vec<&str> = line.split(':').collect();
    let (name, hash, rest) = match fields.as_slice() {
        [name, hash] => (name, hash, [""; 5]),
        [name, hash, uid, gid, gecos, home, shell] => {
            (name, hash, [*uid, *gid, *gecos, *home, *shell])
        }
        other => {
            return Err(format!(
                "expected 2 or 7 fields between colons, found {}",
                other.len()
            ));
        }
    };
    let [uid, gid, gecos, home, shell] = rest;
    let number = |what: &str, text: &str| match text {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| format!("its {what} is no number from 0 to 4294967294")),
    };
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let display_name = gecos.split(',').next().unwrap_or_default();
    Ok(Some(NewAccount {
        name: (*name).to_owned(),
        password: NewPassword::Hashed((*hash).to_owned()),
        enabled: true,
        details: Details {
            uid: number("uid", uid)?,
            gid: number("gid", gid)?,
            home: text(home),
            shell: text(shell),
            user_type: None,
            email: None,
            display_name: text(display_name),
        },
    }))
}

fn rows(imported: &Imported, file: &Path) -> Vec<Row> {
    let added = match imported.added {
        1 => "1 account".to_owned(),
        added => format!("{added} accounts"),
    };
    let mut rows = vec![Row::new("added", added)];
    let place = |line: usize| format!("{}:{line}", file.display());
    for line in &imported.existing {
        rows.push(
            Row::new("existing", place(*line)).note("the account of this name stays as it is"),
        );
    }
    for Refused { line, problem } in &imported.refused {
        rows.push(
            Row::new("refused", place(*line))
                .tone(Tone::Bad)
                .note(problem),
        );
    }
    rows
}

#[cfg(test)]
mod tests;

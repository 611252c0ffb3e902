//! Whether edited texts would load.

use super::EditError;
use crate::code::Code;
use crate::load::load;
use crate::report::Report;
use crate::sources::{FileContent, Files, Sources};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The same sources with other texts in some files.
pub(super) fn with(sources: &Sources, files: &[(PathBuf, String, String)]) -> Sources {
    let edited = Edited {
        files: Arc::clone(&sources.files),
        texts: files
            .iter()
            .map(|(path, _, text)| (path.clone(), text.clone()))
            .collect(),
    };
    sources.clone().files(edited)
}

/// The problems that are new, none of which keeps the configuration from loading.
pub(super) fn judge(before: &Sources, after: &Sources) -> Result<Report, EditError> {
    let (before, after) = (report(before), report(after));
    let fresh = after.beyond(&before);
    if after.errors() == 0 || (only_unavailable(&after) && fresh.errors() == 0) {
        Ok(fresh)
    } else {
        Err(EditError::NotLoaded(after))
    }
}

/// Everything that the loader says.
pub(super) fn report(sources: &Sources) -> Report {
    load(sources).map_or_else(|report| report, |loaded| loaded.warnings)
}

/// Whether secrets that cannot be had here are all that is wrong: those of a daemon often can be read
/// by nobody else.
pub(super) fn only_unavailable(report: &Report) -> bool {
    let warnings = report.warnings();
    let unavailable = Code::SecretUnavailable.as_str();
    report.codes().filter(|code| *code == unavailable).count() + warnings == report.codes().count()
}

/// The disk, with some files as they are to be.
struct Edited {
    files: Arc<dyn Files>,
    texts: BTreeMap<PathBuf, String>,
}

impl Files for Edited {
    fn read(&self, path: &Path, limit: usize) -> io::Result<FileContent> {
        let Some(text) = self.texts.get(path) else {
            return self.files.read(path, limit);
        };
        if text.len() > limit {
            let why = format!("more than {limit} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        Ok(FileContent {
            bytes: text.clone().into_bytes(),
            mode: self
                .files
                .read(path, limit)
                .ok()
                .and_then(|content| content.mode),
        })
    }
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.files.list(folder)
    }
}

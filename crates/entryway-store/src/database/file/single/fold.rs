//! The write-ahead log is folded into the file beside the writing.
//!
//! Left to itself SQLite does so within a commit, once the log has a thousand pages: whoever wrote waits while all of them
//! are copied and the file is synchronised, and so do those behind, some ten milliseconds a few times a second under load.
//! Here a thread of its own does the most of it while statements go on; what they added meanwhile is a few pages, which
//! are folded between two statements. Then all is folded, and the log begins anew.

use super::{FileUse, open};
use rusqlite::hooks::Wal;
use rusqlite::{Connection, Error};
use std::cell::Cell;
use std::ffi::c_int;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// With so many pages the log is folded: four MiB.
const PAGES: c_int = 1000;

thread_local! {
    /// Pages of the log when this thread last wrote.
    static LOGGED: Cell<c_int> = const { Cell::new(0) };
}

/// Has this connection's writing counted, and folds nothing within it.
pub(super) fn count(connection: &Connection) {
    connection.wal_hook(Some(logged));
}

fn logged(_: &Wal, pages: c_int) -> Result<(), Error> {
    LOGGED.set(pages);
    Ok(())
}

/// Folds as much as can be while others write. An error says that this is not the moment: the next one may be.
fn fold(connection: &Connection) {
    let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
}

/// The thread that folds, from the first time on that there is something to.
pub(super) struct Fold {
    path: PathBuf,
    how: FileUse,
    folding: Option<Folding>,
}

struct Folding {
    wanted: SyncSender<()>,
    is_asked: bool,
    is_done: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Fold {
    pub(super) fn new(path: &Path, how: FileUse) -> Self {
        Self {
            path: path.to_path_buf(),
            how,
            folding: None,
        }
    }

    /// After each statement, when nobody waits for it any more.
    pub(super) fn written(&mut self, connection: &Connection) {
        let is_long = LOGGED.replace(0) >= PAGES;
        if let Some(folding) = &mut self.folding
            && folding.is_done.swap(false, Ordering::AcqRel)
        {
            folding.is_asked = false;
            // Where nothing came meanwhile the log has begun anew.
            if is_long {
                fold(connection);
            }
            return;
        }
        if !is_long {
            return;
        }
        if self.folding.is_none() {
            self.folding = start(self.path.clone(), self.how);
        }
        match &mut self.folding {
            Some(folding) if folding.is_asked => {}
            Some(folding) if folding.wanted.try_send(()).is_ok() => folding.is_asked = true,
            // Without a thread, or with one that has ended by a bug, it is done as SQLite would.
            _ => {
                self.folding = None;
                fold(connection);
            }
        }
    }

    /// Returns when its connection is closed.
    pub(super) fn end(self) {
        if let Some(folding) = self.folding {
            drop(folding.wanted);
            // Whatever it met, there is nothing more to do.
            let _ = folding.thread.join();
        }
    }
}

fn start(path: PathBuf, how: FileUse) -> Option<Folding> {
    let (wanted, asked) = sync_channel(1);
    let is_done = Arc::new(AtomicBool::new(false));
    let done = Arc::clone(&is_done);
    let thread = thread::Builder::new()
        .name("fold".to_owned())
        .spawn(move || run(&path, how, &asked, &done));
    Some(Folding {
        wanted,
        is_asked: false,
        is_done,
        thread: thread.ok()?,
    })
}

fn run(path: &Path, how: FileUse, asked: &Receiver<()>, done: &AtomicBool) {
    let mut connection = None;
    while asked.recv().is_ok() {
        if connection.is_none() {
            connection = open(path, how).ok();
        }
        if let Some(connection) = &connection {
            fold(connection);
        }
        done.store(true, Ordering::Release);
    }
}

//! Reads the configuration again, one reading at a time, beside everything else that goes on.

use crate::live::Live;
use crate::serve::log_warnings;
use crate::sources;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::{JoinHandle, spawn_blocking};

/// The readings that were asked for.
pub(super) struct Reloads {
    read: Arc<dyn Fn() + Send + Sync>,
    under_way: Option<JoinHandle<()>>,
    /// Asked for while one was under way, which may have read the file before it was changed.
    again: bool,
}

impl Reloads {
    /// Whatever is wrong with a configuration, the one in force stays.
    pub(super) fn new(live: Arc<Live>, path: PathBuf) -> Self {
        Self::of(move || read_again(&live, &path))
    }

    fn of(read: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            read: Arc::new(read),
            under_way: None,
            again: false,
        }
    }

    /// Starts a reading, or has one follow the one under way.
    pub(super) fn ask(&mut self) {
        if self.under_way.is_some() {
            self.again = true;
            return;
        }
        let read = Arc::clone(&self.read);
        // Files and certificates may wait for a disk; logins must not wait with them.
        self.under_way = Some(spawn_blocking(move || read()));
    }

    /// Waits for the reading under way, for ever if there is none. Nothing is lost when this is dropped.
    pub(super) async fn ended(&mut self) {
        let Some(reading) = &mut self.under_way else {
            return std::future::pending().await;
        };
        if reading.await.is_err() {
            tracing::error!(target: "config.refused", problem = "reading it again has failed");
        }
        self.under_way = None;
        if std::mem::take(&mut self.again) {
            self.ask();
        }
    }
}

fn read_again(live: &Live, path: &Path) {
    let kept = live.now().number;
    match sources::load(path) {
        Ok(loaded) => {
            log_warnings(&loaded);
            if let Err(error) = live.replace(loaded) {
                tracing::error!(target: "config.refused", kept, problem = format!("{error:#}"));
            }
        }
        Err(report) => {
            for problem in report.lines() {
                tracing::error!(target: "config.problem", problem = problem.as_str());
            }
            tracing::error!(target: "config.refused", kept, problem = report.summary());
        }
    }
}

#[cfg(test)]
mod tests;

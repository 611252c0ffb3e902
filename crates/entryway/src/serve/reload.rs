//! Reads the configuration again, one reading at a time, beside everything else that goes on.

mod outcome;

use crate::certificate_login::AskingListener;
use crate::events::ConfigRefused;
use crate::listener::ListenerCertificate;
use crate::live::Live;
use crate::serve::scraping::Scraping;
use crate::serve::{as_gateway, log_warnings};
use crate::sources;
use entryway_config::Loaded;
pub(crate) use outcome::Outcome;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};

/// The readings that were asked for.
pub(super) struct Reloads {
    read: Arc<dyn Fn() -> Outcome + Send + Sync>,
    under_way: Option<JoinHandle<Outcome>>,
    /// Who wants to know how the one under way ends.
    told: Vec<oneshot::Sender<Outcome>>,
    /// Asked for while one was under way, which may have read the file before it was changed.
    again: Option<Vec<oneshot::Sender<Outcome>>>,
}

impl Reloads {
    /// Whatever is wrong with a configuration, the one in force stays.
    pub(super) fn new(
        live: Arc<Live>,
        scraping: Arc<Scraping>,
        certificate: Option<Arc<ListenerCertificate>>,
        asking: Option<Arc<AskingListener>>,
        path: PathBuf,
    ) -> Self {
        Self::of(move || {
            let outcome = read_again(&live, &scraping, certificate.as_deref(), &path, as_gateway);
            if let (Outcome::Applied { .. }, Some(asking)) = (&outcome, &asking) {
                asking.look(&live);
            }
            outcome
        })
    }

    /// The same without a listener for certificates, and with something changed in whatever is read.
    pub(super) fn adjusted(
        live: Arc<Live>,
        scraping: Arc<Scraping>,
        certificate: Option<Arc<ListenerCertificate>>,
        path: PathBuf,
        adjust: fn(&mut Loaded),
    ) -> Self {
        Self::of(move || read_again(&live, &scraping, certificate.as_deref(), &path, adjust))
    }

    fn of(read: impl Fn() -> Outcome + Send + Sync + 'static) -> Self {
        Self {
            read: Arc::new(read),
            under_way: None,
            told: Vec::new(),
            again: None,
        }
    }

    /// Starts a reading, or has one follow the one under way; `tell` is told how it ends.
    pub(super) fn ask(&mut self, tell: Option<oneshot::Sender<Outcome>>) {
        if self.under_way.is_some() {
            self.again.get_or_insert_default().extend(tell);
            return;
        }
        self.told.extend(tell);
        let read = Arc::clone(&self.read);
        // Files and certificates may wait for a disk; logins must not wait with them.
        self.under_way = Some(spawn_blocking(move || read()));
    }

    /// Waits for the reading under way, for ever if there is none. Nothing is lost when this is dropped.
    pub(super) async fn ended(&mut self) {
        let Some(reading) = &mut self.under_way else {
            return std::future::pending().await;
        };
        let outcome = reading.await;
        self.under_way = None;
        let told = std::mem::take(&mut self.told);
        match outcome {
            Ok(outcome) => told.into_iter().for_each(|tell| {
                // Whoever has gone does not want to know.
                let _ = tell.send(outcome.clone());
            }),
            // Dropped, they tell that there is no outcome.
            Err(_) => {
                tracing::error!(target: "config.refused", problem = "reading it again has failed");
            }
        }
        if let Some(told) = self.again.take() {
            self.told = told;
            self.ask(None);
        }
    }
}

fn read_again(
    live: &Live,
    scraping: &Scraping,
    certificate: Option<&ListenerCertificate>,
    path: &Path,
    adjust: fn(&mut Loaded),
) -> Outcome {
    let outcome = match sources::load(path) {
        Ok(mut loaded) => {
            adjust(&mut loaded);
            apply(live, scraping, certificate, loaded)
        }
        Err(report) => {
            for problem in report.lines() {
                tracing::error!(target: "config.problem", problem = problem.as_str());
            }
            Outcome::Refused {
                in_force: live.now().in_force(),
                problem: report.summary().unwrap_or_default(),
                report: Some(report),
            }
        }
    };
    if let Outcome::Refused {
        in_force, problem, ..
    } = &outcome
    {
        live.refuse(problem);
        let kept = in_force.generation;
        ConfigRefused { kept, problem }.emit();
    }
    outcome
}

fn apply(
    live: &Live,
    scraping: &Scraping,
    certificate: Option<&ListenerCertificate>,
    loaded: Loaded,
) -> Outcome {
    log_warnings(&loaded);
    let warnings = loaded.warnings.clone();
    let refused = |error: &anyhow::Error| Outcome::Refused {
        in_force: live.now().in_force(),
        problem: format!("{error:#}"),
        report: None,
    };
    // A certificate that cannot be read, too, is found before anything else has changed.
    let shown = certificate.map(|certificate| certificate.prepare(&loaded.settings));
    let shown = match shown.transpose() {
        Ok(shown) => shown,
        Err(error) => return refused(&error),
    };
    if let Err(error) = Handle::current().block_on(live.prepare(&loaded)) {
        return refused(&error);
    }
    // An address that cannot be had is found before anything else has changed.
    let wanted = loaded.settings.metrics_listen;
    let prepared = match Handle::current().block_on(scraping.prepare(wanted)) {
        Ok(prepared) => prepared,
        Err(error) => return refused(&error),
    };
    match live.replace(loaded) {
        Ok(odd) => {
            scraping.apply(prepared);
            if let (Some(certificate), Some(shown)) = (certificate, shown) {
                certificate.apply(shown);
            }
            Outcome::Applied {
                in_force: live.now().in_force(),
                warnings,
                odd,
            }
        }
        Err(error) => {
            Handle::current().block_on(scraping.take_back(prepared));
            refused(&error)
        }
    }
}

#[cfg(test)]
mod tests;

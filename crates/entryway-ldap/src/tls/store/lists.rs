//! Revocation lists that are read again when their files change: they are replaced every few days, and one that is too
//! old is an error.

use super::file::Stamp;
use super::rereading::Reread;
use crate::tls::{CrlError, CrlFacts, Crls, TlsClient};
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Files of revocation lists, and everybody who uses them.
pub struct Lists {
    paths: Vec<PathBuf>,
    crls: Crls,
    clients: Vec<TlsClient>,
    stamps: Vec<Stamp>,
    /// Whether a change since would show in the stamps.
    settled: bool,
    broken: bool,
}

impl Lists {
    /// Reads everything. Blocks on the files.
    pub fn load(paths: Vec<PathBuf>) -> Result<Self, CrlError> {
        // Before they are read: what changes meanwhile is then seen at the next look.
        let stamps = stamps(&paths);
        let crls = Crls::load(&paths)?;
        Ok(Self {
            settled: Stamp::all_settled(&stamps, SystemTime::now()),
            paths,
            crls,
            clients: Vec::new(),
            stamps,
            broken: false,
        })
    }
    /// What was read last.
    pub fn crls(&self) -> &Crls {
        &self.crls
    }
    /// Whether it is made of these.
    pub fn is_of(&self, paths: &[PathBuf]) -> bool {
        self.paths == paths
    }
    /// From now on this client, which was made with [`Lists::crls`], has what every look finds.
    pub fn serve(&mut self, client: TlsClient) {
        self.clients.push(client);
    }
    /// For the log.
    pub fn files(&self) -> String {
        let paths = self.paths.iter();
        let shown: Vec<String> = paths.map(|path| format!("`{}`", path.display())).collect();
        shown.join(", ")
    }

    /// Looks whether a file is another than it was; if so, reads all of them, and gives the clients what is new. What
    /// cannot be read leaves everything as it is.
    pub fn look(&mut self) -> Reread<CrlError> {
        let now = stamps(&self.paths);
        if self.settled && now == self.stamps {
            return Reread::Same;
        }
        self.settled = Stamp::all_settled(&now, SystemTime::now());
        self.stamps = now;
        match Crls::load(&self.paths) {
            Ok(found) => {
                let renewed = !found.is_same(&self.crls) && self.give(&found);
                match (std::mem::take(&mut self.broken), renewed) {
                    (true, renewed) => Reread::Recovered { renewed },
                    (false, true) => Reread::Renewed,
                    (false, false) => Reread::Same,
                }
            }
            Err(error) => {
                // That a file can be read again, or that its disk is back, leaves no trace in the stamps.
                self.settled &= !matches!(error, CrlError::Unreadable { .. });
                if std::mem::replace(&mut self.broken, true) {
                    Reread::Same
                } else {
                    Reread::Broken(error)
                }
            }
        }
    }

    /// Whether every client took them: lists that were read cannot be what one refuses.
    fn give(&mut self, found: &Crls) -> bool {
        self.crls = found.clone();
        let mut all = true;
        for client in &self.clients {
            all &= client.renew_lists(found.clone()).is_ok();
        }
        all
    }
}

/// How long before its end a list is told of: authorities make one every week, or every few hours.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Remembers of which lists it was said that they end, so that nobody is told every few seconds.
#[derive(Default)]
pub struct ListWatch {
    told: HashMap<CrlFacts, (bool, SystemTime)>,
}

impl ListWatch {
    /// The lists of which it is to be told now, with the whole hours that are left, below zero since: a day before the end
    /// (of one that is made for less than four days, in its last quarter), at the end, and from then on once a day.
    pub fn due(
        &mut self,
        lists: impl IntoIterator<Item = CrlFacts>,
        now: SystemTime,
    ) -> Vec<(CrlFacts, i64)> {
        let (mut due, mut known) = (Vec::new(), HashMap::new());
        for list in lists {
            let Some(end) = list.next_update else {
                continue;
            };
            let made = u64::try_from(list.this_update).unwrap_or_default();
            let made = UNIX_EPOCH + Duration::from_secs(made);
            let warned = end.duration_since(made).unwrap_or_default() / 4;
            let from = end.checked_sub(warned.min(DAY)).unwrap_or(end);
            if now < from || known.contains_key(&list) {
                continue;
            }
            let is_over = now > end;
            let told = match self.told.get(&list) {
                Some((over, at))
                    if *over == is_over
                        && !(is_over
                            && now.duration_since(*at).is_ok_and(|since| since >= DAY)) =>
                {
                    (*over, *at)
                }
                _ => {
                    due.push((list.clone(), hours_between(now, end)));
                    (is_over, now)
                }
            };
            known.insert(list, told);
        }
        // Those that were replaced are forgotten, so that this does not grow.
        self.told = known;
        due
    }
}

fn hours_between(now: SystemTime, end: SystemTime) -> i64 {
    let hours = |span: Duration| i64::try_from(span.as_secs() / 3600).unwrap_or(i64::MAX);
    match end.duration_since(now) {
        Ok(left) => hours(left),
        Err(over) => -hours(over.duration()) - 1,
    }
}

fn stamps(paths: &[PathBuf]) -> Vec<Stamp> {
    paths.iter().map(|path| Stamp::of(path)).collect()
}

#[cfg(test)]
mod tests;

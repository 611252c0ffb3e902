//! Which tunnels there are, and which of them is asked: of those that are ready for it the one with the fewest questions
//! under way, and one that gives no sign of life only where there is no other. Outlives every configuration. Knows no
//! store and asks nothing itself.

mod certificates;
mod figures;

use super::certificates::{Assertion, NoCertificate};
use super::share::{Share, Shares};
use super::stock::Stock;
use entryway_bridge::message::{Ability, Report, Unready};
use entryway_bridge::{ConnectorId, SiteName};
use entryway_config::SiteSettings;
use entryway_tunnel::hub::Tunnel;
pub(crate) use figures::Figures;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// One tunnel, as far as is chosen by it.
pub(crate) trait Line: Send + Sync + 'static {
    fn connector(&self) -> ConnectorId;
    fn report(&self) -> Arc<Report>;
    fn outstanding(&self) -> usize;
    fn latency(&self) -> Option<Duration>;
    fn is_draining(&self) -> bool;
    /// Whether it gives no sign of life just now.
    fn is_silent(&self) -> bool;
    /// Whether its clock is further from ours than anything that it signs with its time may be.
    fn is_clock_wrong(&self) -> bool;
}

impl Line for Tunnel {
    fn connector(&self) -> ConnectorId {
        *self.connector()
    }
    fn report(&self) -> Arc<Report> {
        self.report()
    }
    fn outstanding(&self) -> usize {
        self.outstanding()
    }
    fn latency(&self) -> Option<Duration> {
        self.latency()
    }
    fn is_draining(&self) -> bool {
        self.is_draining()
    }
    fn is_silent(&self) -> bool {
        self.is_silent()
    }
    fn is_clock_wrong(&self) -> bool {
        self.is_clock_wrong()
    }
}

/// The tunnels of every site.
pub(crate) struct Registry<L> {
    sites: Mutex<HashMap<Arc<str>, Site<L>>>,
}

struct Site<L> {
    settings: SiteSettings,
    lines: Vec<Held<L>>,
    outstanding: Arc<AtomicUsize>,
    shares: Shares,
    counts: Counts,
    assertions: [AtomicU64; Assertion::ALL.len()],
    /// Whether browsers could be sent to it when that was told last.
    told_certificates: Option<Result<(), NoCertificate>>,
}

/// How questions to a site ended.
#[derive(Default)]
struct Counts([AtomicU64; Outcome::ALL.len()]);

/// How a question to a site ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    Unreachable,
    Busy,
    Lost,
    TimedOut,
    Invalid,
}

impl Outcome {
    pub(crate) const ALL: [Self; 6] = [
        Self::Answered,
        Self::Unreachable,
        Self::Busy,
        Self::Lost,
        Self::TimedOut,
        Self::Invalid,
    ];

    /// As a label.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::Lost => "lost",
            Self::TimedOut => "timed_out",
            Self::Invalid => "invalid",
        }
    }

    /// Of a question that was asked of nobody.
    pub(crate) fn of(no_line: NoLine) -> Self {
        match no_line {
            NoLine::Unknown | NoLine::NoneReady => Self::Unreachable,
            NoLine::Busy => Self::Busy,
        }
    }
}

struct Held<L> {
    line: Arc<L>,
    /// What the administrator decided: it is asked nothing new.
    draining: bool,
    /// What it was ready for when that was told last.
    told: Vec<Ability>,
    shares: Shares,
    stock: Arc<Mutex<Stock>>,
}

/// A tunnel to be asked through; its place is given back when dropped.
pub(crate) struct Picked<L> {
    pub(crate) line: Arc<L>,
    _place: Place,
    _of_share: Option<(Place, Place)>,
}

/// By which of two is asked, the lower one: silence, questions under way, how long a ping takes.
type Rank = (bool, usize, Duration);

struct Place(Arc<AtomicUsize>);

impl Place {
    /// One more; how many there were.
    fn take(count: &Arc<AtomicUsize>) -> (Self, usize) {
        let before = count.fetch_add(1, Ordering::Relaxed);
        (Self(Arc::clone(count)), before)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why nobody is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoLine {
    /// There is no such site.
    Unknown,
    /// No connector of it is ready for this.
    NoneReady,
    /// Those that are have as much to do as they take.
    Busy,
}

/// Which tunnel is wanted.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    /// This connector's alone.
    pub(crate) only: Option<&'a ConnectorId>,
    /// Any but these connectors'.
    pub(crate) without: &'a [ConnectorId],
    /// One that is drained too: what it began is for it alone to go on with.
    pub(crate) draining: bool,
    /// How much of what they take.
    pub(crate) share: Share,
}

/// One tunnel, to be shown.
pub(crate) struct Seen<L> {
    pub(crate) site: Arc<str>,
    pub(crate) line: Arc<L>,
}

impl<L> Default for Registry<L> {
    fn default() -> Self {
        Self {
            sites: Mutex::default(),
        }
    }
}

impl<L: Line> Registry<L> {
    /// Puts another list of sites in force; gives the tunnels of those that are none any more.
    pub(crate) fn configure(&self, sites: &[SiteSettings]) -> Vec<Arc<L>> {
        let mut known = self.sites.lock();
        let mut before = std::mem::take(&mut *known);
        for settings in sites {
            let site = match before.remove(&settings.name) {
                Some(site) => Site {
                    settings: settings.clone(),
                    ..site
                },
                None => Site {
                    settings: settings.clone(),
                    lines: Vec::new(),
                    outstanding: Arc::default(),
                    shares: Shares::default(),
                    counts: Counts::default(),
                    assertions: Default::default(),
                    told_certificates: None,
                },
            };
            known.insert(Arc::clone(&settings.name), site);
        }
        let gone = before.into_values().flat_map(|site| site.lines);
        gone.map(|held| held.line).collect()
    }

    /// Whether there is such a site.
    pub(crate) fn has(&self, site: &str) -> bool {
        self.sites.lock().contains_key(site)
    }

    /// Takes a tunnel in. An earlier one of the same connector is given back: it has dialled again. `Err`: there is no such
    /// site (any more).
    pub(crate) fn add(
        &self,
        site: &SiteName,
        line: &Arc<L>,
        draining: bool,
    ) -> Result<Option<Arc<L>>, NoLine> {
        let mut sites = self.sites.lock();
        let site = sites.get_mut(site.as_str()).ok_or(NoLine::Unknown)?;
        let held = Held {
            line: Arc::clone(line),
            draining,
            told: ready_of(&line.report()),
            shares: Shares::default(),
            stock: Arc::default(),
        };
        let same = |known: &&mut Held<L>| known.line.connector() == line.connector();
        match site.lines.iter_mut().find(same) {
            Some(known) => Ok(Some(std::mem::replace(known, held).line)),
            None => {
                site.lines.push(held);
                Ok(None)
            }
        }
    }

    /// Forgets a tunnel that has ended; not the one that has taken its place.
    pub(crate) fn remove(&self, site: &SiteName, line: &Arc<L>) {
        if let Some(site) = self.sites.lock().get_mut(site.as_str()) {
            site.lines.retain(|held| !Arc::ptr_eq(&held.line, line));
        }
    }

    /// Chooses a tunnel.
    pub(crate) fn pick(
        &self,
        site: &str,
        ability: Ability,
        wanted: Wanted<'_>,
    ) -> Result<Picked<L>, NoLine> {
        let sites = self.sites.lock();
        let site = sites.get(site).ok_or(NoLine::Unknown)?;
        let mut busy = false;
        let mut best: Option<(Rank, &Held<L>)> = None;
        for held in &site.lines {
            let connector = held.line.connector();
            let report = held.line.report();
            let is_meant = wanted.only.is_none_or(|only| *only == connector)
                && !wanted.without.contains(&connector);
            let is_draining = held.draining || held.line.is_draining();
            if !is_meant || is_draining && !wanted.draining || !report.is_ready(ability) {
                continue;
            }
            let outstanding = held.line.outstanding();
            let most = usize::from(report.max_in_flight);
            if outstanding >= most || held.shares.is_full(wanted.share, most) {
                busy = true;
                continue;
            }
            let latency = held.line.latency().unwrap_or(Duration::MAX);
            let rank = (held.line.is_silent(), outstanding, latency);
            if best.is_none_or(|(least, _)| rank < least) {
                best = Some((rank, held));
            }
        }
        let held = match best {
            Some((_, held)) => held,
            None if busy => return Err(NoLine::Busy),
            None => return Err(NoLine::NoneReady),
        };
        let most = site.settings.max_outstanding;
        let (place, before) = Place::take(&site.outstanding);
        if before >= most {
            return Err(NoLine::Busy);
        }
        let counts = site.shares.count(wanted.share);
        let counts = counts.zip(held.shares.count(wanted.share));
        let of_share = match counts {
            Some((of_site, of_connector)) => {
                let (of_site, before) = Place::take(of_site);
                if before >= wanted.share.of(most) {
                    return Err(NoLine::Busy);
                }
                Some((of_site, Place::take(of_connector).0))
            }
            None => None,
        };
        Ok(Picked {
            line: Arc::clone(&held.line),
            _place: place,
            _of_share: of_share,
        })
    }

    /// Counts how a question ended.
    pub(crate) fn count(&self, site: &str, outcome: Outcome) {
        let sites = self.sites.lock();
        let counts = sites.get(site).map(|site| &site.counts.0);
        if let Some(count) = counts.and_then(|counts| counts.get(outcome as usize)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A connector that could be asked, beside these.
    pub(crate) fn other(
        &self,
        site: &str,
        ability: Ability,
        without: &[ConnectorId],
    ) -> Result<ConnectorId, NoLine> {
        let wanted = Wanted {
            without,
            ..Wanted::default()
        };
        let picked = self.pick(site, ability, wanted)?;
        Ok(picked.line.connector())
    }

    /// The tunnel of a connector, and the challenges that came by it and were given to nobody yet.
    pub(crate) fn stocked(
        &self,
        site: &str,
        connector: &ConnectorId,
    ) -> Option<(Arc<L>, Arc<Mutex<Stock>>)> {
        let sites = self.sites.lock();
        let mut lines = sites.get(site)?.lines.iter();
        let held = lines.find(|held| held.line.connector() == *connector)?;
        Some((Arc::clone(&held.line), Arc::clone(&held.stock)))
    }

    /// Why no connector of a site is ready for something, as the first of them says it; `None` where one is.
    pub(crate) fn not_ready(
        &self,
        site: &str,
        ability: Ability,
    ) -> Option<Result<Unready, NoLine>> {
        let sites = self.sites.lock();
        let Some(site) = sites.get(site) else {
            return Some(Err(NoLine::Unknown));
        };
        let mut first = None;
        for held in &site.lines {
            let is_asked = !held.draining && !held.line.is_draining();
            let why = match held.line.report().not_ready(ability) {
                None if is_asked => return None,
                None => Unready::Stopping,
                Some(why) => why,
            };
            first = first.or(Some(Ok(why)));
        }
        first.or(Some(Err(NoLine::NoneReady)))
    }

    /// Whether a connector gives no sign of life just now.
    pub(crate) fn is_silent(&self, site: &str, connector: &ConnectorId) -> bool {
        let sites = self.sites.lock();
        let mut lines = sites.get(site).into_iter().flat_map(|site| &site.lines);
        lines.any(|held| held.line.connector() == *connector && held.line.is_silent())
    }

    /// Whether a connector is asked anything new from now on.
    pub(crate) fn set_draining(&self, connector: &str, draining: bool) {
        let mut sites = self.sites.lock();
        for held in sites.values_mut().flat_map(|site| &mut site.lines) {
            if held.line.connector().as_str() == connector {
                held.draining = draining;
            }
        }
    }

    /// Takes a connector's tunnel out, to be closed.
    pub(crate) fn take(&self, connector: &str) -> Option<Arc<L>> {
        let mut sites = self.sites.lock();
        sites.values_mut().find_map(|site| {
            let at = site
                .lines
                .iter()
                .position(|held| held.line.connector().as_str() == connector)?;
            Some(site.lines.remove(at).line)
        })
    }

    /// Remembers what a connector says that it is ready for: what it is not any more, and what it is now.
    pub(crate) fn reported(&self, site: &SiteName, line: &Arc<L>) -> (Vec<Ability>, Vec<Ability>) {
        let mut sites = self.sites.lock();
        let Some(site) = sites.get_mut(site.as_str()) else {
            return (Vec::new(), Vec::new());
        };
        let mut lines = site.lines.iter_mut();
        let Some(held) = lines.find(|held| Arc::ptr_eq(&held.line, line)) else {
            return (Vec::new(), Vec::new());
        };
        let now = ready_of(&line.report());
        let before = std::mem::replace(&mut held.told, now.clone());
        let not_in = |some: &[Ability], others: &[Ability]| {
            let missing = some.iter().filter(|one| !others.contains(one));
            missing.copied().collect::<Vec<_>>()
        };
        (not_in(&before, &now), not_in(&now, &before))
    }

    /// Every tunnel of one site.
    pub(crate) fn lines(&self, site: &str) -> Vec<Arc<L>> {
        let sites = self.sites.lock();
        let lines = sites.get(site).map_or(&[][..], |site| &site.lines);
        lines.iter().map(|held| Arc::clone(&held.line)).collect()
    }

    /// Every tunnel, by site and connector.
    pub(crate) fn seen(&self) -> Vec<Seen<L>> {
        let sites = self.sites.lock();
        let mut seen: Vec<Seen<L>> = sites
            .iter()
            .flat_map(|(name, site)| {
                site.lines.iter().map(|held| Seen {
                    site: Arc::clone(name),
                    line: Arc::clone(&held.line),
                })
            })
            .collect();
        drop(sites);
        seen.sort_by(|one, other| {
            let key = |seen: &Seen<L>| (Arc::clone(&seen.site), seen.line.connector());
            key(one).cmp(&key(other))
        });
        seen
    }

    /// For what a site has a connector that is asked.
    pub(crate) fn ready(&self, site: &str) -> Vec<Ability> {
        let sites = self.sites.lock();
        let Some(site) = sites.get(site) else {
            return Vec::new();
        };
        let is_ready = |ability: &Ability| {
            site.lines.iter().any(|held| {
                let is_asked = !held.draining && !held.line.is_draining();
                is_asked && site.is_ready(&held.line, *ability)
            })
        };
        Ability::ALL.into_iter().filter(is_ready).collect()
    }
}

fn ready_of(report: &Report) -> Vec<Ability> {
    let all = Ability::ALL.into_iter();
    all.filter(|ability| report.is_ready(*ability)).collect()
}

#[cfg(test)]
mod tests;

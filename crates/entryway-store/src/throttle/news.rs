//! What changed in memory since the store was told, and what the store answers.

use super::book::{Book, Shard};
use super::cell::Cell;
use super::cell::Own;
use super::key::Key;
use super::settings::{Rate, Rates};
use super::state::State;
use super::table::Table;

/// Rows that are written at once; the rest waits for the next time.
const MOST: usize = 8_192;

/// The stored numbers of the kinds of buckets; they never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Address = 1,
    Network = 2,
    Identity = 3,
    Device = 4,
}

/// A bucket that changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct News {
    pub(super) kind: Kind,
    pub(super) key: Key,
    /// With what was not sent yet.
    pub(super) state: State,
    /// The store's version that this process knows.
    pub(super) written: u64,
}

/// A bucket as the store has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) key: Key,
    pub(super) state: State,
    pub(super) version: u64,
}

/// How telling the store went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing was written.
    No,
    /// Perhaps it was. What was counted is told again and what was given back is not: that counts too much, and
    /// never too little.
    Unknown,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Address, Self::Network, Self::Identity, Self::Device];

    pub(super) fn rate(self, rates: &Rates) -> &Rate {
        match self {
            Self::Address => &rates.address,
            Self::Identity => &rates.identity,
            Self::Network | Self::Device => &rates.network,
        }
    }
}

/// The name of a bucket in the store.
pub(super) fn name(kind: Kind, key: Key) -> [u8; 17] {
    let number = (u128::from(key.who) << 64) | u128::from(key.what);
    let mut name = [kind as u8; 17];
    for (to, from) in name.iter_mut().skip(1).zip(number.to_be_bytes()) {
        *to = from;
    }
    name
}

/// `None` for what is no bucket of this version.
pub(super) fn named(name: &[u8]) -> Option<(Kind, Key)> {
    let (kind, key) = name.split_first()?;
    let kind = Kind::ALL.into_iter().find(|known| *known as u8 == *kind)?;
    let (who, what) = key.split_first_chunk::<8>()?;
    let key = Key {
        who: u64::from_be_bytes(*who),
        what: u64::from_be_bytes(what.try_into().ok()?),
    };
    Some((kind, key))
}

impl Book {
    /// Takes what changed; drops what is over.
    pub(super) fn gather(&self, at: u64) -> Vec<News> {
        let rates = self.rates();
        let mut news = Vec::new();
        for shard in self.shards() {
            let shard = &mut *shard.lock();
            gather_from(&mut shard.addresses, Kind::Address, at, &rates, &mut news);
            gather_from(&mut shard.networks, Kind::Network, at, &rates, &mut news);
            gather_from(&mut shard.identities, Kind::Identity, at, &rates, &mut news);
            gather_from(&mut shard.devices, Kind::Device, at, &rates, &mut news);
        }
        news
    }

    /// The store took it under this version; where others had counted too, it now has these sums.
    pub(super) fn accepted(&self, news: &[News], version: u64, sums: &[Row], at: u64) {
        for news in news {
            self.edit(news.kind, news.key, at, |cell| cell.set_version(version));
        }
        sums.iter().for_each(|row| self.adopt(row, false, at));
    }

    /// What others wrote.
    pub(super) fn heard(&self, rows: &[Row], at: u64) {
        rows.iter().for_each(|row| self.adopt(row, true, at));
    }

    /// The store did not take it: it stays news.
    pub(super) fn keep(&self, news: &[News], told: Told, at: u64) {
        for news in news {
            self.edit(news.kind, news.key, at, |cell| {
                cell.retell(&news.state, told == Told::Unknown);
            });
        }
    }

    fn adopt(&self, row: &Row, create: bool, at: u64) {
        let rates = self.rates();
        let rate = row.kind.rate(&rates);
        self.with(row.key, |shard| {
            shard.change(row.kind, row.key, create, &rates, at, &mut |cell| {
                let mut state = cell.state();
                state.adopt(&row.state, rate, &rates, at);
                cell.set_state(state);
                cell.set_version(row.version);
            });
        });
    }

    fn edit(&self, kind: Kind, key: Key, at: u64, run: impl Fn(&mut dyn Stored)) {
        let rates = self.rates();
        self.with(key, |shard| {
            shard.change(kind, key, false, &rates, at, &mut |cell| run(cell));
        });
    }
}

fn gather_from<O: Own>(
    table: &mut Table<O>,
    kind: Kind,
    at: u64,
    rates: &Rates,
    news: &mut Vec<News>,
) {
    table.sweep(at, rates);
    for (key, cell) in table.cells_mut() {
        if news.len() < MOST && cell.has_news() {
            news.push(News {
                kind,
                key,
                state: cell.state(),
                written: cell.written,
            });
            cell.told();
        }
    }
}

impl Shard {
    fn change(
        &mut self,
        kind: Kind,
        key: Key,
        create: bool,
        rates: &Rates,
        at: u64,
        run: &mut dyn FnMut(&mut dyn Stored),
    ) {
        match kind {
            Kind::Address => change_in(&mut self.addresses, key, create, rates, at, run),
            Kind::Network => change_in(&mut self.networks, key, create, rates, at, run),
            Kind::Identity => change_in(&mut self.identities, key, create, rates, at, run),
            Kind::Device => change_in(&mut self.devices, key, create, rates, at, run),
        }
    }
}

fn change_in<O: Own>(
    table: &mut Table<O>,
    key: Key,
    create: bool,
    rates: &Rates,
    at: u64,
    run: &mut dyn FnMut(&mut dyn Stored),
) {
    let held = table.get_mut(key).map(|cell| *cell);
    let Some(mut cell) = held.or_else(|| create.then(Cell::default)) else {
        return;
    };
    run(&mut cell);
    if cell.state().is_empty() && !cell.has_news() {
        // The store knows that nothing is left.
        cell.written = 0;
    }
    table.put(key, cell, at, rates);
}

/// A cell as the store sees it.
trait Stored {
    fn state(&self) -> State;
    fn set_state(&mut self, state: State);
    fn set_version(&mut self, version: u64);
    /// Nothing is unsent any more.
    fn told(&mut self);
    /// What was sent is unsent again.
    fn retell(&mut self, sent: &State, only_counted: bool);
}

impl<O: Own> Stored for Cell<O> {
    fn state(&self) -> State {
        let mut own = self.own;
        State {
            tally: self.tally,
            series: own.series().map(|series| *series).unwrap_or_default(),
        }
    }

    fn set_state(&mut self, state: State) {
        self.tally = state.tally;
        if let Some(series) = self.own.series() {
            *series = state.series;
        }
    }

    fn set_version(&mut self, version: u64) {
        self.written = version;
    }

    fn told(&mut self) {
        self.tally.unsent = 0;
        if let Some(series) = self.own.series() {
            (series.strangers.unsent, series.devices.unsent) = (0, 0);
        }
    }

    fn retell(&mut self, sent: &State, only_counted: bool) {
        let again = |unsent: i32| match only_counted {
            true => unsent.max(0),
            false => unsent,
        };
        let add = |to: &mut i32, unsent| *to = to.saturating_add(again(unsent));
        add(&mut self.tally.unsent, sent.tally.unsent);
        if let Some(series) = self.own.series() {
            add(&mut series.strangers.unsent, sent.series.strangers.unsent);
            add(&mut series.devices.unsent, sent.series.devices.unsent);
        }
    }
}

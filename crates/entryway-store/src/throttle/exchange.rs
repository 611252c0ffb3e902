//! Telling the store what was counted here, and hearing what was counted elsewhere: one transaction.
//!
//! The row of the empty bucket counts the writes. Whoever writes holds it until the commit, so versions
//! become visible in their order and nobody misses one.

use super::book::Book;
use super::news::{News, Row, Told, name, named};
use super::settings::millis;
use super::state::State;
use crate::StoreError;
use crate::database::{Begin, Database, Tx, args};
use std::collections::HashMap;
use std::time::Duration;

/// A row that is over is kept so long, for others to hear that nothing is left.
const LINGER: Duration = Duration::from_secs(60);

const NEXT_VERSION: &str = "INSERT INTO throttle (bucket, version, over_ms, state) VALUES ($1, 1, $2, $1) \
     ON CONFLICT (bucket) DO UPDATE SET version = throttle.version + 1 RETURNING version";
const HEARD: &str = "SELECT bucket, version, state FROM throttle WHERE version > $1 AND version < $2 AND over_ms > $3";
const LAST_VERSION: &str = "SELECT version FROM throttle WHERE bucket = $1";
const PURGE: &str = "DELETE FROM throttle WHERE over_ms < $1";

const HELD_FILE: &str = "SELECT bucket, version, state FROM throttle \
     WHERE bucket IN (SELECT unhex(value) FROM json_each($1))";
const HELD_SERVER: &str = "SELECT bucket, version, state FROM throttle \
     WHERE bucket IN (SELECT decode(name, 'hex') FROM json_array_elements_text($1::json) AS name)";
const WRITE_FILE: &str = "INSERT INTO throttle (bucket, version, over_ms, state) \
     SELECT unhex(value ->> 0), $2, value ->> 1, unhex(value ->> 2) FROM json_each($1) WHERE true \
     ON CONFLICT (bucket) DO UPDATE \
     SET version = excluded.version, over_ms = excluded.over_ms, state = excluded.state";
const WRITE_SERVER: &str = "INSERT INTO throttle (bucket, version, over_ms, state) \
     SELECT decode(item ->> 0, 'hex'), $2, (item ->> 1)::bigint, decode(item ->> 2, 'hex') \
     FROM json_array_elements($1::json) AS item \
     ON CONFLICT (bucket) DO UPDATE \
     SET version = excluded.version, over_ms = excluded.over_ms, state = excluded.state";

/// One process's view of the store's counts.
pub(super) struct Exchange {
    /// Everything up to this version was heard.
    seen: i64,
    /// When rows that are over were last removed.
    purged: u64,
}

impl Exchange {
    pub(super) fn new() -> Self {
        Self { seen: 0, purged: 0 }
    }

    /// Tells and hears once, or leaves everything to the next time.
    pub(super) async fn once(
        &mut self,
        database: &Database,
        book: &Book,
        at: u64,
        patience: Duration,
    ) -> Result<(), StoreError> {
        let news = book.gather(at);
        let mut told = Told::No;
        let done = tokio::time::timeout(patience, self.run(database, book, &news, at, &mut told));
        let error = match done.await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => StoreError::unavailable(database.place(), crate::Outage::TimedOut),
        };
        book.keep(&news, told, at);
        Err(error)
    }

    async fn run(
        &mut self,
        database: &Database,
        book: &Book,
        news: &[News],
        at: u64,
        told: &mut Told,
    ) -> Result<(), StoreError> {
        let purge = at >= self.purged.saturating_add(millis(LINGER));
        if news.is_empty() && !purge {
            return self.hear(database, book, at).await;
        }
        let mut tx = database.begin(Begin::Write).await?;
        let version = tx
            .row(NEXT_VERSION, args![Vec::new(), i64::MAX])
            .await?
            .map_or(Ok(0), |row| row.int(0))?;
        let sums = write(&mut tx, book, news, version, at).await?;
        let heard = rows(&mut tx, HEARD, args![self.seen, version, signed(at)]).await?;
        if purge {
            let over = signed(at.saturating_sub(millis(LINGER)));
            tx.execute(PURGE, args![over]).await?;
        }
        *told = Told::Unknown;
        tx.commit().await?;
        book.accepted(news, unsigned(version), &sums, at);
        book.heard(&heard, at);
        self.seen = version;
        if purge {
            self.purged = at;
        }
        Ok(())
    }

    async fn hear(&mut self, database: &Database, book: &Book, at: u64) -> Result<(), StoreError> {
        let mut tx = database.begin(Begin::Read).await?;
        let newest = tx
            .row(LAST_VERSION, args![Vec::new()])
            .await?
            .map_or(Ok(0), |row| row.int(0))?;
        if newest < self.seen {
            // An older store was put back: all of it is news.
            self.seen = 0;
        }
        if newest > self.seen {
            let heard = rows(&mut tx, HEARD, args![self.seen, newest + 1, signed(at)]).await?;
            book.heard(&heard, at);
            self.seen = newest;
        }
        Ok(())
    }
}

/// Writes the news, on top of what others wrote meanwhile; gives those sums.
async fn write(
    tx: &mut Tx,
    book: &Book,
    news: &[News],
    version: i64,
    at: u64,
) -> Result<Vec<Row>, StoreError> {
    if news.is_empty() {
        return Ok(Vec::new());
    }
    // Nothing in these lists needs an escape: hexadecimal digits and numbers.
    let names = news
        .iter()
        .map(|news| format!("\"{}\"", hex(&name(news.kind, news.key))));
    let names = format!("[{}]", names.collect::<Vec<_>>().join(","));
    let file = tx.is_file();
    let held = if file { HELD_FILE } else { HELD_SERVER };
    let held = rows(tx, held, args![&*names]).await?;
    let held = held.into_iter().map(|row| (name(row.kind, row.key), row));
    let held: HashMap<_, _> = held.collect();

    let rates = book.rates();
    let mut sums = Vec::new();
    let mut items = Vec::with_capacity(news.len());
    for news in news {
        let (rate, name) = (news.kind.rate(&rates), name(news.kind, news.key));
        let mut state = news.state;
        if let Some(row) = held.get(&name).filter(|row| row.version != news.written) {
            state.adopt(&row.state, rate, &rates, at);
            sums.push(Row {
                state,
                version: unsigned(version),
                ..*row
            });
        }
        let over = state.over_at(rate, &rates).max(at);
        let (name, over, state) = (hex(&name), signed(over), hex(&state.encode()));
        items.push(format!("[\"{name}\",{over},\"{state}\"]"));
    }
    let items = format!("[{}]", items.join(","));
    let write = if file { WRITE_FILE } else { WRITE_SERVER };
    tx.execute(write, args![&*items, version]).await?;
    Ok(sums)
}

async fn rows(
    tx: &mut Tx,
    sql: &'static str,
    args: Vec<crate::database::Arg>,
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for row in tx.rows(sql, args).await? {
        let (bucket, version, state) = (row.bytes(0)?, row.int(1)?, row.bytes(2)?);
        if let (Some((kind, key)), Some(state)) = (named(&bucket), State::decode(&state)) {
            rows.push(Row {
                kind,
                key,
                state,
                version: unsigned(version),
            });
        }
    }
    Ok(rows)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

//! The latest decisions, and those that come.

use super::show::verdict;
use super::{as_json, read};
use crate::cli::{Common, Output, Tail};
use crate::exit::Exit;
use crate::out;
use crate::store::failed;
use crate::table::printable;
use entryway_store::{Audit, AuditRecord};
use std::collections::HashMap;
use std::time::Duration;

/// How often the store is asked for new ones.
const POLL: Duration = Duration::from_millis(500);
/// How many are read at first when looking for new ones.
const FEW: usize = 64;

pub(super) async fn tail(common: &Common, audit: &Audit, asked: Tail) -> Result<Exit, Exit> {
    let mut seen = Seen::default();
    let records = last(audit, asked.count.max(1)).await?;
    seen.see(&records);
    let shown = records
        .iter()
        .skip(records.len() - asked.count.min(records.len()));
    for record in shown {
        if !print(common, record)? {
            return Ok(Exit::Done);
        }
    }
    if !asked.follow {
        return Ok(Exit::Done);
    }
    loop {
        tokio::time::sleep(POLL).await;
        for record in seen.new_ones(audit).await? {
            if !print(common, &record)? {
                return Ok(Exit::Done);
            }
        }
    }
}

async fn last(audit: &Audit, count: usize) -> Result<Vec<AuditRecord>, Exit> {
    audit.tail(count).await.map_err(|error| failed(&error))
}

/// The last record of each node that was seen.
#[derive(Default)]
struct Seen(HashMap<String, i64>);

impl Seen {
    fn see(&mut self, records: &[AuditRecord]) {
        for record in records {
            let last = self.0.entry(record.node.clone()).or_insert(-1);
            *last = (*last).max(record.seq);
        }
    }

    fn has(&self, record: &AuditRecord) -> bool {
        let last = self.0.get(&record.node);
        last.is_some_and(|last| record.seq <= *last)
    }

    /// Everything since the last time: read back until something is met that was seen, or there is no more.
    async fn new_ones(&mut self, audit: &Audit) -> Result<Vec<AuditRecord>, Exit> {
        let mut count = FEW;
        let records = loop {
            let records = last(audit, count).await?;
            let met = records.first().is_none_or(|oldest| self.has(oldest));
            if met || records.len() < count {
                break records;
            }
            count = count.saturating_mul(4);
        };
        let (_, new): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| self.has(record));
        self.see(&new);
        Ok(new)
    }
}

/// False once nobody reads.
fn print(common: &Common, record: &AuditRecord) -> Result<bool, Exit> {
    if common.output == Output::Json {
        return Ok(out::answer_more(&as_json(record)?));
    }
    let explained = read(record)?;
    let name = explained.login_name.as_deref().unwrap_or_default();
    let line = format!(
        "{}  {}  {:<30}  {}  {}  {}{}\n",
        explained.at.as_deref().unwrap_or("?"),
        explained.id,
        verdict(&explained),
        printable(&format!("{name:?}")),
        explained.caller.as_deref().unwrap_or("-"),
        explained.client_address.as_deref().unwrap_or("-"),
        match explained.is_revalidation() {
            true => "  revalidation",
            false => "",
        },
    );
    Ok(out::answer_more(&line))
}

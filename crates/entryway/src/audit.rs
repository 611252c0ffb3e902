//! `entryway audit`: the record of decisions, read and checked. It reads what `entryway-wire` wrote, by whatever version.

mod show;
mod tail;
mod verify;

use crate::cli::{Audit, AuditCommand, Common};
use crate::exit::Exit;
use crate::explain::Explained;
use crate::out;
use crate::store::{Access, failed, open};
use entryway_login::LoginId;
use entryway_store::{AuditRecord, Store};
use entryway_wire::RecordedJson;
pub(crate) use show::on_record;

/// Reads the record.
pub(crate) async fn audit(common: &Common, asked: &Audit) -> Result<Exit, Exit> {
    match &asked.command {
        AuditCommand::Tail(asked) => {
            let store = open(common, Access::Existing).await?;
            let done = tail::tail(common, store.audit(), *asked).await;
            store.close().await;
            done
        }
        AuditCommand::Verify => {
            let store = open(common, Access::Existing).await?;
            let report = store.audit().verify().await;
            store.close().await;
            Ok(verify::show(
                common,
                &report.map_err(|error| failed(&error))?,
            ))
        }
        AuditCommand::Show { id } => {
            let record = look_up(common, id).await?;
            show::show(common, &record)
        }
    }
}

/// The record of a login, by its id as it is typed.
pub(crate) async fn look_up(common: &Common, id: &str) -> Result<AuditRecord, Exit> {
    let Some(id) = LoginId::parse(id) else {
        let id = id.escape_debug();
        out::aside(&format!(
            "error: `{id}` is not the id of a login: expected 16 hexadecimal digits\n"
        ));
        return Err(Exit::Usage);
    };
    let store = open(common, Access::Existing).await?;
    let found = get(&store, id).await;
    store.close().await;
    found
}

async fn get(store: &Store, id: LoginId) -> Result<AuditRecord, Exit> {
    let found = store.audit().get(id.bits()).await;
    found.map_err(|error| failed(&error))?.ok_or_else(|| {
        out::aside(&format!(
            "error: no decision on login `{id}` is on record\n"
        ));
        Exit::No
    })
}

/// The record, read.
pub(crate) fn read(record: &AuditRecord) -> Result<Explained, Exit> {
    let json = serde_json::from_slice(&record.body);
    json.and_then(Explained::of).map_err(|_| damaged(record))
}

/// The record as it was written, in a line.
pub(crate) fn as_json(record: &AuditRecord) -> Result<String, Exit> {
    RecordedJson::new(&record.node, record.seq, &record.body)
        .and_then(|json| serde_json::to_string(&json).ok())
        .map(|line| line + "\n")
        .ok_or_else(|| damaged(record))
}

fn damaged(record: &AuditRecord) -> Exit {
    let (node, seq) = (record.node.escape_debug(), record.seq);
    out::aside(&format!(
        "error: record {seq} of node `{node}` does not read\n"
    ));
    Exit::NoAnswer
}

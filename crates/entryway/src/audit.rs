//! `entryway audit`: the record of decisions, read and checked. It reads what `entryway-wire` wrote, by whatever version.

mod show;
mod signed;
mod tail;
mod verify;

use crate::cli::{Audit, AuditCommand, Common};
use crate::columns::Row;
use crate::exit::Exit;
use crate::explain::Explained;
use crate::out;
use crate::site::Shelf;
use crate::store::{Access, failed, open};
use entryway_login::LoginId;
use entryway_store::{AuditRecord, Store};
use entryway_wire::RecordedJson;
pub(crate) use show::on_record;
use signed::Signed;
pub(crate) use signed::look;

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
            let found = look_up(common, id).await?;
            show::show(common, &found)
        }
    }
}

/// A record, and what came of looking at the signature of a site's connector in it, where there is one.
pub(crate) struct OnRecord {
    pub(crate) record: AuditRecord,
    pub(crate) signed: Option<Signed>,
}

impl OnRecord {
    /// No, where the record says another thing than the connector has signed.
    pub(crate) fn exit(&self) -> Exit {
        match self.signed.as_ref().is_some_and(Signed::is_misfit) {
            true => Exit::No,
            false => Exit::Done,
        }
    }

    /// Who signed it, for people.
    pub(crate) fn signed_rows(&self) -> Vec<Row> {
        self.signed.as_ref().map(Signed::rows).unwrap_or_default()
    }
}

/// The record of a login, by its id as it is typed.
pub(crate) async fn look_up(common: &Common, id: &str) -> Result<OnRecord, Exit> {
    let Some(id) = LoginId::parse(id) else {
        let id = id.escape_debug();
        out::aside(&format!(
            "error: `{id}` is not the id of a login: expected 16 hexadecimal digits\n"
        ));
        return Err(Exit::Usage);
    };
    let store = open(common, Access::Existing).await?;
    let found = match get(&store, id).await {
        Ok(record) => looked_at(&store, record).await,
        Err(exit) => Err(exit),
    };
    store.close().await;
    found
}

async fn looked_at(store: &Store, record: AuditRecord) -> Result<OnRecord, Exit> {
    let json = serde_json::from_slice(&record.body).map_err(|_| damaged(&record))?;
    let signed = match look(&json, LoginId::from_bits(record.login_id)) {
        Some(signed) => {
            let keys = keys(store, &signed).await?;
            Some(signed.known(&keys))
        }
        None => None,
    };
    Ok(OnRecord { record, signed })
}

/// The keys of a connector: in a hub's record as the hub knows it, in one of its own as it knows itself.
async fn keys(store: &Store, signed: &Signed) -> Result<Vec<[u8; 32]>, Exit> {
    let (Some(site), Some(connector)) = signed.by() else {
        return Ok(Vec::new());
    };
    if signed.is_at_hub() {
        let row = store.hub().connector(connector).await;
        let row = row.map_err(|error| failed(&error))?;
        let row = row.filter(|row| row.site == site);
        let keys = row.map(|row| [Some(row.spki), row.spki_before]);
        return Ok(keys.into_iter().flatten().flatten().collect());
    }
    let own = Shelf::find().ok().and_then(|shelf| shelf.load().ok()?);
    let own = own.map(|enrolled| enrolled.credential);
    let own = own.filter(|own| own.site.as_str() == site && own.connector.as_str() == connector);
    Ok(own.map(|own| own.fingerprint()).into_iter().collect())
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
fn as_json(record: &AuditRecord) -> Result<String, Exit> {
    line(record, None)
}

/// The same, with what came of looking at a connector's signature.
pub(crate) fn found_as_json(found: &OnRecord) -> Result<String, Exit> {
    line(&found.record, found.signed.as_ref())
}

fn line(record: &AuditRecord, signed: Option<&Signed>) -> Result<String, Exit> {
    RecordedJson::new(&record.node, record.seq, &record.body)
        .map(|json| json.looked_at(signed.map(Signed::json)))
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

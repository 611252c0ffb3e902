//! One decision: when, who asked, what came of it.

use super::{OnRecord, found_as_json, read};
use crate::cli::{Common, Output};
use crate::columns::{Row, render};
use crate::exit::Exit;
use crate::explain::{Explained, elapsed};
use crate::out;
use entryway_store::AuditRecord;

pub(super) fn show(common: &Common, found: &OnRecord) -> Result<Exit, Exit> {
    let record = &found.record;
    if common.output == Output::Json {
        out::answer(&found_as_json(found)?);
        return Ok(found.exit());
    }
    let explained = read(record)?;
    let mut rows = on_record(record, &explained);
    let name = explained.login_name.as_deref().unwrap_or_default();
    rows.extend([
        Row::new("login name", name),
        Row::new("decision", verdict(&explained)).note(elapsed(explained.took())),
        Row::new("login", &explained.id).note("entryway explain --login shows every step"),
    ]);
    rows.extend(found.signed_rows());
    out::answer(&render(&rows, out::answer_style()));
    Ok(found.exit())
}

/// Where a decision is on record, and who asked for it.
pub(crate) fn on_record(record: &AuditRecord, explained: &Explained) -> Vec<Row> {
    let at = explained.at.as_deref().unwrap_or("?");
    let asked = match (&explained.caller, &explained.client_address) {
        (Some(caller), Some(address)) => format!("{caller}, for a person at {address}"),
        (Some(caller), None) => caller.clone(),
        (None, Some(address)) => format!("the command line, for a person at {address}"),
        (None, None) => "the command line".to_owned(),
    };
    let mut rows = vec![
        Row::new("on record", at).note(format!("record {} of node {}", record.seq, record.node)),
        Row::new("asked by", asked),
    ];
    if explained.is_revalidation() {
        rows.push(Row::new("question", "revalidation").note("is somebody still welcome"));
    }
    rows
}

/// `accept`; `reject, wrong_password`.
pub(super) fn verdict(explained: &Explained) -> String {
    let (decision, code) = (explained.decision.as_str(), explained.code());
    if decision == code {
        decision.to_owned()
    } else {
        format!("{decision}, {code}")
    }
}

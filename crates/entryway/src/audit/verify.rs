//! What a verification found.

use crate::cli::Common;
use crate::columns::{Row, render};
use crate::exit::Exit;
use crate::out;
use crate::palette::Tone;
use entryway_store::{BreachKind, NodeReport, Report};
use serde::Serialize;

#[derive(Serialize)]
struct ReportJson<'a> {
    whole: bool,
    nodes: Vec<NodeJson<'a>>,
}

#[derive(Serialize)]
struct NodeJson<'a> {
    node: &'a str,
    records: i64,
    first_seq: i64,
    signed_below: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    marked_below: Option<i64>,
    /// Public keys, in hexadecimal digits.
    unknown_keys: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    breach: Option<BreachJson>,
}

#[derive(Serialize)]
struct BreachJson {
    seq: i64,
    kind: &'static str,
}

impl<'a> NodeJson<'a> {
    fn of(node: &'a NodeReport) -> Self {
        Self {
            node: &node.node,
            records: node.records,
            first_seq: node.first_seq,
            signed_below: node.signed_below,
            marked_below: node.marked_below,
            unknown_keys: node.unknown_keys.iter().map(|key| hex(key)).collect(),
            breach: node.breach.map(|breach| BreachJson {
                seq: breach.seq,
                kind: breach.kind.as_str(),
            }),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Shows each node's chain; a breach anywhere is a no.
pub(super) fn show(common: &Common, report: &Report) -> Exit {
    let json = ReportJson {
        whole: report.is_whole(),
        nodes: report.nodes.iter().map(NodeJson::of).collect(),
    };
    out::answer_as(common, &json, || {
        let rows: Vec<Row> = if report.nodes.is_empty() {
            vec![Row::new("audit", "empty")]
        } else {
            report.nodes.iter().flat_map(rows).collect()
        };
        render(&rows, out::answer_style())
    });
    if report.is_whole() {
        Exit::Done
    } else {
        Exit::No
    }
}

fn rows(node: &NodeReport) -> Vec<Row> {
    let records = match node.records {
        1 => "1 record".to_owned(),
        records => format!("{records} records"),
    };
    let begins = match node.first_seq {
        0 => "from its beginning".to_owned(),
        first => format!("from record {first}; what was before is pruned"),
    };
    let signed = match node.signed_below {
        0 => "nothing yet".to_owned(),
        below => format!("below record {below}"),
    };
    let mut rows = vec![
        Row::new("node", &node.node),
        Row::new("chain", records).note(begins),
        Row::new("signed", signed),
    ];
    let holds = node.first_seq + node.records;
    if let Some(marked) = node.marked_below
        && marked > holds
        && let Some(row) = rows.pop()
    {
        rows.push(row.note(format!(
            "this machine signed below record {marked}; what stands here ends at {holds}"
        )));
    }
    for key in &node.unknown_keys {
        let row = Row::more(format!("by key {}", hex(key))).tone(Tone::Doubt);
        rows.push(row.note("nobody here can tell whose it is"));
    }
    rows.push(match node.breach {
        None => Row::new("verdict", "whole").tone(Tone::Good),
        Some(breach) => {
            let text = format!("broken at record {}: {}", breach.seq, breach.kind.as_str());
            Row::new("verdict", text)
                .tone(Tone::Bad)
                .note(meaning(breach.kind))
        }
    });
    rows
}

fn meaning(kind: BreachKind) -> &'static str {
    match kind {
        BreachKind::Gap => "records are missing there",
        BreachKind::Altered => "what stands there is not what was written",
        BreachKind::Reordered => "what stands there was written elsewhere in the chain",
        BreachKind::Truncated => "records were signed that are not there",
        BreachKind::BadSignature => "a signature there is wrong",
        BreachKind::UnknownKey => "it is signed by another key than this node's own",
        BreachKind::Unsigned => "no signature covers what stands there",
    }
}

//! Cards as somebody else's parser reads them: Debian's `python3-vobject`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use entryway_lookup::{Card, CardField, EntryId, Spent};
use entryway_wire::vcard;
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const PHOTO: &str = "https://portal.corp.example/api/v1/people/staff:1/photo";

fn card(text: &str) -> Card {
    let field = |name: &str| CardField {
        name: name.into(),
        text: text.to_owned(),
    };
    Card {
        id: EntryId::parse("staff:1").unwrap(),
        name: text.to_owned(),
        fields: ["title", "note", "company", "location", "mail"]
            .map(field)
            .to_vec(),
        has_photo: true,
        tag: 0,
        gaps: Vec::new(),
        spent: Spent::default(),
    }
}

#[test]
fn another_parser_reads_what_was_meant() {
    // A line of each length around the fold, in characters of one, two, three and four bytes.
    let folded = (60..80).flat_map(|length| ["x", "ü", "€", "😀"].map(|one| one.repeat(length)));
    let hostile = [
        "Jane Doe",
        "Doe, Jane; Head",
        "one\ntwo",
        "a\\nb",
        "back\\slash\\",
        "\\,\\;",
        "END:VCARD\nBEGIN:VCARD",
        "x\nTEL:+1\nEMAIL;TYPE=work:evil@x.example",
        "quote \" and : colon",
        "tab\there",
    ];
    let texts: Vec<String> = hostile
        .map(str::to_owned)
        .into_iter()
        .chain(folded)
        .collect();
    let written: String = texts
        .iter()
        .map(|text| vcard(&card(text), Some(PHOTO)))
        .collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vcard.py");
    // The distribution's: another one need not see its packages.
    let mut python = Command::new("/usr/bin/python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python
        .stdin
        .take()
        .unwrap()
        .write_all(written.as_bytes())
        .unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "is python3-vobject installed?");
    let read: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read.len(), texts.len());
    for (text, read) in texts.iter().zip(read) {
        let expected = json!({
            "names": ["ADR", "EMAIL", "FN", "KIND", "N", "NOTE", "ORG", "PHOTO", "TITLE", "UID", "VERSION"],
            "fn": text, "title": text, "note": text, "org": [text], "street": text, "given": text,
            "email": [text], "photo": PHOTO,
        });
        assert_eq!(read, expected, "{text:?}");
    }
}

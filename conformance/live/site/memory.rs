//! Whether a text stands where it should not, in whatever form a program may carry it.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use entryway_conformance::Finished;
use std::process::Command;

const PROGRAM: &str = include_str!("memory.py");

/// A text in one form.
pub(super) struct Form {
    name: &'static str,
    bytes: Vec<u8>,
    /// Each byte as the character of its number: what the standard library finds quickly, in a test binary too.
    characters: String,
}

impl Form {
    /// The form itself, where it is a text.
    pub(super) fn text(&self) -> Option<&str> {
        str::from_utf8(&self.bytes).ok()
    }
}

/// How a text may be carried along.
pub(super) fn forms(text: &str) -> Vec<Form> {
    let little = text.encode_utf16().flat_map(u16::to_le_bytes);
    let big = text.encode_utf16().flat_map(u16::to_be_bytes);
    let quoted = serde_json::Value::from(text).to_string();
    let mut forms = vec![
        ("plain", text.as_bytes().to_vec()),
        ("UTF-16", little.collect()),
        ("UTF-16, larger byte first", big.collect()),
        ("in JSON", quoted.trim_matches('"').as_bytes().to_vec()),
        ("in JSON of ASCII", in_ascii(text).into_bytes()),
        ("percent-encoded", percent(text, "%20").into_bytes()),
        ("in a form", percent(text, "+").into_bytes()),
    ];
    for offset in 0..3 {
        let standard = base64(text.as_bytes(), offset);
        let in_urls = standard.replace('+', "-").replace('/', "_");
        forms.push(("base64", standard.into_bytes()));
        forms.push(("base64 for URLs", in_urls.into_bytes()));
    }
    let form = |(name, bytes): (_, Vec<u8>)| Form {
        name,
        characters: characters(&bytes),
        bytes,
    };
    forms.into_iter().map(form).collect()
}

/// The names of those forms that stand in the readable memory of a process, and how much there is of it.
pub(super) fn in_memory(pid: u32, forms: &[Form]) -> Result<(Vec<&'static str>, u64)> {
    let lines: Vec<String> = forms.iter().map(|form| hex(&form.bytes)).collect();
    let mut python = Command::new("python3");
    python.args(["-c", PROGRAM, &pid.to_string()]);
    let read = Finished::of(&mut python, &lines.join("\n"))?;
    ensure!(
        read.exit == 0,
        "another process's memory is read as root: {}",
        read.stderr
    );
    let mut numbers: Vec<u64> = Vec::new();
    for line in read.stdout.lines() {
        numbers.push(line.parse()?);
    }
    let total = numbers.pop().context("no memory was read")?;
    let name = |number: u64| Some(forms.get(usize::try_from(number).ok()?)?.name);
    Ok((numbers.into_iter().filter_map(name).collect(), total))
}

/// The names of those forms that stand in these bytes.
pub(super) fn in_bytes(bytes: &[u8], forms: &[Form]) -> Vec<&'static str> {
    let text = characters(bytes);
    let stands = |form: &&Form| text.contains(&form.characters);
    forms.iter().filter(stands).map(|form| form.name).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn characters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// With what is not ASCII as `\uXXXX`.
fn in_ascii(text: &str) -> String {
    let one = |unit: u16| match u8::try_from(unit) {
        Ok(byte @ (b'"' | b'\\')) => format!("\\{}", char::from(byte)),
        Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    text.encode_utf16().map(one).collect()
}

fn percent(text: &str, space: &str) -> String {
    let one = |byte: u8| match byte {
        b' ' => space.to_owned(),
        b'-' | b'.' | b'_' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// What is the same in every text that has these bytes after so many others.
fn base64(bytes: &[u8], offset: usize) -> String {
    let mut shifted = vec![0; offset];
    shifted.extend(bytes);
    let whole = STANDARD_NO_PAD.encode(&shifted);
    // The first characters hold bits of what is before, the last ones of what is after.
    let (first, last) = ((offset * 8).div_ceil(6), shifted.len() * 8 / 6);
    whole.get(first..last).unwrap_or_default().to_owned()
}

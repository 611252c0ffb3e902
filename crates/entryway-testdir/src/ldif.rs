//! LDIF content records (RFC 2849) as lists of names and bytes.
//!
//! Owns the text form alone: folding, comments, base64. Knows nothing of trees or schemas, and never
//! opens what a `<` URL names: a file of entries must not be able to read other files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entryway_ldap_types::{AttributeName, AttributeNameError};

/// One record: an entry as written.
#[derive(Clone)]
pub(crate) struct Record {
    /// The line of its `dn:`, counted from 1.
    pub(crate) line: usize,
    /// The distinguished name, not parsed yet.
    pub(crate) dn: String,
    /// Each value with its attribute, in the order written.
    pub(crate) values: Vec<(AttributeName, Vec<u8>)>,
}

/// Why a text is not LDIF, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the LDIF cannot be read")]
pub struct LdifError {
    /// The line, counted from 1; of a folded line, the first.
    pub line: usize,
    /// What is wrong there.
    #[source]
    pub problem: LdifProblem,
}

/// What can be wrong with a line of LDIF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LdifProblem {
    /// A line that is neither comment, blank, folded nor `name: value`.
    #[error("expected `name: value`, found no colon")]
    NoColon,
    /// A folded line with nothing before it.
    #[error("a continued line continues nothing")]
    NothingToContinue,
    /// A version other than 1, or one that does not come first.
    #[error("expected `version: 1` before the first record only")]
    Version,
    /// A record that does not start with `dn:`, or a second `dn:` in one.
    #[error("expected `dn:` at the start of each record and only there")]
    Dn,
    /// A value after `::` that is not base64, or a name in base64 that is not UTF-8.
    #[error("the value after `::` is not base64 of what belongs here")]
    Base64,
    /// A value after `:<`.
    #[error("values are not read from a URL")]
    Url,
    /// `changetype:` or `control:`.
    #[error("expected entries, found a change")]
    Change,
    /// An attribute name that is none.
    #[error("the name before the colon is not an attribute name")]
    Attribute(#[source] AttributeNameError),
}

/// Reads every record, in order.
pub(crate) fn parse(text: &str) -> Result<Vec<Record>, LdifError> {
    let mut reader = RecordReader::default();
    let mut pending: Option<(usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if let Some(more) = line.strip_prefix(' ') {
            match &mut pending {
                Some((_, whole)) => whole.push_str(more),
                None => {
                    return Err(LdifError {
                        line: at + 1,
                        problem: LdifProblem::NothingToContinue,
                    });
                }
            }
            continue;
        }
        if let Some((at, whole)) = pending.take() {
            reader.line(at, &whole)?;
        }
        if line.is_empty() {
            reader.end_record();
        } else {
            pending = Some((at + 1, line.to_owned()));
        }
    }
    if let Some((at, whole)) = pending {
        reader.line(at, &whole)?;
    }
    reader.end_record();
    Ok(reader.done)
}

/// Takes unfolded lines.
#[derive(Default)]
struct RecordReader {
    done: Vec<Record>,
    current: Option<Record>,
    versioned: bool,
}

impl RecordReader {
    fn line(&mut self, line: usize, text: &str) -> Result<(), LdifError> {
        self.read(line, text)
            .map_err(|problem| LdifError { line, problem })
    }

    fn read(&mut self, line: usize, text: &str) -> Result<(), LdifProblem> {
        // A comment may be folded too, so it is only recognised here.
        if text.starts_with('#') {
            return Ok(());
        }
        let (name, written) = text.split_once(':').ok_or(LdifProblem::NoColon)?;
        let value = decode_value(written)?;
        if name.eq_ignore_ascii_case("version") && self.current.is_none() {
            let first = !self.versioned && self.done.is_empty();
            self.versioned = true;
            return if first && value == b"1" {
                Ok(())
            } else {
                Err(LdifProblem::Version)
            };
        }
        let is_dn = name.eq_ignore_ascii_case("dn");
        match (&mut self.current, is_dn) {
            (None, true) => {
                let dn = String::from_utf8(value).map_err(|_| LdifProblem::Base64)?;
                self.current = Some(Record {
                    line,
                    dn,
                    values: Vec::new(),
                });
                Ok(())
            }
            (Some(record), false) => {
                if name.eq_ignore_ascii_case("changetype") || name.eq_ignore_ascii_case("control") {
                    return Err(LdifProblem::Change);
                }
                let name = AttributeName::parse(name).map_err(LdifProblem::Attribute)?;
                record.values.push((name, value));
                Ok(())
            }
            (None, false) | (Some(_), true) => Err(LdifProblem::Dn),
        }
    }

    fn end_record(&mut self) {
        self.done.extend(self.current.take());
    }
}

/// What follows the first colon. Text that RFC 2849 would have in base64 is taken as it stands, as
/// every reader of hand-written files does.
fn decode_value(written: &str) -> Result<Vec<u8>, LdifProblem> {
    let fill = |text: &str| text.trim_start_matches(' ').to_owned();
    if written.starts_with('<') {
        Err(LdifProblem::Url)
    } else if let Some(encoded) = written.strip_prefix(':') {
        STANDARD
            .decode(fill(encoded))
            .map_err(|_| LdifProblem::Base64)
    } else {
        Ok(fill(written).into_bytes())
    }
}

#[cfg(test)]
mod tests;

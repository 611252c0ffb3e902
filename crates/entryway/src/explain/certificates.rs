//! The wording of a certificate and of its mapping.

use super::read::Certificate;
use super::words::{at, list, plain_or_quoted};
use crate::columns::Row;
use crate::palette::Tone;

/// Whose it is, who issued it, and what came of looking at it.
pub(super) fn shown(certificate: &Certificate) -> Vec<Row> {
    let Certificate {
        subject,
        issuer,
        serial,
        thumbprint,
        upns,
        emails,
        verdict,
        anchor,
        unchecked,
        problem,
    } = certificate;
    let said = problem.as_deref().map(plain_or_quoted);
    let verdict = match verdict.as_str() {
        "trusted" => Row::new("trust", "trusted").note(match anchor {
            Some(anchor) => format!("by {}", plain_or_quoted(anchor)),
            None => String::new(),
        }),
        "no_verdict" => Row::new("trust", "unknown")
            .tone(Tone::Doubt)
            .note(said.unwrap_or_default()),
        _ => Row::new("trust", "refused")
            .tone(Tone::Bad)
            .note(said.unwrap_or_default()),
    };
    let named = |label: &str, names: &[String]| {
        let told = || list(names.iter().map(|name| plain_or_quoted(name)));
        (!names.is_empty()).then(|| Row::more(format!("{label} {}", told())))
    };
    let issued = format!("issued by {}", plain_or_quoted(issuer));
    let mut rows = vec![Row::new("certificate", plain_or_quoted(subject)).note(issued)];
    rows.push(Row::more(format!("number {serial}, {thumbprint}")));
    rows.extend(named("user principal name", upns));
    rows.extend(named("mail address", emails));
    rows.push(verdict);
    let unchecked = unchecked.as_deref().map(|why| {
        let note = format!("not known whether it was revoked: {}", plain_or_quoted(why));
        Row::more(note)
    });
    rows.extend(unchecked);
    rows
}

/// What a mapping rule gave.
pub(super) fn mapped(by: &str, outcome: &str, rule: Option<&str>) -> Row {
    let (text, tone) = match outcome {
        "nothing_there" => ("the certificate has none", None),
        "nobody" => ("nobody", None),
        "another_certificate" => ("an entry that has another certificate", None),
        "another_name" => (
            "an entry whose name is another, though the server calls it equal",
            None,
        ),
        "one" => ("one entry", None),
        "ambiguous" => ("entries of two domains", Some(Tone::Bad)),
        other => (other, None),
    };
    let row =
        Row::new("mapping", format!("by {by}: {text}")).note(at(rule).trim_start().to_owned());
    match tone {
        Some(tone) => row.tone(tone),
        None => row,
    }
}

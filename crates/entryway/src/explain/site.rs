//! The wording of what a site was asked and said.

use super::read::{Asserted, AtSite, Site, SiteAsserted};
use super::words::{at, plain_or_quoted, time};
use crate::columns::Row;
use crate::palette::Tone;
use std::time::Duration;

/// The name means a site.
pub(super) fn named(login_name: &str, site: &str, form: &str, rule: Option<&str>) -> Vec<Row> {
    let why = match form {
        "suffix" => "by its suffix",
        "client" => "by the application that asks",
        _ => "by its prefix",
    };
    let place = at(rule);
    vec![
        Row::new("login name", plain_or_quoted(login_name))
            .note(format!("of site {site} {why}{place}: it alone is asked")),
    ]
}

/// A password in clear.
pub(super) fn clear(site: &str) -> Row {
    Row::new("password", "refused")
        .tone(Tone::Bad)
        .note(format!(
            "in clear, and {site} takes it sealed alone: nothing is asked"
        ))
}

/// A signed assertion about a certificate.
pub(super) fn asserted(asserted: &SiteAsserted) -> Vec<Row> {
    let row = |text: &str| Row::new("certificate", text);
    let row = match &asserted.outcome {
        Asserted::LetIn => row("taken at the site").note("which is asked whose it is"),
        Asserted::Refused { told } => row("refused at the site")
            .tone(Tone::Bad)
            .note(plain_or_quoted(told)),
        Asserted::NoVerdict => row("no verdict at the site").tone(Tone::Doubt),
    };
    let signed = Row::more(format!(
        "{} by connector {}",
        asserted.site, asserted.connector
    ))
    .note(format!("signed assertion {}", asserted.assertion));
    vec![row, signed]
}

/// A signed reply.
pub(super) fn answered(answer: &Site, took: Option<Duration>) -> Vec<Row> {
    let time = time(took);
    let told = |told: &Option<String>| {
        let told = told.as_deref().map(plain_or_quoted);
        told.unwrap_or_else(|| "it does not tell why".to_owned())
    };
    let row = |text: &str| Row::new("site", format!("{text}{time}"));
    let row = match &answer.outcome {
        AtSite::Accepted { name, left_out } => {
            let row = row(&format!("lets {} in", plain_or_quoted(name))).tone(Tone::Good);
            match left_out.is_empty() {
                true => row,
                false => row.note(format!("not taken from it: {}", left_out.join(", "))),
            }
        }
        AtSite::MustChange => row("password right, must be changed").tone(Tone::Doubt),
        AtSite::Refused { told: why } => row("refused").tone(Tone::Bad).note(told(why)),
        AtSite::NoVerdict { told: why } => row("no verdict").tone(Tone::Doubt).note(told(why)),
        AtSite::SealRefused { why } => row("sealed password not opened, so not tried")
            .tone(Tone::Doubt)
            .note(plain_or_quoted(why)),
        AtSite::Changed => row("password changed").tone(Tone::Good),
    };
    let who = answer.connector.as_deref().unwrap_or("?");
    let signed = Row::more(format!("{} by connector {who}", answer.site))
        .note(format!("signed reply {}", answer.reply));
    vec![row, signed]
}

/// No answer that counts.
pub(super) fn unanswered(
    site: &str,
    connector: Option<&str>,
    written: bool,
    cause: &str,
    took: Option<Duration>,
) -> Vec<Row> {
    let who = match connector {
        Some(connector) => format!("{site} by connector {connector}"),
        None => site.to_owned(),
    };
    let sent = if written { "asked" } else { "not asked" };
    vec![
        Row::new("site", format!("no answer{}", time(took)))
            .tone(Tone::Doubt)
            .note(plain_or_quoted(cause)),
        Row::more(who).note(sent),
    ]
}

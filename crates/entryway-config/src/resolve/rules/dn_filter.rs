//! `[[domain.X.dn_filter]]`.

use super::ClassNames;
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::text;
use crate::section::Section;
use entryway_login::{DnFilter, DnFilters, DnMatch};

/// The enabled rows; `None` when one of them is wrong.
pub(in crate::resolve) fn rows<'a>(
    domain: &Section<'a>,
    name: &str,
    classes: &ClassNames<'a>,
    cx: &Context<'_>,
) -> Option<DnFilters> {
    let mut filters = Vec::new();
    let mut sound = true;
    for row in &domain.rows("dn_filter") {
        let enabled = row.boolean("enabled");
        row.text("description");
        let class = classes.class(row.text_or_default("class"), enabled, Some(name), cx);
        let (Ok(class), Some(matches)) = (class, matches(row, cx)) else {
            sound = false;
            continue;
        };
        if enabled {
            filters.push(DnFilter {
                class: class.map(Into::into),
                matches,
                rule: cx.rule(row.place),
            });
        }
    }
    let filters = DnFilters::new(filters).ok()?;
    sound.then_some(filters)
}

fn matches(row: &Section<'_>, cx: &Context<'_>) -> Option<DnMatch> {
    let exact = row.boolean("exact");
    match (row.text("under"), row.text("pattern")) {
        (Some(under), None) => {
            if let Some(place) = row.written("exact") {
                cx.push(
                    Diagnostic::new(Code::NoEffect, "`exact` has no effect")
                        .at(place, "names are compared as a directory compares them"),
                );
            }
            let top = text::dn(under, "under", cx)?;
            if top.is_empty() {
                cx.push(
                    Diagnostic::new(Code::UnderOrPattern, "a DN filter that permits every name")
                        .at(under.place, "every entry lies under the empty name")
                        .hint("`pattern = \".*\"` says that it is meant"),
                );
                return None;
            }
            Some(DnMatch::Under(top))
        }
        (None, Some(pattern)) => {
            let matches = DnMatch::Pattern {
                text: pattern.text.to_owned(),
                exact,
            };
            match matches.check() {
                Ok(()) => Some(matches),
                Err(error) => {
                    cx.push(
                        Diagnostic::new(
                            Code::NotPattern,
                            "`pattern` is not a usable regular expression",
                        )
                        .at(pattern.place, error.to_string()),
                    );
                    None
                }
            }
        }
        (under, pattern) => {
            let place = pattern.or(under).map_or(row.place, |written| written.place);
            cx.push(
                Diagnostic::new(
                    Code::UnderOrPattern,
                    "a DN filter has either `under` or `pattern`",
                )
                .at(place, if pattern.is_some() { "both are written" } else { "neither is written" })
                .hint("`under = \"ou=people,dc=corp,dc=example\"` lets in what lies at or below that name"),
            );
            None
        }
    }
}

//! `[[user_type_range]]`.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::section::Section;
use entryway_login::{Platform, TypeRange, TypeRanges, UserType};

const USER_TYPES: [(&str, UserType); 2] =
    [("real", UserType::Real), ("virtual", UserType::Virtual)];

/// The enabled rows.
pub(in crate::resolve) fn rows(
    root: &Section<'_>,
    platform: Platform,
    cx: &Context<'_>,
) -> TypeRanges {
    let mut ranges = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for row in root.rows("user_type_range") {
        let enabled = row.boolean("enabled");
        row.text("description");
        let from = bound(&row, "from");
        let to = bound(&row, "to");
        let user_type = if row.required_text("type", "this range").is_some() {
            row.written_word("type", &USER_TYPES)
        } else {
            None
        };
        let (Some(from), Some(to), Some(user_type)) = (from, to, user_type) else {
            continue;
        };
        if from > to {
            cx.push(
                Diagnostic::new(
                    Code::RangeBackwards,
                    format!("a range from {from} to {to} holds no uid"),
                )
                .at(row.place_of("to"), "below `from`"),
            );
            continue;
        }
        if enabled {
            ranges.push(TypeRange {
                from,
                to,
                user_type,
                rule: cx.rule(row.place),
            });
            places.push(row.place);
        }
    }
    if let (Platform::Windows, Some(first)) = (platform, places.first()) {
        cx.push(
            Diagnostic::new(Code::NoEffect, "user type ranges have no effect")
                .at(*first, "`login.platform` is `windows`, which has no uids"),
        );
    }
    let rules: Vec<_> = ranges.iter().map(|range: &TypeRange| range.rule).collect();
    let ranges = TypeRanges::new(ranges);
    let place = |rule| {
        let at = rules.iter().position(|known| *known == rule)?;
        places.get(at).copied()
    };
    for overlap in ranges.overlaps() {
        let (Some(row), Some(first)) = (place(overlap.rule), place(overlap.loses_to)) else {
            continue;
        };
        let (message, label) = if overlap.never_wins {
            ("this range is never reached", "others hold all of its uids")
        } else {
            (
                "two ranges hold the same uids, and the first one counts",
                "overlaps with a range before it",
            )
        };
        cx.push(
            Diagnostic::new(Code::NeverUsed, message)
                .at(row, label)
                .also(first, "this one comes first"),
        );
    }
    ranges
}

fn bound(row: &Section<'_>, key: &str) -> Option<u32> {
    if row.entry(key).is_none() {
        row.missing(key, "this range");
        return None;
    }
    u32::try_from(row.integer(key)).ok()
}

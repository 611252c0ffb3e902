//! `[[home_folder]]`.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::text::not_absolute;
use crate::section::Section;
use entryway_login::{HomeFolder, Platform};

/// The enabled rows, in the file's order.
pub(super) fn rows(root: &Section<'_>, platform: Platform, cx: &Context<'_>) -> Vec<HomeFolder> {
    let mut folders = Vec::new();
    let mut first: Option<Place> = None;
    for row in root.rows("home_folder") {
        let enabled = row.boolean("enabled");
        row.text("description");
        let class = row.text_or_default("class");
        if class.text != "*" {
            cx.push(
                Diagnostic::new(
                    Code::UnknownClass,
                    format!("there is no user class `{}`", class.text.escape_debug()),
                )
                .at(class.place, "")
                .hint("there are no classes yet: a row is for everybody, `*`"),
            );
            continue;
        }
        let Some(prefix) = row.required_text("prefix", "this home folder") else {
            continue;
        };
        if let Some(why) = not_absolute(prefix.text, platform) {
            cx.push(
                Diagnostic::new(Code::NotAbsolute, "`prefix` is not an absolute path")
                    .at(prefix.place, why),
            );
            continue;
        }
        if !enabled {
            continue;
        }
        match first {
            Some(first) => cx.push(
                Diagnostic::new(
                    Code::NeverUsed,
                    "this home folder is never given to anybody",
                )
                .at(row.place, "a second row for everybody")
                .also(first, "this one comes first"),
            ),
            None => first = Some(row.place),
        }
        folders.push(HomeFolder {
            class: None,
            prefix: prefix.text.to_owned(),
            rule: cx.rule(row.place),
        });
    }
    folders
}

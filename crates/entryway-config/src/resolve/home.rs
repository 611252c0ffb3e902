//! `[[home_folder]]`.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::rules::{ClassNames, never_used};
use crate::resolve::text::not_absolute;
use crate::section::Section;
use entryway_login::{HomeFolder, HomeFolders, Platform};
use std::collections::HashMap;

/// The enabled rows, and whether there is one for everybody.
pub(super) struct Homes {
    pub(super) folders: HomeFolders,
    pub(super) for_all: bool,
    pub(super) any: bool,
}

/// The enabled rows, in the file's order.
pub(super) fn rows<'a>(
    root: &Section<'a>,
    classes: &ClassNames<'a>,
    platform: Platform,
    cx: &Context<'_>,
) -> Homes {
    let mut folders = Vec::new();
    let mut seen: HashMap<Option<&str>, Place> = HashMap::new();
    for row in root.rows("home_folder") {
        let enabled = row.boolean("enabled");
        row.text("description");
        let class = classes.class(row.text_or_default("class"), enabled, None, cx);
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
        let Ok(class) = class else { continue };
        if !enabled {
            continue;
        }
        match seen.get(&class) {
            Some(first) => {
                let label = match class {
                    None => "a second row for everybody",
                    Some(_) => "a second row for this class",
                };
                cx.push(never_used("home folder", row.place, label, *first));
            }
            None => {
                seen.insert(class, row.place);
            }
        }
        folders.push(HomeFolder {
            class: class.map(Into::into),
            prefix: prefix.text.to_owned(),
            rule: cx.rule(row.place),
        });
    }
    Homes {
        folders: HomeFolders::new(folders),
        any: !seen.is_empty(),
        for_all: seen.contains_key(&None),
    }
}

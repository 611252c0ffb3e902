//! The reference page, generated from the catalogue and the codes.

use crate::catalogue::{self, Default, Setting, Shape};
use crate::code::Code;
use crate::duration;
use std::fmt::Write as _;

const HEAD: &str = include_str!("reference/head.md");

/// `docs/configuration.md`: every setting, how files and variables come together, every code.
pub fn reference_markdown() -> String {
    let mut page = HEAD.to_owned();
    let mut table = None;
    for setting in catalogue::all() {
        let (own_table, key) = setting.path.rsplit_once('.').unwrap_or(("", setting.path));
        if table != Some(own_table) {
            table = Some(own_table);
            let _ = write!(page, "\n### {}\n", heading(own_table));
        }
        let _ = write!(page, "\n{}", entry(key, setting));
    }
    page.push_str("\n## Codes\n\nA problem is shown with its code; `entryway help CODE` says more, with an example.\n\n| code | | what |\n|---|---|---|\n");
    for code in Code::ALL {
        let _ = writeln!(
            page,
            "| {} | {} | {} |",
            code.as_str(),
            code.severity().as_str(),
            code.title()
        );
    }
    page
}

fn heading(table: &str) -> String {
    if table.is_empty() {
        "At the top of the file".to_owned()
    } else if let Some(rows) = table.strip_suffix("[]") {
        format!("`[[{rows}]]`")
    } else {
        format!("`[{table}]`")
    }
}

fn entry(key: &str, setting: &Setting) -> String {
    let default = match setting.default {
        Default::Required => "required".to_owned(),
        Default::None => "not set by default".to_owned(),
        Default::Value(value) => format!("default `{value}`"),
        Default::Derived(words) => format!("default: {words}"),
    };
    let key = if key.starts_with('<') {
        key.to_owned()
    } else {
        format!("`{key}`")
    };
    let name = key.replace(['<', '>'], "*");
    let example_key = setting
        .path
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .replace("<attribute>", "user_type")
        .replace("<claim>", "role");
    format!(
        "**{name}**: {}; {default}.\n{} For example `{example_key} = {}`.\n",
        holds(&setting.shape),
        setting.doc,
        setting.example
    )
}

fn holds(shape: &Shape) -> String {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| format!("`\"{word}\"`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Texts => "list of texts".to_owned(),
        Shape::Boolean => "`true` or `false`".to_owned(),
        Shape::Integer(least, most) => format!("number, {least} to {most}"),
        Shape::Duration(least, most) => format!(
            "duration, {} to {}",
            duration::text(*least),
            duration::text(*most)
        ),
        Shape::Word(known) => format!("one of {}", words(known)),
        Shape::Words(known) => format!("list of {}", words(known)),
        Shape::Secret => "secret".to_owned(),
        Shape::Map => "attribute name, or table".to_owned(),
        Shape::Servers => "list of texts and tables".to_owned(),
        Shape::Stores => "list of files, each a text or a table with its password".to_owned(),
        Shape::Identity => "file, or table with its password".to_owned(),
        Shape::Referrals => "`\"ignore\"`, or table".to_owned(),
        Shape::Field => "attribute name, or table".to_owned(),
        Shape::Claim => "expression, or table".to_owned(),
    }
}

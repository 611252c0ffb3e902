//! `[[account_template]]`.

use super::{ClassNames, expression};
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::{Section, Text};
use entryway_login::{AccountTemplate, AccountTemplates, NamePattern, Platform, Template};
use std::sync::Arc;

/// The enabled rows.
pub(in crate::resolve) fn rows(
    root: &Section<'_>,
    classes: &ClassNames<'_>,
    platform: Platform,
    cx: &Context<'_>,
) -> AccountTemplates {
    let mut templates = Vec::new();
    let mut seen: Vec<Text<'_>> = Vec::new();
    let names = classes.shared();
    for row in &root.rows("account_template") {
        let enabled = row.boolean("enabled");
        row.text("description");
        let name = row.required_text("name", "this account template");
        let class = class(row.text_or_default("class"), &names, cx);
        let uid = part(row, "uid", cx);
        let gid = part(row, "gid", cx);
        let home = part(row, "home", cx);
        let (Some(name), Some(class), Ok(uid), Ok(gid), Ok(home)) = (name, class, uid, gid, home)
        else {
            continue;
        };
        if let Some(first) = seen.iter().find(|known| known.text == name.text) {
            cx.push(
                Diagnostic::new(
                    Code::RowTwice,
                    format!(
                        "two account templates are called `{}`",
                        name.text.escape_debug()
                    ),
                )
                .at(name.place, "here again")
                .also(first.place, "first here"),
            );
            continue;
        }
        seen.push(name);
        if let (Platform::Windows, Some(place)) = (platform, row.written("uid")) {
            cx.push(
                Diagnostic::new(Code::NoEffect, "`uid` has no effect")
                    .at(place, "`login.platform` is `windows`, which has no uids"),
            );
        }
        if enabled {
            templates.push(AccountTemplate {
                name: name.text.into(),
                class: class.pattern,
                uid,
                gid,
                home,
                rule: cx.rule(row.place),
            });
        }
    }
    AccountTemplates::new(templates, &names)
}

struct Class {
    pattern: Option<NamePattern>,
}

/// A pattern that fits no class is a mistake: the template would never apply.
fn class(written: Text<'_>, names: &[Arc<str>], cx: &Context<'_>) -> Option<Class> {
    if written.text == "*" {
        return Some(Class { pattern: None });
    }
    let pattern = NamePattern::new(written.text);
    if names.iter().any(|name| pattern.matches(name)) {
        return Some(Class {
            pattern: Some(pattern),
        });
    }
    let hint = crate::closest::closest(written.text, names.iter().map(|name| &**name))
        .map(|near| format!("did you mean `{near}`?"));
    cx.push(
        Diagnostic::new(
            Code::UnknownClass,
            format!("no user class fits `{}`", written.text.escape_debug()),
        )
        .at(written.place, "")
        .maybe_hint(hint),
    );
    None
}

fn part(row: &Section<'_>, key: &str, cx: &Context<'_>) -> Result<Option<Arc<dyn Template>>, ()> {
    match row.text(key) {
        None => Ok(None),
        Some(written) => expression::template(written, key, cx).map(Some).ok_or(()),
    }
}

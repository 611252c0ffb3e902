//! `[[account_template]]`.

use super::expression;
use super::mention::Told;
use super::named::{ClassNames, Fitting};
use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::section::{Section, Text};
use entryway_login::{AccountTemplate, AccountTemplates, NamePattern, Platform, Template};
use std::collections::HashMap;
use std::sync::Arc;

/// The enabled rows, and what their expressions name.
pub(in crate::resolve) fn rows(
    root: &Section<'_>,
    classes: &ClassNames<'_>,
    platform: Platform,
    cx: &Context<'_>,
) -> (AccountTemplates, Vec<Told>) {
    let mut told = Vec::new();
    let mut templates = Vec::new();
    let mut seen: HashMap<&str, Place> = HashMap::new();
    let names = classes.shared();
    for row in &root.rows("account_template") {
        let enabled = row.boolean("enabled");
        row.text("description");
        let name = row.required_text("name", "this account template");
        let class = class(row.text_or_default("class"), enabled, classes, cx);
        let uid = part(row, "uid", &mut told, cx);
        let gid = part(row, "gid", &mut told, cx);
        let home = part(row, "home", &mut told, cx);
        let (Some(name), Some(class), Ok(uid), Ok(gid), Ok(home)) = (name, class, uid, gid, home)
        else {
            continue;
        };
        if let Some(first) = seen.get(name.text) {
            cx.push(
                Diagnostic::new(
                    Code::RowTwice,
                    format!(
                        "two account templates are called `{}`",
                        name.text.escape_debug()
                    ),
                )
                .at(name.place, "here again")
                .also(*first, "first here"),
            );
            continue;
        }
        seen.insert(name.text, name.place);
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
    (AccountTemplates::new(templates, &names), told)
}

struct Class {
    pattern: Option<NamePattern>,
}

/// A pattern that fits no class is a mistake: the template would never apply.
fn class(
    written: Text<'_>,
    enabled: bool,
    classes: &ClassNames<'_>,
    cx: &Context<'_>,
) -> Option<Class> {
    if written.text == "*" {
        return Some(Class { pattern: None });
    }
    let pattern = NamePattern::new(written.text);
    match classes.fitting(&pattern) {
        Fitting::Unused if enabled => {
            cx.push(
                Diagnostic::new(
                    Code::UnknownClass,
                    format!(
                        "nobody is of a user class that fits `{}`",
                        written.text.escape_debug()
                    ),
                )
                .at(written.place, "so this row would never apply")
                .hint("each is switched off, or stands behind a class that is everybody's"),
            );
            return None;
        }
        Fitting::Some | Fitting::Unused => {
            return Some(Class {
                pattern: Some(pattern),
            });
        }
        Fitting::None => {}
    }
    let names = classes.shared();
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

fn part(
    row: &Section<'_>,
    key: &str,
    told: &mut Vec<Told>,
    cx: &Context<'_>,
) -> Result<Option<Arc<dyn Template>>, ()> {
    match row.text(key) {
        None => Ok(None),
        Some(written) => expression::template(written, key, told, cx)
            .map(Some)
            .ok_or(()),
    }
}

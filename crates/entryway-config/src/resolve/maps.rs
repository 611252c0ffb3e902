//! `[domain.X.maps]` and `[domain.X.defaults]`: what a session takes from the entry, and what fills
//! the rest.

use crate::catalogue::{MAP_KEYS, unknown_key};
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::{dialect, text};
use crate::section::{Section, Text, wrong_type};
use crate::settings::Dialect;
use crate::tree::{Entry, Value};
use entryway_login::{AttributeMap, Defaults, MapTarget, MapValues, OnInvalid, Platform, UserType};

const VALUES: [(&str, MapValues); 4] = [
    ("one", MapValues::One),
    ("first", MapValues::First),
    ("list", MapValues::List),
    ("join", MapValues::Join),
];
const ON_INVALID: [(&str, OnInvalid); 2] = [
    ("refuse", OnInvalid::Refuse),
    ("default", OnInvalid::Default),
];
const USER_TYPES: [(&str, UserType); 2] =
    [("real", UserType::Real), ("virtual", UserType::Virtual)];

/// The enabled maps, in the order in which they are written; `None` when one is wrong.
pub(super) fn maps(
    domain: &Section<'_>,
    kind: Dialect,
    cx: &Context<'_>,
) -> Option<Vec<AttributeMap>> {
    let maps = domain.section("maps");
    if !maps.exists() {
        let rule = cx.rule(domain.place);
        let defaults = dialect::maps(kind).into_iter();
        return Some(
            defaults
                .map(|(target, from)| AttributeMap {
                    target,
                    from,
                    values: MapValues::One,
                    on_invalid: OnInvalid::Refuse,
                    rule,
                })
                .collect(),
        );
    }
    let read: Vec<_> = maps
        .entries()
        .iter()
        .map(|entry| map(&maps, entry, cx))
        .collect();
    let all = read.into_iter().collect::<Option<Vec<_>>>()?;
    let enabled = all.into_iter().filter(|(_, enabled)| *enabled);
    Some(enabled.map(|(map, _)| map).collect())
}

/// A map, and whether it is switched on; `None` when it is wrong.
fn map(maps: &Section<'_>, entry: &Entry, cx: &Context<'_>) -> Option<(AttributeMap, bool)> {
    let target = target(entry, cx)?;
    let place = entry.node.place;
    let standard = if matches!(target, MapTarget::Custom(_)) {
        MapValues::List
    } else {
        MapValues::One
    };
    let (from, values, on_invalid, enabled) = match &entry.node.value {
        Value::String(text) | Value::Bare(text) => {
            (Text { text, place }, standard, OnInvalid::Refuse, true)
        }
        Value::Table(table) => {
            for other in table
                .entries
                .iter()
                .filter(|other| !MAP_KEYS.contains(&other.key.as_str()))
            {
                cx.push(unknown_key(other.key_place, &other.key, &MAP_KEYS));
            }
            let row = maps.below(&entry.key, "<attribute>");
            let from = row.required_text("from", &format!("the map of `{}`", entry.key));
            let values = values(&row, &target, standard, cx);
            let on_invalid = on_invalid(&row, &target, cx);
            let enabled = table.get("enabled").is_none() || row.boolean("enabled");
            (from?, values?, on_invalid?, enabled)
        }
        other => {
            cx.push(wrong_type(
                place,
                &entry.key,
                other.kind(),
                "an attribute name, or a table with `from`",
            ));
            return None;
        }
    };
    let from = text::attribute(from, &entry.key, cx)?;
    let rule = cx.rule(entry.key_place);
    let map = AttributeMap {
        target,
        from,
        values,
        on_invalid,
        rule,
    };
    Some((map, enabled))
}

fn target(entry: &Entry, cx: &Context<'_>) -> Option<MapTarget> {
    Some(match entry.key.as_str() {
        "uid" => MapTarget::Uid,
        "gid" => MapTarget::Gid,
        "home" => MapTarget::Home,
        "user_type" => MapTarget::UserType,
        "shell" => MapTarget::Shell,
        "system_user" => MapTarget::SystemUser,
        "auth_by_email" => MapTarget::AuthByEmail,
        "email" => MapTarget::Email,
        "display_name" => MapTarget::DisplayName,
        custom if custom.trim().is_empty() || custom.chars().any(char::is_control) => {
            cx.push(
                Diagnostic::new(
                    Code::BadName,
                    format!(
                        "`{}` cannot be the name of an attribute",
                        custom.escape_debug()
                    ),
                )
                .at(entry.key_place, "it is empty, or holds a control character"),
            );
            return None;
        }
        custom => MapTarget::Custom(custom.into()),
    })
}

fn values(
    row: &Section<'_>,
    target: &MapTarget,
    standard: MapValues,
    cx: &Context<'_>,
) -> Option<MapValues> {
    let Some(written) = row.text("values") else {
        return Some(standard);
    };
    let values = row.one_of(written, "values", &VALUES)?;
    let is_text = matches!(
        target,
        MapTarget::SystemUser | MapTarget::Email | MapTarget::DisplayName
    );
    let problem = match (values, target) {
        (_, MapTarget::Custom(_)) | (MapValues::One | MapValues::First, _) => return Some(values),
        (MapValues::Join, _) if is_text => return Some(values),
        (MapValues::List, _) => "a list is for attributes with a name of your own",
        (MapValues::Join, _) => "what is joined is no single value",
    };
    cx.push(
        Diagnostic::new(Code::MapOption, "this map takes one value")
            .at(written.place, problem)
            .hint("use `one` or `first`"),
    );
    None
}

fn on_invalid(row: &Section<'_>, target: &MapTarget, cx: &Context<'_>) -> Option<OnInvalid> {
    let Some(written) = row.text("on_invalid") else {
        return Some(OnInvalid::Refuse);
    };
    let on_invalid = row.one_of(written, "on_invalid", &ON_INVALID)?;
    let no_default = matches!(
        target,
        MapTarget::Home | MapTarget::Email | MapTarget::DisplayName | MapTarget::Custom(_)
    );
    if on_invalid == OnInvalid::Default && no_default {
        cx.push(
            Diagnostic::new(Code::MapOption, "there is no default that could take this value's place")
                .at(written.place, "")
                .hint("use `refuse`; `[domain.X.defaults]` has `uid`, `gid`, `shell`, `user_type`, `system_user` and `auth_by_email`"),
        );
        return None;
    }
    Some(on_invalid)
}

const DEFAULTS: [&str; 6] = [
    "uid",
    "gid",
    "shell",
    "user_type",
    "system_user",
    "auth_by_email",
];

/// `[domain.X.defaults]`.
pub(super) fn defaults(domain: &Section<'_>, platform: Platform, cx: &Context<'_>) -> Defaults {
    let defaults = domain.section("defaults");
    if platform == Platform::None {
        for key in ["uid", "gid", "shell", "user_type", "system_user"] {
            let Some(place) = defaults.written(key) else {
                continue;
            };
            cx.push(
                Diagnostic::new(Code::NoEffect, format!("`{key}` has no effect"))
                    .at(place, "`login.platform` is `none`: nothing is filled in"),
            );
        }
    }
    let shell = defaults.text_or_default("shell");
    // Windows has no shells; what is written for one is nobody's concern there.
    if platform == Platform::Unix
        && let Some(why) = text::not_absolute(shell.text, platform)
    {
        cx.push(
            Diagnostic::new(Code::NotAbsolute, "`shell` is not an absolute path")
                .at(shell.place, why),
        );
    }
    let id = |key| u32::try_from(defaults.integer(key)).ok();
    Defaults {
        uid: id("uid"),
        gid: id("gid"),
        shell: Some(shell.text.to_owned()),
        user_type: Some(defaults.word("user_type", &USER_TYPES, UserType::Virtual)),
        system_user: defaults
            .text("system_user")
            .map(|user| user.text.to_owned()),
        auth_by_email: defaults.boolean("auth_by_email"),
        rule: match DEFAULTS.iter().any(|key| defaults.written(key).is_some()) {
            true => cx.rule(defaults.place),
            false => cx.rule_built_in(),
        },
    }
}

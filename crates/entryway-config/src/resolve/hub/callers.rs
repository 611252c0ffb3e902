//! At which applications and callers of the API a site's people log in.

use super::{Claims, claim};
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::{Section, Text};
use std::sync::Arc;

/// Whatever sends people here to log in: applications, and callers of the API.
pub(super) fn callers<'a>(root: &Section<'a>) -> Vec<&'a str> {
    let mut known: Vec<&str> = Vec::new();
    let applications = root.section("client");
    known.extend(
        applications
            .entries()
            .iter()
            .map(|entry| entry.key.as_str()),
    );
    let tokens = root.rows_quietly("token");
    known.extend(
        tokens
            .iter()
            .filter_map(|row| row.text_quietly("name"))
            .map(|name| name.text),
    );
    known
}

/// Whether there is such an application or caller.
fn is_caller(written: Text<'_>, callers: &[&str], cx: &Context<'_>) -> bool {
    if callers.contains(&written.text) {
        return true;
    }
    let near = crate::closest::closest(written.text, callers.iter().copied());
    cx.push(
        Diagnostic::new(
            Code::SiteClient,
            format!(
                "there is no application or caller `{}`",
                written.text.escape_debug()
            ),
        )
        .at(
            written.place,
            "neither `[client.…]` nor the `name` of a `[[token]]`",
        )
        .maybe_hint(near.map(|near| format!("did you mean `{near}`?"))),
    );
    false
}

pub(super) fn own_clients<'a>(
    callers: &[&str],
    site: &Section<'a>,
    owner: &str,
    claims: &mut Claims<'a>,
    cx: &Context<'_>,
) -> Option<Vec<Arc<str>>> {
    let items = site.texts("clients").map(|list| list.items);
    let mut own = Vec::new();
    let mut whole = true;
    for client in items.unwrap_or_default() {
        if !is_caller(client, callers, cx) {
            whole = false;
            continue;
        }
        match claim(client, "client", owner, claims, cx) {
            Some(true) => own.push(client.text.into()),
            Some(false) => whole = false,
            None => {}
        }
    }
    whole.then_some(own)
}

/// Where its people log in beside its clients: `Some(None)` is wherever no other site's do.
pub(super) fn own_applications(
    callers: &[&str],
    site: &Section<'_>,
    cx: &Context<'_>,
) -> Option<Option<Vec<String>>> {
    let Some(list) = site.texts("applications") else {
        return Some(None);
    };
    let mut named = Vec::new();
    let (mut whole, mut all) = (true, false);
    for item in list.items {
        match item.text {
            "*" => all = true,
            _ if is_caller(item, callers, cx) => named.push(item.text.to_owned()),
            _ => whole = false,
        }
    }
    whole.then_some((!all).then_some(named))
}

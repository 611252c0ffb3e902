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

/// Who looks its people up: none of another site's clients, which `not_anothers` says when all are known.
pub(super) fn own_lookups<'a>(
    callers: &[&str],
    site: &Section<'a>,
    cx: &Context<'_>,
) -> Option<Vec<Text<'a>>> {
    let items = site.texts("lookups").map(|list| list.items);
    let items = items.unwrap_or_default();
    let known = items.iter().filter(|item| is_caller(**item, callers, cx));
    (known.count() == items.len()).then_some(items)
}

/// Whether no client of another site stands in a site's `lookups`: a site is another company.
pub(super) fn not_anothers(
    lookups: &[Text<'_>],
    owner: &str,
    clients: &Claims<'_>,
    cx: &Context<'_>,
) -> bool {
    let mut whole = true;
    for caller in lookups {
        let mut others = clients.iter().filter(|(.., whose)| whose != owner);
        let Some((_, place, whose)) = others.find(|(known, ..)| *known == caller.text) else {
            continue;
        };
        whole = false;
        let message = format!(
            "`{}` would look up people of a site that is not its own",
            caller.text.escape_debug()
        );
        cx.push(
            Diagnostic::new(Code::SiteClaimed, message)
                .at(caller.place, format!("{owner} would show it its people"))
                .also(*place, format!("it is a client of {whose}")),
        );
    }
    whole
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

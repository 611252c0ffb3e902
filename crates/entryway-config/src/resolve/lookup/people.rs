//! How people and groups are found by what was typed, and what holds for them however they are asked for.

use super::Known;
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::{dialect, filter, text};
use crate::section::{Section, Text};
use entryway_ldap_types::{AttributeName, Filter, FilterTemplate};
use entryway_lookup::{GroupsLookup, PeopleLookup, find_template, mail_template};

const NAMES: [AttributeName; 3] = [
    AttributeName::from_static("cn"),
    AttributeName::from_static("givenName"),
    AttributeName::from_static("sn"),
];

/// Every entry has one.
const OBJECT_CLASS: AttributeName = AttributeName::from_static("objectClass");

pub(super) fn people(known: &Known<'_>, cx: &Context<'_>) -> Option<PeopleLookup> {
    let section = known.section.section("people");
    let own = &known.policy.people;
    let found = match section.text("find_filter") {
        Some(written) => of_text(written, cx),
        None => {
            let kind = known.dialect;
            let class = section
                .text_quietly("object_class")
                .map_or_else(|| dialect::object_class(kind), |written| written.text);
            let mut names = NAMES.to_vec();
            for name in [&own.name_attribute, &own.email_attribute] {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            let restriction = dialect::people(kind, class);
            find_template(&names, false).map(|find| Found {
                restriction: whole(&restriction),
                find: restriction.and(find),
            })
        }
    };
    let description_attribute = text::attribute_or_default(&section, "description_attribute", cx);
    let shown = attributes(&section, "shown_attributes", cx);
    let Found { restriction, find } = found?;
    Some(PeopleLookup {
        base: own.base.clone(),
        base_text: own.base_text.clone(),
        scope: own.scope,
        restriction,
        find,
        by_mail: mail_template(&own.email_attribute),
        by_login: own.filter.clone(),
        name_attribute: own.name_attribute.clone(),
        mail_attribute: own.email_attribute.clone(),
        description_attribute: description_attribute?,
        login_attribute: own.search_attribute.clone(),
        shown: shown?,
    })
}

pub(super) fn groups(known: &Known<'_>, cx: &Context<'_>) -> Option<GroupsLookup> {
    let section = known.section.section("groups");
    let own = &known.settings.groups;
    let found = match section.text("find_filter") {
        Some(written) => of_text(written, cx),
        None => {
            let restriction = dialect::groups(
                known.dialect,
                own.object_class.as_deref(),
                own.dynamic.as_ref().map(|dynamic| &*dynamic.object_class),
            );
            find_template(std::slice::from_ref(&own.name_attribute), false).map(|find| Found {
                restriction: whole(&restriction),
                find: restriction.and(find),
            })
        }
    };
    let description_attribute = text::attribute_or_default(&section, "description_attribute", cx);
    let Found { restriction, find } = found?;
    Some(GroupsLookup {
        base: own.base.clone(),
        base_text: own.base_text.clone(),
        restriction,
        find,
        name_attribute: own.name_attribute.clone(),
        description_attribute: description_attribute?,
    })
}

struct Found {
    restriction: Filter,
    find: FilterTemplate,
}

/// A filter that asks for what was typed, and what it asks for beside that.
fn of_text(written: Text<'_>, cx: &Context<'_>) -> Option<Found> {
    let find = filter::of_text(written, "find_filter", cx)?;
    let Some(terms) = filter::restrictions(&find) else {
        cx.push(
            Diagnostic::new(
                Code::LostRestriction,
                "a look-up by id would not know what this filter asks of an entry",
            )
            .at(
                written.place,
                "other terms stand under `|` or `!` with the text, or ask for it too",
            )
            .hint("ask for the text in one term, and for the rest beside it: `(&(objectClass=person)(|(cn={text}*)(mail={text}*)))`"),
        );
        return None;
    };
    let restriction = match &terms[..] {
        [] => Filter::Present(OBJECT_CLASS),
        [one] => whole(one),
        several => Filter::And(several.iter().map(whole).collect()),
    };
    Some(Found { restriction, find })
}

/// What has no placeholder misses nothing. If it did, nobody would be found: an empty `|` is false (RFC 4526).
fn whole(template: &FilterTemplate) -> Filter {
    template
        .fill(&|_| None)
        .unwrap_or_else(|| Filter::Or(Vec::new()))
}

/// A list of attributes that may be read, each once.
fn attributes(section: &Section<'_>, key: &str, cx: &Context<'_>) -> Option<Vec<AttributeName>> {
    let items = section.texts(key).map(|list| list.items);
    let mut names = Vec::new();
    let mut whole = true;
    for item in items.unwrap_or_default() {
        match text::attribute(item, key, cx) {
            Some(name) if !names.contains(&name) => names.push(name),
            Some(_) => {}
            None => whole = false,
        }
    }
    whole.then_some(names)
}

//! `[address_book.X]`.

use super::{Known, field};
use crate::closest::closest;
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::{filter, text};
use crate::section::{Section, Text};
use crate::tree::Entry;
use entryway_ldap_types::{Dn, Scope};
use entryway_login::PeopleSearch;
use entryway_lookup::{BookDomains, BookLimits, BookPolicy, FieldFrom, FieldPolicy};

/// The enabled ones, by name; `None` when one is wrong.
pub(super) fn books(
    root: &Section<'_>,
    known: &[Known<'_>],
    read: &[Read<'_>],
    cx: &Context<'_>,
) -> Option<Vec<BookPolicy>> {
    let books = root.section("address_book");
    let all: Vec<_> = books
        .entries()
        .iter()
        .map(|entry| book(entry, &books.below(&entry.key, "<name>"), known, read, cx))
        .collect();
    let all = all.into_iter().collect::<Option<Vec<_>>>()?;
    let enabled = all.into_iter().filter(|(_, enabled)| *enabled);
    let mut books: Vec<BookPolicy> = enabled.map(|(book, _)| book).collect();
    books.sort_by(|one, other| one.name.cmp(&other.name));
    Some(books)
}

fn book(
    entry: &Entry,
    book: &Section<'_>,
    known: &[Known<'_>],
    read: &[Read<'_>],
    cx: &Context<'_>,
) -> Option<(BookPolicy, bool)> {
    let names: Vec<&str> = read.iter().map(|read| read.name.text).collect();
    let name = usable(entry, cx);
    let domains = domains(book, &names, cx);
    let base = match book.text("base") {
        None => Some(None),
        Some(written) => text::dn(written, "base", cx).map(|dn| Some((dn, written))),
    };
    let filter = match book.text("filter") {
        None => Some(None),
        Some(written) => filter::fixed(written, "filter", cx).map(Some),
    };
    let group = match book.text("group") {
        None => Some(None),
        Some(written) => text::attribute(written, "group", cx).map(Some),
    };
    let only = book.boolean("only");
    if only && let (Some(None), Some(place)) = (&filter, book.written("only")) {
        cx.push(
            Diagnostic::new(Code::Missing, "`only` needs a `filter`").at(
                place,
                "without one everything under the base would be a person",
            ),
        );
        return None;
    }
    let written = book.section("fields");
    let fields = if written.exists() {
        field::fields(&written, read, cx)
    } else {
        Some(usual())
    };
    let count = |key: &str| u32::try_from(book.integer(key)).unwrap_or(u32::MAX);
    let limits = BookLimits {
        min_length: count("min_length"),
        shown: count("shown"),
        most: count("max"),
    };
    if limits.shown > limits.most {
        cx.push(
            Diagnostic::new(Code::NoEffect, "more is shown than there may be")
                .at(book.place_of("shown"), "so no more than `max` is"),
        );
    }
    let domains = domains?;
    let base = base?.map(|(base, written)| inside(base, written, &domains, known, cx));
    let policy = BookPolicy {
        name: name?.into(),
        title: book.text("title").map(|title| title.text.into()),
        domains,
        base: match base {
            None => None,
            Some(base) => Some(base?),
        },
        filter: filter?,
        only,
        anywhere: book.boolean("anywhere"),
        fields: fields?,
        group: group?,
        limits,
    };
    Some((policy, book.boolean("enabled")))
}

/// It stands in the path of a URL.
fn usable<'e>(entry: &'e Entry, cx: &Context<'_>) -> Option<&'e str> {
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    let name = entry.key.as_str();
    if !name.is_empty() && name.chars().all(plain) && !matches!(name, "." | "..") {
        return Some(name);
    }
    cx.push(
        Diagnostic::new(
            Code::BadName,
            format!(
                "`{}` cannot be the name of an address book",
                name.escape_debug()
            ),
        )
        .at(entry.key_place, "")
        .hint("letters, digits, `-`, `_` and `.`: it stands in an address"),
    );
    None
}

fn domains(book: &Section<'_>, names: &[&str], cx: &Context<'_>) -> Option<BookDomains> {
    let list = book.texts("domains");
    if book.boolean("own_domain") {
        if let Some(list) = list {
            cx.push(
                Diagnostic::new(Code::NoEffect, "`domains` has no effect")
                    .at(list.place, "the domain is that of whoever looks"),
            );
        }
        return Some(BookDomains::Own);
    }
    let Some(list) = list else {
        return Some(BookDomains::Fixed((0..names.len()).collect()));
    };
    if list.items.is_empty() {
        cx.push(
            Diagnostic::new(Code::Empty, "`domains` is empty").at(list.place, "nobody is in it"),
        );
        return None;
    }
    let read: Vec<_> = list
        .items
        .into_iter()
        .map(|item| domain(item, names, cx))
        .collect();
    let mut domains = read.into_iter().collect::<Option<Vec<usize>>>()?;
    domains.sort_unstable();
    domains.dedup();
    Some(BookDomains::Fixed(domains))
}

/// The place of a domain among all of them.
pub(super) fn domain(written: Text<'_>, names: &[&str], cx: &Context<'_>) -> Option<usize> {
    let found = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(written.text));
    if found.is_none() {
        let hint = closest(written.text, names.iter().copied())
            .map(|near| format!("did you mean `{near}`?"));
        cx.push(
            Diagnostic::new(
                Code::UnknownDomain,
                format!("there is no domain `{}`", written.text.escape_debug()),
            )
            .at(written.place, "")
            .maybe_hint(hint),
        );
    }
    found
}

/// A base outside of every domain's people would show nobody.
fn inside(
    base: Dn,
    written: Text<'_>,
    domains: &BookDomains,
    known: &[Known<'_>],
    cx: &Context<'_>,
) -> Option<Dn> {
    let is_shown = |at: usize| match domains {
        BookDomains::Fixed(domains) => domains.contains(&at),
        BookDomains::Own => true,
    };
    let shown = known.iter().enumerate().filter(|(at, _)| is_shown(*at));
    let people = shown.map(|(_, known)| &known.policy.people);
    let around: Vec<_> = people
        .filter(|people| base.is_under(&people.base))
        .collect();
    let has_some = |people: &&PeopleSearch| people.scope == Scope::Subtree || people.base == base;
    if around.iter().any(has_some) {
        return Some(base);
    }
    cx.push(
        Diagnostic::new(
            Code::OutsideBase,
            "the people of this address book are outside of its domains",
        )
        .at(
            written.place,
            if around.is_empty() {
                "does not lie under the base of any domain's people"
            } else {
                "the people of this domain are right below their base (`scope = \"one-level\"`), and none is here"
            },
        ),
    );
    None
}

fn usual() -> Vec<FieldPolicy> {
    vec![
        field::of("name", FieldFrom::Name),
        field::of("mail", FieldFrom::Mail),
    ]
}

//! What a card shows, and where else it comes from.

use super::{Known, field};
use crate::closest::closest;
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::section::{Section, Text};
use entryway_ldap_types::AttributeName;
use entryway_lookup::{CardPolicy, FieldFrom, FieldPolicy, SecondMode, SecondSource};
use std::sync::Arc;

const MODES: [(&str, SecondMode); 2] = [
    ("supplement", SecondMode::Supplement),
    ("partition", SecondMode::Partition),
];
/// The field that is a picture.
const PHOTO: &str = "photo";
const PUBLIC: [&str; 2] = ["name", "title"];

/// `None` when a part of it is wrong.
pub(super) fn cards(known: &Known<'_>, names: &[&str], cx: &Context<'_>) -> Option<CardPolicy> {
    let cards = known.section.section("cards");
    let written = cards.section("fields");
    let (fields, photo) = if written.exists() {
        let mut fields = field::fields(&written, cx)?;
        let photo = match fields.iter().position(|field| *field.name == *PHOTO) {
            None => None,
            Some(at) => Some(photo(&fields.remove(at), written.place_of(PHOTO), cx)?),
        };
        (fields, photo)
    } else {
        (usual(known), Some(AttributeName::from_static("jpegPhoto")))
    };
    let public = public(&cards, &fields, photo.is_some(), written.exists(), cx)?;
    let second = second(&cards, names, &known.policy.name, &fields, cx)?;
    Some(CardPolicy {
        fields,
        photo,
        public,
        second,
        photo_max: usize::try_from(cards.integer("photo_max")).unwrap_or(usize::MAX),
        photo_max_age: cards.duration("photo_max_age"),
        initials: cards.boolean("initials"),
    })
}

/// RFC 4519 and RFC 2798, and what Active Directory has of them.
fn usual(known: &Known<'_>) -> Vec<FieldPolicy> {
    let people = &known.policy.people;
    let of = AttributeName::from_static;
    let company = match known.settings.dialect {
        crate::settings::Dialect::ActiveDirectory => of("company"),
        _ => of("o"),
    };
    vec![
        field::plain("name", &people.name_attribute),
        field::plain("mail", &people.email_attribute),
        field::plain("telephone", &of("telephoneNumber")),
        field::plain("title", &of("title")),
        field::plain("company", &company),
        field::joined("location", vec![of("l"), of("st"), of("c")], ", "),
    ]
}

fn photo(
    field: &FieldPolicy,
    place: crate::place::Place,
    cx: &Context<'_>,
) -> Option<AttributeName> {
    match &field.from {
        FieldFrom::Attributes { names, .. } if names.len() == 1 => names.first().cloned(),
        _ => {
            cx.push(
                Diagnostic::new(Code::MapOption, "a photo comes from one attribute").at(place, ""),
            );
            None
        }
    }
}

/// A name that is no field is an error: it would be a field that somebody believes to be seen.
fn public(
    cards: &Section<'_>,
    fields: &[FieldPolicy],
    photo: bool,
    own: bool,
    cx: &Context<'_>,
) -> Option<Vec<Arc<str>>> {
    let known = |name: &str| fields.iter().any(|field| *field.name == *name);
    let Some(list) = cards.texts("public") else {
        // Fields of one's own may have other names.
        let usual = PUBLIC.into_iter().filter(|name| !own || known(name));
        return Some(usual.map(Arc::from).collect());
    };
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut whole = true;
    for item in list.items {
        if known(item.text) || (photo && item.text == PHOTO) {
            names.push(item.text.into());
        } else {
            whole = false;
            unknown_field(item, fields, cx);
        }
    }
    whole.then_some(names)
}

fn unknown_field(item: Text<'_>, fields: &[FieldPolicy], cx: &Context<'_>) {
    let hint = closest(item.text, fields.iter().map(|field| &*field.name))
        .map(|near| format!("did you mean `{near}`?"));
    cx.push(
        Diagnostic::new(
            Code::UnknownWord,
            format!("a card has no field `{}`", item.text.escape_debug()),
        )
        .at(item.place, "")
        .maybe_hint(hint),
    );
}

/// `None` when it is wrong.
fn second(
    cards: &Section<'_>,
    names: &[&str],
    own: &str,
    fields: &[FieldPolicy],
    cx: &Context<'_>,
) -> Option<Option<SecondSource>> {
    let mode = cards.word("second_mode", &MODES, SecondMode::Supplement);
    let join = cards.text_or_default("join");
    let Some(written) = cards.text("second_domain") else {
        for key in ["second_mode", "join"] {
            if let Some(place) = cards.written(key) {
                cx.push(
                    Diagnostic::new(Code::NoEffect, format!("`{key}` has no effect"))
                        .at(place, "there is no `second_domain`"),
                );
            }
        }
        return Some(None);
    };
    let domain = super::books::domain(written, names, cx)?;
    if names.get(domain).is_some_and(|name| *name == own) {
        cx.push(
            Diagnostic::new(Code::UnknownDomain, "a domain is not its own second source")
                .at(written.place, ""),
        );
        return None;
    }
    if !fields.iter().any(|field| *field.name == *join.text) {
        unknown_field(join, fields, cx);
        return None;
    }
    Some(Some(SecondSource {
        domain,
        mode,
        join: join.text.into(),
    }))
}

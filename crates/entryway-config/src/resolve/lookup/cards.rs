//! What a card shows, and where else it comes from.

use super::{Known, field};
use crate::closest::closest;
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::section::{Section, Text};
use entryway_ldap_types::AttributeName;
use entryway_lookup::{
    CardPolicy, DomainLookups, FieldFrom, FieldPolicy, SecondMode, SecondSource,
};
use std::sync::Arc;

const MODES: [(&str, SecondMode); 2] = [
    ("supplement", SecondMode::Supplement),
    ("partition", SecondMode::Partition),
];
/// The field that is a picture.
const PHOTO: &str = "photo";
/// RFC 2798, and Active Directory.
const PHOTO_ATTRIBUTES: [&str; 2] = ["jpegPhoto", "thumbnailPhoto"];
const PUBLIC: [&str; 2] = ["name", "title"];

/// `None` when a part of it is wrong.
pub(super) fn cards(
    known: &Known<'_>,
    read: &[Read<'_>],
    names: &[&str],
    cx: &Context<'_>,
) -> Option<CardPolicy> {
    let cards = known.section.section("cards");
    let written = cards.section("fields");
    let (fields, photo) = if written.exists() {
        let mut fields = field::fields(&written, read, cx)?;
        let photo = match fields.iter().position(|field| *field.name == *PHOTO) {
            None => Vec::new(),
            Some(at) => photo(&fields.remove(at), written.place_of(PHOTO), cx)?,
        };
        (fields, photo)
    } else {
        let usual_photo = PHOTO_ATTRIBUTES.map(AttributeName::from_static);
        (usual(known), usual_photo.to_vec())
    };
    let public = public(&cards, &fields, !photo.is_empty(), written.exists(), cx);
    let second = second(&cards, names, &known.policy.name, &fields, cx);
    Some(CardPolicy {
        fields,
        photo,
        public: public?,
        second: second?,
        photo_max: usize::try_from(cards.integer("photo_max")).unwrap_or(usize::MAX),
        photo_max_age: cards.duration("photo_max_age"),
        initials: cards.boolean("initials"),
    })
}

/// RFC 4519 and RFC 2798, and what Active Directory has of them.
fn usual(known: &Known<'_>) -> Vec<FieldPolicy> {
    let of = AttributeName::from_static;
    let company = match known.dialect {
        crate::settings::Dialect::ActiveDirectory => of("company"),
        _ => of("o"),
    };
    vec![
        field::of("name", FieldFrom::Name),
        field::of("mail", FieldFrom::Mail),
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
) -> Option<Vec<AttributeName>> {
    match &field.from {
        FieldFrom::Attributes { names, .. } => Some(names.clone()),
        _ => {
            cx.push(
                Diagnostic::new(Code::MapOption, "a photo comes from attributes")
                    .at(place, "and is not put together"),
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
    if is_template(fields, join.text) {
        not_joining(join.text, own, written.place, cx);
        return None;
    }
    Some(Some(SecondSource {
        domain,
        mode,
        join: join.text.into(),
    }))
}

/// A second source that has not the field by which people are found in it would never be joined.
pub(super) fn joins(known: &[Known<'_>], domains: &[DomainLookups], cx: &Context<'_>) {
    for (known, domain) in known.iter().zip(domains) {
        let Some(second) = domain.cards.second.as_ref() else {
            continue;
        };
        let Some(other) = domains.get(second.domain) else {
            continue;
        };
        let fields = &other.cards.fields;
        let has = fields.iter().any(|field| field.name == second.join);
        let written = known.section.section("cards").text("second_domain");
        if let (false, Some(written)) = (has && !is_template(fields, &second.join), written) {
            not_joining(&second.join, &other.name, written.place, cx);
        }
    }
}

fn is_template(fields: &[FieldPolicy], name: &str) -> bool {
    let field = fields.iter().find(|field| *field.name == *name);
    field.is_some_and(|field| matches!(field.from, FieldFrom::Template(_)))
}

fn not_joining(join: &str, domain: &str, place: crate::place::Place, cx: &Context<'_>) {
    cx.push(
        Diagnostic::new(
            Code::Missing,
            format!(
                "nobody can be found by the field `{}` of the cards of `{domain}`",
                join.escape_debug()
            ),
        )
        .at(place, "joined by that field")
        .hint("`join` names a field that both domains copy from attributes"),
    );
}

//! `[domain.X.people]`: how a person is found.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::{dialect, filter, text};
use crate::section::{Section, Text};
use crate::settings::Dialect;
use entryway_ldap_types::{AttributeName, Dn, FilterTemplate, Placeholder, Scope};
use entryway_login::PeopleSearch;

const SCOPES: [(&str, Scope); 2] = [("subtree", Scope::Subtree), ("one-level", Scope::OneLevel)];

/// The domain's base, parsed, and where it stands.
pub(super) struct Base<'a> {
    pub(super) dn: Dn,
    pub(super) written: Text<'a>,
}

/// The filter by name, and what it was made from.
struct ByName {
    filter: FilterTemplate,
    search_attribute: Option<AttributeName>,
    /// What a login by mail must fulfil too; `None` when nobody can say.
    restrictions: Option<Vec<FilterTemplate>>,
    rule: Place,
}

/// `None` when a part of it is wrong, or the domain has no base.
pub(super) fn people(
    domain: &Section<'_>,
    base: Option<&Base<'_>>,
    kind: Dialect,
    cx: &Context<'_>,
) -> Option<PeopleSearch> {
    let people = domain.section("people");
    let search_base = base_of(&people, base, cx);
    let scope = people.word("scope", &SCOPES, Scope::Subtree);
    let object_class = object_class(&people, kind, cx);
    let by_name = by_name(&people, kind, object_class, cx);
    let email_attribute = text::attribute_or_default(&people, "email_attribute", cx);
    let name_attribute = text::attribute_or_default(&people, "name_attribute", cx);
    let id_attributes = match people.text("id_attribute") {
        None => Some(dialect::id_attributes(kind)),
        Some(written) => text::attribute(written, "id_attribute", cx).map(|name| vec![name]),
    };
    let written_email = people
        .text("email_filter")
        .map(|written| (written, filter::of_login(written, "email_filter", cx)));
    let login_by_email = people.boolean("login_by_email");
    if let (Some((written, _)), false) = (&written_email, login_by_email) {
        cx.push(
            Diagnostic::new(Code::NoEffect, "`email_filter` has no effect")
                .at(written.place, "nobody logs in by mail address here")
                .hint("write `login_by_email = true`"),
        );
    }
    let (by_name, email_attribute, (base, base_text)) = (by_name?, email_attribute?, search_base?);
    let by_email = if login_by_email {
        let written = match written_email {
            Some((_, filter)) => Some(filter?),
            None => None,
        };
        let Some(restrictions) = &by_name.restrictions else {
            cx.push(lost_restrictions(&people));
            return None;
        };
        Some(by_email(written, &email_attribute, restrictions))
    } else {
        None
    };
    Some(PeopleSearch {
        base,
        base_text: base_text.into(),
        scope,
        filter: by_name.filter,
        search_attribute: by_name.search_attribute,
        id_attributes: id_attributes?,
        by_email,
        email_attribute,
        name_attribute: name_attribute?,
        rule: cx.rule(by_name.rule),
    })
}

fn base_of<'a>(
    people: &Section<'a>,
    base: Option<&Base<'a>>,
    cx: &Context<'_>,
) -> Option<(Dn, &'a str)> {
    let Some(written) = people.text("base") else {
        return base.map(|base| (base.dn.clone(), base.written.text));
    };
    let dn = text::dn(written, "base", cx)?;
    let base = base?;
    if !dn.is_under(&base.dn) {
        cx.push(
            Diagnostic::new(
                Code::OutsideBase,
                "people are looked for outside their domain",
            )
            .at(written.place, "does not lie under the domain's base")
            .also(base.written.place, "the domain's base"),
        );
        return None;
    }
    Some((dn, written.text))
}

/// The name of a class is an LDAP `descr` or OID, as attribute names are.
fn object_class<'a>(people: &Section<'a>, kind: Dialect, cx: &Context<'_>) -> &'a str {
    let default = dialect::object_class(kind);
    let Some(written) = people.text("object_class") else {
        return default;
    };
    match AttributeName::parse(written.text) {
        Ok(name) if name.base() == written.text => written.text,
        _ => {
            cx.push(
                Diagnostic::new(
                    Code::NotAttribute,
                    "`object_class` is not the name of an object class",
                )
                .at(written.place, ""),
            );
            default
        }
    }
}

fn by_name(
    people: &Section<'_>,
    kind: Dialect,
    object_class: &str,
    cx: &Context<'_>,
) -> Option<ByName> {
    let attribute = people.text("search_attribute");
    let Some(written) = people.text("filter") else {
        let attribute = match attribute {
            None => dialect::search_attribute(kind),
            Some(written) => text::attribute(written, "search_attribute", cx)?,
        };
        let filter = dialect::people(kind, object_class).and(FilterTemplate::equality(
            None,
            &attribute,
            Placeholder::Login,
        ));
        let restrictions = filter::restrictions(&filter);
        return Some(ByName {
            filter,
            search_attribute: Some(attribute),
            restrictions,
            rule: people.place_of("search_attribute"),
        });
    };
    if let Some(attribute) = attribute {
        cx.push(
            Diagnostic::new(
                Code::TwoSearches,
                "a filter and a search attribute exclude each other",
            )
            .at(written.place, "the filter decides alone")
            .also(attribute.place, "so this has no place")
            .hint("write the attribute into the filter, or leave the filter out"),
        );
    }
    if let Some(class) = people.written("object_class") {
        cx.push(
            Diagnostic::new(Code::NoEffect, "`object_class` has no effect")
                .at(class, "the filter decides alone")
                .also(written.place, "the filter"),
        );
    }
    let filter = filter::of_login(written, "filter", cx)?;
    let restrictions = filter::restrictions(&filter);
    Some(ByName {
        filter,
        search_attribute: None,
        restrictions,
        rule: people.place_of("filter"),
    })
}

fn lost_restrictions(people: &Section<'_>) -> Diagnostic {
    let place = people.written("filter").unwrap_or(people.place);
    Diagnostic::new(
        Code::LostRestriction,
        "a login by mail would not know what this filter asks of a person",
    )
    .at(place, "other terms stand under `|` or `!` with the name, or ask for it too")
    .also(people.place_of("login_by_email"), "logins by mail")
    .hint("ask for the name in one term, and for the rest beside it: `(&(employeeType=staff)(|(uid={login})(employeeNumber={login})))`")
}

/// The filter by mail address: what is written, beside the mail attribute unless it is mentioned, and
/// never wider than what restricts the ordinary filter.
fn by_email(
    written: Option<FilterTemplate>,
    mail: &AttributeName,
    restrictions: &[FilterTemplate],
) -> FilterTemplate {
    let by_mail = FilterTemplate::equality(None, mail, Placeholder::Login);
    let filter = match written {
        None => by_mail,
        Some(filter) if filter.attributes().contains(&mail) => filter,
        Some(filter) => filter.or(by_mail),
    };
    match restrictions.split_first() {
        None => filter,
        Some((first, rest)) => rest
            .iter()
            .fold(first.clone(), |all, one| all.and(one.clone()))
            .and(filter),
    }
}

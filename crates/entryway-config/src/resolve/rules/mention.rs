//! What expressions name, held against what there is: domains, domains of groups, custom attributes.

use crate::closest::closest;
use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::rules::OTHERS;
use crate::section::{Section, as_text};
use crate::tree::{Entry, Value};
use entryway_cel::MentionOf;
use entryway_login::{Carried, DomainPolicy, MapTarget};

/// Something that an expression names, and where.
pub(in crate::resolve) struct Told {
    pub(super) of: MentionOf,
    pub(super) name: Box<str>,
    pub(super) place: Place,
}

/// What is known here of people of sites. Rules of a login are none of theirs: only those about whoever has logged in.
#[derive(Debug, Default)]
pub(in crate::resolve) struct Sites<'a> {
    /// Whose people there may be.
    pub(in crate::resolve) names: Vec<&'a str>,
    /// What is taken of a site's sessions.
    attributes: Vec<&'a str>,
}

impl<'a> Sites<'a> {
    /// As they are written; what is wrong with one is reported where it is read.
    pub(in crate::resolve) fn of(root: &Section<'a>) -> Self {
        let section = root.section("site");
        let sites = section.entries();
        let taken = |site: &'a Entry| match &site.node.value {
            Value::Table(table) => table.get("attributes"),
            _ => None,
        };
        let texts = |entry: &'a Entry| match &entry.node.value {
            Value::Array(nodes) => nodes.as_slice(),
            _ => &[],
        };
        let written = sites.iter().filter_map(taken).flat_map(texts);
        Self {
            names: sites.iter().map(|site| site.key.as_str()).collect(),
            attributes: written.filter_map(as_text).map(|it| it.text).collect(),
        }
    }
}

/// Reports what does not exist. `domain` is the only one, or `local` or `os`, whose people the rule is for; `sites` are
/// those whose people it may be for too.
pub(in crate::resolve) fn check(
    told: &[Told],
    domain: Option<&str>,
    read: &[Read<'_>],
    sites: &Sites<'_>,
    cx: &Context<'_>,
) {
    for one in told {
        match one.of {
            // The domain may well be the one whose name is missing.
            MentionOf::Domain | MentionOf::GroupDomain if cx.problems.has(Code::NamelessDomain) => {
            }
            MentionOf::Domain => a_domain(one, false, read, sites, cx),
            MentionOf::GroupDomain => a_domain(one, true, read, sites, cx),
            MentionOf::Custom => custom(one, domain, read, sites, cx),
            // A login, and an entry, are what the rules are for.
            MentionOf::OfLogin | MentionOf::OfEntry => {}
        }
    }
}

/// Reports what an entry alone does not tell; false where there is any of it.
pub(in crate::resolve) fn of_entry(told: &[Told], cx: &Context<'_>) -> bool {
    let mut whole = true;
    for one in told {
        let name = match one.of {
            MentionOf::OfLogin => one.name.to_string(),
            MentionOf::Custom => format!("user.attributes.{}", one.name),
            MentionOf::Domain | MentionOf::GroupDomain | MentionOf::OfEntry => continue,
        };
        whole = false;
        cx.push(
            Diagnostic::new(
                Code::NotExpression,
                format!("`{}` is nothing that an entry has", name.escape_debug()),
            )
            .at(
                one.place,
                "known of somebody who logs in, and of nobody else",
            )
            .hint("a field is made of `entry.…`, `dn` and `domain`"),
        );
    }
    whole
}

/// What is known of somebody who signed in, long after the login: their entry is not at hand then.
const OF_PERSON: [&str; 7] = [
    "groups",
    "name",
    "email",
    "display_name",
    "user.name",
    "user.email",
    "user.display_name",
];

/// Reports what a person alone does not tell; false where there is any of it.
pub(in crate::resolve) fn of_person(told: &[Told], cx: &Context<'_>) -> bool {
    let mut whole = true;
    for one in told {
        let unknown = match one.of {
            MentionOf::OfLogin => !OF_PERSON.contains(&&*one.name),
            MentionOf::OfEntry => true,
            MentionOf::Domain | MentionOf::GroupDomain | MentionOf::Custom => false,
        };
        if unknown {
            whole = false;
            cx.push(
                Diagnostic::new(
                    Code::NotExpression,
                    format!("`{}` is nothing that is kept of a person", one.name.escape_debug()),
                )
                .at(one.place, "known while somebody logs in, and not later")
                .hint("kept are `name`, `email`, `display_name`, `domain`, `groups` and `user.attributes.…`, which maps and `attributes` of the domain fill"),
            );
        }
    }
    whole
}

fn a_domain(told: &Told, any_case: bool, read: &[Read<'_>], sites: &Sites<'_>, cx: &Context<'_>) {
    let domains = read.iter().map(|domain| domain.name.text).chain(OTHERS);
    let names = || domains.clone().chain(sites.names.iter().copied());
    let alike = names().find(|name| name.eq_ignore_ascii_case(&told.name));
    if alike.is_some_and(|name| any_case || *name == *told.name) {
        return;
    }
    let hint = match alike {
        Some(name) => Some(format!("it is written `{name}`, and here case counts")),
        None => closest(&told.name, names()).map(|near| format!("did you mean `{near}`?")),
    };
    cx.push(
        Diagnostic::new(
            Code::UnknownDomain,
            format!("there is no domain `{}`", told.name.escape_debug()),
        )
        .at(told.place, "so this is never true of anybody")
        .maybe_hint(hint),
    );
}

/// A custom attribute must come from a map or from `attributes`, of one domain at least that the rule is for.
fn custom(
    told: &Told,
    domain: Option<&str>,
    read: &[Read<'_>],
    sites: &Sites<'_>,
    cx: &Context<'_>,
) {
    let of =
        |one: &&Read<'_>| domain.is_none_or(|domain| one.name.text.eq_ignore_ascii_case(domain));
    let mut names: Vec<&str> = sites.attributes.clone();
    for one in read.iter().filter(of) {
        // What is wrong with the domain has been reported.
        let Some((_, policy)) = &one.resolved else {
            return;
        };
        if policy.carry.attributes == Carried::All {
            return;
        }
        names.extend(attributes(policy));
    }
    if names.contains(&&*told.name) {
        return;
    }
    let hint = closest(&told.name, names.iter().copied())
        .map(|near| format!("did you mean `{near}`?"))
        .or_else(|| Some("a map of that name fills it, or `attributes` of the domain".to_owned()));
    cx.push(
        Diagnostic::new(
            Code::NotExpression,
            format!("nothing fills the attribute `{}`", told.name.escape_debug()),
        )
        .at(told.place, "so it is always empty")
        .maybe_hint(hint),
    );
}

/// The names of what sessions carry beside the usual.
fn attributes(policy: &DomainPolicy) -> impl Iterator<Item = &str> {
    let mapped = policy.maps.iter().filter_map(|map| match &map.target {
        MapTarget::Custom(name) => Some(&**name),
        _ => None,
    });
    let carried = match &policy.carry.attributes {
        Carried::Named(names) => names.as_slice(),
        Carried::All => &[],
    };
    mapped.chain(carried.iter().map(|name| name.base()))
}

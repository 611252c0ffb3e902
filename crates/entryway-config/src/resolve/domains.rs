//! What the domains share: no login name may mean two of them.

use crate::closest::closest;
use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::section::Text;

/// A domain's name and header.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) place: Place,
}

/// Reports names that two domains claim; gives the names in order.
pub(super) fn check<'a>(domains: &[Read<'a>], cx: &Context<'_>) -> Vec<Named<'a>> {
    // `CORP\user` means the domain of that name or of that NetBIOS name: one space of names.
    let mut prefixes: Vec<(&str, Place, usize)> = Vec::new();
    let mut suffixes: Vec<(&str, Place, usize)> = Vec::new();
    for (index, domain) in domains.iter().enumerate() {
        claim(
            &mut prefixes,
            domain.name.text,
            domain.name.place,
            index,
            cx,
        );
        if let Some(netbios) = domain.netbios_name {
            claim(&mut prefixes, netbios.text, netbios.place, index, cx);
        }
        for suffix in &domain.suffixes {
            claim(&mut suffixes, suffix.text, suffix.place, index, cx);
        }
    }
    domains
        .iter()
        .map(|domain| Named {
            name: domain.name.text,
            place: domain.section.place,
        })
        .collect()
}

/// Reports a name that no domain has.
pub(super) fn unknown<'a>(
    written: Text<'_>,
    names: impl Iterator<Item = &'a str>,
    cx: &Context<'_>,
) {
    // It may well be the domain whose name is missing.
    if cx.problems.has(Code::NamelessDomain) {
        return;
    }
    let near = closest(written.text, names).map(|near| format!("did you mean `{near}`?"));
    cx.push(
        Diagnostic::new(
            Code::UnknownDomain,
            format!("there is no domain `{}`", written.text.escape_debug()),
        )
        .at(written.place, "")
        .maybe_hint(near),
    );
}

fn claim<'a>(
    claimed: &mut Vec<(&'a str, Place, usize)>,
    name: &'a str,
    place: Place,
    domain: usize,
    cx: &Context<'_>,
) {
    let first = claimed
        .iter()
        .find(|(known, _, owner)| known.eq_ignore_ascii_case(name) && *owner != domain);
    match first {
        Some((_, first, _)) => cx.push(
            Diagnostic::new(
                Code::Claimed,
                format!("two domains claim `{}`", name.escape_debug()),
            )
            .at(place, "claimed again")
            .also(*first, "claimed first"),
        ),
        None => claimed.push((name, place, domain)),
    }
}

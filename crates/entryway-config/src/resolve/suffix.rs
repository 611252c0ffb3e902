//! Filters that ask for `{suffix}` in domains that are asked about names without one.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use entryway_ldap_types::Placeholder;
use entryway_login::DomainId;

/// The login does not ask such a filter about a bare name. That is right, and seldom meant.
pub(super) fn warn(domains: &[Read<'_>], defaults: &[DomainId], cx: &Context<'_>) {
    for DomainId(index) in defaults {
        let Some(domain) = domains.get(*index) else {
            continue;
        };
        let Some((_, policy)) = &domain.resolved else {
            continue;
        };
        if !policy
            .people
            .filter
            .placeholders()
            .contains(&&Placeholder::Suffix)
        {
            continue;
        }
        let people = domain.section.section("people");
        cx.push(
            Diagnostic::new(
                Code::SuffixAsked,
                format!(
                    "no bare name finds anybody in `{}`, which is a default domain",
                    domain.name.text.escape_debug()
                ),
            )
            .at(
                people.written("filter").unwrap_or(domain.section.place),
                "`{suffix}` is what stands after `@`",
            )
            .hint("`{login}` is the whole name as typed, with or without `@`"),
        );
    }
}

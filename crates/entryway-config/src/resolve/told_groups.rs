//! Which groups others are told of, by patterns.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::section::Section;
use entryway_oidc::GroupPatterns;

/// `groups` of a client, or of forward authentication: which groups are told. The outer `None` when it is wrong.
pub(in crate::resolve) fn groups(
    section: &Section<'_>,
    read: &[Read<'_>],
    cx: &Context<'_>,
) -> Option<Option<GroupPatterns>> {
    let Some(list) = section.texts("groups") else {
        return section.entry("groups").is_none().then_some(None);
    };
    let mut whole = true;
    for item in &list.items {
        if item.text.trim().is_empty() {
            whole = false;
            cx.push(
                Diagnostic::new(Code::Empty, "a pattern of `groups` is empty")
                    .at(item.place, "no group is called so"),
            );
        }
        let domain = item.text.split_once('/').map(|(before, _)| before);
        let is = |one: &Read<'_>| domain.is_some_and(|of| of.eq_ignore_ascii_case(one.name.text));
        if read.iter().any(is) {
            whole = false;
            cx.push(
                Diagnostic::new(Code::NotGroup, "this pattern fits no group's name")
                    .at(item.place, "it is compared with names without the domain")
                    .hint("write what stands behind the `/`"),
            );
        }
    }
    let patterns = GroupPatterns::new(list.items.iter().map(|item| item.text));
    whole.then_some(Some(patterns))
}

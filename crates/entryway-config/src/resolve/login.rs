//! `[login]`.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domains::{self, Named};
use crate::section::Section;
use entryway_login::{DomainId, LdapUse, PasswordMismatch, Platform, RuleId};
use std::time::Duration;

const LDAP_USE: [(&str, LdapUse); 3] = [
    ("disabled", LdapUse::Disabled),
    ("optional", LdapUse::Optional),
    ("required", LdapUse::Required),
];
const PLATFORMS: [(&str, Platform); 3] = [
    ("unix", Platform::Unix),
    ("windows", Platform::Windows),
    ("none", Platform::None),
];

const MISMATCHES: [(&str, PasswordMismatch); 2] = [
    ("reject", PasswordMismatch::Reject),
    ("continue", PasswordMismatch::Continue),
];

/// What other parts look at.
pub(super) struct Basics {
    pub(super) ldap: LdapUse,
    pub(super) platform: Platform,
    pub(super) deadline: Duration,
    pub(super) reject_after: Duration,
    pub(super) os_users: bool,
    pub(super) local_password_mismatch: PasswordMismatch,
    /// Where the deadline was written, if it was.
    pub(super) deadline_place: Option<Place>,
}

pub(super) fn basics(login: &Section<'_>) -> Basics {
    Basics {
        ldap: login.word("ldap", &LDAP_USE, LdapUse::Optional),
        platform: login.word("platform", &PLATFORMS, Platform::Unix),
        deadline: login.duration("deadline"),
        reject_after: login.duration("reject_after"),
        os_users: login.boolean("os_users"),
        local_password_mismatch: login.word(
            "local_password_mismatch",
            &MISMATCHES,
            PasswordMismatch::Reject,
        ),
        deadline_place: login.written("deadline"),
    }
}

/// Settings that the use of directories leaves nothing to do.
pub(super) fn without_effect(login: &Section<'_>, basics: &Basics, cx: &Context<'_>) {
    let tell = |key, label: &str| {
        if let Some(place) = login.written(key) {
            cx.push(
                Diagnostic::new(Code::NoEffect, format!("`{key}` has no effect")).at(place, label),
            );
        }
    };
    if basics.os_users && basics.ldap == LdapUse::Required {
        tell(
            "os_users",
            "`ldap` is `required`: only domains let people in",
        );
    }
    if basics.local_password_mismatch == PasswordMismatch::Continue
        && basics.ldap != LdapUse::Optional
    {
        tell(
            "local_password_mismatch",
            "only with `ldap` optional do domains come after local accounts",
        );
    }
}

/// The domains for bare names, in order, and the rule that says so.
pub(super) fn default_domains(
    root: &Section<'_>,
    names: &[Named<'_>],
    cx: &Context<'_>,
) -> (Vec<DomainId>, RuleId) {
    let login = root.section("login");
    let key = "default_domains";
    let Some(list) = login.texts(key) else {
        return match names {
            // The only domain is the default one; the rule is that it is the only one.
            [only] => (vec![DomainId(0)], cx.rule(only.place)),
            _ => {
                if let [_, second, ..] = names {
                    cx.push(
                        Diagnostic::new(
                            Code::NoDefault,
                            "several domains, and none is the default for bare names",
                        )
                        .at(second.place, "a second domain")
                        .hint(format!(
                            "write `default_domains = [{}]` in `[login]`",
                            example(names)
                        )),
                    );
                }
                (Vec::new(), cx.rule(login.place))
            }
        };
    };
    if list.items.is_empty() && !names.is_empty() {
        cx.push(
            Diagnostic::new(Code::NoDefault, "no domain is the default for bare names")
                .at(list.place, "the list is empty"),
        );
    }
    let mut found: Vec<(DomainId, Place)> = Vec::new();
    for item in &list.items {
        let Some(index) = names
            .iter()
            .position(|named| named.name.eq_ignore_ascii_case(item.text))
        else {
            domains::unknown(*item, names.iter().map(|named| named.name), cx);
            continue;
        };
        match found.iter().find(|(known, _)| *known == DomainId(index)) {
            Some((_, first)) => cx.push(
                Diagnostic::new(
                    Code::DefaultTwice,
                    format!("`{}` is a default domain twice", item.text),
                )
                .at(item.place, "named again")
                .also(*first, "named first"),
            ),
            None => found.push((DomainId(index), item.place)),
        }
    }
    (
        found.into_iter().map(|(domain, _)| domain).collect(),
        cx.rule(login.place_of(key)),
    )
}

fn example(names: &[Named<'_>]) -> String {
    names
        .iter()
        .map(|named| format!("\"{}\"", named.name))
        .collect::<Vec<_>>()
        .join(", ")
}

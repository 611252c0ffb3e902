//! `group` of a user class: a gid, or a group of a domain by name or DN.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::domains::Named;
use crate::section::Text;
use entryway_ldap_types::Dn;
use entryway_login::GroupCriterion;

/// `None` for `*`; reported, and `Err`, when it is not one. `domain` is the class's own.
pub(in crate::resolve) fn group(
    written: Text<'_>,
    domain: Option<&str>,
    names: &[Named<'_>],
    cx: &Context<'_>,
) -> Result<Option<GroupCriterion>, ()> {
    let text = written.text.trim();
    if text == "*" {
        return Ok(None);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        return match text.parse::<u32>() {
            // Numbers belong to a domain as names do: `500` of partners is not `500` of staff.
            Ok(gid) if gid != u32::MAX => match domain {
                Some(domain) => Ok(Some(GroupCriterion::Gid {
                    domain: domain.into(),
                    gid,
                })),
                None => not_group(
                    written,
                    "expected `domain/gid`: gids of one number in two domains are two groups",
                    cx,
                ),
            },
            _ => not_group(written, "no gid is that large", cx),
        };
    }
    if let Some((of, number)) = text.split_once('/')
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && let Some(of) = known(of, names).or_else(|| other(of))
    {
        return match number.parse::<u32>() {
            Ok(gid) if gid != u32::MAX => Ok(Some(GroupCriterion::Gid {
                domain: of.into(),
                gid,
            })),
            _ => not_group(written, "no gid is that large", cx),
        };
    }
    let (of, name) = match text.split_once('/') {
        // The `/` may stand in a DN or a name; before it there must be a domain.
        Some((of, name)) if known(of, names).is_some() => (known(of, names), name),
        Some((of, _)) if !of.contains('=') => {
            let domains: Vec<&str> = names.iter().map(|named| named.name).collect();
            let hint = crate::closest::closest(of, domains.iter().copied())
                .map(|near| format!("did you mean `{near}`?"));
            cx.push(
                Diagnostic::new(
                    Code::UnknownDomain,
                    format!("there is no domain `{}`", of.escape_debug()),
                )
                .at(written.place, "")
                .maybe_hint(hint),
            );
            return Err(());
        }
        _ => (domain, text),
    };
    let Some(of) = of else {
        return not_group(
            written,
            "expected `domain/group`: groups of one name in two domains are two groups",
            cx,
        );
    };
    if name.trim().is_empty() {
        return not_group(written, "the group's name is missing", cx);
    }
    if !name.contains('=') {
        return Ok(Some(GroupCriterion::Named {
            domain: of.into(),
            name: name.into(),
        }));
    }
    match Dn::parse(name) {
        Ok(dn) => Ok(Some(GroupCriterion::Dn {
            domain: of.into(),
            dn,
        })),
        Err(error) => not_group(written, error.kind, cx),
    }
}

fn known<'n>(name: &str, names: &'n [Named<'_>]) -> Option<&'n str> {
    names
        .iter()
        .find(|named| named.name.eq_ignore_ascii_case(name))
        .map(|named| named.name)
}

/// Local accounts and those of the operating system have gids too.
fn other(name: &str) -> Option<&'static str> {
    let same = |other: &&str| other.eq_ignore_ascii_case(name);
    super::OTHERS.into_iter().find(same)
}

fn not_group<T>(written: Text<'_>, why: impl Into<String>, cx: &Context<'_>) -> Result<T, ()> {
    cx.push(
        Diagnostic::new(Code::NotGroup, "`group` does not name a group")
            .at(written.place, why.into())
            .hint("`staff/engineers`, a gid such as `staff/500`, `staff/cn=engineers,ou=groups,dc=corp,dc=example` or `*`"),
    );
    Err(())
}

//! Filters with placeholders.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::text::secret_attribute;
use crate::section::Text;
use entryway_ldap_types::{
    AttributeName, CertificatePart, Filter, FilterTemplate, Placeholder, TemplateError,
    TemplateParts,
};
use entryway_login::is_secret_attribute;

/// What may stand in a filter that looks for a login name.
pub(super) const LOGIN: [Placeholder; 3] =
    [Placeholder::Login, Placeholder::User, Placeholder::Suffix];

/// What may stand in a filter that looks for a person's groups; an attribute of any name.
static MEMBER: [Placeholder; 3] = [
    Placeholder::EntryDn,
    Placeholder::Name,
    Placeholder::EntryAttribute(AttributeName::from_static("uid")),
];

/// A filter that asks for the login name.
pub(super) fn of_login(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<FilterTemplate> {
    let filter = readable(written, key, &LOGIN, cx)?;
    if !asks_for_name(&filter) {
        cx.push(
            Diagnostic::new(
                Code::NameNotAsked,
                format!("`{key}` finds the same people whatever name is typed"),
            )
            .at(written.place, "neither `{login}` nor `{user}` stands in it"),
        );
        return None;
    }
    Some(filter)
}

/// A filter that asks for what was typed in a look-up.
pub(super) fn of_text(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<FilterTemplate> {
    let filter = readable(written, key, &[Placeholder::Text], cx)?;
    if filter.placeholders().is_empty() {
        cx.push(
            Diagnostic::new(
                Code::NameNotAsked,
                format!("`{key}` finds the same entries whatever is typed"),
            )
            .at(written.place, "`{text}` does not stand in it"),
        );
        return None;
    }
    Some(filter)
}

/// A filter that asks for parts of a certificate, and for all of these.
pub(super) fn of_certificate(
    written: Text<'_>,
    parts: &[CertificatePart],
    cx: &Context<'_>,
) -> Option<FilterTemplate> {
    let allowed: Vec<Placeholder> = parts
        .iter()
        .map(|part| Placeholder::Certificate(*part))
        .collect();
    let filter = readable(written, "filter", &allowed, cx)?;
    let found = filter.placeholders();
    if let Some(missing) = allowed.iter().find(|part| !found.contains(part)) {
        cx.push(
            Diagnostic::new(
                Code::CertificateRule,
                "this filter fits whoever shows any certificate",
            )
            .at(written.place, format!("`{missing}` does not stand in it")),
        );
        return None;
    }
    Some(filter)
}

/// A filter that asks for nothing that anybody types.
pub(super) fn fixed(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<Filter> {
    readable(written, key, &[], cx)?.fill(&|_| None)
}

/// A filter that looks at nothing secret: whoever may ask by a value can find it out.
fn readable(
    written: Text<'_>,
    key: &str,
    allowed: &[Placeholder],
    cx: &Context<'_>,
) -> Option<FilterTemplate> {
    let filter = parse_with(written, key, allowed, cx)?;
    if let Some(name) = filter
        .attributes()
        .into_iter()
        .find(|name| is_secret_attribute(name))
    {
        cx.push(secret_attribute(written, name));
        return None;
    }
    Some(filter)
}

/// A filter that asks for the groups of a person.
pub(super) fn of_member(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<FilterTemplate> {
    let filter = parse_with(written, key, &MEMBER, cx)?;
    if filter.placeholders().is_empty() {
        cx.push(
            Diagnostic::new(
                Code::NameNotAsked,
                format!("`{key}` finds the same groups whoever is asked about"),
            )
            .at(
                written.place,
                "none of `{dn}`, `{name}` and `{entry.…}` stands in it",
            ),
        );
        return None;
    }
    Some(filter)
}

fn parse_with(
    written: Text<'_>,
    key: &str,
    allowed: &[Placeholder],
    cx: &Context<'_>,
) -> Option<FilterTemplate> {
    let inside = |at| cx.texts.inside(written.place, at);
    let diagnostic = match FilterTemplate::parse(written.text, allowed) {
        Ok(filter) => return Some(filter),
        Err(TemplateError::Filter(error)) => {
            Diagnostic::new(Code::NotFilter, format!("`{key}` is not a search filter"))
                .at(inside(error.at), error.kind)
        }
        Err(TemplateError::UnknownPlaceholder { name, at, expected }) => Diagnostic::new(
            Code::Placeholder,
            format!("there is no placeholder `{{{}}}` here", name.escape_debug()),
        )
        .at(inside(at), format!("expected one of {expected}"))
        .hint("a brace that is meant as such is written `\\7b`"),
        Err(TemplateError::OutsideValue { at }) => Diagnostic::new(
            Code::Placeholder,
            "a placeholder stands only where a value stands",
        )
        .at(inside(at), "not a value"),
    };
    cx.push(diagnostic);
    None
}

/// The terms of a filter that hold whatever name is typed: they restrict who may log in, and so they
/// restrict a login by mail too. `None` when they cannot be told from the term that asks for the name.
///
/// `(&(objectClass=person)(!(locked=TRUE))(uid={login}))` has two of them. In
/// `(|(&(type=staff)(uid={login}))(number={login}))` one stands beside the name under `|`: it holds
/// for some names and not for others, and nobody can say what it means for an address.
pub(super) fn restrictions(filter: &FilterTemplate) -> Option<Vec<FilterTemplate>> {
    let mut terms = Vec::new();
    conjuncts(filter, &mut terms);
    let (asking, restricting): (Vec<_>, Vec<_>) = terms.into_iter().partition(asks_for_name);
    match &asking[..] {
        [one] if only_asks(one) => Some(restricting),
        _ => None,
    }
}

/// The terms that must all hold, those of nested `&` among them.
fn conjuncts(filter: &FilterTemplate, terms: &mut Vec<FilterTemplate>) {
    match filter.parts() {
        TemplateParts::And(parts) => parts.iter().for_each(|part| conjuncts(part, terms)),
        _ => terms.push(filter.clone()),
    }
}

/// `{suffix}` alone does not name anybody.
fn asks_for_name(filter: &FilterTemplate) -> bool {
    filter.placeholders().into_iter().any(|one| {
        matches!(
            one,
            Placeholder::Login | Placeholder::User | Placeholder::Text
        )
    })
}

/// Whether every alternative asks for the name, and for nothing else.
fn only_asks(filter: &FilterTemplate) -> bool {
    match filter.parts() {
        TemplateParts::Or(parts) => parts.iter().all(only_asks),
        TemplateParts::And(parts) => matches!(&parts[..], [one] if only_asks(one)),
        TemplateParts::Not(_) => false,
        TemplateParts::Item => asks_for_name(filter),
    }
}

#[cfg(test)]
mod tests {
    use super::{LOGIN, restrictions};
    use entryway_ldap_types::FilterTemplate;

    fn check(filter: &str, expected: Option<&[&str]>) {
        let parsed = FilterTemplate::parse(filter, &LOGIN).expect(filter);
        let found: Option<Vec<String>> =
            restrictions(&parsed).map(|all| all.iter().map(ToString::to_string).collect());
        let found: Option<Vec<&str>> = found
            .as_ref()
            .map(|all| all.iter().map(String::as_str).collect());
        assert_eq!(found.as_deref(), expected, "{filter}");
    }

    #[test]
    fn terms_without_the_name_restrict() {
        check(
            "(&(objectClass=person)(!(locked=TRUE))(uid={login}))",
            Some(&["(objectClass=person)", "(!(locked=TRUE))"]),
        );
        check(
            "(&(uid={login})(|(o=a)(o=b\\29)))",
            Some(&["(|(o=a)(o=b\\29))"]),
        );
        check("(&(uid={user})(o={suffix}))", Some(&["(o={suffix})"]));
        check(
            "(&(uid={login})(o=\\7blogin\\7d))",
            Some(&["(o=\\7blogin\\7d)"]),
        );
    }

    #[test]
    fn so_do_those_in_a_nested_and() {
        check(
            "(&(objectClass=person)(&(uid={login})(!(uid=aokafor))))",
            Some(&["(objectClass=person)", "(!(uid=aokafor))"]),
        );
        check("(&(&(&(a=1))(&(uid={login}))))", Some(&["(a=1)"]));
    }

    #[test]
    fn names_alone_have_none() {
        check("(uid={login})", Some(&[]));
        check("(&(|(uid={login})(cn={user})))", Some(&[]));
        check(
            "(|(uid={login})(|(cn={user})(&(mail={user}@x))))",
            Some(&[]),
        );
    }

    #[test]
    fn what_is_mixed_with_the_name_cannot_be_told_from_it() {
        for filter in [
            "(|(&(employeeType=staff)(uid={login}))(&(employeeType=staff)(employeeNumber={login})))",
            "(|(objectClass=person)(uid={login}))",
            "(&(a=1)(|(uid={login})(o={suffix})))",
            "(&(uid={login})(!(blocked={login})))",
            "(&(uid={login})(!(&(blocked={user})(a=1))))",
            "(&(uid={login})(mayLogIn={login}))",
            "(!(uid={login}))",
        ] {
            check(filter, None);
        }
    }
}

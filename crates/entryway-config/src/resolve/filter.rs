//! Filters with placeholders.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::text::secret_attribute;
use crate::section::Text;
use entryway_ldap_types::{FilterTemplate, Placeholder, TemplateError};
use entryway_login::is_secret_attribute;

/// What may stand in a filter that looks for a login name.
pub(super) const LOGIN: [Placeholder; 3] =
    [Placeholder::Login, Placeholder::User, Placeholder::Suffix];

/// A filter that asks for the login name.
pub(super) fn of_login(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<FilterTemplate> {
    let filter = parse(written, key, cx)?;
    if let Some(name) = filter
        .attributes()
        .into_iter()
        .find(|name| is_secret_attribute(name))
    {
        cx.push(secret_attribute(written, name));
        return None;
    }
    let asks = filter
        .placeholders()
        .into_iter()
        .any(|one| matches!(one, Placeholder::Login | Placeholder::User));
    if !asks {
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

fn parse(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<FilterTemplate> {
    let inside = |at| cx.texts.inside(written.place, at);
    let diagnostic = match FilterTemplate::parse(written.text, &LOGIN) {
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

/// The terms of a filter that do not look at the login name: they restrict who may log in.
///
/// `(&(objectClass=person)(!(locked=TRUE))(uid={login}))` has two of them. In RFC 4515 text a
/// parenthesis inside a value is escaped, and so is a brace: counting and looking is exact.
pub(super) fn restrictions(filter: &str) -> Vec<FilterTemplate> {
    let Some(inner) = filter
        .trim()
        .strip_prefix("(&")
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return Vec::new();
    };
    let (mut depth, mut start) = (0_usize, 0);
    let mut terms = Vec::new();
    for (at, char) in inner.char_indices() {
        match char {
            '(' => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    terms.extend(inner.get(start..=at));
                }
            }
            _ => {}
        }
    }
    terms
        .into_iter()
        .filter(|term| !term.contains('{'))
        .filter_map(|term| FilterTemplate::parse(term, &[]).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::restrictions;

    fn check(filter: &str, expected: &[&str]) {
        let found: Vec<String> = restrictions(filter)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expected, "{filter}");
    }

    #[test]
    fn terms_without_the_name_restrict() {
        check(
            "(&(objectClass=person)(!(locked=TRUE))(uid={login}))",
            &["(objectClass=person)", "(!(locked=TRUE))"],
        );
        check("(&(uid={login})(|(o=a)(o=b\\29)))", &["(|(o=a)(o=b\\29))"]);
        check("(&(|(uid={login})(cn={user})))", &[]);
    }

    #[test]
    fn a_filter_of_one_term_has_none() {
        check("(uid={login})", &[]);
        check("(|(objectClass=person)(uid={login}))", &[]);
    }
}

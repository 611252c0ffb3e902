//! The filters by which people and groups are found from what was typed. Nothing of it is ever more than a value.

use entryway_ldap_types::{AttributeName, Filter, FilterTemplate, Guid, Placeholder};

static OBJECT_GUID: AttributeName = AttributeName::from_static("objectGUID");

/// `(|(cn={text}*)(mail={text}*))`: what a look-up asks by default of these attributes, beside what restricts whom it
/// finds. `None` without an attribute.
pub fn find_template(attributes: &[AttributeName], anywhere: bool) -> Option<FilterTemplate> {
    let before = if anywhere { "*" } else { "" };
    let mut ways = attributes.iter().filter_map(|attribute| {
        let text = format!("({attribute}={before}{{text}}*)");
        FilterTemplate::parse(&text, &[Placeholder::Text]).ok()
    });
    let first = ways.next()?;
    Some(ways.fold(first, FilterTemplate::or))
}

/// The same for a mail address alone, whole: what is asked where a look-up by address takes the short cut.
pub fn mail_template(mail: &AttributeName) -> FilterTemplate {
    FilterTemplate::equality(None, mail, Placeholder::Text)
}

/// The filter with what was typed anywhere in the values, where it asked for values that begin with it.
pub fn contains(filter: Filter, typed: &str) -> Filter {
    each(filter, &|filter| match filter {
        Filter::Substrings {
            attribute,
            initial: Some(initial),
            any,
            last: None,
        } if any.is_empty() && initial == typed.as_bytes() => Filter::Substrings {
            attribute,
            initial: None,
            any: vec![initial],
            last: None,
        },
        other => other,
    })
}

/// The filter where the stars of what was typed stand for anything, where the configuration lets them: in values that
/// are the typed text and nothing else. Without this a star is a star.
pub fn with_stars(filter: Filter, typed: &str) -> Filter {
    if !typed.contains('*') {
        return filter;
    }
    let whole = typed.as_bytes();
    let pieces = |before: bool, after: bool| {
        let mut pieces: Vec<Vec<u8>> = typed
            .split('*')
            .map(|piece| piece.as_bytes().to_vec())
            .collect();
        if before {
            pieces.insert(0, Vec::new());
        }
        if after {
            pieces.push(Vec::new());
        }
        pieces
    };
    each(filter, &|filter| match filter {
        Filter::Equal(attribute, value) if value == whole => {
            from_pieces(attribute, pieces(false, false))
        }
        Filter::Substrings {
            attribute,
            initial: Some(initial),
            any,
            last: None,
        } if any.is_empty() && initial == whole => from_pieces(attribute, pieces(false, true)),
        Filter::Substrings {
            attribute,
            initial: None,
            any,
            last: None,
        } if matches!(&any[..], [one] if one == whole) => {
            from_pieces(attribute, pieces(true, true))
        }
        other => other,
    })
}

/// The entry with this identity, by whichever of these attributes has it.
pub fn by_identity(id_attributes: &[AttributeName], identity: &str) -> Option<Filter> {
    let ways = id_attributes.iter().filter_map(|attribute| {
        let value = if *attribute == OBJECT_GUID {
            Guid::parse(identity)?.as_bytes().to_vec()
        } else {
            identity.as_bytes().to_vec()
        };
        Some(Filter::Equal(attribute.clone(), value))
    });
    let mut ways: Vec<Filter> = ways.collect();
    match ways.len() {
        0 | 1 => ways.pop(),
        _ => Some(Filter::Or(ways)),
    }
}

/// From the text between the stars. Nothing but stars would fit everybody: it stays a text.
fn from_pieces(attribute: AttributeName, pieces: Vec<Vec<u8>>) -> Filter {
    match Filter::from_pieces(attribute, pieces) {
        Filter::Present(attribute) => Filter::Equal(attribute, b"*".to_vec()),
        filter => filter,
    }
}

/// Filters are at most [`Filter::MAX_DEPTH`] deep, so the recursion is bounded.
fn each(filter: Filter, change: &dyn Fn(Filter) -> Filter) -> Filter {
    let all = |parts: Vec<Filter>| parts.into_iter().map(|part| each(part, change)).collect();
    match filter {
        Filter::And(parts) => Filter::And(all(parts)),
        Filter::Or(parts) => Filter::Or(all(parts)),
        // What must not be is not made wider: that would let others in.
        other => change(other),
    }
}

#[cfg(test)]
mod tests;

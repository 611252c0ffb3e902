//! Properties: any tree with any value bytes is written as text that reads back as that tree.

use super::*;
use proptest::prelude::*;

fn attribute() -> impl Strategy<Value = AttributeName> {
    "([a-zA-Z][a-zA-Z0-9_-]{0,8}|[0-2](\\.[1-9][0-9]{0,3}){1,4})(;[a-z]{1,4}){0,2}"
        .prop_map(|text| AttributeName::parse(&text).unwrap())
}

/// Raw bytes, text, and what has a meaning in filters and templates.
pub(crate) fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..12),
        any::<String>().prop_map(String::into_bytes),
        "[*()\\\\{}=&|!:<>~ \u{0}aä]{0,10}".prop_map(String::into_bytes),
    ]
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    value().prop_filter("a piece is not empty", |bytes| !bytes.is_empty())
}

fn item() -> impl Strategy<Value = Filter> {
    let rule = "[a-ce-z][a-zA-Z0-9-]{0,6}".prop_map(|text| Some(text.into_boxed_str()));
    let ends = (
        prop::option::of(piece()),
        prop::collection::vec(piece(), 0..3),
        prop::option::of(piece()),
    );
    prop_oneof![
        (attribute(), value()).prop_map(|(name, value)| Filter::Equal(name, value)),
        (attribute(), value()).prop_map(|(name, value)| Filter::GreaterOrEqual(name, value)),
        (attribute(), value()).prop_map(|(name, value)| Filter::LessOrEqual(name, value)),
        (attribute(), value()).prop_map(|(name, value)| Filter::Approx(name, value)),
        attribute().prop_map(Filter::Present),
        (attribute(), ends)
            .prop_filter("at least one part", |(_, (initial, any, last))| {
                initial.is_some() || !any.is_empty() || last.is_some()
            })
            .prop_map(|(attribute, (initial, any, last))| Filter::Substrings {
                attribute,
                initial,
                any,
                last
            }),
        (
            attribute(),
            prop::option::of(rule.clone()),
            value(),
            any::<bool>()
        )
            .prop_map(
                |(attribute, rule, value, dn_attributes)| Filter::Extensible {
                    attribute: Some(attribute),
                    rule: rule.flatten(),
                    value,
                    dn_attributes
                }
            ),
        (rule, value(), any::<bool>()).prop_map(|(rule, value, dn_attributes)| {
            Filter::Extensible {
                attribute: None,
                rule,
                value,
                dn_attributes,
            }
        }),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    item().prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #[test]
    fn any_tree_survives_its_text(filter in filter()) {
        let text = filter.to_string();
        prop_assert!(!text.chars().any(char::is_control), "{text:?}");
        prop_assert_eq!(Filter::parse(&text), Ok(filter));
    }

    #[test]
    fn any_value_stays_one_value(value in value()) {
        let text = Filter::Equal(name("cn"), value.clone()).to_string();
        prop_assert_eq!(Filter::parse(&text), Ok(Filter::Equal(name("cn"), value)));
    }

    #[test]
    fn any_text_is_read_or_refused_where_it_is_wrong(text in "[(&|!)=*:<>~\\\\a-c0-9;. {}äé\u{0}]{0,40}") {
        match Filter::parse(&text) {
            Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter)),
            Err(error) => prop_assert!(error.at <= text.len() && text.is_char_boundary(error.at)),
        }
    }
}

//! Against `ldap3_proto`'s parser, on the part of RFC 4515 where it follows the RFC: short names
//! without options, values of letters, digits and a few marks, no escapes, no empty lists, no empty
//! values, no rule that begins like `dn`.

use super::*;
use ldap3_proto::{LdapFilter, parse_ldap_filter_str};
use proptest::prelude::*;

/// What the other parser found, as our tree.
fn ours(theirs: LdapFilter) -> Filter {
    let list = |parts: Vec<LdapFilter>| parts.into_iter().map(ours).collect();
    match theirs {
        LdapFilter::And(parts) => Filter::And(list(parts)),
        LdapFilter::Or(parts) => Filter::Or(list(parts)),
        LdapFilter::Not(part) => Filter::Not(Box::new(ours(*part))),
        LdapFilter::Equality(attribute, value) => equal(&attribute, value),
        LdapFilter::GreaterOrEqual(attribute, value) => {
            Filter::GreaterOrEqual(name(&attribute), value.into())
        }
        LdapFilter::LessOrEqual(attribute, value) => {
            Filter::LessOrEqual(name(&attribute), value.into())
        }
        LdapFilter::Approx(attribute, value) => Filter::Approx(name(&attribute), value.into()),
        LdapFilter::Present(attribute) => Filter::Present(name(&attribute)),
        LdapFilter::Substring(attribute, parts) => Filter::Substrings {
            attribute: name(&attribute),
            initial: parts.initial.map(Into::into),
            any: parts.any.into_iter().map(Into::into).collect(),
            last: parts.final_.map(Into::into),
        },
        LdapFilter::Extensible(rule) => Filter::Extensible {
            attribute: rule.type_.as_deref().map(name),
            rule: rule.matching_rule.map(Into::into),
            value: rule.match_value.into(),
            dn_attributes: rule.dn_attributes,
        },
    }
}

fn text() -> impl Strategy<Value = String> {
    let attribute = "[a-zA-Z][a-zA-Z0-9-]{0,8}";
    let value = "[a-zA-Z0-9.@,/_äé-]{1,8}";
    let item = prop_oneof![
        (
            attribute,
            prop_oneof![Just("="), Just(">="), Just("<="), Just("~=")],
            value
        )
            .prop_map(|(attribute, operator, value)| format!("({attribute}{operator}{value})")),
        attribute.prop_map(|attribute| format!("({attribute}=*)")),
        (
            attribute,
            prop_oneof![Just(""), Just("*")],
            value,
            value,
            prop_oneof![Just(""), Just("*")]
        )
            .prop_map(|(attribute, start, a, b, end)| format!("({attribute}={start}{a}*{b}{end})")),
        (
            attribute,
            prop_oneof![Just(""), Just(":dn")],
            "(:[a-ce-z][a-zA-Z0-9]{0,5}|:[0-2](\\.[1-9]){1,4})?",
            value
        )
            .prop_map(|(attribute, dn, rule, value)| format!("({attribute}{dn}{rule}:={value})")),
    ];
    item.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|parts| format!("(&{})", parts.concat())),
            prop::collection::vec(inner.clone(), 1..4)
                .prop_map(|parts| format!("(|{})", parts.concat())),
            inner.prop_map(|part| format!("(!{part})")),
        ]
    })
}

proptest! {
    #[test]
    fn both_parsers_find_the_same_tree(text in text()) {
        let theirs = parse_ldap_filter_str(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(Filter::parse(&text), Ok(ours(theirs)));
    }
}

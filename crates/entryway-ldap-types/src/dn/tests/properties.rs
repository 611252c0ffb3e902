//! Properties: any value in any name survives both written forms, and comparing without allocating
//! says what the normalised forms say.

use super::*;
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..10),
        any::<String>().prop_map(String::into_bytes),
        "[,+=\"\\\\<>;# a-bA-B\u{0}\u{ad}\t]{0,8}".prop_map(String::into_bytes),
    ]
}

fn ava() -> impl Strategy<Value = Ava> {
    let attribute = prop_oneof![
        "[a-cA-C][a-z0-9-]{0,3}".boxed(),
        Just("2.5.4.3".to_owned()).boxed(),
        Just("CN".to_owned()).boxed()
    ];
    (attribute, value()).prop_map(|(attribute, value)| Ava {
        attribute: AttributeName::parse(&attribute).unwrap(),
        value,
        ber: false,
    })
}

fn name() -> impl Strategy<Value = Dn> {
    let rdn =
        (ava(), prop::collection::vec(ava(), 0..3)).prop_map(|(first, more)| Rdn { first, more });
    prop::collection::vec(rdn, 0..4).prop_map(|rdns| Dn { rdns })
}

fn exact(name: &Dn) -> Vec<Vec<(String, Vec<u8>)>> {
    let parts = |ava: &Ava| (ava.attribute.to_string(), ava.value.clone());
    name.rdns
        .iter()
        .map(|rdn| rdn.avas().map(parts).collect())
        .collect()
}

proptest! {
    #[test]
    fn any_name_survives_its_text(name in name()) {
        let read = Dn::parse(&name.to_string()).unwrap();
        prop_assert_eq!(exact(&read), exact(&name));
    }

    #[test]
    fn any_name_equals_its_normalised_form(name in name()) {
        let normalized = name.normalized();
        let read = Dn::parse(&normalized).unwrap();
        prop_assert_eq!(read.normalized(), normalized);
        prop_assert_eq!(read, name);
    }

    #[test]
    fn a_bare_separator_always_separates(name in name()) {
        let normalized = name.normalized();
        let levels = if normalized.is_empty() { 0 } else { normalized.split(',').count() };
        prop_assert_eq!(levels, name.rdns.len());
        let avas: usize = name.rdns.iter().map(|rdn| rdn.avas().count()).sum();
        prop_assert_eq!(normalized.split([',', '+']).filter(|ava| !ava.is_empty()).count(), avas);
        prop_assert_eq!(normalized.matches('=').count(), avas);
    }

    #[test]
    fn equality_is_that_of_the_normalised_forms(
        one in "[aA]=[aA\\\\ ]{0,3}(\\+[bB]=[bB ]{0,2})?(,[cC]=[cC ]{0,2})?",
        other in "[aA]=[aA\\\\ ]{0,3}(\\+[bB]=[bB ]{0,2})?(,[cC]=[cC ]{0,2})?",
    ) {
        if let (Ok(one), Ok(other)) = (Dn::parse(&one), Dn::parse(&other)) {
            prop_assert_eq!(one == other, one.normalized() == other.normalized());
            let base = other.parent().unwrap();
            let below = one.normalized() == base.normalized() || base.is_empty()
                || one.normalized().ends_with(&format!(",{}", base.normalized()));
            prop_assert_eq!(one.is_under(&base), below);
        }
    }

    #[test]
    fn any_text_is_read_or_refused_where_it_is_wrong(text in "[a-c0-2.=,+;\\\\\"#<> äé\u{0}]{0,30}") {
        match Dn::parse(&text) {
            Ok(name) => prop_assert_eq!(Dn::parse(&name.to_string()), Ok(name)),
            Err(error) => prop_assert!(error.at <= text.len() && text.is_char_boundary(error.at), "{}", error),
        }
    }
}

use super::*;
use proptest::prelude::*;

/// A filter's encoding, in hexadecimal, both ways.
fn check(text: &str, expected: &str) {
    let filter = Filter::parse(text).unwrap();
    let mut bytes = Vec::new();
    encode_filter(&filter, &mut bytes).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, expected.replace(' ', ""), "{text}");
    assert_eq!(decode_filter(&bytes, &Limits::SERVER), Ok(filter), "{text}");
}

#[test]
fn rfc4511_4_5_1_7_every_choice() {
    check("(&)", "a000");
    check("(|)", "a100");
    check("(a=)", "a305 040161 0400");
    check("(a=\\00\\ff)", "a307 040161 0402 00ff");
    check("(a=*)", "87 01 61");
    check("(a>=1)", "a506 040161 040131");
    check("(a<=1)", "a606 040161 040131");
    check("(a~=1)", "a806 040161 040131");
    check("(!(a=*))", "a203 870161");
    check("(&(a=*)(b=*))", "a006 870161 870162");
    check("(a=x*)", "a408 040161 3003 800178");
    check("(a=*x*y*z)", "a40e 040161 3009 810178 810179 82017a");
    check("(a:=v)", "a906 820161 830176");
    check("(:1.2:=v)", "a908 8103312e32 830176");
    check("(a:dn:1.2:=v)", "a90e 8103312e32 820161 830176 8401ff");
    check("(member;x-y=v)", "a30f 040a6d656d6265723b782d79 040176");
}

fn refused(hex: &str, expected: DecodeError) {
    let hex = hex.replace(' ', "");
    let bytes: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();
    assert_eq!(
        decode_filter(&bytes, &Limits::SERVER),
        Err(expected),
        "{hex}"
    );
}

#[test]
fn what_is_no_filter_is_refused() {
    refused("", DecodeError::Truncated);
    refused(
        "a4 07 040161 3002 8000",
        DecodeError::Value { what: "substrings" },
    );
    refused(
        "a4 05 040161 3000",
        DecodeError::Value { what: "substrings" },
    );
    refused(
        "a4 0b 040161 3006 820178 800179",
        DecodeError::Value { what: "substrings" },
    );
    refused(
        "a4 0b 040161 3006 810178 800179",
        DecodeError::Value { what: "substrings" },
    );
    refused(
        "a9 03 830176",
        DecodeError::Value {
            what: "extensibleMatch",
        },
    );
    refused(
        "87 00",
        DecodeError::Value {
            what: "attribute description",
        },
    );
    refused(
        "87 01 ff",
        DecodeError::Text {
            what: "attribute description",
        },
    );
    refused(
        "87 01 28",
        DecodeError::Value {
            what: "attribute description",
        },
    );
    refused(
        "aa 00",
        DecodeError::Tag {
            expected: "a filter",
            found: Tag(0xaa),
        },
    );
    refused("a0 02 8701", DecodeError::Truncated);
    refused("87 01 61 00", DecodeError::Trailing { count: 1 });
    refused("a2 00", DecodeError::Truncated);
}

#[test]
fn filters_may_grow_at_their_end() {
    let bytes = [0xa3, 9, 4, 1, b'a', 4, 1, b'b', 0x99, 1, 0];
    assert_eq!(
        decode_filter(&bytes, &Limits::SERVER),
        Ok(Filter::parse("(a=b)").unwrap())
    );
}

fn nested(levels: usize) -> Filter {
    let leaf = Filter::parse("(a=x*)").unwrap();
    (1..levels).fold(leaf, |inner, _| Filter::Not(Box::new(inner)))
}

#[test]
fn depth_is_bounded_both_ways() {
    let mut bytes = Vec::new();
    encode_filter(&nested(Filter::MAX_DEPTH), &mut bytes).unwrap();
    assert_eq!(
        decode_filter(&bytes, &Limits::SERVER),
        Ok(nested(Filter::MAX_DEPTH))
    );

    let mut deeper = vec![0xa2, bytes.len() as u8];
    deeper.extend_from_slice(&bytes);
    assert_eq!(
        decode_filter(&deeper, &Limits::SERVER),
        Err(DecodeError::Nesting)
    );

    let before = bytes.clone();
    let error = EncodeError::FilterDepth {
        limit: Filter::MAX_DEPTH,
    };
    assert_eq!(
        encode_filter(&nested(Filter::MAX_DEPTH + 1), &mut bytes),
        Err(error)
    );
    assert_eq!(bytes, before, "nothing is left of it");
}

#[test]
fn six_hundred_kilobytes_of_nesting_are_refused() {
    // `(!(!(!…(a=*)…)))`, each level with a length that is right.
    let levels = 100_000u32;
    let mut bytes = Vec::new();
    for level in (0..levels).rev() {
        bytes.extend_from_slice(&[NOT.0, 0x84]);
        bytes.extend_from_slice(&(level * 6 + 3).to_be_bytes());
    }
    bytes.extend_from_slice(&[PRESENT.0, 1, b'a']);
    assert_eq!(bytes.len(), 600_003);
    assert_eq!(
        decode_filter(&bytes, &Limits::SERVER),
        Err(DecodeError::Nesting)
    );
}

#[test]
fn width_is_bounded() {
    let limit = Limits::SERVER.filter_nodes;
    let wide = |count: usize| {
        let mut bytes = Vec::new();
        let content: Vec<u8> = std::iter::repeat_n([0x87, 1, b'a'], count)
            .flatten()
            .collect();
        Writer::new(&mut bytes).primitive(AND, &content);
        decode_filter(&bytes, &Limits::SERVER)
    };
    assert!(wide(limit - 1).is_ok());
    assert_eq!(
        wide(limit),
        Err(DecodeError::TooMany {
            what: "nodes in a filter",
            limit
        })
    );
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let name =
        "[a-z][a-z0-9-]{0,8}(;[a-z]{1,4})?".prop_map(|text| AttributeName::parse(&text).unwrap());
    let value = || proptest::collection::vec(any::<u8>(), 0..12);
    let piece = || proptest::collection::vec(any::<u8>(), 1..6);
    let substrings = (
        name.clone(),
        proptest::option::of(piece()),
        proptest::collection::vec(piece(), 0..3),
        proptest::option::of(piece()),
    );
    let leaf = prop_oneof![
        (name.clone(), value()).prop_map(|(name, value)| Filter::Equal(name, value)),
        (name.clone(), value()).prop_map(|(name, value)| Filter::GreaterOrEqual(name, value)),
        (name.clone(), value()).prop_map(|(name, value)| Filter::LessOrEqual(name, value)),
        (name.clone(), value()).prop_map(|(name, value)| Filter::Approx(name, value)),
        name.clone().prop_map(Filter::Present),
        substrings.prop_map(|(attribute, initial, any, last)| {
            match (&initial, any.is_empty(), &last) {
                (None, true, None) => Filter::Present(attribute),
                _ => Filter::Substrings {
                    attribute,
                    initial,
                    any,
                    last,
                },
            }
        }),
        (proptest::option::of(name), value(), any::<bool>()).prop_map(
            |(attribute, value, dn_attributes)| {
                let rule = attribute.is_none().then(|| "2.5.13.2".into());
                Filter::Extensible {
                    attribute,
                    rule,
                    value,
                    dn_attributes,
                }
            }
        ),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn any_filter_survives_the_wire(filter in any_filter()) {
        let mut bytes = Vec::new();
        encode_filter(&filter, &mut bytes).unwrap();
        prop_assert_eq!(decode_filter(&bytes, &Limits::SERVER), Ok(filter));
    }

    #[test]
    fn any_bytes_decode_or_not_but_never_more(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(filter) = decode_filter(&bytes, &Limits::SERVER) {
            let mut again = Vec::new();
            encode_filter(&filter, &mut again).unwrap();
            prop_assert_eq!(decode_filter(&again, &Limits::SERVER), Ok(filter));
        }
    }
}

use super::{plain_length, to_json};
use proptest::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// Every shape that a value can have.
#[derive(Debug, Clone, Serialize)]
struct Shapes {
    text: String,
    letter: char,
    number: i64,
    count: u64,
    small: (u8, i8, u16, i16, u32, i32),
    large: (u128, i128),
    real: f64,
    single: f32,
    flag: bool,
    nothing: (),
    unit: Unit,
    wrapped: Wrapped,
    maybe: Option<Box<Shapes>>,
    list: Vec<Kind>,
    #[serde(flatten)]
    more: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Serialize)]
struct Unit;

#[derive(Debug, Clone, Serialize)]
struct Wrapped(String);

#[derive(Debug, Clone, Serialize)]
enum Kind {
    Bare,
    One(String),
    Two(String, u8),
    Named { name: String },
    Empty {},
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Bare),
        ".*".prop_map(Kind::One),
        (".*", any::<u8>()).prop_map(|(text, number)| Kind::Two(text, number)),
        ".*".prop_map(|name| Kind::Named { name }),
        Just(Kind::Empty {}),
    ]
}

fn shapes() -> impl Strategy<Value = Shapes> {
    let scalars = (
        any::<char>(),
        any::<i64>(),
        any::<u64>(),
        any::<f64>(),
        any::<bool>(),
    );
    let lists = (
        prop::collection::vec(kind(), 0..4),
        prop::collection::btree_map(".*", prop::collection::vec(".*", 0..3), 0..3),
    );
    (any::<String>(), scalars, lists, any::<bool>()).prop_map(|(text, scalars, lists, nested)| {
        let (letter, number, count, real, flag) = scalars;
        let (list, more) = lists;
        let one = Shapes {
            wrapped: Wrapped(text.clone()),
            text,
            letter,
            number,
            count,
            small: (u8::MAX, i8::MIN, u16::MAX, i16::MIN, u32::MAX, i32::MIN),
            large: (u128::MAX, i128::MIN),
            real,
            single: 1.5,
            flag,
            nothing: (),
            unit: Unit,
            maybe: None,
            list,
            more,
        };
        let inner = nested.then(|| Box::new(one.clone()));
        Shapes {
            maybe: inner,
            ..one
        }
    })
}

proptest! {
    #[test]
    fn everything_is_written_as_the_library_writes_it(shapes in shapes()) {
        let ours = String::from_utf8(to_json(&shapes).unwrap()).unwrap();
        prop_assert_eq!(ours, serde_json::to_string(&shapes).unwrap());
    }

    #[test]
    fn thousandths_are_written_as_the_library_writes_them(count: u32, shift in 0_u32..32) {
        let value = f64::from(count >> shift) / 1000.0;
        for value in [value, -value, value * 1000.0, value + 1.0e-4] {
            prop_assert_eq!(to_json(&value).unwrap(), serde_json::to_vec(&value).unwrap());
        }
    }

    #[test]
    fn bytes_that_need_an_escape_are_found_wherever_they_stand(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let one_by_one = bytes.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\');
        prop_assert_eq!(plain_length(&bytes), one_by_one.unwrap_or(bytes.len()));
    }
}

#[test]
fn each_character_is_escaped_as_the_library_does_it() {
    for letter in (0..0x300).filter_map(char::from_u32) {
        let text = format!("before {letter} behind");
        assert_eq!(
            to_json(&text).unwrap(),
            serde_json::to_vec(&text).unwrap(),
            "{letter:?}"
        );
    }
}

#[test]
fn numbers_at_their_ends() {
    for number in [0, 9, 10, u64::MAX] {
        assert_eq!(to_json(&number).unwrap(), number.to_string().into_bytes());
    }
    for number in [i64::MIN, -1, 0, i64::MAX] {
        assert_eq!(to_json(&number).unwrap(), number.to_string().into_bytes());
    }
}

#[test]
fn a_key_must_be_a_text() {
    assert!(to_json(&BTreeMap::from([(vec![1], 1)])).is_err());
}

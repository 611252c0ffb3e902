use super::*;
use regex_syntax::hir::Class;
use regex_syntax::{ParserBuilder, hir::HirKind};

/// Everything that the engine takes for a character in an expression that ignores case.
fn equal_to(char: char) -> Vec<char> {
    let text = regex_syntax::escape(char.encode_utf8(&mut [0; 4]));
    let mut parser = ParserBuilder::new().case_insensitive(true).build();
    match parser.parse(&text).unwrap().kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().flat_map(|r| r.start()..=r.end()).collect()
        }
        _ => vec![char],
    }
}

#[test]
fn folding_is_that_of_the_engine() {
    // No letter with case has a higher number.
    for char in '\0'..='\u{1ffff}' {
        let equal = equal_to(char);
        assert!(
            equal.contains(&fold_char(char)),
            "{char:?} is folded too far"
        );
        for other in equal {
            assert_eq!(fold_char(char), fold_char(other), "{char:?} {other:?}");
        }
    }
}

#[test]
fn one_letter_alone_would_pass_for_ascii() {
    let passes = |char: &char| !char.is_ascii() && fold_char(*char).is_ascii();
    let found: Vec<char> = ('\u{80}'..='\u{1ffff}').filter(passes).collect();
    // The sign of Kelvin is a `k` for names too.
    assert_eq!(found, ['ſ', '\u{212a}']);
    assert_eq!(fold(&without_false_ascii("aſ")), "A\\C5\\BF");
}

#[track_caller]
fn check(whole: &[&str], endings: &[&str], text: &str, expected: Option<usize>) {
    let mut literals = Literals::default();
    for (at, text) in whole.iter().enumerate() {
        literals.add_whole((*text).to_owned(), at);
    }
    for (at, text) in endings.iter().enumerate() {
        literals.add_ending((*text).to_owned(), whole.len() + at);
    }
    assert_eq!(literals.find(text), expected, "{text}");
}

#[test]
fn the_first_row_that_fits_is_found() {
    check(&["a", "a"], &[], "a", Some(0));
    check(&["a"], &[], "ba", None);
    check(
        &[],
        &[",dc=x", ",ou=a,dc=x", "x"],
        "uid=1,ou=a,dc=x",
        Some(0),
    );
    check(
        &[],
        &[",dc=y", ",ou=a,dc=x", "x"],
        "uid=1,ou=a,dc=x",
        Some(1),
    );
    check(
        &[],
        &[",dc=y", ",ou=b,dc=x", "x"],
        "uid=1,ou=a,dc=x",
        Some(2),
    );
    check(&["b"], &[""], "a", Some(1));
    check(&["b"], &[""], "", Some(1));
    check(&[], &["aa"], "a", None);
    check(&[], &["ä"], "xä", Some(0));
    // A place inside a character is no place.
    check(&[], &["¤"], "ä", None);
    check(&[], &["ab"], "ab", Some(0));
}

use super::*;
use std::collections::HashSet;

#[test]
fn rfc6749_4_1_2_1_a_description_must_not_include_other_characters() {
    for problem in Problem::ALL {
        let text = problem.description();
        let fits = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(text.bytes().all(fits), "{text}");
        assert!(!text.ends_with('.') && !text.is_empty(), "{text}");
    }
}

#[test]
fn each_problem_has_words_of_its_own() {
    let words: HashSet<_> = Problem::ALL
        .iter()
        .map(|problem| problem.description())
        .collect();
    assert_eq!(words.len(), Problem::ALL.len());
}

#[test]
fn an_outage_is_the_only_thing_that_is_temporary() {
    let temporary = Problem::ALL
        .iter()
        .filter(|problem| problem.code() == ErrorCode::TemporarilyUnavailable);
    assert_eq!(temporary.collect::<Vec<_>>(), [&Problem::Unavailable]);
    assert_eq!(Problem::from(crate::Unavailable), Problem::Unavailable);
}

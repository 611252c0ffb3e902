use super::*;

#[track_caller]
fn check(names: &[&str]) {
    let mut sorted = names.to_vec();
    sorted.reverse();
    sorted.sort_by_cached_key(|name| collated(name));
    assert_eq!(sorted, names);
}

#[test]
fn a_letter_with_an_accent_stands_with_the_letter() {
    check(&["Adam", "Élodie", "Erik", "Zoe"]);
    check(&["Andre B", "André C", "Andrea"]);
    // Written as one character, or as two.
    check(&["E\u{301}a", "\u{c9}b", "E\u{301}c"]);
    check(&["Οδυσσεύς", "Όμηρος", "Ορφεύς"]);
    check(&["Lodz", "Łódź"]);
}

#[test]
fn marks_that_are_letters_of_a_script_count() {
    assert_ne!(collated("कि"), collated("कु"));
    assert_ne!(collated("が"), collated("か"));
}

#[test]
fn who_is_exactly_meant_is_told_by_accents_too() {
    assert_eq!(collated(" ÉLODIE  B"), "elodie b");
    assert_ne!(fold("André"), fold("Andre"));
}

use super::*;

#[track_caller]
fn weighs(written: &str, expected: usize) {
    assert_eq!(Pattern::new(written).unwrap().weight, expected, "{written}");
}

#[test]
fn a_larger_pattern_costs_more() {
    weighs("^a", 8);
    weighs(r"(?-u:\w+)", 8);
    weighs(r"^[a-z0-9._-]+@corp\.example$", 8);
    weighs("^a.*z$", 16);
    weighs("^[^,]+,ou=people,.*", 32);
    weighs("1[01]{200}x", 128);
    assert_eq!(Pattern::new("1[01]{200}x").unwrap().work(4096), 512 << 10);
}

#[test]
fn too_large_says_what_is_smaller() {
    for (written, hinted) in [("1[01]{2000}x", false), (r"^\w+$", true), (r"\d{4}", true)] {
        let (reason, hint) = Pattern::new(written).unwrap_err();
        assert_eq!(reason, "it is too large when compiled", "{written}");
        assert_eq!(hint.is_some(), hinted, "{written}");
    }
}

#[test]
fn letters_in_upper_case() {
    for (written, expected) in [
        ("OU=", true),
        ("^(ab|CD)$", true),
        ("(x*É)?", true),
        ("ou=", false),
        ("(?i)OU=", false),
        ("[Oo]u=", false),
        (r"\D\W\S", false),
        ("(?P<Name>x)", false),
        ("(", false),
    ] {
        assert_eq!(asks_upper_case(written), expected, "{written}");
    }
}

use super::*;

fn check(comment: &str, expected: &str) {
    assert_eq!(display_name(comment), expected, "{comment}");
}

#[test]
fn the_display_name_is_the_first_part_of_the_comment() {
    check("PostgreSQL administrator,,,", "PostgreSQL administrator");
    check("Jane Doe", "Jane Doe");
    check(",room 7", "");
    check("", "");
}

#[test]
fn an_account_is_found_by_its_exact_name() {
    let daemon = find("daemon").unwrap().unwrap();
    assert_eq!((daemon.name.as_str(), daemon.uid), ("daemon", 1));
    for name in [
        "Daemon",
        "daemon ",
        "daemon\0",
        "no-such-account",
        "",
        "root",
    ] {
        assert_eq!(find(name), Ok(None), "{name:?}");
    }
}

use super::names_of;

fn check(description: &str, expected: &[&str]) {
    assert_eq!(names_of(description), expected, "{description}");
}

#[test]
fn names_of_an_attribute_type() {
    check(
        "( 0.9.2342.19200300.100.1.1 NAME ( 'uid' 'userid' ) DESC 'RFC4519: NAME of a user' EQUALITY caseIgnoreMatch )",
        &["uid", "userid"],
    );
    check(
        "( 2.16.840.1.113730.3.1.3 NAME 'employeeNumber' DESC 'a ( NAME )' SYNTAX 1.3 )",
        &["employeenumber"],
    );
    check(
        "( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' SINGLE-VALUE )",
        &["samaccountname"],
    );
}

#[test]
fn what_is_no_description_has_no_names() {
    for text in [
        "",
        "( 1.2.3 )",
        "( 1.2.3 NAME ",
        "( 1.2.3 NAME 'open",
        "( 1.2.3 NAME (",
    ] {
        check(text, &[]);
    }
}

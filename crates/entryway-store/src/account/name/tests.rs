use super::{check_name, name_key};
use crate::NameProblem;

fn check(name: &str, expected: Result<(), NameProblem>) {
    assert_eq!(check_name(name), expected, "{name:?}");
}

#[test]
fn names() {
    check("jdoe", Ok(()));
    check("Jörg Müller", Ok(()));
    check("a.b-c_d", Ok(()));
    check("", Err(NameProblem::Empty));
    check("staff/jdoe", Err(NameProblem::Separator('/')));
    check("STAFF\\jdoe", Err(NameProblem::Separator('\\')));
    check("jdoe@x", Err(NameProblem::Separator('@')));
    check("j\u{7}doe", Err(NameProblem::Control));
    check("jdoe\n", Err(NameProblem::Control));
    check(" jdoe", Err(NameProblem::Blank));
    check("jdoe\u{a0}", Err(NameProblem::Blank));
    check(&"x".repeat(128), Ok(()));
    check(&"x".repeat(129), Err(NameProblem::Long));
}

#[test]
fn case_does_not_matter() {
    assert_eq!(name_key("JÖRG"), name_key("jörg"));
    assert_ne!(name_key("jorg"), name_key("jörg"));
}

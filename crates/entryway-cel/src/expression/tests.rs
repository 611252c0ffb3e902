use super::{Outcome, compile_expression};
use crate::fixture::{Person, group};

#[track_caller]
fn check(text: &str, expected: Outcome) {
    let expression = compile_expression(text).unwrap();
    let jdoe = Person::jdoe();
    assert_eq!(expression.value(&jdoe.facts()), Ok(expected), "{text}");
    assert_eq!(expression.text(), text);
}

fn texts(all: &[&str]) -> Outcome {
    Outcome::Texts(all.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn a_value_has_the_type_of_its_expression() {
    check("'Staff/Engineers' in groups", Outcome::Truth(true));
    check("user.uid + 1", Outcome::Number(1043));
    check(
        "name + '@' + domain",
        Outcome::Text("jdoe@staff".to_owned()),
    );
    check("''", Outcome::Text(String::new()));
    check("[1, user.uid]", Outcome::Numbers(vec![1, 1042]));
    check("user.attributes.site", texts(&["north"]));
}

#[test]
fn lists_come_whole_in_their_order_and_may_be_empty() {
    let all = [
        "staff/engineers",
        "staff/on-call",
        "staff/zürich",
        "partners/engineers",
    ];
    check("groups", texts(&all));
    check(
        "groups.filter(g, g.startsWith('partners/'))",
        texts(&all[3..]),
    );
    check("user.attributes.empty", texts(&[]));
    check(
        "entry.departmentnumber.map(n, int(n))",
        Outcome::Numbers(vec![12, 40]),
    );
    check("entry.nothing.map(n, int(n))", Outcome::Numbers(vec![]));
}

#[test]
fn what_is_not_set_fails_the_rule_unless_it_is_asked_first() {
    let jdoe = Person::jdoe();
    let value = |text: &str| compile_expression(text).unwrap().value(&jdoe.facts());
    let failed = value("user.display_name").unwrap_err().to_string();
    assert_eq!(
        failed,
        "`user.display_name` is not set; `has` asks whether it is"
    );
    let left_out = Outcome::Text(String::new());
    assert_eq!(
        value("has(user.display_name) ? user.display_name : ''"),
        Ok(left_out)
    );
}

#[test]
fn names_of_groups_that_are_too_long_together_fail_the_rule() {
    let mut person = Person::jdoe();
    let name = "x".repeat(1 << 20);
    person.groups = (0..5).map(|_| group("staff", &name)).collect();
    let failed = compile_expression("groups").unwrap().value(&person.facts());
    assert_eq!(
        failed.unwrap_err().to_string(),
        "`groups` makes more text than a rule may"
    );
}

#[test]
fn what_it_needs_and_names_is_told() {
    let expression = compile_expression("groups.exists(g, g == 'staff/a') ? dn : ''").unwrap();
    assert!(expression.needs().groups);
    let names: Vec<_> = expression
        .mentions()
        .iter()
        .map(|mention| &*mention.name)
        .collect();
    assert_eq!(names, ["groups", "staff", "dn"]);
    let wrong = compile_expression("nobody + 1").unwrap_err();
    assert_eq!(wrong.span, 0..6);
}

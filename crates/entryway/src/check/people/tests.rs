use super::for_anybody;
use entryway_ldap_types::{FilterTemplate, Placeholder};

fn check(template: &str, expected: &str) {
    let allowed = [Placeholder::Login, Placeholder::User, Placeholder::Suffix];
    let template = FilterTemplate::parse(template, &allowed).expect("a template");
    let filter = for_anybody(&template).expect("a filter");
    assert_eq!(filter.to_string(), expected);
}

#[test]
fn what_would_be_typed_becomes_anything() {
    check("(uid={login})", "(uid=*)");
    check(
        "(&(objectClass=person)(|(uid={login})(mail={user}@{suffix})))",
        "(&(objectClass=person)(|(uid=*)(mail=*)))",
    );
    check("(cn=a {user}*)", "(cn=*)");
    check("(uid:caseExactMatch:={login})", "(uid=*)");
}

#[test]
fn what_the_administrator_wrote_stays() {
    check(
        "(&(!(employeeType=guest*))(age>=18)(uid={login}))",
        "(&(!(employeeType=guest*))(age>=18)(uid=*))",
    );
}

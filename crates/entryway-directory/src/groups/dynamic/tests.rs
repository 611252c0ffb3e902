use super::*;

const PEOPLE: &str = "ou=people,dc=corp";
const GROUPS: &str = "ou=groups,dc=corp";

#[track_caller]
fn check(url: &str, expected: Result<&[(&str, Scope)], NotEvaluated>) {
    let bases = [PEOPLE, GROUPS].map(|base| Dn::parse(base).unwrap());
    let read = MemberSearch::read(url.as_bytes(), &bases);
    let read = read.map(|searches| {
        let each = searches
            .into_iter()
            .map(|one| (one.base.to_string(), one.scope));
        each.collect::<Vec<_>>()
    });
    let expected = expected.map(|all| {
        let each = all.iter().map(|(base, scope)| ((*base).to_owned(), *scope));
        each.collect::<Vec<_>>()
    });
    assert_eq!(read, expected, "{url}");
}

#[test]
fn a_search_never_leaves_the_bases() {
    check(
        "ldap:///ou=people,dc=corp??sub?(l=Bern)",
        Ok(&[(PEOPLE, Scope::Subtree)]),
    );
    check(
        "ldap:///ou=sales,ou=people,dc=corp??one?(l=Bern)",
        Ok(&[("ou=sales,ou=people,dc=corp", Scope::OneLevel)]),
    );
    check(
        "ldap:///dc=corp??sub?(l=Bern)",
        Ok(&[(PEOPLE, Scope::Subtree), (GROUPS, Scope::Subtree)]),
    );
    check(
        "ldap:///dc=corp??one?(l=Bern)",
        Ok(&[(PEOPLE, Scope::Base), (GROUPS, Scope::Base)]),
    );
    check("ldap:///dc=corp??base", Err(NotEvaluated::Elsewhere));
    check("ldap:///cn=config??sub", Err(NotEvaluated::Elsewhere));
    check(
        "ldap://other.example/ou=people,dc=corp??sub",
        Err(NotEvaluated::Elsewhere),
    );
    check(
        "ldap:///??sub",
        Ok(&[(PEOPLE, Scope::Subtree), (GROUPS, Scope::Subtree)]),
    );
}

#[test]
fn nothing_secret_is_looked_at() {
    for filter in [
        "(userPassword=*)",
        "(&(l=Bern)(!(userpassword=a*)))",
        "(2.5.4.35=*)",
        // ipaNTHash, whose OID is in no list, and an OID with a word before it.
        "(2.16.840.1.113730.3.8.11.43=*)",
        "(|(l=Bern)(OID.2.16.840.1.113730.3.8.11.43=a*))",
        "(:octetStringMatch:=secret)",
        "(&(l=Bern)(!(|(:dn:2.5.13.17:=secret)(l=Bern))))",
    ] {
        check(
            &format!("ldap:///{PEOPLE}??sub?{filter}"),
            Err(NotEvaluated::Unusable),
        );
    }
    check("nonsense", Err(NotEvaluated::Unusable));
}

use super::*;
use crate::MapTarget;
use crate::support::{attribute, domain, map, mapping, searching, template};

fn fetched(domain: &crate::DomainPolicy) -> Vec<String> {
    domain
        .fetch
        .attributes()
        .iter()
        .map(|name| name.as_str().to_owned())
        .collect()
}

#[test]
fn what_is_needed_and_no_more() {
    let names = fetched(&domain("staff"));
    let expected = "uid entryUUID objectGUID mail cn uidNumber gidNumber homeDirectory loginShell \
                    ";
    let state = AccountStateAttributes::names().into_iter();
    let stamp = PasswordStamp::names().into_iter();
    let account = state.chain(stamp).map(|name| name.as_str().to_owned());
    let mut expected: Vec<String> = expected.split(' ').map(str::to_owned).collect();
    expected.pop();
    for name in account {
        if !expected.contains(&name) {
            expected.push(name);
        }
    }
    assert_eq!(names, expected);
}

#[test]
fn one_name_is_asked_for_once_and_without_options() {
    let staff = mapping(domain("staff"), |maps| {
        maps.push(map(MapTarget::Custom("a".into()), "street;lang-de"));
        maps.push(map(MapTarget::Custom("b".into()), "STREET"));
        maps.push(map(MapTarget::Custom("c".into()), "Mail"));
    });
    let names = fetched(&staff);
    assert_eq!(
        names
            .iter()
            .filter(|name| name.eq_ignore_ascii_case("street"))
            .count(),
        1
    );
    assert_eq!(
        names
            .iter()
            .filter(|name| name.eq_ignore_ascii_case("mail"))
            .count(),
        1
    );
    assert!(names.iter().all(|name| !name.contains(';')));
}

#[test]
fn secrets_are_never_fetched() {
    let staff = mapping(domain("staff"), |maps| {
        for secret in [
            "userPassword",
            "UNICODEPWD;binary",
            "msLAPS-EncryptedPassword",
            "2.5.4.35",
        ] {
            maps.push(map(MapTarget::Custom(secret.into()), secret));
        }
    });
    assert_eq!(fetched(&staff), fetched(&domain("staff")));
}

#[test]
fn neither_identity_nor_name_nor_mail_may_be_a_secret() {
    let secret = || attribute("sambaNTPassword");
    let staff = searching(domain("staff"), |people| {
        people.search_attribute = Some(secret());
        people.id_attributes = vec![attribute("1.2.840.113556.1.4.90"), attribute("entryUUID")];
        people.email_attribute = secret();
        people.name_attribute = attribute("userPassword;x-a");
    });
    let names = fetched(&staff);
    assert!(names.starts_with(&["entryUUID".to_owned(), "uidNumber".to_owned()]));
}

fn check_name_from(filter: &str, expected: &str) {
    let staff = searching(domain("staff"), |people| {
        people.search_attribute = None;
        people.filter = template(filter);
    });
    let names: Vec<_> = staff
        .fetch
        .name_from()
        .iter()
        .map(AttributeName::as_str)
        .collect();
    assert_eq!(names.join(" "), expected, "{filter}");
}

#[test]
fn a_whole_filter_says_which_attributes_hold_the_name() {
    check_name_from("(&(objectClass=person)(uid={login}))", "uid");
    check_name_from("(|(uid={login})(mail={login})(uid={user}))", "uid mail");
    check_name_from("(&(!(cn={login}))(sn={user}))", "sn");
    check_name_from("(proxyAddresses=smtp:{login})", "proxyAddresses");
    check_name_from("(mail={user}@{suffix})", "mail");
    // Not an equality; one beside it goes before.
    check_name_from("(&(o=x)(cn:caseIgnoreMatch:={login})(l~=x))", "cn");
    check_name_from("(|(cn~={login})(sn={user}*)(l=*{login}))", "cn sn l");
    check_name_from("(|(cn~={login})(uid={login}))", "uid");
    check_name_from("(&(!(cn~={login}))(:caseIgnoreMatch:={login}))", "");
    check_name_from("(o={suffix})", "");
}

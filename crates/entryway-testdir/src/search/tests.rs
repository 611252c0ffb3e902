//! Scopes, selections and pages.

use super::*;

const TREE: &str = "\
dn: dc=x
dc: x

dn: ou=a,dc=x
ou: a

dn: uid=1,ou=a,dc=x
uid: 1
mail: one@example.com

dn: uid=2,ou=a,dc=x
uid: 2

dn: ou=b,dc=x
ou: b

dn: uid=1,ou=b,dc=x
uid: 1
";

fn check(base: &str, scope: Scope, filter: &str, expected: &[&str]) {
    let directory = Directory::from_ldif(TREE).unwrap();
    let found = directory
        .search(base, scope, &Filter::parse(filter).unwrap())
        .unwrap();
    let names: Vec<&str> = found
        .iter()
        .map(|&number| &*directory.entry(number).unwrap().dn_text)
        .collect();
    assert_eq!(names, expected, "{base} {scope:?} {filter}");
}

#[test]
fn rfc4511_4_5_1_2_scopes() {
    check("ou=a,dc=x", Scope::Base, "(objectClass=*)", &["ou=a,dc=x"]);
    check(
        "ou=a,dc=x",
        Scope::OneLevel,
        "(objectClass=*)",
        &["uid=1,ou=a,dc=x", "uid=2,ou=a,dc=x"],
    );
    check(
        "OU=A, dc=x",
        Scope::Subtree,
        "(objectClass=*)",
        &["ou=a,dc=x", "uid=1,ou=a,dc=x", "uid=2,ou=a,dc=x"],
    );
    check(
        "dc=x",
        Scope::OneLevel,
        "(objectClass=*)",
        &["ou=a,dc=x", "ou=b,dc=x"],
    );
}

#[test]
fn an_index_keeps_to_base_and_scope() {
    check(
        "dc=x",
        Scope::Subtree,
        "(uid=1)",
        &["uid=1,ou=a,dc=x", "uid=1,ou=b,dc=x"],
    );
    check("ou=b,dc=x", Scope::Subtree, "(uid=1)", &["uid=1,ou=b,dc=x"]);
    check("dc=x", Scope::OneLevel, "(uid=1)", &[]);
    check(
        "dc=x",
        Scope::Subtree,
        "(&(uid=1)(mail=*))",
        &["uid=1,ou=a,dc=x"],
    );
    check(
        "dc=x",
        Scope::Subtree,
        "(|(uid=2)(mail=ONE@example.com)(uid=1))",
        &["uid=1,ou=a,dc=x", "uid=2,ou=a,dc=x", "uid=1,ou=b,dc=x"],
    );
}

#[test]
fn rfc4511_4_1_9_the_nearest_entry_above_is_named() {
    let directory = Directory::from_ldif(TREE).unwrap();
    let search = |base: &str| directory.search(base, Scope::Base, &Filter::And(Vec::new()));
    assert_eq!(
        search("uid=9,ou=zz,ou=a,dc=x"),
        Err(NoBase::NotThere("ou=a,dc=x".to_owned()))
    );
    assert_eq!(search("dc=y"), Err(NoBase::NotThere(String::new())));
    assert_eq!(search("nothing"), Err(NoBase::NotAName));
}

#[test]
fn rfc4511_4_5_1_8_and_rfc3673_selection() {
    let directory = Directory::from_ldif(TREE).unwrap();
    let entry = directory.entry(2).unwrap();
    let selected = |list: &[&str]| {
        let selection = Selection::new(list.iter().copied());
        let names: Vec<String> = selection
            .of(entry)
            .map(|attribute| attribute.name.to_string())
            .collect();
        names.join(" ")
    };
    assert_eq!(selected(&[]), "uid mail");
    assert_eq!(selected(&["*"]), "uid mail");
    assert_eq!(selected(&["1.1"]), "");
    assert_eq!(selected(&["+"]), "entryUUID entryDN");
    assert_eq!(selected(&["MAIL", "nothing", "not a name"]), "mail");
    assert_eq!(selected(&["entryuuid", "*"]), "uid mail entryUUID");
}

#[test]
fn rfc2696_pages_cover_everything_once() {
    let mut cookie = Bytes::new();
    let mut seen = Vec::new();
    loop {
        let page = Page::new(7, 3, &cookie).unwrap();
        seen.extend(page.range);
        cookie = page.cookie;
        if cookie.is_empty() {
            break;
        }
    }
    assert_eq!(seen, (0..7).collect::<Vec<_>>());
    assert!(Page::new(7, 3, b"forged").is_none());
    assert!(Page::new(7, 3, b"p\0\0\0\0\0\0\0\x07").is_none());
    assert!(Page::new(7, 0, b"").unwrap().cookie.is_empty());
    assert_eq!(Page::new(0, 3, b"").unwrap().range, 0..0);
}

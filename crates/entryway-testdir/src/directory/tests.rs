//! The tree that LDIF becomes.

use super::*;

const SMALL: &str = "\
dn: cn=b,ou=groups,dc=x
member: uid=a,ou=people,dc=x
member: cn=c,ou=groups,dc=x

dn: dc=x
dc: x

dn: ou=people,dc=x
ou: people

dn: ou=groups,dc=x
ou: groups

dn: uid=a, ou=People, dc=x
uid: a
userPassword: secret

dn: cn=c,ou=groups,dc=x
member: cn=b,ou=groups,dc=x
member: uid=nobody,dc=x

dn: o=other
o: other
";

fn small() -> Directory {
    Directory::from_ldif(SMALL).unwrap()
}

fn at(directory: &Directory, dn: &str) -> usize {
    directory.find(&Dn::parse(dn).unwrap()).unwrap()
}

#[test]
fn entries_come_in_the_order_of_a_walk_whatever_the_order_of_records() {
    let directory = small();
    let names: Vec<&str> = directory.names().collect();
    assert_eq!(
        names,
        [
            "dc=x",
            "ou=people,dc=x",
            "uid=a, ou=People, dc=x",
            "ou=groups,dc=x",
            "cn=b,ou=groups,dc=x",
            "cn=c,ou=groups,dc=x",
            "o=other"
        ]
    );
    assert_eq!(
        directory.naming_contexts().collect::<Vec<_>>(),
        ["dc=x", "o=other"]
    );
    assert_eq!(directory.subtree(0), 0..6);
    assert_eq!(directory.subtree(3), 3..6);
    assert_eq!(directory.subtree(6), 6..7);
}

#[test]
fn groups_may_nest_in_a_circle_and_name_who_is_not_there() {
    let directory = small();
    let (person, first, second) = (at(&directory, "uid=a,ou=people,dc=x"), 4, 5);
    assert_eq!(directory.entry(person).unwrap().groups, [first]);
    assert_eq!(directory.entry(first).unwrap().groups, [second]);
    assert_eq!(directory.entry(second).unwrap().members, [first]);
    assert_eq!(
        directory.entry(person).unwrap().text("memberof"),
        Some("cn=b,ou=groups,dc=x")
    );
}

#[test]
fn passwords_are_no_attributes() {
    let directory = small();
    let person = directory
        .entry(at(&directory, "uid=a,ou=people,dc=x"))
        .unwrap();
    assert!(person.has_password(b"secret"));
    assert!(!person.has_password(b"other"));
    assert!(
        person
            .attributes
            .iter()
            .all(|attribute| &*attribute.key != "userpassword")
    );
    assert!(!directory.knows("userpassword"));
}

#[test]
fn rfc4530_entry_uuids_are_stable_and_distinct() {
    let uuid = |directory: &Directory, number| {
        directory
            .entry(number)
            .unwrap()
            .text("entryuuid")
            .unwrap()
            .to_owned()
    };
    let (first, second) = (small(), small());
    let mut all: Vec<String> = first.numbers().map(|number| uuid(&first, number)).collect();
    assert_eq!(
        all,
        second
            .numbers()
            .map(|number| uuid(&second, number))
            .collect::<Vec<_>>()
    );
    all.sort();
    all.dedup();
    assert_eq!(all.len(), first.len());
    assert!(
        all.iter()
            .all(|uuid| uuid.len() == 36 && uuid.as_bytes()[14] == b'8'),
        "{all:?}"
    );
}

#[test]
fn active_directory_accounts_get_identifiers_that_decode() {
    use entryway_ldap_types::{Guid, Sid};
    let directory = Directory::from_ldif("dn: cn=A,dc=x\nsAMAccountName: a\n").unwrap();
    let entry = directory.entry(0).unwrap();
    assert!(Guid::from_bytes(&entry.values("objectguid").next().unwrap().raw).is_some());
    let sid = Sid::from_bytes(&entry.values("objectsid").next().unwrap().raw).unwrap();
    assert!(sid.to_string().starts_with("S-1-5-21-"), "{sid}");
}

#[test]
fn errors_name_the_line() {
    let error = |text: &str| Directory::from_ldif(text).err().unwrap().to_string();
    assert_eq!(
        error("dn: dc=x\n\ndn: DC=X\n"),
        "line 3: a second entry `DC=X`"
    );
    assert_eq!(
        error("dn: dc=x\n\ndn: cn=a,ou=b,dc=x\n"),
        "line 3: the entry above `cn=a,ou=b,dc=x` is missing"
    );
    assert_eq!(
        error("dn: nothing\n"),
        "line 1: `nothing` is not a distinguished name"
    );
    assert_eq!(error("nothing\n"), "expected LDIF");
}

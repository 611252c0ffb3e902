//! RFC 4511 §4.5.1.7 and RFC 4515 over a small tree.

use super::*;
use crate::directory::Directory;
use entryway_ldap_types::Filter;

const PEOPLE: &str = "\
dn: dc=x
dc: x

dn: uid=a,dc=x
cn: Ada  Lovelace
cn;lang-de: Ada von L
uidNumber: 5
homeDirectory: /home/Ada
userAccountControl: 514
userPassword: secret

dn: uid=b,dc=x
cn: Bob (the \\ * star)
uidNumber: 40
homeDirectory: /home/ada

dn: cn=g,dc=x
member: uid=a,dc=x
member: cn=h,dc=x

dn: cn=h,dc=x
member: uid=b,dc=x
member: cn=g,dc=x
";

/// The entries that match, by the first value of their names; `?` in front when undefined for all.
fn check(filter: &str, expected: &str) {
    let directory = Directory::from_ldif(PEOPLE).unwrap();
    let test = directory.prepare(&Filter::parse(filter).unwrap());
    let truths: Vec<(usize, Truth)> = directory
        .numbers()
        .map(|number| (number, test.of(number, directory.entry(number).unwrap())))
        .collect();
    let names: Vec<String> = truths
        .iter()
        .filter(|(_, truth)| *truth == Truth::True)
        .map(|(number, _)| {
            let rdn = &directory.entry(*number).unwrap().dn.rdns()[0];
            String::from_utf8_lossy(rdn.avas().next().unwrap().value()).into_owned()
        })
        .collect();
    let undefined = truths.iter().all(|(_, truth)| *truth == Truth::Undefined);
    assert_eq!(
        format!("{}{}", if undefined { "?" } else { "" }, names.join(" ")),
        expected,
        "{filter}"
    );
    // The index must not change an answer.
    if let Some(candidates) = directory.candidates(&test) {
        assert!(
            truths
                .iter()
                .all(|(number, truth)| *truth != Truth::True || candidates.contains(number)),
            "{filter}"
        );
    }
}

#[test]
fn rfc4511_4_5_1_7_1_equality_follows_the_attribute_s_rule() {
    check("(cn=ada lovelace)", "a");
    check("(CN=Ada\\20Lovelace)", "a");
    check("(2.5.4.3=ada lovelace)", "a");
    check("(homeDirectory=/home/ada)", "b");
    check("(uidNumber=005)", "a");
    check("(member=UID=A, DC=X)", "g");
    check("(cn=Bob \\28the \\5c \\2a star\\29)", "b");
}

#[test]
fn rfc4511_4_5_1_7_2_substrings() {
    check("(cn=ada*)", "a");
    check("(cn=*lace)", "a");
    check("(cn=*d*l*e)", "a");
    check("(cn=a*a*a*e)", "a");
    check("(cn=ada lovelace*lace)", "");
    check("(cn=*\\2a*)", "b");
    check("(uidNumber=4*)", "?");
}

#[test]
fn rfc4511_4_5_1_7_3_ordering_of_numbers() {
    check("(uidNumber>=6)", "b");
    check("(uidNumber<=39)", "a");
}

#[test]
fn rfc4511_4_5_1_7_5_presence() {
    check("(uidNumber=*)", "a b");
    check("(objectClass=*)", "x a b g h");
    check("(unheardOf=*)", "?");
}

#[test]
fn rfc4511_4_5_1_7_undefined_is_neither_true_nor_false() {
    check("(unheardOf=x)", "?");
    check("(!(unheardOf=x))", "?");
    check("(uidNumber=five)", "?");
    check("(|(unheardOf=x)(uidNumber=5))", "a");
    check("(!(&(unheardOf=x)(uidNumber=5)))", "x b g h");
}

#[test]
fn rfc4526_empty_and_or() {
    check("(&)", "x a b g h");
    check("(|)", "");
}

#[test]
fn rfc4512_2_5_2_options_narrow() {
    check("(cn;lang-de=Ada von L)", "a");
    check("(cn=Ada von L)", "a");
    check("(cn;lang-fr=Ada von L)", "");
}

#[test]
fn rfc4511_4_5_1_7_7_extensible_matches() {
    check("(homeDirectory:caseIgnoreMatch:=/HOME/ADA)", "a b");
    check("(cn:2.5.13.5:=ada Lovelace)", "");
    check("(uid:dn:=a)", "a");
    check("(dc:dn:=x)", "x a b g h");
    check("(cn:1.2.3:=x)", "?");
}

#[test]
fn ms_adts_3_1_1_3_4_4_bits_and_chains() {
    check("(userAccountControl:1.2.840.113556.1.4.803:=2)", "a");
    check("(userAccountControl:1.2.840.113556.1.4.803:=3)", "");
    check("(userAccountControl:1.2.840.113556.1.4.804:=3)", "a");
    check("(memberOf:1.2.840.113556.1.4.1941:=cn=g,dc=x)", "a b g h");
    check("(member:1.2.840.113556.1.4.1941:=uid=b,dc=x)", "g h");
    check("(memberOf:1.2.840.113556.1.4.1941:=cn=nobody,dc=x)", "");
}

#[test]
fn rfc4519_2_41_passwords_cannot_be_asked_for() {
    check("(userPassword=secret)", "?");
    check("(userPassword=*)", "?");
}

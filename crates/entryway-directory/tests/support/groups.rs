//! Directories with people and groups, and what is found of them.

use super::{DEADLINE, SERVICE, server};
use entryway_directory::{Domain, Domains, GroupsSettings, Membership};
use entryway_ldap_types::{AttributeName, Dn, Entry, Filter, Scope};
use entryway_login::{Directories, DomainId, FindOperation, GroupsAnswer, GroupsOperation};
use entryway_testdir::{Directory, Options, TestServer};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

pub const HEAD: &str = "dn: dc=example,dc=com
objectClass: domain
dc: example

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people
";
pub const ADA: &str = "uid=ada,ou=people,dc=example,dc=com";

/// A group of these members, each a whole DN.
pub fn group(name: &str, members: &[&str]) -> String {
    let mut text = format!(
        "\ndn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {name}\n"
    );
    for member in members {
        writeln!(text, "member: {member}").unwrap();
    }
    text
}

pub fn group_dn(name: &str) -> String {
    format!("cn={name},ou=groups,dc=example,dc=com")
}

pub fn person(more: &str) -> String {
    format!("\ndn: {ADA}\nobjectClass: person\nuid: ada\ncn: Ada\n{more}")
}

/// A directory of this LDIF, beside what every one has.
pub async fn start(ldif: &str, options: Options) -> TestServer {
    let directory = Directory::from_ldif(&format!("{HEAD}{SERVICE}{ldif}")).unwrap();
    TestServer::start(directory, options).await.unwrap()
}

pub async fn open_ldap(ldif: &str) -> TestServer {
    start(ldif, Options::default()).await
}

pub async fn active_directory(ldif: &str) -> TestServer {
    start(ldif, Options::active_directory("CORP")).await
}

pub fn settings(membership: Membership) -> GroupsSettings {
    GroupsSettings {
        membership,
        ..GroupsSettings::new(Dn::parse("ou=groups,dc=example,dc=com").unwrap())
    }
}

pub fn domains(servers: &[&TestServer], settings: GroupsSettings) -> Domains {
    let servers = servers.iter().map(|it| server(it.ldap_addr())).collect();
    Domains::new(vec![
        Domain::new("staff".into(), servers).with_groups(settings),
    ])
}

/// The entry with what the settings need, and who gave it.
pub async fn entry(domains: &Domains, needs: Vec<AttributeName>) -> (Arc<Entry>, Arc<str>) {
    let operation = FindOperation {
        domain: DomainId(0),
        base: "dc=example,dc=com".into(),
        scope: Scope::Subtree,
        filter: Arc::new(Filter::Equal(
            AttributeName::from_static("uid"),
            b"ada".to_vec(),
        )),
        attributes: needs.into(),
        active_directory: None,
        last: None,
        deadline: Instant::now() + DEADLINE,
    };
    let served = domains.find(&operation).await.served.unwrap();
    let [entry] = served.entries.try_into().unwrap();
    (Arc::new(entry), served.server)
}

pub async fn groups_with(domains: &Domains, settings: &GroupsSettings) -> GroupsAnswer {
    let (entry, server) = entry(domains, settings.needs()).await;
    let operation = GroupsOperation {
        domain: DomainId(0),
        entry,
        server,
        name: "ada".into(),
        deadline: Instant::now() + DEADLINE,
    };
    domains.groups(&operation).await
}

pub async fn groups(server: &TestServer, settings: GroupsSettings) -> GroupsAnswer {
    groups_with(&domains(&[server], settings.clone()), &settings).await
}

/// Each group with its path, `one < between < own`.
pub fn shown(answer: &GroupsAnswer) -> Vec<String> {
    let lines = answer.groups.iter().map(|group| {
        let path = group.path.iter().rev().map(|name| format!(" < {name}"));
        format!("{}{}", group.name, path.collect::<String>())
    });
    lines.collect()
}

#[track_caller]
pub fn check(answer: &GroupsAnswer, expected: &[&str]) {
    assert_eq!(answer.partial, None);
    assert_eq!(shown(answer), expected);
    assert!(answer.groups.iter().all(|group| &*group.domain == "staff"));
}

#[track_caller]
pub fn check_partial(answer: &GroupsAnswer, expected: &[&str], why: &str) {
    assert_eq!(answer.partial.as_deref(), Some(why));
    assert_eq!(shown(answer), expected);
}

/// `g1` has the person, `g2` has `g1`, and so on.
pub fn chain(length: usize) -> String {
    let mut ldif = group("g1", &[ADA]);
    for at in 2..=length {
        ldif += &group(&format!("g{at}"), &[&group_dn(&format!("g{}", at - 1))]);
    }
    ldif
}

pub const WAYS: [Membership; 4] = [
    Membership::Auto,
    Membership::Member,
    Membership::MemberOf,
    Membership::InChain,
];

//! After how many failures a directory locks, read in the background from in-process directories.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::{Domains, LockoutPolicy, read_lockout};
use entryway_ldap_types::LockoutDuration;
use entryway_testdir::{Directory, Options, TestServer};
use std::time::{Duration, Instant};
use support::{PATIENCE, PEOPLE, SERVICE, domains, find, nobody, until};

async fn server(ldif: &str, options: Options) -> TestServer {
    let directory = Directory::from_ldif(&format!("{PEOPLE}{SERVICE}{ldif}")).unwrap();
    TestServer::start(directory, options).await.unwrap()
}

fn policy(domains: &Domains) -> LockoutPolicy {
    domains.iter().next().unwrap().lockout()
}

const POLICIES: &str = "
dn: cn=strict,dc=example,dc=com
objectClass: pwdPolicy
pwdLockout: TRUE
pwdMaxFailure: 4
pwdFailureCountInterval: 60
pwdLockoutDuration: 300

dn: cn=usual,dc=example,dc=com
objectClass: pwdPolicy
pwdLockout: TRUE
pwdMaxFailure: 7
pwdFailureCountInterval: 600
pwdLockoutDuration: 300

dn: cn=off,dc=example,dc=com
objectClass: pwdPolicy
pwdLockout: FALSE
pwdMaxFailure: 1
";

#[tokio::test]
async fn the_strictest_policy_of_an_open_ldap_reaches_the_login() {
    let server = server(POLICIES, Options::default()).await;
    let domains = domains(&[server.ldap_addr()]);
    let before = find(&domains, "ada").await.served.unwrap();
    assert_eq!(before.lockout, LockoutPolicy::default());
    assert_eq!(server.counters().root_dse_reads, 0);
    let expected = LockoutPolicy {
        threshold: Some(4),
        window: Some(Duration::from_secs(600)),
        duration: Some(LockoutDuration::For(Duration::from_secs(300))),
    };
    let asked = domains.iter().next().unwrap().servers();
    let deadline = Instant::now() + Duration::from_secs(10);
    assert_eq!(read_lockout(&asked[0], deadline).await, Some(expected));
    domains.start();
    until(|| policy(&domains).threshold.is_some()).await;
    assert_eq!(policy(&domains), expected);
    let served = find(&domains, "ada").await.served.unwrap();
    assert_eq!(served.lockout, expected);
}

#[tokio::test]
async fn active_directory_s_fine_grained_policies_count_too() {
    let ldif = "
dn: cn=System,dc=example,dc=com
objectClass: container

dn: cn=Password Settings Container,cn=System,dc=example,dc=com
objectClass: msDS-PasswordSettingsContainer

dn: cn=admins,cn=Password Settings Container,cn=System,dc=example,dc=com
objectClass: msDS-PasswordSettings
msDS-LockoutThreshold: 3
msDS-LockoutObservationWindow: -18000000000
msDS-LockoutDuration: -18000000000
";
    let ldif = format!("{SERVICE}{ldif}");
    let people = PEOPLE.replace(
        "dc: example\n",
        "dc: example\nlockoutThreshold: 10\nlockOutObservationWindow: -18000000000\nlockoutDuration: -18000000000\n",
    );
    let directory = Directory::from_ldif(&format!("{people}{ldif}")).unwrap();
    let server = TestServer::start(directory, Options::active_directory("CORP"))
        .await
        .unwrap();
    let domains = domains(&[server.ldap_addr()]);
    domains.start();
    until(|| policy(&domains).threshold.is_some()).await;
    assert_eq!(policy(&domains).threshold, Some(3));
    assert_eq!(policy(&domains).window, Some(Duration::from_secs(1800)));
}

#[tokio::test]
async fn the_next_server_tells_where_the_first_is_down() {
    let server = server(POLICIES, Options::default()).await;
    let domains = domains(&[nobody().await, server.ldap_addr()]);
    domains.start();
    until(|| policy(&domains).threshold == Some(4)).await;
}

#[tokio::test]
async fn a_directory_without_policies_does_not_tell() {
    let server = server("", Options::default()).await;
    let domains = domains(&[server.ldap_addr()]);
    domains.start();
    // The root DSE, and the one tree.
    let read = server.wait_until(PATIENCE, |counters| {
        counters.root_dse_reads == 1 && counters.searches == 1
    });
    assert!(read.await);
    let served = find(&domains, "ada").await.served.unwrap();
    assert_eq!(served.lockout, LockoutPolicy::default());
}

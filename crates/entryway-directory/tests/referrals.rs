//! Servers that refer to others: what is followed, and what is not.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::{Domain, Domains, FollowedHost, Referrals};
use entryway_ldap::{Server, ServiceBind, SrvTarget};
use entryway_ldap_types::{Password, ResultCode};
use entryway_login::{BindOperation, Directories, DomainId, ServerFault};
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan};
use entryway_testdir::{Directory, Kind, Options, TestServer};
use std::sync::Arc;
use std::time::Instant;
use support::{ADA, DEADLINE, PEOPLE, empty, find, full, settings};

/// Another server of the company, which knows the person and lets anybody search.
async fn elsewhere() -> TestServer {
    let options = Options {
        require_bind: false,
        ..Options::default()
    };
    TestServer::start(Directory::from_ldif(PEOPLE).unwrap(), options)
        .await
        .unwrap()
}

fn url(server: &TestServer, rest: &str) -> String {
    format!("ldap://{}/{rest}", server.ldap_addr())
}

/// The server at such a place, asked as nobody.
fn nobody(target: &SrvTarget) -> Arc<Server> {
    let address = format!("{}:{}", target.host, target.port);
    let mut settings = settings(address.parse().unwrap());
    settings.service_bind = ServiceBind::Anonymous;
    Server::new(settings)
}

fn domains(own: &TestServer, follow: &[&TestServer]) -> Domains {
    let follow = follow.iter().map(|server| FollowedHost {
        host: server.ldap_addr().ip().to_string(),
        port: Some(server.ldap_addr().port()),
    });
    let referrals = Referrals {
        follow: follow.collect(),
        server: Box::new(nobody),
    };
    let domain = Domain::new("staff".into(), vec![support::server(own.ldap_addr())]);
    Domains::new(vec![domain.with_referrals(referrals)])
}

fn refer(server: &TestServer, to: &[String]) {
    server.set_faults(FaultPlan::new().on(Kind::Search, Fault::Refer(to.to_vec())));
}

fn go_on(server: &TestServer, at: &[String]) {
    server.set_faults(FaultPlan::new().on(Kind::Search, Fault::Continue(at.to_vec())));
}

/// Who served, with how many entries, and how.
async fn found(domains: &Domains) -> (String, usize, ResultCode) {
    let answer = find(domains, "ada").await;
    assert_eq!(answer.tried, []);
    let served = answer.served.unwrap();
    (served.server.to_string(), served.entries.len(), served.code)
}

#[tokio::test]
async fn a_search_goes_on_where_it_is_referred_to_and_the_bind_follows_the_entry() {
    let (own, other) = (empty().await, elsewhere().await);
    for kind in [refer, go_on] {
        kind(&own, &[url(&other, "dc=example,dc=com??sub")]);
        let domains = domains(&own, &[&other]);
        let server = format!("ldap://{}", other.ldap_addr());
        assert_eq!(
            found(&domains).await,
            (server.clone(), 1, ResultCode::SUCCESS)
        );
        let before = other.counters().binds_of(ADA);
        let operation = BindOperation {
            domain: DomainId(0),
            server: server.into(),
            dn: ADA.into(),
            password: Arc::new(Password::new(b"right".to_vec()).unwrap()),
            deadline: Instant::now() + DEADLINE,
        };
        let reply = domains.bind(operation).await.reply.unwrap();
        assert_eq!(reply.code, ResultCode::SUCCESS);
        assert_eq!(other.counters().binds_of(ADA), before + 1);
    }
    // Entryway's own password went to no other host: nobody has bound there but the person.
    assert_eq!(other.counters().all_binds(), 2);
    assert_eq!(own.counters().binds_of(ADA), 0);
}

#[tokio::test]
async fn nothing_is_followed_that_was_not_named() {
    let (own, other) = (empty().await, elsewhere().await);
    let to = url(&other, "dc=example,dc=com");
    refer(&own, std::slice::from_ref(&to));
    for domains in [
        support::domains(&[own.ldap_addr()]),
        domains(&own, &[]),
        domains(&own, &[&own]),
    ] {
        let answer = find(&domains, "ada").await;
        let served = answer.served.unwrap();
        assert_eq!(served.code, ResultCode::REFERRAL);
        assert_eq!(
            served.diagnostic,
            format!("refers to {to}, which is not followed")
        );
    }
    // A part that is elsewhere is passed over: most directories have some that hold no people.
    go_on(&own, &[to]);
    let domains = support::domains(&[own.ldap_addr()]);
    let server = format!("ldap://{}", own.ldap_addr());
    assert_eq!(found(&domains).await, (server, 0, ResultCode::SUCCESS));
    assert_eq!(other.counters().connections, 0);
}

#[tokio::test]
async fn what_is_here_and_there_is_two() {
    let (own, other) = (full().await, elsewhere().await);
    go_on(&own, &[url(&other, "dc=example,dc=com")]);
    let server = format!("ldap://{}", own.ldap_addr());
    assert_eq!(
        found(&domains(&own, &[&other])).await,
        (server, 2, ResultCode::SUCCESS)
    );
}

#[tokio::test]
async fn a_part_that_cannot_be_had_is_said_by_a_domain_that_is_not_down() {
    for (own, entries) in [(empty().await, 0), (full().await, 1)] {
        for kind in [refer, go_on] {
            let other = elsewhere().await;
            kind(&own, &[url(&other, "dc=example,dc=com")]);
            other.set_faults(FaultPlan::new().on_connect(ConnectFault::Close));
            let answer = find(&domains(&own, &[&other]), "ada").await;
            let server = format!("ldap://{}", other.ldap_addr());
            let tried: Vec<_> = answer
                .tried
                .iter()
                .map(|tried| (tried.server.to_string(), tried.fault))
                .collect();
            assert_eq!(tried, [(server.clone(), ServerFault::Unreachable)]);
            // Without an answer `when_down = "skip"` would show the password to the next domain.
            let served = answer.served.unwrap();
            assert_eq!(served.code, ResultCode::UNAVAILABLE);
            assert!(served.entries.len() <= entries);
            let cause = &answer.tried[0].cause;
            assert_eq!(
                served.diagnostic,
                format!("a part of the answer is on {server}: {cause}")
            );
        }
    }
}

#[tokio::test]
async fn no_more_than_three_hops_are_made() {
    let own = empty().await;
    let others = [
        elsewhere().await,
        elsewhere().await,
        elsewhere().await,
        elsewhere().await,
    ];
    let base = "dc=example,dc=com";
    refer(&own, &[url(&others[0], base)]);
    refer(&others[0], &[url(&others[1], base)]);
    refer(&others[1], &[url(&others[2], base)]);
    let follow: Vec<&TestServer> = others.iter().collect();
    let third = format!("ldap://{}", others[2].ldap_addr());
    assert_eq!(
        found(&domains(&own, &follow)).await,
        (third, 1, ResultCode::SUCCESS)
    );
    refer(&others[2], &[url(&others[3], base)]);
    let (_, entries, code) = found(&domains(&own, &follow)).await;
    assert_eq!((entries, code), (0, ResultCode::REFERRAL));
    assert_eq!(others[3].counters().connections, 0);
}

#[tokio::test]
async fn who_refers_in_a_circle_ends_like_any_other() {
    let (own, other) = (empty().await, elsewhere().await);
    refer(&own, &[url(&other, "")]);
    refer(&other, &[url(&other, "")]);
    let (_, entries, code) = found(&domains(&own, &[&other])).await;
    assert_eq!((entries, code), (0, ResultCode::REFERRAL));
}

#[tokio::test]
async fn a_referral_in_the_answer_to_a_bind_is_not_followed() {
    let (own, other) = (full().await, elsewhere().await);
    let to = url(&other, "dc=example,dc=com");
    let domains = domains(&own, &[&other]);
    let server = found(&domains).await.0;
    own.set_faults(FaultPlan::new().on(Kind::Bind, Fault::Refer(vec![to])));
    let operation = BindOperation {
        domain: DomainId(0),
        server: server.into(),
        dn: ADA.into(),
        password: Arc::new(Password::new(b"right".to_vec()).unwrap()),
        deadline: Instant::now() + DEADLINE,
    };
    let reply = domains.bind(operation).await.reply.unwrap();
    assert_eq!(reply.code, ResultCode::REFERRAL);
    assert_eq!(other.counters().connections, 0);
}

/// Where the answer went on that was not followed, and why.
async fn passed_over(domains: &Domains) -> Vec<(String, &'static str)> {
    let served = find(domains, "ada").await.served.unwrap();
    let parts = served.passed_over.into_iter();
    parts.map(|part| (part.to, part.why)).collect()
}

#[tokio::test]
async fn what_is_not_followed_is_told_with_the_answer() {
    let (own, other) = (full().await, elsewhere().await);
    let places = [
        url(&other, "dc=example,dc=com"),
        "ldap://nobody.example/dc=example,dc=com".to_owned(),
        url(&other, "dc=elsewhere"),
        "http://dc1.example/".to_owned(),
    ];
    let strangers = "its host and port are not in `referrals` of the domain";
    let reasons = [
        strangers,
        "it lies outside of where people are looked for",
        "it is no `ldap://` or `ldaps://` address",
    ];
    for (place, why) in places[1..].iter().zip(reasons) {
        go_on(&own, std::slice::from_ref(place));
        assert_eq!(
            passed_over(&domains(&own, &[&other])).await,
            [(place.clone(), why)]
        );
    }
    // Followed, and so not passed over.
    go_on(&own, &places[..1]);
    assert_eq!(passed_over(&domains(&own, &[&other])).await, []);
    assert_eq!(
        passed_over(&support::domains(&[own.ldap_addr()])).await,
        [(places[0].clone(), "`referrals` of the domain follows none")]
    );
}

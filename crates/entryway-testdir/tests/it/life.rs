//! Starting, stopping, and many entries.

use crate::client::{ADA, ADA_PASSWORD, Client, DEADLINE, Failure, PEOPLE, start};
use entryway_ldap_proto::client::Event;
use entryway_ldap_types::{ResultCode, Scope};
use entryway_testdir::{Directory, Options, TestServer};
use std::fmt::Write;
use std::time::Duration;
use tokio::net::TcpStream;

#[tokio::test]
async fn shutdown_ends_every_connection_and_frees_the_ports() {
    let server = start(Options::default()).await;
    let (ldap, ldaps) = (server.ldap_addr(), server.ldaps_addr());
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    server.shutdown().await;
    assert!(matches!(client.event().await, Err(Failure::Closed)));
    assert!(TcpStream::connect(ldap).await.is_err());
    assert!(TcpStream::connect(ldaps).await.is_err());
    let again = start(Options {
        ldap_port: ldap.port(),
        ldaps_port: ldaps.port(),
        ..Options::default()
    })
    .await;
    assert_eq!((again.ldap_addr(), again.ldaps_addr()), (ldap, ldaps));
    Client::plain(&again).await.bound_as_ada().await;
}

#[tokio::test]
async fn dropping_the_server_ends_every_connection() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await.bound_as_ada().await;
    drop(server);
    assert!(matches!(client.event().await, Err(Failure::Closed)));
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_that_names_it() {
    let server = start(Options::default()).await;
    let port = server.ldap_addr().port();
    let taken = TestServer::start(
        Directory::from_ldif("").unwrap(),
        Options {
            ldap_port: port,
            ..Options::default()
        },
    )
    .await;
    assert_eq!(
        taken.err().unwrap().to_string(),
        format!("port {port} of 127.0.0.1 cannot be listened on")
    );
}

#[tokio::test]
async fn other_entries_are_for_later_connections() {
    let server = start(Options::default()).await;
    let mut early = Client::plain(&server).await.bound_as_ada().await;
    server.set_directory(Directory::from_ldif("dn: dc=new\ndc: new\n").unwrap());
    let mut late = Client::plain(&server).await;
    assert_eq!(
        late.bind(ADA, ADA_PASSWORD).await.unwrap().code,
        ResultCode::INVALID_CREDENTIALS
    );
    let (entries, _) = early
        .search(PEOPLE, Scope::OneLevel, "(uid=ada)", &[])
        .await
        .unwrap();
    assert_eq!(entries.len(), 1);
}

#[tokio::test]
async fn ten_thousand_entries() {
    let mut ldif = String::from("dn: dc=x\ndc: x\n\ndn: ou=people,dc=x\nou: people\n");
    for number in 0..10_000 {
        write!(
            ldif,
            "\ndn: uid=u{number},ou=people,dc=x\nobjectClass: person\nuid: u{number}\ncn: Person {number}\nmail: u{number}@x.example\nuserPassword: p{number}\n"
        )
        .unwrap();
    }
    let server = TestServer::start(Directory::from_ldif(&ldif).unwrap(), Options::default())
        .await
        .unwrap();
    let mut client = Client::plain(&server).await;
    assert_eq!(
        client
            .bind("uid=u7,ou=people,dc=x", "p7")
            .await
            .unwrap()
            .code,
        ResultCode::SUCCESS
    );
    for number in (0..10_000).step_by(97) {
        let (entries, _) = client
            .search(
                "dc=x",
                Scope::Subtree,
                &format!("(&(objectClass=person)(uid=U{number}))"),
                &["mail"],
            )
            .await
            .unwrap();
        assert_eq!(
            (entries.len(), &*entries[0].dn_text),
            (1, &*format!("uid=u{number},ou=people,dc=x"))
        );
    }
    let (entries, result) = client
        .search(
            "ou=people,dc=x",
            Scope::OneLevel,
            "(objectClass=*)",
            &["uid"],
        )
        .await
        .unwrap();
    assert_eq!((entries.len(), result.code), (10_000, ResultCode::SUCCESS));
    client.ldap.unbind().unwrap();
    client.send().await;
    assert!(
        server
            .wait_until(DEADLINE, |counters| counters.open == 0)
            .await
    );
}

#[tokio::test]
async fn a_client_that_does_not_listen_is_kept_waiting() {
    let ldif = format!("dn: dc=x\ndc: x\ndescription: {}\n", "x".repeat(100_000));
    let options = Options {
        require_bind: false,
        ..Options::default()
    };
    let server = TestServer::start(Directory::from_ldif(&ldif).unwrap(), options)
        .await
        .unwrap();
    let mut client = Client::plain(&server).await;
    let asked = 1000;
    for _ in 0..asked {
        client.ask("dc=x", Scope::Base, "(objectClass=*)", &[]);
    }
    client.send().await;
    // 100 MB of answers, far more than sockets hold; without a bound they are made in no time.
    assert!(
        !server
            .wait_until(Duration::from_millis(700), |counters| counters.searches
                == asked)
            .await
    );
    let mut done = 0;
    while done < asked {
        if let Event::SearchDone { .. } = client.event().await.unwrap() {
            done += 1;
        }
    }
    assert_eq!(server.counters().searches, asked);
}

use super::*;
use crate::compose::{Counted, compose, unwritten};
use crate::stores::{Reliant, Relied};
use crate::totals::Totals;
use entryway_config::Sources;
use entryway_directory::ServerSource;
use entryway_ldap::{Rereading, Role, Server, SrvTarget, TlsClient, TlsVersion};
use entryway_ldap_types::Scheme;
use entryway_testdir::{Authority, Directory, Options, TestServer};
use std::path::Path;
use std::time::Instant;

fn configuration(folder: &Path, server: &TestServer) -> entryway_config::Settings {
    let text = format!(
        r#"
[tls]
trust = ["ca.pem"]
[store]
url = "memory:"
[[token]]
name = "portal"
secret = "portal-token-0123456789abcdef"
[domain.staff]
servers = ["ldaps://127.0.0.1:{}"]
base = "dc=example"
maps.home = "homeDirectory"
"#,
        server.ldaps_addr().port()
    );
    let path = folder.join("entryway.toml");
    std::fs::write(&path, text).expect("written");
    entryway_config::load(&Sources::file(path))
        .expect("a configuration")
        .settings
}

/// As the tools of administrators write a file: aside, and then in its place.
fn replace(path: &Path, text: &str) {
    let aside = path.with_extension("new");
    std::fs::write(&aside, text).expect("written");
    std::fs::rename(aside, path).expect("renamed");
}

async fn binds(server: &Server) -> bool {
    let password = entryway_ldap_types::Password::new(b"wrong".to_vec()).expect("a password");
    let deadline = Instant::now() + Duration::from_secs(20);
    // Refused is answered: what counts is whether there was a connection.
    server
        .bind_as("cn=nobody,dc=example", &password, deadline)
        .await
        .is_ok()
}

#[tokio::test]
async fn a_new_authority_is_trusted_and_an_old_one_no_more_without_a_restart() {
    let (first, second) = (
        Authority::new().expect("an authority"),
        Authority::new().expect("an authority"),
    );
    let names = ["127.0.0.1"];
    let directory = Directory::from_ldif("dn: dc=example\nobjectClass: domain\ndc: example\n")
        .expect("a directory");
    let options = Options {
        identity: Some(first.issue(&names).expect("a certificate")),
        ..Options::default()
    };
    let directory = TestServer::start(directory, options)
        .await
        .expect("a server");
    let folder = tempfile::TempDir::new().expect("a folder");
    let trust = folder.path().join("ca.pem");
    std::fs::write(&trust, first.pem()).expect("written");
    let mut composed = compose(&configuration(folder.path(), &directory)).expect("domains");
    let server = composed.domains.iter().next().expect("one").servers()[0].clone();
    let mut expiry = Expiring::default();
    let mut look = |stores: &mut Stores| look(stores, &mut expiry, SystemTime::now());

    assert!(binds(&server).await);
    look(&mut composed.stores);
    assert!(binds(&server).await);
    assert_eq!(directory.counters().handshakes, 1, "nothing changed");

    // What is half written changes nothing.
    replace(&trust, &second.pem()[..200]);
    look(&mut composed.stores);
    assert!(binds(&server).await);
    assert_eq!(directory.counters().handshakes, 1);

    // The old authority is withdrawn: even the open connection to its server is given up.
    replace(&trust, second.pem());
    look(&mut composed.stores);
    assert!(!binds(&server).await);

    directory.set_identity(second.issue(&names).expect("a certificate"));
    let until = Instant::now() + Duration::from_secs(20);
    while !binds(&server).await {
        assert!(Instant::now() < until, "the new authority is not trusted");
        tokio::task::yield_now().await;
    }
    assert_eq!(directory.counters().handshakes, 2);
    let idle = server.stats().roles.into_iter();
    let idle: usize = idle
        .filter(|role| role.role == Role::Authenticate)
        .map(|role| role.idle)
        .sum();
    assert_eq!(idle, 1);
    composed.domains.close().await;
}

/// As DNS and referrals make them, long after the configuration was read.
#[tokio::test]
async fn a_server_that_is_found_later_follows_the_store_until_nobody_has_it() {
    let (first, second) = (
        Authority::new().expect("an authority"),
        Authority::new().expect("an authority"),
    );
    let directory = Directory::from_ldif("dn: dc=example\nobjectClass: domain\ndc: example\n")
        .expect("a directory");
    let options = Options {
        identity: Some(first.issue(&["127.0.0.1"]).expect("a certificate")),
        ..Options::default()
    };
    let directory = TestServer::start(directory, options)
        .await
        .expect("a server");
    let folder = tempfile::TempDir::new().expect("a folder");
    let trust = folder.path().join("ca.pem");
    std::fs::write(&trust, first.pem()).expect("written");
    let settings = configuration(folder.path(), &directory);
    let settings = &settings.domains[0];
    let mut stores = Stores::default();
    let counted = Counted {
        totals: &Totals::default(),
        domain: &settings.name,
        source: ServerSource::Servers,
    };
    let bind = settings.bind.clone();
    let make = unwritten(settings, bind, &counted, &mut stores).expect("a client");
    let target = SrvTarget {
        scheme: Scheme::Ldaps,
        host: "127.0.0.1".to_owned(),
        port: directory.ldaps_addr().port(),
    };
    let mut expiry = Expiring::default();
    let mut look = |stores: &mut Stores| look(stores, &mut expiry, SystemTime::now());
    look(&mut stores);
    let server = make(&target);
    assert!(binds(&server).await);
    assert_eq!(directory.counters().handshakes, 1);

    // The connection that stands open was made by an authority that is withdrawn.
    replace(&trust, second.pem());
    look(&mut stores);
    assert!(!binds(&server).await);

    assert_eq!(stores.all[0].servers.all().len(), 1);
    server.close().await;
    drop(server);
    assert!(stores.all[0].servers.all().is_empty(), "it is kept");
}

#[tokio::test]
async fn it_looks_by_itself_and_ends_with_its_configuration() {
    let authority = Authority::new().expect("an authority");
    let folder = tempfile::TempDir::new().expect("a folder");
    let trust = folder.path().join("ca.pem");
    std::fs::write(&trust, authority.pem()).expect("written");
    let source = entryway_ldap::TrustSource::File(entryway_ldap::StoreFile::open(&trust));
    let mut stores = Rereading::load(vec![source], None).expect("a store");
    let client = TlsClient::new(stores.store(), None, TlsVersion::Tls12, None).expect("a client");
    stores.serve(client.clone());
    let relied = Relied {
        stores,
        servers: Reliant::default(),
    };
    let watch = StoreWatch::start(
        Stores {
            all: vec![relied],
            ..Stores::default()
        },
        Duration::from_millis(1),
    );
    let before = client.trust();
    let other = Authority::new().expect("an authority");
    replace(&trust, other.pem());
    let until = Instant::now() + Duration::from_secs(20);
    while client.trust().is_same(&before) {
        assert!(Instant::now() < until, "the change is not seen");
        tokio::task::yield_now().await;
    }
    let ended = watch.0.clone();
    drop(watch);
    while !ended.is_finished() {
        assert!(Instant::now() < until, "it goes on looking");
        tokio::task::yield_now().await;
    }
}

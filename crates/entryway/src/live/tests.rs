use super::Live;
use crate::kept::Kept;
use entryway_config::{Loaded, Sources, TokenProof};
use entryway_ldap_types::ResultCode;
use entryway_login::{IdentityReserve, ReserveAnswer, ReserveOperation, Settled, Throttle};
use entryway_testdir::{Counters, Directory, Options, TestServer};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const CONFIGURATION: &str = r#"
[server]
listen = "127.0.0.1:0"
[store]
url = "memory:"
[[token]]
name = "portal"
secret = "portal-token-0123456789abcdef"
scopes = ["login"]
[domain.staff]
servers = ["ldap://127.0.0.1:1"]
encrypt = "none"
allow_clear_text_passwords = true
base = "dc=corp,dc=example"
bind = { method = "anonymous" }
"#;

fn load(text: &str) -> Loaded {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("entryway.toml");
    std::fs::write(&path, text).expect("written");
    entryway_config::load(&Sources::file(path)).expect("a configuration")
}

#[tokio::test]
async fn tokens_are_not_kept_in_clear() {
    let loaded = load(CONFIGURATION);
    let secrets: Vec<_> = loaded
        .settings
        .tokens
        .iter()
        .map(|token| match &token.proof {
            TokenProof::Secret(secret) => Arc::downgrade(secret),
            TokenProof::Digest(_) => panic!("a secret"),
        })
        .collect();
    assert_eq!(secrets.len(), 1);
    let kept = Kept::open(&loaded.settings).await.expect("a store");
    let live = Live::start(loaded, Arc::new(kept), Vec::new()).expect("a gateway");
    assert!(secrets.iter().all(|secret| secret.upgrade().is_none()));
    live.close().await;
}

#[tokio::test]
async fn a_reload_changes_the_throttle_and_forgets_no_failure() {
    let loaded = load(CONFIGURATION);
    let kept = Arc::new(Kept::open(&loaded.settings).await.expect("a store"));
    let live = Live::start(loaded, Arc::clone(&kept), Vec::new()).expect("a gateway");
    let guess = ReserveOperation::Identity(IdentityReserve {
        identity: "staff:jdoe".into(),
        address: None,
        device: None,
        threshold: None,
        window: None,
        failures: 1,
        at: SystemTime::now(),
        deadline: Instant::now(),
    });
    let fails = async || {
        assert_eq!(kept.throttle.reserve(&guess).await, ReserveAnswer::Reserved);
        kept.throttle.settle(&guess, Settled::Failed);
    };
    fails().await;
    fails().await;
    let stricter = load(&format!("{CONFIGURATION}[throttle]\nfailures = 3\n"));
    live.replace(stricter).expect("replaced");
    fails().await;
    let refused = kept.throttle.reserve(&guess).await;
    assert!(
        matches!(refused, ReserveAnswer::Throttled { limit: 3, .. }),
        "{refused:?}"
    );
    live.close().await;
}

#[tokio::test]
async fn a_domain_that_verifies_nobody_is_named_with_each_configuration() {
    let text = format!(
        "{CONFIGURATION}tls.verify = false\n[domain.other]\nservers = [\"ldaps://127.0.0.1:1\"]\nbase = \"dc=other\"\n"
    );
    let loaded = load(&text);
    let kept = Kept::open(&loaded.settings).await.expect("a store");
    let live = Live::start(loaded, Arc::new(kept), Vec::new()).expect("a gateway");
    assert_eq!(live.now().summary.unverified, [Arc::from("staff")]);
    live.replace(load(CONFIGURATION)).expect("a gateway");
    assert!(live.now().summary.unverified.is_empty());
    live.close().await;
}

/// The directory counts wrong passwords, and not how often a configuration was read.
#[tokio::test]
async fn a_wrong_service_password_is_sent_twice_over_all_servers_and_reloads() {
    let mut directories = Vec::new();
    for _ in 0..4 {
        let ldif = "dn: dc=corp,dc=example\nobjectClass: domain\ndc: corp\n\ndn: cn=entryway,dc=corp,dc=example\nobjectClass: applicationProcess\ncn: entryway\nuserPassword: right\n";
        let directory = Directory::from_ldif(ldif).expect("a directory");
        let server = TestServer::start(directory, Options::default()).await;
        directories.push(server.expect("a server"));
    }
    let servers: Vec<String> = directories
        .iter()
        .map(|directory| format!("\"ldap://{}\"", directory.ldap_addr()))
        .collect();
    let with = |password: &str| {
        let bind =
            format!("{{ dn = \"cn=entryway,dc=corp,dc=example\", password = \"{password}\" }}");
        let text = CONFIGURATION
            .replace("\"ldap://127.0.0.1:1\"", &servers.join(", "))
            .replace("{ method = \"anonymous\" }", &bind);
        load(&text)
    };
    let refused = || -> u64 {
        let binds = directories.iter().map(|directory| {
            let counters = directory.counters();
            counters.binds_with(
                "cn=entryway,dc=corp,dc=example",
                ResultCode::INVALID_CREDENTIALS,
            )
        });
        binds.sum()
    };
    let loaded = with("wrong");
    let kept = Kept::open(&loaded.settings).await.expect("a store");
    let live = Live::start(loaded, Arc::new(kept), Vec::new()).expect("a gateway");
    let all_are = async |up: bool| {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let readiness = live.now().gateway.domains().readiness();
            let mut servers = readiness.iter().flat_map(|domain| &domain.servers);
            if servers.all(|server| server.up == up) {
                return;
            }
            assert!(Instant::now() < until, "{readiness:?}");
            tokio::task::yield_now().await;
        }
    };
    all_are(false).await;
    for _ in 0..3 {
        live.replace(with("wrong")).expect("a gateway");
        all_are(false).await;
    }
    assert_eq!(refused(), 2);
    live.replace(with("right")).expect("a gateway");
    let bound = async |directory: &TestServer| {
        let patience = Duration::from_secs(20);
        let bound = |counters: &Counters| {
            counters.all_binds()
                > counters.binds_with(
                    "cn=entryway,dc=corp,dc=example",
                    ResultCode::INVALID_CREDENTIALS,
                )
        };
        directory.wait_until(patience, bound).await
    };
    for directory in &directories {
        assert!(bound(directory).await, "another password is tried at once");
    }
    assert_eq!(refused(), 2);
    live.close().await;
}

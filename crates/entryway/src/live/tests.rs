use super::Live;
use crate::kept::Kept;
use entryway_config::{Loaded, Sources};
use entryway_login::{IdentityReserve, ReserveAnswer, ReserveOperation, Settled, Throttle};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

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
        .map(|token| Arc::downgrade(&token.secret))
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

use super::Live;
use crate::kept::Kept;
use entryway_config::Sources;
use std::sync::Arc;

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

#[tokio::test]
async fn tokens_are_not_kept_in_clear() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("entryway.toml");
    std::fs::write(&path, CONFIGURATION).expect("written");
    let loaded = entryway_config::load(&Sources::file(path)).expect("a configuration");
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

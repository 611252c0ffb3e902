use super::super::signatures::Checked;
use super::*;
use entryway_oidc::Signatures as _;
use entryway_store::{AuditKey, OpenOptions, StoreUrl};

const DAY: Duration = Duration::from_secs(86_400);

async fn store(folder: &std::path::Path) -> Store {
    let url = StoreUrl::parse(&format!("sqlite:{}", folder.join("s.db").display())).unwrap();
    let options = OpenOptions {
        node: "here".to_owned(),
        audit_key: AuditKey::load_or_create(folder.join("key")).unwrap(),
        create: true,
    };
    Store::open(&url, options).await.unwrap()
}

fn rotation(every: Duration, overlap: Duration) -> KeyRotation {
    KeyRotation { every, overlap }
}

#[tokio::test]
async fn what_is_signed_is_verified_by_what_is_published_and_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keyring::new(store(folder.path()).await);
    assert!(keys.current(Algorithm::Es256).is_none());
    keys.refresh(rotation(90 * DAY, DAY)).await.unwrap();
    for algorithm in ALGORITHMS {
        let key = keys.current(algorithm).unwrap();
        let signature = key.sign(b"text").unwrap();
        let published = keys.published();
        let own = published.iter().find(|jwk| jwk.kid == key.kid()).unwrap();
        let is = |jwk: &Jwk, text: &[u8], signature: &[u8]| {
            Checked.is_signature(algorithm, &jwk.key, text, signature)
        };
        assert!(is(own, b"text", &signature));
        assert!(!is(own, b"texT", &signature));
        assert!(!is(own, b"text", &signature[1..]));
        for other in published.iter().filter(|jwk| jwk.kid != own.kid) {
            assert!(!is(other, b"text", &signature));
        }
    }
}

#[tokio::test]
async fn nodes_that_begin_at_once_share_their_keys() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path()).await;
    let (one, two) = (Keyring::new(store.clone()), Keyring::new(store));
    let every = rotation(90 * DAY, DAY);
    let (first, second) = tokio::join!(one.refresh(every), two.refresh(every));
    first.unwrap();
    second.unwrap();
    one.refresh(every).await.unwrap();
    two.refresh(every).await.unwrap();
    assert_eq!(one.published(), two.published());
    assert_eq!(one.published().len(), ALGORITHMS.len());
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keyring::new(store(folder.path()).await);
    keys.refresh(rotation(90 * DAY, DAY)).await.unwrap();
    let before = keys.current(Algorithm::Es256).unwrap().kid().to_owned();
    // Due at once: as much overlap as time.
    keys.refresh(rotation(DAY, DAY)).await.unwrap();
    assert_eq!(keys.published().len(), 2 * ALGORITHMS.len());
    assert_eq!(keys.current(Algorithm::Es256).unwrap().kid(), before);
    let rows = keys.store.sso().signing_keys().await.unwrap();
    let old = rows.iter().find(|row| row.kid == before).unwrap();
    let next = rows
        .iter()
        .find(|row| row.algorithm == old.algorithm && row.kid != before)
        .unwrap();
    assert_eq!(old.drop_after_ms, Some(next.signs_from_ms + millis(DAY)));
    assert_eq!(next.drop_after_ms, None);
    // One is on its way already.
    keys.refresh(rotation(DAY, DAY)).await.unwrap();
    assert_eq!(keys.published().len(), 2 * ALGORITHMS.len());
}

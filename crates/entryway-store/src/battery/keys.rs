//! Secrets that processes share.

use super::{Lab, cases};

cases!(
    a_key_is_made_once,
    a_key_is_the_same_for_all_who_ask_at_once,
    the_key_before_the_newest_stays,
);

async fn a_key_is_made_once(lab: Lab) {
    let store = lab.open().await;
    let key = store.key("revalidation").await.unwrap();
    assert_eq!(key.kid, 1);
    assert_ne!(*key.secret, *store.key("device").await.unwrap().secret);
    store.close().await;
    let again = lab.open().await.key("revalidation").await.unwrap();
    assert_eq!(*again.secret, *key.secret);
}

async fn a_key_is_the_same_for_all_who_ask_at_once(lab: Lab) {
    let mut asking = tokio::task::JoinSet::new();
    let stores = [lab.open().await, lab.open_as("two").await];
    for turn in 0..12 {
        let store = stores[turn % 2].clone();
        asking.spawn(async move { *store.key("device").await.unwrap().secret });
    }
    let mut keys = asking.join_all().await;
    keys.dedup();
    assert_eq!(keys.len(), 1);
}

async fn the_key_before_the_newest_stays(lab: Lab) {
    let store = lab.open().await;
    store.key("device").await.unwrap();
    let second = store.rotate_key("device").await.unwrap();
    let third = store.rotate_key("device").await.unwrap();
    assert_eq!((second.kid, third.kid), (2, 3));
    let kept = store.keys("device").await.unwrap();
    assert_eq!(kept.iter().map(|key| key.kid).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(*kept[1].secret, *second.secret);
    assert_eq!(store.key("device").await.unwrap().kid, 3);
}

//! The keys that sign tokens.

use super::{Lab, NOW, cases};
use crate::{SigningKeyRow, Sso};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

cases!(
    a_key_follows_the_one_that_was_seen,
    nodes_that_rotate_at_once_make_one_key_of_each_algorithm,
    a_key_is_dropped_when_its_time_has_passed,
);

fn key(kid: &str, algorithm: &str, signs_from_ms: i64) -> SigningKeyRow {
    SigningKeyRow {
        kid: kid.to_owned(),
        algorithm: algorithm.to_owned(),
        private: Zeroizing::new(kid.as_bytes().to_vec()),
        published_ms: NOW,
        signs_from_ms,
        drop_after_ms: None,
    }
}

async fn kids(sso: &Sso) -> Vec<String> {
    let keys = sso.signing_keys().await.unwrap();
    keys.into_iter().map(|key| key.kid).collect()
}

async fn a_key_follows_the_one_that_was_seen(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    assert!(kids(&sso).await.is_empty());
    let add = async |key: &SigningKeyRow, newest| sso.add_signing_key(key, newest).await.unwrap();
    assert!(!add(&key("e1", "ES256", NOW), Some("e0")).await);
    assert!(add(&key("e1", "ES256", NOW), None).await);
    assert!(add(&key("r1", "RS256", NOW), None).await);
    assert!(!add(&key("e2", "ES256", NOW + 1), None).await);
    assert!(!add(&key("e2", "ES256", NOW + 1), Some("r1")).await);
    assert!(add(&key("e2", "ES256", NOW + 1), Some("e1")).await);
    assert!(!add(&key("e3", "ES256", NOW + 2), Some("e1")).await);
    store.close().await;
    let sso = lab.open().await.sso();
    assert_eq!(kids(&sso).await, ["e2", "e1", "r1"]);
    let newest = sso
        .signing_keys()
        .await
        .unwrap()
        .into_iter()
        .next()
        .unwrap();
    assert_eq!(newest.private.as_slice(), b"e2");
    assert_eq!(newest.algorithm, "ES256");
    assert_eq!(newest.published_ms, NOW);
    assert_eq!(newest.signs_from_ms, NOW + 1);
    assert_eq!(newest.drop_after_ms, None);
}

async fn nodes_that_rotate_at_once_make_one_key_of_each_algorithm(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    for round in 0..3_i64 {
        let before = (round > 0).then(|| round - 1);
        let mut adding = JoinSet::new();
        for turn in 0..12 {
            let sso = stores[turn % 2].sso();
            let algorithm = ["ES256", "RS256"][turn / 2 % 2];
            adding.spawn(async move {
                // Whoever was first in the round before may be any: what is newest is looked up.
                let keys = sso.signing_keys().await.unwrap();
                let newest = keys.iter().find(|key| key.algorithm == algorithm);
                let newest = newest.filter(|key| Some(key.signs_from_ms - NOW) == before);
                let kid = format!("{algorithm} {round} {turn}");
                sso.add_signing_key(
                    &key(&kid, algorithm, NOW + round),
                    newest.map(|key| key.kid.as_str()),
                )
                .await
                .unwrap()
            });
        }
        let answers = adding.join_all().await;
        assert_eq!(answers.iter().filter(|added| **added).count(), 2);
        let kept = stores[0].sso().signing_keys().await.unwrap();
        assert_eq!(kept.len(), 2 * (usize::try_from(round).unwrap() + 1));
    }
}

async fn a_key_is_dropped_when_its_time_has_passed(lab: Lab) {
    let sso = lab.open().await.sso();
    assert!(
        sso.add_signing_key(&key("e1", "ES256", NOW), None)
            .await
            .unwrap()
    );
    let second = key("e2", "ES256", NOW + 1);
    assert!(sso.add_signing_key(&second, Some("e1")).await.unwrap());
    sso.retire_signing_key("e1", NOW + 9).await.unwrap();
    let keys = sso.signing_keys().await.unwrap();
    let until: Vec<_> = keys.iter().map(|key| key.drop_after_ms).collect();
    assert_eq!(until, [None, Some(NOW + 9)]);
    sso.drop_signing_keys(NOW + 8).await.unwrap();
    assert_eq!(kids(&sso).await, ["e2", "e1"]);
    sso.drop_signing_keys(NOW + 9).await.unwrap();
    assert_eq!(kids(&sso).await, ["e2"]);
}

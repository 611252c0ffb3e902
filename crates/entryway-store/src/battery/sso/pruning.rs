//! Forgetting what has ended.

use super::{
    LATER, Lab, NOW, access, bytes, cases, code, count, family, kept, lives, offline_family,
    session,
};
use crate::database::{Begin, args};
use crate::{AccessRow, CodeRow, FamilyRow, SessionRow, TakenRow};

const HOUR: i64 = 3_600_000;

cases!(
    what_has_ended_goes_and_the_rest_stays,
    a_code_that_nobody_took_goes_sooner,
    more_than_a_batch_goes,
    nodes_that_prune_at_once_share_the_work,
);

async fn what_has_ended_goes_and_the_rest_stays(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    for (name, until) in [("old", NOW), ("new", NOW + 1)] {
        let row = SessionRow {
            ends_ms: until,
            ..session(name, "eve")
        };
        sso.keep_session(&row).await.unwrap();
        let row = CodeRow {
            keep_until_ms: until,
            ..code(name, name)
        };
        assert!(sso.keep_code(&row).await.unwrap());
        assert!(sso.take_code(&bytes(name)).await.unwrap() != TakenRow::Unknown);
        let token = AccessRow {
            expires_ms: until,
            ..access(name, name)
        };
        let row = FamilyRow {
            keep_until_ms: until,
            ..family(name, name)
        };
        assert!(sso.keep_tokens(&token, Some(&row)).await.unwrap());
        assert!(
            sso.take_assertion("wiki", &bytes(name), until)
                .await
                .unwrap()
        );
    }
    assert_eq!(sso.prune_sso(NOW).await.unwrap(), 5);
    assert_eq!(sso.prune_sso(NOW).await.unwrap(), 0);
    assert_eq!(sso.session("old").await.unwrap(), None);
    assert!(sso.session("new").await.unwrap().is_some());
    assert!(sso.take_code(&bytes("old")).await.unwrap() == TakenRow::Unknown);
    assert!(sso.take_code(&bytes("new")).await.unwrap() == TakenRow::Spent(bytes("new")));
    assert!(sso.family(&bytes("old")).await.unwrap().is_none());
    assert!(sso.family(&bytes("new")).await.unwrap().is_some());
    assert!(sso.access(&bytes("new"), NOW).await.unwrap().is_some());
    assert!(
        sso.take_assertion("wiki", &bytes("old"), LATER)
            .await
            .unwrap()
    );
    assert!(
        !sso.take_assertion("wiki", &bytes("new"), LATER)
            .await
            .unwrap()
    );
    // What stood beside a session went with it.
    let left = count(&store, "SELECT count(*) FROM sso_session_client").await;
    assert_eq!(left, 1);
    assert_eq!(sso.prune_sso(NOW + 1).await.unwrap(), 5);
}

async fn a_code_that_nobody_took_goes_sooner(lab: Lab) {
    let sso = lab.open().await.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    for name in ["taken", "left"] {
        assert!(sso.keep_code(&code(name, "one")).await.unwrap());
    }
    assert!(sso.take_code(&bytes("taken")).await.unwrap() != TakenRow::Unknown);
    let expires = code("left", "one").expires_ms;
    assert_eq!(sso.prune_sso(expires + HOUR - 1).await.unwrap(), 0);
    assert_eq!(sso.prune_sso(expires + HOUR).await.unwrap(), 1);
    assert!(sso.take_code(&bytes("left")).await.unwrap() == TakenRow::Unknown);
    assert!(sso.take_code(&bytes("taken")).await.unwrap() == TakenRow::Spent(bytes("taken")));
}

/// Puts 1,234 access tokens there that have ended.
const MANY: &str = "WITH RECURSIVE numbered (number) AS \
     (SELECT 1 UNION ALL SELECT number + 1 FROM numbered WHERE number < 1234) \
     INSERT INTO sso_assertion (client, jti, until_ms) \
     SELECT 'client ' || number, (SELECT token FROM sso_access), 5 FROM numbered";

async fn many(lab: &Lab) -> crate::Store {
    let store = lab.open().await;
    // For its bytes, which are not written alike in both dialects.
    let kept = store
        .sso()
        .keep_tokens(&access("a", "f"), Some(&offline_family("f", "one")))
        .await;
    assert!(kept.unwrap());
    lab.meddle(MANY).await;
    store
}

async fn more_than_a_batch_goes(lab: Lab) {
    let store = many(&lab).await;
    assert_eq!(store.sso().prune_sso(NOW).await.unwrap(), 1234);
    assert_eq!(count(&store, "SELECT count(*) FROM sso_assertion").await, 0);
}

async fn nodes_that_prune_at_once_share_the_work(lab: Lab) {
    let store = many(&lab).await;
    let mut pruning = tokio::task::JoinSet::new();
    for node in ["two", "three", "four"] {
        let sso = lab.open_as(node).await.sso();
        pruning.spawn(async move { sso.prune_sso(NOW).await.unwrap() });
    }
    let gone: u64 = pruning.join_all().await.iter().sum();
    // What one was at when the last one looked may be left.
    let left = store.sso().prune_sso(NOW).await.unwrap();
    assert_eq!(gone + left, 1234);
    assert_eq!(count(&store, "SELECT count(*) FROM sso_assertion").await, 0);
}

/// Whoever rotates a family at this moment is neither waited for nor in the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_locked_is_left_to_the_next_time() {
    let lab = Lab::server();
    let store = lab.open().await;
    let sso = store.sso();
    for name in ["f", "g"] {
        assert!(kept(&sso, access(name, name), family(name, "one")).await);
    }
    let mut tx = store.database().begin(Begin::Write).await.unwrap();
    let rotated = "UPDATE sso_family SET keep_until_ms = $1 WHERE family = $2";
    tx.execute(rotated, args![LATER + 2, &bytes::<16>("f")])
        .await
        .unwrap();
    // Two access tokens, and one family of two.
    assert_eq!(sso.prune_sso(LATER + 1).await.unwrap(), 3);
    tx.commit().await.unwrap();
    assert_eq!(sso.prune_sso(LATER + 1).await.unwrap(), 0);
    assert!(lives(&store, "f").await && !lives(&store, "g").await);
    assert_eq!(sso.prune_sso(LATER + 2).await.unwrap(), 1);
}

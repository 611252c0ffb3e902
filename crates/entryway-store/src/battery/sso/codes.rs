//! Codes and assertions: what counts once.

use super::{LATER, Lab, NOW, bytes, cases, code, count, session};
use crate::TakenRow;
use tokio::task::JoinSet;

cases!(
    a_code_is_taken_once,
    a_code_is_given_to_one_of_many_who_ask,
    a_code_of_a_session_that_has_ended_is_not_kept,
    an_assertion_counts_once,
    an_assertion_is_given_to_one_of_many_who_ask,
);

async fn a_code_is_taken_once(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    assert!(sso.take_code(&bytes("c")).await.unwrap() == TakenRow::Unknown);
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_code(&code("c", "one")).await.unwrap());
    let taken = sso.take_code(&bytes("c")).await.unwrap();
    assert!(taken == TakenRow::Taken("code c".to_owned()));
    store.close().await;
    // Whoever comes with it again is told so, after a restart too.
    let sso = lab.open().await.sso();
    assert!(sso.take_code(&bytes("c")).await.unwrap() == TakenRow::Spent(bytes("c")));
}

async fn a_code_is_given_to_one_of_many_who_ask(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    let sso = stores[0].sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_code(&code("c", "one")).await.unwrap());
    let mut taking = JoinSet::new();
    for turn in 0..40 {
        let sso = stores[turn % 2].sso();
        taking.spawn(async move { sso.take_code(&bytes("c")).await.unwrap() });
    }
    let answers = taking.join_all().await;
    let of = |expected: TakenRow| answers.iter().filter(|answer| **answer == expected).count();
    assert_eq!(of(TakenRow::Taken("code c".to_owned())), 1);
    assert_eq!(of(TakenRow::Spent(bytes("c"))), 39);
}

async fn a_code_of_a_session_that_has_ended_is_not_kept(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    sso.end_session("one", NOW, LATER).await.unwrap().unwrap();
    assert!(!sso.keep_code(&code("c", "one")).await.unwrap());
    assert!(sso.take_code(&bytes("c")).await.unwrap() == TakenRow::Unknown);
    assert_eq!(
        count(&store, "SELECT count(*) FROM sso_session_client").await,
        0
    );
}

async fn an_assertion_counts_once(lab: Lab) {
    let sso = lab.open().await.sso();
    assert!(sso.take_assertion("wiki", &bytes("j"), NOW).await.unwrap());
    assert!(
        !sso.take_assertion("wiki", &bytes("j"), LATER)
            .await
            .unwrap()
    );
    // Another client may call its own the same.
    assert!(sso.take_assertion("shop", &bytes("j"), NOW).await.unwrap());
    assert!(sso.take_assertion("wiki", &bytes("k"), NOW).await.unwrap());
}

async fn an_assertion_is_given_to_one_of_many_who_ask(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    let mut taking = JoinSet::new();
    for turn in 0..40 {
        let sso = stores[turn % 2].sso();
        taking.spawn(async move { sso.take_assertion("wiki", &bytes("j"), NOW).await.unwrap() });
    }
    let answers = taking.join_all().await;
    assert_eq!(answers.iter().filter(|first| **first).count(), 1);
}

//! What people let clients have.

use super::{Lab, cases};
use tokio::task::JoinSet;

cases!(
    a_consent_grows_and_is_withdrawn,
    many_who_agree_at_once_do_not_wait_for_ever,
);

async fn a_consent_grows_and_is_withdrawn(lab: Lab) {
    let sso = lab.open().await.sso();
    assert!(sso.consent("eve", "wiki").await.unwrap().is_empty());
    sso.add_consent("eve", "wiki", &["profile", "email"])
        .await
        .unwrap();
    sso.add_consent("eve", "wiki", &["email", "groups", "email"])
        .await
        .unwrap();
    sso.add_consent("eve", "shop", &[]).await.unwrap();
    sso.add_consent("adam", "wiki", &["email"]).await.unwrap();
    let all = sso.consent("eve", "wiki").await.unwrap();
    assert_eq!(all, ["email", "groups", "profile"]);
    assert!(sso.consent("eve", "shop").await.unwrap().is_empty());
    sso.withdraw_consent("eve", "wiki").await.unwrap();
    assert!(sso.consent("eve", "wiki").await.unwrap().is_empty());
    assert_eq!(sso.consent("adam", "wiki").await.unwrap(), ["email"]);
}

async fn many_who_agree_at_once_do_not_wait_for_ever(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    let mut adding = JoinSet::new();
    for turn in 0..20 {
        let sso = stores[turn % 2].sso();
        adding.spawn(async move {
            let scopes = if turn % 3 == 0 {
                ["a", "b", "c", "d"]
            } else {
                ["d", "c", "b", "a"]
            };
            sso.add_consent("eve", "wiki", &scopes).await.unwrap();
        });
    }
    adding.join_all().await;
    let all = stores[0].sso().consent("eve", "wiki").await.unwrap();
    assert_eq!(all, ["a", "b", "c", "d"]);
}

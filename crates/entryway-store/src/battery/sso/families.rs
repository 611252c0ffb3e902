//! Families of tokens and access tokens.

use super::{
    LATER, Lab, NOW, access, bytes, cases, count, family, is_revoked, kept, lives, offline_family,
    opens,
};
use crate::{AccessRow, FamilyRow};
use tokio::task::JoinSet;

cases!(
    tokens_are_kept_together,
    an_access_token_opens_until_it_ends,
    a_client_has_a_token_of_its_own,
    a_rotation_replaces_what_was_seen,
    one_of_many_who_rotate_at_once_does,
    a_revoked_family_stays_revoked,
    a_family_is_revoked_before_anything_was_kept,
    what_a_person_let_applications_have_is_listed,
);

async fn tokens_are_kept_together(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    assert!(sso.family(&bytes("f")).await.unwrap().is_none());
    assert!(kept(&sso, access("a", "f"), family("f", "one")).await);
    let found = sso.family(&bytes("f")).await.unwrap().unwrap();
    assert_eq!(found.body.as_deref(), Some("family f"));
    assert_eq!((found.revoked, found.generation), (false, 0));
    let body = sso.access(&bytes("a"), NOW).await.unwrap();
    assert_eq!(body.as_deref(), Some("access a"));
    // The access token stands already: nothing of the second family is kept.
    let second = (access("a", "g"), family("g", "one"));
    assert!(sso.keep_tokens(&second.0, Some(&second.1)).await.is_err());
    assert!(sso.family(&bytes("g")).await.unwrap().is_none());
    // Without refresh tokens the family has no body, and may be revoked all the same.
    let lock = FamilyRow {
        body: None,
        ..family("h", "one")
    };
    assert!(
        sso.keep_tokens(&access("b", "h"), Some(&lock))
            .await
            .unwrap()
    );
    let found = sso.family(&bytes("h")).await.unwrap().unwrap();
    assert_eq!((found.body, found.revoked), (None, false));
    sso.revoke_family(&bytes("h"), LATER).await.unwrap();
    assert!(!opens(&store, "b").await);
    assert!(is_revoked(&store, "h").await);
}

async fn an_access_token_opens_until_it_ends(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    assert!(kept(&sso, access("a", "f"), family("f", "one")).await);
    let ends = access("a", "f").expires_ms;
    assert!(sso.access(&bytes("a"), ends - 1).await.unwrap().is_some());
    assert!(sso.access(&bytes("a"), ends).await.unwrap().is_none());
    assert!(sso.access(&bytes("b"), NOW).await.unwrap().is_none());
    sso.drop_access(&bytes("a")).await.unwrap();
    assert!(!opens(&store, "a").await);
    assert!(lives(&store, "f").await);
}

async fn a_client_has_a_token_of_its_own(lab: Lab) {
    let store = lab.open().await;
    let own = AccessRow {
        family: None,
        ..access("a", "")
    };
    assert!(store.sso().keep_tokens(&own, None).await.unwrap());
    assert!(opens(&store, "a").await);
    assert_eq!(count(&store, "SELECT count(*) FROM sso_family").await, 0);
}

async fn a_rotation_replaces_what_was_seen(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    let next = FamilyRow {
        generation: 1,
        keep_until_ms: LATER + 1,
        body: Some("next".to_owned()),
        ..offline_family("f", "one")
    };
    assert!(!sso.rotate(0, &next, &access("b", "f")).await.unwrap());
    let first = offline_family("f", "one");
    assert!(kept(&sso, access("a", "f"), first).await);
    assert!(!sso.rotate(1, &next, &access("b", "f")).await.unwrap());
    assert!(!opens(&store, "b").await);
    assert!(sso.rotate(0, &next, &access("b", "f")).await.unwrap());
    assert!(!sso.rotate(0, &next, &access("c", "f")).await.unwrap());
    let found = sso.family(&bytes("f")).await.unwrap().unwrap();
    assert_eq!(found.body.as_deref(), Some("next"));
    assert_eq!(found.generation, 1);
    assert!(sso.offline_families_of("eve", NOW).await.unwrap() == [next.clone()]);
    // What was given out before goes on to its end.
    assert!(opens(&store, "a").await && opens(&store, "b").await && !opens(&store, "c").await);
    sso.revoke_family(&bytes("f"), LATER).await.unwrap();
    assert!(!sso.rotate(1, &next, &access("d", "f")).await.unwrap());
    assert!(!opens(&store, "d").await);
}

async fn one_of_many_who_rotate_at_once_does(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    let sso = stores[0].sso();
    assert!(kept(&sso, access("a", "f"), family("f", "one")).await);
    let mut rotating = JoinSet::new();
    for turn in 0..40 {
        let sso = stores[turn % 2].sso();
        let next = FamilyRow {
            generation: 1,
            body: Some(format!("turn {turn}")),
            ..family("f", "one")
        };
        rotating.spawn(async move {
            let token = access(&format!("t{turn}"), "f");
            let rotated = sso.rotate(0, &next, &token).await.unwrap();
            rotated.then_some(turn)
        });
    }
    let answers = rotating.join_all().await;
    let winners: Vec<_> = answers.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let found = sso.family(&bytes("f")).await.unwrap().unwrap();
    assert_eq!(found.body, Some(format!("turn {}", winners[0])));
    assert!(opens(&stores[0], &format!("t{}", winners[0])).await);
    assert_eq!(
        count(&stores[0], "SELECT count(*) FROM sso_access").await,
        2
    );
}

async fn a_revoked_family_stays_revoked(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    assert!(kept(&sso, access("a", "f"), offline_family("f", "one")).await);
    sso.revoke_family(&bytes("f"), NOW).await.unwrap();
    assert!(is_revoked(&store, "f").await);
    assert!(!opens(&store, "a").await);
    assert_eq!(count(&store, "SELECT count(*) FROM sso_access").await, 0);
    assert!(
        sso.offline_families_of("eve", NOW)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(!kept(&sso, access("b", "f"), offline_family("f", "one")).await);
    assert!(is_revoked(&store, "f").await);
    assert!(!opens(&store, "b").await);
    // Nor does a token open that was kept without looking at the family.
    assert!(sso.keep_tokens(&access("c", "f"), None).await.unwrap());
    assert!(!opens(&store, "c").await);
    // What is asked for later does not shorten how long it is remembered.
    sso.prune_sso(LATER - 1).await.unwrap();
    assert!(is_revoked(&store, "f").await);
}

async fn a_family_is_revoked_before_anything_was_kept(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    sso.revoke_family(&bytes("f"), LATER).await.unwrap();
    sso.revoke_family(&bytes("f"), LATER).await.unwrap();
    assert!(is_revoked(&store, "f").await);
    assert!(!kept(&sso, access("a", "f"), family("f", "one")).await);
    assert!(is_revoked(&store, "f").await);
    assert!(!opens(&store, "a").await);
}

async fn what_a_person_let_applications_have_is_listed(lab: Lab) {
    let sso = lab.open().await.sso();
    let of = |name: &str, client: &str| FamilyRow {
        client: client.to_owned(),
        ..offline_family(name, "one")
    };
    let ended = FamilyRow {
        keep_until_ms: NOW,
        ..of("d", "old")
    };
    let theirs = FamilyRow {
        subject: "adam".to_owned(),
        ..of("e", "wiki")
    };
    let rows = [
        of("b", "shop"),
        of("a", "wiki"),
        family("c", "one"),
        ended,
        theirs,
    ];
    for (at, row) in rows.iter().enumerate() {
        let token = AccessRow {
            family: Some(row.family),
            ..access(&format!("t{at}"), "")
        };
        assert!(sso.keep_tokens(&token, Some(row)).await.unwrap());
    }
    let listed = sso.offline_families_of("eve", NOW).await.unwrap();
    assert!(listed == rows[..2]);
}

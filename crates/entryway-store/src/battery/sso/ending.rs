//! How sessions end.

use super::{
    LATER, Lab, NOW, access, bytes, cases, code, count, family, is_revoked, kept, lives,
    offline_code, offline_family, opens, session,
};
use crate::{CodeRow, Store, TakenRow, WholeSession};

cases!(
    a_session_ends_with_what_does_not_outlive_it,
    codes_of_a_session_that_has_ended_are_worth_nothing,
    an_offline_code_that_was_taken_outlives_the_session,
    who_was_given_a_code_hears_of_the_end,
    a_session_ends_once,
    what_is_left_of_a_pruned_session_ends,
    a_person_signs_out_everywhere,
    a_person_signs_out_everywhere_but_here,
    signing_out_of_applications_too_ends_what_is_offline,
);

/// A session with a family of either kind, whose access tokens are called as they are.
async fn signed_in(store: &Store, id: &str) {
    let sso = store.sso();
    sso.keep_session(&session(id, "eve")).await.unwrap();
    let (online, offline) = (format!("{id} on"), format!("{id} off"));
    let redeemed = [
        (code(&online, id), family(&online, id)),
        (offline_code(&offline, id), offline_family(&offline, id)),
    ];
    for (code, family) in redeemed {
        assert!(sso.keep_code(&code).await.unwrap());
        assert!(sso.take_code(&code.code).await.unwrap() != TakenRow::Unknown);
        let mut token = access("", "");
        token.token[..16].copy_from_slice(&family.family);
        token.family = Some(family.family);
        assert!(sso.keep_tokens(&token, Some(&family)).await.unwrap());
    }
}

async fn check(store: &Store, name: &str, stands: bool) {
    assert_eq!(lives(store, name).await, stands, "{name}");
    assert_eq!(is_revoked(store, name).await, !stands, "{name}");
    assert_eq!(opens(store, name).await, stands, "{name}");
}

async fn a_session_ends_with_what_does_not_outlive_it(lab: Lab) {
    let store = lab.open().await;
    signed_in(&store, "one").await;
    signed_in(&store, "two").await;
    let ended = store.sso().end_session("one", NOW, LATER).await.unwrap();
    let expected = WholeSession {
        session: session("one", "eve"),
        clients: vec!["wiki".to_owned()],
    };
    assert_eq!(ended, Some(expected));
    assert_eq!(store.sso().session("one").await.unwrap(), None);
    let cookie = store.sso().session_by_cookie(&bytes("one")).await;
    assert_eq!(cookie.unwrap(), None);
    check(&store, "one on", false).await;
    check(&store, "one off", true).await;
    check(&store, "two on", true).await;
    check(&store, "two off", true).await;
    assert!(store.sso().session("two").await.unwrap().is_some());
    // Of what was revoked nothing is left but that.
    assert_eq!(count(&store, "SELECT count(*) FROM sso_access").await, 3);
    let again = store.sso().take_code(&bytes("one on")).await.unwrap();
    assert!(again == TakenRow::Spent(bytes("one on")));
}

async fn codes_of_a_session_that_has_ended_are_worth_nothing(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    for code in [
        code("waits", "one"),
        code("taken", "one"),
        offline_code("off", "one"),
    ] {
        assert!(sso.keep_code(&code).await.unwrap());
    }
    assert!(sso.take_code(&bytes("taken")).await.unwrap() != TakenRow::Unknown);
    sso.end_session("one", NOW, NOW + 1).await.unwrap().unwrap();
    for (name, family) in [
        ("waits", family("waits", "one")),
        ("taken", family("taken", "one")),
        ("off", offline_family("off", "one")),
    ] {
        sso.take_code(&bytes(name)).await.unwrap();
        assert!(!kept(&sso, access(name, name), family).await, "{name}");
        assert!(!opens(&store, name).await, "{name}");
        assert!(is_revoked(&store, name).await, "{name}");
    }
    // As long as the codes could be redeemed, whatever was asked for.
    sso.prune_sso(LATER - 1).await.unwrap();
    assert!(is_revoked(&store, "waits").await);
}

async fn an_offline_code_that_was_taken_outlives_the_session(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_code(&offline_code("off", "one")).await.unwrap());
    assert!(sso.take_code(&bytes("off")).await.unwrap() != TakenRow::Unknown);
    sso.end_session("one", NOW, LATER).await.unwrap().unwrap();
    assert!(kept(&sso, access("off", "off"), offline_family("off", "one")).await);
    check(&store, "off", true).await;
}

async fn who_was_given_a_code_hears_of_the_end(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    for (name, client) in [("a", "wiki"), ("b", "shop"), ("c", "wiki"), ("d", "Chat")] {
        let row = CodeRow {
            client: client.to_owned(),
            ..code(name, "one")
        };
        assert!(sso.keep_code(&row).await.unwrap());
    }
    let ended = sso.end_session("one", NOW, LATER).await.unwrap().unwrap();
    assert_eq!(ended.clients, ["Chat", "shop", "wiki"]);
    sso.keep_session(&session("one", "eve")).await.unwrap();
    let ended = sso.end_session("one", NOW, LATER).await.unwrap().unwrap();
    assert!(ended.clients.is_empty());
}

async fn a_session_ends_once(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    signed_in(&stores[0], "one").await;
    let mut ending = tokio::task::JoinSet::new();
    for turn in 0..12 {
        let sso = stores[turn % 2].sso();
        ending.spawn(async move { sso.end_session("one", NOW, LATER).await.unwrap() });
    }
    let answers = ending.join_all().await;
    assert_eq!(answers.iter().flatten().count(), 1);
    check(&stores[0], "one on", false).await;
}

async fn what_is_left_of_a_pruned_session_ends(lab: Lab) {
    let store = lab.open().await;
    signed_in(&store, "one").await;
    lab.meddle("DELETE FROM sso_session").await;
    let ended = store.sso().end_session("one", NOW, LATER).await.unwrap();
    assert_eq!(ended, None);
    check(&store, "one on", false).await;
    check(&store, "one off", true).await;
}

async fn a_person_signs_out_everywhere(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    signed_in(&store, "two").await;
    signed_in(&store, "one").await;
    sso.keep_session(&session("other", "adam")).await.unwrap();
    let ended = sso.end_sessions_of("eve", None, false, NOW, LATER).await;
    let ended = ended.unwrap();
    let ids: Vec<_> = ended
        .iter()
        .map(|ended| ended.session.id.as_str())
        .collect();
    assert_eq!(ids, ["one", "two"]);
    assert!(ended.iter().all(|ended| ended.clients == ["wiki"]));
    assert!(sso.sessions_of("eve").await.unwrap().is_empty());
    assert!(sso.session("other").await.unwrap().is_some());
    for id in ["one", "two"] {
        check(&store, &format!("{id} on"), false).await;
        check(&store, &format!("{id} off"), true).await;
    }
    let again = sso.end_sessions_of("eve", None, false, NOW, LATER).await;
    assert!(again.unwrap().is_empty());
}

async fn a_person_signs_out_everywhere_but_here(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    signed_in(&store, "here").await;
    signed_in(&store, "there").await;
    let ended = sso
        .end_sessions_of("eve", Some("here"), false, NOW, LATER)
        .await
        .unwrap();
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].session.id, "there");
    assert!(sso.session("here").await.unwrap().is_some());
    check(&store, "here on", true).await;
    check(&store, "there on", false).await;
}

async fn signing_out_of_applications_too_ends_what_is_offline(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    signed_in(&store, "gone").await;
    sso.end_session("gone", NOW, LATER).await.unwrap().unwrap();
    signed_in(&store, "here").await;
    signed_in(&store, "there").await;
    // One is about to be redeemed.
    assert!(
        sso.keep_code(&offline_code("taken", "there"))
            .await
            .unwrap()
    );
    assert!(sso.take_code(&bytes("taken")).await.unwrap() != TakenRow::Unknown);
    sso.keep_session(&session("other", "adam")).await.unwrap();
    assert!(
        sso.keep_code(&offline_code("adam's", "other"))
            .await
            .unwrap()
    );
    sso.end_sessions_of("eve", Some("here"), true, NOW, LATER)
        .await
        .unwrap();
    for name in ["gone off", "here off", "there off", "there on"] {
        check(&store, name, false).await;
    }
    check(&store, "here on", true).await;
    assert!(
        !kept(
            &sso,
            access("taken", "taken"),
            offline_family("taken", "there")
        )
        .await
    );
    assert!(sso.family(&bytes("adam's")).await.unwrap().is_none());
    assert!(
        sso.offline_families_of("eve", NOW)
            .await
            .unwrap()
            .is_empty()
    );
}

//! Two who are at it at once: whoever comes first, nothing stands that should not.

use super::{
    LATER, Lab, NOW, access, bytes, cases, code, count, family, is_revoked, kept, opens, session,
    until,
};
use crate::database::{Begin, Tx, args};
use crate::{FamilyRow, Sso, Store, TakenRow};

const ROUNDS: usize = 40;

cases!(
    tokens_that_are_kept_while_their_family_is_revoked_do_not_open,
    a_rotation_while_the_family_is_revoked_does_not_open,
    a_code_that_is_kept_while_its_session_ends_is_worth_nothing,
    a_code_that_is_redeemed_while_its_session_ends_is_worth_nothing,
    a_renewed_session_that_ends_has_no_cookie,
    those_who_end_sessions_do_not_wait_in_a_circle,
    a_redemption_that_is_about_to_commit_is_waited_for,
    a_code_that_is_about_to_be_kept_is_waited_for,
    a_taker_who_gives_up_leaves_the_code_to_the_next,
);

async fn two(lab: &Lab) -> [Store; 2] {
    [lab.open().await, lab.open_as("two").await]
}

async fn nothing_opens(store: &Store) {
    assert_eq!(count(store, "SELECT count(*) FROM sso_access").await, 0);
    assert_eq!(
        count(store, "SELECT count(*) FROM sso_family WHERE revoked = 0").await,
        0
    );
}

async fn tokens_that_are_kept_while_their_family_is_revoked_do_not_open(lab: Lab) {
    let stores = two(&lab).await;
    let (one, other) = (stores[0].sso(), stores[1].sso());
    for round in 0..ROUNDS {
        let name = format!("f{round}");
        let (row, token) = (family(&name, "one"), access(&name, &name));
        let (kept, revoked) = tokio::join!(
            one.keep_tokens(&token, Some(&row)),
            other.revoke_family(&row.family, LATER)
        );
        kept.unwrap();
        revoked.unwrap();
        assert!(!opens(&stores[0], &name).await);
        assert!(is_revoked(&stores[0], &name).await);
    }
    nothing_opens(&stores[0]).await;
}

async fn a_rotation_while_the_family_is_revoked_does_not_open(lab: Lab) {
    let stores = two(&lab).await;
    let (one, other) = (stores[0].sso(), stores[1].sso());
    for round in 0..ROUNDS {
        let name = format!("f{round}");
        let row = family(&name, "one");
        let next = FamilyRow {
            generation: 1,
            ..row.clone()
        };
        let first = access(&format!("{name} first"), &name);
        assert!(one.keep_tokens(&first, Some(&row)).await.unwrap());
        let token = access(&name, &name);
        let (rotated, revoked) = tokio::join!(
            one.rotate(0, &next, &token),
            other.revoke_family(&row.family, LATER)
        );
        rotated.unwrap();
        revoked.unwrap();
        assert!(is_revoked(&stores[0], &name).await);
    }
    nothing_opens(&stores[0]).await;
}

/// What a request does from the authorization on.
async fn redeem(sso: &Sso, name: &str) {
    if !sso.keep_code(&code(name, name)).await.unwrap() {
        let taken = sso.take_code(&bytes(name)).await.unwrap();
        assert!(taken == TakenRow::Unknown);
        return;
    }
    let taken = sso.take_code(&bytes(name)).await.unwrap();
    assert!(taken == TakenRow::Taken(format!("code {name}")));
    sso.keep_tokens(&access(name, name), Some(&family(name, name)))
        .await
        .unwrap();
}

async fn a_code_that_is_kept_while_its_session_ends_is_worth_nothing(lab: Lab) {
    let stores = two(&lab).await;
    let (one, other) = (stores[0].sso(), stores[1].sso());
    for round in 0..ROUNDS {
        let name = format!("s{round}");
        one.keep_session(&session(&name, "eve")).await.unwrap();
        let ((), ended) = tokio::join!(redeem(&one, &name), other.end_session(&name, NOW, LATER));
        let ended = ended.unwrap().unwrap();
        // Whoever was given the code hears of the end.
        let codes = one.take_code(&bytes(&name)).await.unwrap() != TakenRow::Unknown;
        assert_eq!(codes, ended.clients == ["wiki"]);
    }
    nothing_opens(&stores[0]).await;
    let left = count(&stores[0], "SELECT count(*) FROM sso_session_client").await;
    assert_eq!(left, 0);
}

async fn a_code_that_is_redeemed_while_its_session_ends_is_worth_nothing(lab: Lab) {
    let stores = two(&lab).await;
    let (one, other) = (stores[0].sso(), stores[1].sso());
    for round in 0..ROUNDS {
        let name = format!("s{round}");
        one.keep_session(&session(&name, "eve")).await.unwrap();
        assert!(one.keep_code(&code(&name, &name)).await.unwrap());
        assert!(one.take_code(&bytes(&name)).await.unwrap() != TakenRow::Unknown);
        let (token, row) = (access(&name, &name), family(&name, &name));
        let (kept, ended) = tokio::join!(
            one.keep_tokens(&token, Some(&row)),
            other.end_session(&name, NOW, LATER)
        );
        kept.unwrap();
        assert_eq!(ended.unwrap().unwrap().clients, ["wiki"]);
        assert!(!opens(&stores[0], &name).await);
        assert!(is_revoked(&stores[0], &name).await);
    }
    nothing_opens(&stores[0]).await;
}

async fn a_renewed_session_that_ends_has_no_cookie(lab: Lab) {
    let stores = two(&lab).await;
    let (one, other) = (stores[0].sso(), stores[1].sso());
    for round in 0..ROUNDS {
        let name = format!("s{round}");
        let before = session(&name, "eve");
        one.keep_session(&before).await.unwrap();
        let mut after = before.clone();
        after.cookie = bytes(&format!("renewed {round}"));
        let (renewed, ended) = tokio::join!(
            one.renew_session(&after),
            other.end_session(&name, NOW, LATER)
        );
        let ended = ended.unwrap().unwrap();
        let expected = if renewed.unwrap() { &after } else { &before };
        assert_eq!(ended.session, *expected);
        for row in [&before, &after] {
            assert_eq!(one.session_by_cookie(&row.cookie).await.unwrap(), None);
        }
    }
}

async fn those_who_end_sessions_do_not_wait_in_a_circle(lab: Lab) {
    let stores = two(&lab).await;
    let sso = stores[0].sso();
    for at in 0..12 {
        let id = format!("s{at}");
        sso.keep_session(&session(&id, "eve")).await.unwrap();
        redeem(&sso, &id).await;
    }
    let mut ending = tokio::task::JoinSet::new();
    for turn in 0..24 {
        let sso = stores[turn % 2].sso();
        ending.spawn(async move {
            if turn % 3 == 0 {
                let ended = sso.end_sessions_of("eve", None, true, NOW, LATER).await;
                ended.unwrap().len()
            } else {
                let id = format!("s{}", 23 - turn);
                let ended = sso.end_session(&id, NOW, LATER).await;
                usize::from(ended.unwrap().is_some())
            }
        });
    }
    let ended = ending.join_all().await;
    assert_eq!(ended.iter().sum::<usize>(), 12);
    nothing_opens(&stores[0]).await;
}

/// Waits until somebody waits for a lock. In a file there is one writer, and the queue for it is not seen from outside.
async fn somebody_waits(lab: &Lab, store: &Store) {
    if lab.is_file() {
        return;
    }
    until("somebody waits for a lock", async || {
        let waiting = "SELECT count(*) FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        count(store, waiting).await > 0
    })
    .await;
}

async fn begun(store: &Store) -> Tx {
    store.database().begin(Begin::Write).await.unwrap()
}

async fn a_redemption_that_is_about_to_commit_is_waited_for(lab: Lab) {
    let stores = two(&lab).await;
    let sso = stores[1].sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_code(&code("c", "one")).await.unwrap());
    assert!(sso.take_code(&bytes("c")).await.unwrap() != TakenRow::Unknown);
    let mut tx = begun(&stores[0]).await;
    tx.execute(
        "INSERT INTO sso_family (family, client, subject, session, offline, generation, revoked, keep_until_ms, body) \
         VALUES ($1, 'wiki', 'eve', 'one', 0, 0, 0, $2, 'family')",
        args![&bytes::<16>("c"), LATER],
    )
    .await
    .unwrap();
    let ending = tokio::spawn(async move { sso.end_session("one", NOW, LATER).await });
    somebody_waits(&lab, &stores[0]).await;
    tx.execute(
        "INSERT INTO sso_access (token, family, expires_ms, body) VALUES ($1, $2, $3, 'access')",
        args![&bytes::<32>("c"), &bytes::<16>("c"), LATER],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert!(ending.await.unwrap().unwrap().is_some());
    assert!(is_revoked(&stores[0], "c").await);
    nothing_opens(&stores[0]).await;
}

async fn a_code_that_is_about_to_be_kept_is_waited_for(lab: Lab) {
    let stores = two(&lab).await;
    let sso = stores[1].sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    let mut tx = begun(&stores[0]).await;
    let keep = tx.text(&crate::sso::KEEP);
    let row = code("c", "one");
    let inserted = tx
        .execute(
            keep,
            args![
                &row.code,
                &row.family,
                "wiki",
                "one",
                false,
                LATER,
                LATER,
                "code"
            ],
        )
        .await;
    assert_eq!(inserted.unwrap(), 1);
    // What only notes a use does not wait.
    if !lab.is_file() {
        sso.session_used("one", NOW + 1).await.unwrap();
    }
    let ending = {
        let sso = sso.clone();
        tokio::spawn(async move { sso.end_session("one", NOW, LATER).await })
    };
    somebody_waits(&lab, &stores[0]).await;
    tx.commit().await.unwrap();
    assert!(ending.await.unwrap().unwrap().is_some());
    assert!(sso.take_code(&bytes("c")).await.unwrap() != TakenRow::Unknown);
    assert!(!kept(&sso, access("c", "c"), family("c", "one")).await);
    nothing_opens(&stores[0]).await;
}

async fn a_taker_who_gives_up_leaves_the_code_to_the_next(lab: Lab) {
    let stores = two(&lab).await;
    let sso = stores[1].sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_code(&code("c", "one")).await.unwrap());
    let mut tx = begun(&stores[0]).await;
    tx.execute("UPDATE sso_code SET body = NULL", args![])
        .await
        .unwrap();
    let taking = tokio::spawn(async move { sso.take_code(&bytes("c")).await });
    somebody_waits(&lab, &stores[0]).await;
    drop(tx);
    let taken = taking.await.unwrap().unwrap();
    assert!(taken == TakenRow::Taken("code c".to_owned()));
}

//! Accounts as logins ask for them.

use super::{Lab, account, cases, password, until};
use crate::{AccountChange, HeldAccounts, NewPassword};
use entryway_login::{
    ChangeLocalFailure, ChangeLocalOperation, LocalAccount, LocalAccounts, VerifyOperation,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

cases!(
    an_account_is_found_in_any_case_and_its_password_checked,
    changes_of_this_process_are_seen_at_once,
    changes_of_another_process_are_seen_within_a_second,
    an_account_that_changed_has_no_verdict,
    a_weak_hash_becomes_a_strong_one,
    every_imported_hash_lets_in,
    a_check_without_time_has_no_verdict,
    a_password_that_was_proven_is_replaced_once,
);

fn find(held: &HeldAccounts, name: &str) -> Option<Arc<LocalAccount>> {
    held.find_local(name).unwrap()
}

async fn verify(
    held: &HeldAccounts,
    account: &Arc<LocalAccount>,
    text: &str,
) -> Result<bool, String> {
    let answer = held
        .verify_local(VerifyOperation {
            account: account.clone(),
            password: password(text),
            deadline: Instant::now() + Duration::from_secs(20),
        })
        .await;
    answer.verified.map_err(|unavailable| unavailable.0)
}

async fn an_account_is_found_in_any_case_and_its_password_checked(lab: Lab) {
    let store = lab.open().await;
    let mut new = account("Jörg");
    new.password = NewPassword::Clear(password("correct horse"));
    store.accounts().add(new).await.unwrap();
    let held = store.hold_accounts().await.unwrap();
    assert_eq!(held.count(), 1);
    assert_eq!(find(&held, "nobody"), None);
    let found = find(&held, "JÖRG").unwrap();
    assert_eq!(&*found.name, "Jörg");
    assert_eq!(verify(&held, &found, "correct horse").await, Ok(true));
    assert_eq!(verify(&held, &found, "Correct horse").await, Ok(false));
}

async fn changes_of_this_process_are_seen_at_once(lab: Lab) {
    let store = lab.open().await;
    let held = store.hold_accounts().await.unwrap();
    store.accounts().add(account("eve")).await.unwrap();
    assert!(find(&held, "eve").unwrap().enabled);
    let change = AccountChange {
        enabled: Some(false),
        ..AccountChange::default()
    };
    store.accounts().update("eve", change).await.unwrap();
    assert!(!find(&held, "eve").unwrap().enabled);
    store.accounts().remove("eve").await.unwrap();
    assert_eq!(find(&held, "eve"), None);
}

async fn changes_of_another_process_are_seen_within_a_second(lab: Lab) {
    let (daemon, command) = (lab.open().await, lab.open().await);
    command.accounts().add(account("stays")).await.unwrap();
    command.accounts().add(account("goes")).await.unwrap();
    let held = daemon.hold_accounts().await.unwrap();
    command.accounts().remove("goes").await.unwrap();
    let added = command.accounts().add(account("Goes")).await.unwrap();
    command.accounts().add(account("new")).await.unwrap();
    command.accounts().remove("stays").await.unwrap();
    let started = Instant::now();
    until("the changes are seen", async || {
        find(&held, "stays").is_none() && find(&held, "new").is_some()
    })
    .await;
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(find(&held, "goes").unwrap().id, added.account.id);
    assert_eq!(held.count(), 2);
}

async fn an_account_that_changed_has_no_verdict(lab: Lab) {
    let store = lab.open().await;
    let accounts = store.accounts();
    accounts.add(account("eve")).await.unwrap();
    let held = store.hold_accounts().await.unwrap();
    let found = find(&held, "eve").unwrap();
    let set = NewPassword::Clear(password("battery staple"));
    accounts.set_password("eve", set).await.unwrap();
    let answer = verify(&held, &found, "correct horse").await;
    assert!(answer.unwrap_err().contains("changed"));
    accounts.remove("eve").await.unwrap();
    assert!(verify(&held, &found, "correct horse").await.is_err());
    accounts
        .add(crate::NewAccount {
            password: NewPassword::InDirectory,
            ..account("eve")
        })
        .await
        .unwrap();
    let found = find(&held, "eve").unwrap();
    let answer = verify(&held, &found, "correct horse").await;
    assert!(answer.unwrap_err().contains("directory"));
}

async fn a_weak_hash_becomes_a_strong_one(lab: Lab) {
    let store = lab.open().await;
    store.accounts().add(account("eve")).await.unwrap();
    let held = store.hold_accounts().await.unwrap();
    let found = find(&held, "eve").unwrap();
    assert_eq!(verify(&held, &found, "wrong").await, Ok(false));
    assert_eq!(verify(&held, &found, "correct horse").await, Ok(true));
    until("the hash is a strong one", async || {
        let shown = store.accounts().show("eve").await.unwrap();
        shown.scheme.as_deref() == Some("argon2id")
    })
    .await;
    // Who found it before is not disturbed, and the password is the same.
    assert_eq!(verify(&held, &found, "correct horse").await, Ok(true));
    assert_eq!(verify(&held, &found, "wrong").await, Ok(false));
}

async fn every_imported_hash_lets_in(lab: Lab) {
    let store = lab.open().await;
    let held = store.hold_accounts().await.unwrap();
    for (scheme, hash) in crate::password::tests::VECTORS {
        let mut new = account(scheme);
        new.password = NewPassword::Hashed(hash.to_owned());
        store.accounts().add(new).await.unwrap();
        let found = find(&held, scheme).unwrap();
        assert_eq!(
            verify(&held, &found, "correct hors").await,
            Ok(false),
            "{scheme}"
        );
        assert_eq!(
            verify(&held, &found, "correct horse").await,
            Ok(true),
            "{scheme}"
        );
    }
}

async fn a_check_without_time_has_no_verdict(lab: Lab) {
    let store = lab.open().await;
    store.accounts().add(account("eve")).await.unwrap();
    let held = store.hold_accounts().await.unwrap();
    let places = store.hashing();
    // Every place is taken until the end of the test.
    let taken = places
        .clone()
        .acquire_many_owned(places.available_permits() as u32);
    let _taken = taken.await.unwrap();
    let answer = held
        .verify_local(VerifyOperation {
            account: find(&held, "eve").unwrap(),
            password: password("correct horse"),
            deadline: Instant::now() + Duration::from_millis(20),
        })
        .await;
    assert!(answer.verified.unwrap_err().0.contains("no time"));
}

async fn a_password_that_was_proven_is_replaced_once(lab: Lab) {
    let store = lab.open().await;
    let mut new = account("eve");
    new.password = NewPassword::Clear(password("correct horse"));
    store.accounts().add(new).await.unwrap();
    let held = store.hold_accounts().await.unwrap();
    let found = find(&held, "eve").unwrap();
    let change = |text: &str| {
        held.change_local(ChangeLocalOperation {
            account: found.clone(),
            new: password(text),
            deadline: Instant::now() + Duration::from_secs(20),
        })
    };
    assert_eq!(change("battery staple").await.changed, Ok(()));
    let changed = find(&held, "eve").unwrap();
    assert_ne!(changed.password_stamp, found.password_stamp);
    assert_eq!(verify(&held, &changed, "battery staple").await, Ok(true));
    assert_eq!(verify(&held, &changed, "correct horse").await, Ok(false));
    // Whoever has proven the password before it was changed has proven another one.
    let again = change("another").await.changed;
    assert!(
        matches!(again, Err(ChangeLocalFailure::NotDone(_))),
        "{again:?}"
    );
    assert_eq!(verify(&held, &changed, "battery staple").await, Ok(true));
}

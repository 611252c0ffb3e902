//! Accounts as an administrator keeps them.

use super::{Lab, account, cases, password};
use crate::{
    AccountChange, AccountProblem, Details, HashProblem, NameProblem, NewAccount, NewPassword,
    StoreError,
};
use entryway_login::{KeptIn, UserType};

cases!(
    an_account_is_what_it_was_made,
    a_name_is_taken_in_any_case,
    a_change_changes_what_it_names,
    a_password_is_set_and_moved_to_the_directory,
    a_removed_account_is_gone_and_its_name_free,
    what_no_session_could_use_is_refused,
    a_change_that_fails_changes_nothing,
    one_name_is_given_once_to_many_who_ask,
);

async fn an_account_is_what_it_was_made(lab: Lab) {
    let store = lab.open().await;
    let details = Details {
        uid: Some(1042),
        gid: Some(4_294_967_294),
        home: Some("/srv/jörg".to_owned()),
        shell: Some("/bin/sh".to_owned()),
        user_type: Some(UserType::Real),
        email: Some("joerg@corp.example".to_owned()),
        display_name: Some("Jörg 'Joe' \"J\" Müller; --".to_owned()),
    };
    let added = store
        .accounts()
        .add(NewAccount {
            name: "Jörg".to_owned(),
            password: NewPassword::Clear(password("correct horse")),
            enabled: false,
            details: details.clone(),
        })
        .await
        .unwrap();
    store.close().await;
    let store = lab.open().await;
    let shown = store.accounts().show("JÖRG").await.unwrap();
    assert_eq!(shown, added);
    assert_eq!(&*shown.account.name, "Jörg");
    assert_eq!(shown.scheme.as_deref(), Some("argon2id"));
    assert!(!shown.account.enabled);
    assert_eq!(crate::account::details(&shown.account), details);
    assert_eq!(store.accounts().list().await.unwrap(), [shown]);
}

async fn a_name_is_taken_in_any_case(lab: Lab) {
    let store = lab.open().await;
    store.accounts().add(account("Ädam")).await.unwrap();
    let again = store.accounts().add(account("äDAM")).await;
    assert!(matches!(again, Err(StoreError::Taken(name)) if name == "äDAM"));
    assert_eq!(store.accounts().list().await.unwrap().len(), 1);
}

async fn a_change_changes_what_it_names(lab: Lab) {
    let store = lab.open().await;
    let before = store.accounts().add(account("eve")).await.unwrap();
    let change = AccountChange {
        enabled: Some(false),
        home: Some(Some("/home/eve".to_owned())),
        uid: Some(Some(7)),
        ..AccountChange::default()
    };
    store.accounts().update("EVE", change).await.unwrap();
    let change = AccountChange {
        uid: Some(None),
        ..AccountChange::default()
    };
    let after = store.accounts().update("eve", change).await.unwrap();
    let mut expected = before.account.clone();
    expected.enabled = false;
    expected.home = Some("/home/eve".to_owned());
    assert_eq!(after.account, expected);
    assert_eq!(store.accounts().show("eve").await.unwrap(), after);
}

async fn a_password_is_set_and_moved_to_the_directory(lab: Lab) {
    let store = lab.open().await;
    let accounts = store.accounts();
    let weak = accounts.add(account("eve")).await.unwrap();
    assert_eq!(weak.scheme.as_deref(), Some("SSHA"));
    let set = NewPassword::Clear(password("battery staple"));
    let strong = accounts.set_password("eve", set).await.unwrap();
    assert_eq!(strong.scheme.as_deref(), Some("argon2id"));
    assert_ne!(strong.account.password_stamp, weak.account.password_stamp);
    let moved = accounts
        .set_password("eve", NewPassword::InDirectory)
        .await
        .unwrap();
    assert_eq!(moved.account.password, KeptIn::Directory);
    assert_eq!(moved.scheme, None);
    assert_eq!(accounts.show("eve").await.unwrap(), moved);
}

async fn a_removed_account_is_gone_and_its_name_free(lab: Lab) {
    let store = lab.open().await;
    let accounts = store.accounts();
    let first = accounts.add(account("eve")).await.unwrap();
    accounts.remove("Eve").await.unwrap();
    let missing =
        |result: StoreError| matches!(result, StoreError::NoAccount(name) if name == "eve");
    assert!(missing(accounts.show("eve").await.unwrap_err()));
    assert!(missing(accounts.remove("eve").await.unwrap_err()));
    let change = AccountChange::default();
    assert!(missing(accounts.update("eve", change).await.unwrap_err()));
    let second = accounts.add(account("eve")).await.unwrap();
    assert_ne!(first.account.id, second.account.id);
}

async fn what_no_session_could_use_is_refused(lab: Lab) {
    let store = lab.open().await;
    let accounts = store.accounts();
    let mut expect = Vec::new();
    let name = |name: &str, problem| (account(name), AccountProblem::Name(problem));
    expect.push(name("a@b", NameProblem::Separator('@')));
    expect.push(name("", NameProblem::Empty));
    let hash = |text: &str, problem| {
        let mut new = account("eve");
        new.password = NewPassword::Hashed(text.to_owned());
        (new, AccountProblem::Hash(problem))
    };
    expect.push(hash("secret", HashProblem::ClearText));
    expect.push(hash("{CRYPT}x", HashProblem::Crypt));
    let with = |change: fn(&mut Details), problem| {
        let mut new = account("eve");
        change(&mut new.details);
        (new, problem)
    };
    expect.push(with(
        |details| details.home = Some("home".to_owned()),
        AccountProblem::NotAbsolute("home"),
    ));
    expect.push(with(
        |details| details.uid = Some(u32::MAX),
        AccountProblem::Number("uid"),
    ));
    expect.push(with(
        |details| details.email = Some("a\nb".to_owned()),
        AccountProblem::Control("mail address"),
    ));
    expect.push(with(
        |details| details.shell = Some(String::new()),
        AccountProblem::Length("shell"),
    ));
    for (new, expected) in expect {
        match accounts.add(new).await {
            Err(StoreError::Account(problem)) => {
                let text = StoreError::Account(problem.clone()).to_string();
                assert!(!text.contains("secret"), "{text}");
                assert_eq!(problem, expected);
            }
            other => panic!("expected {expected}, found {:?}", other.map(|_| ())),
        }
    }
    assert!(accounts.list().await.unwrap().is_empty());
}

async fn a_change_that_fails_changes_nothing(lab: Lab) {
    let store = lab.open().await;
    let before = store.accounts().add(account("eve")).await.unwrap();
    let change = AccountChange {
        enabled: Some(false),
        shell: Some(Some("sh".to_owned())),
        ..AccountChange::default()
    };
    assert!(store.accounts().update("eve", change).await.is_err());
    assert_eq!(store.accounts().show("eve").await.unwrap(), before);
}

async fn one_name_is_given_once_to_many_who_ask(lab: Lab) {
    let (one, other) = (lab.open().await, lab.open_as("two").await);
    let mut asking = tokio::task::JoinSet::new();
    for turn in 0..10 {
        let accounts = if turn % 2 == 0 {
            one.accounts()
        } else {
            other.accounts()
        };
        asking.spawn(async move { accounts.add(account("eve")).await });
    }
    let answers = asking.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for answer in answers {
        assert!(matches!(answer, Ok(_) | Err(StoreError::Taken(_))));
    }
}

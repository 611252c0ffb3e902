//! Opening a store, and saying clearly why it cannot be.

use super::{Lab, account, cases, open};
use crate::{Outage, Store, StoreError};
use std::fs;
use std::os::unix::fs::PermissionsExt;

cases!(
    two_who_open_an_empty_store_make_one,
    a_newer_schema_is_refused,
    a_closed_store_says_so,
    a_store_that_others_may_use_has_a_name_for_that,
);

async fn two_who_open_an_empty_store_make_one(lab: Lab) {
    let (one, two) = tokio::join!(
        open(&lab.url, lab.options("one")),
        open(&lab.url, lab.options("two"))
    );
    one.unwrap().accounts().add(account("eve")).await.unwrap();
    two.unwrap().accounts().show("eve").await.unwrap();
}

async fn a_newer_schema_is_refused(lab: Lab) {
    lab.open().await.close().await;
    lab.meddle("INSERT INTO store_version (number, applied_ms) VALUES (99, 0)")
        .await;
    let error = failed(open(&lab.url, lab.options("one")).await);
    assert!(
        matches!(error, StoreError::TooNew { found: 99, .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("use the newer entryway"),
        "{error}"
    );
}

async fn a_closed_store_says_so(lab: Lab) {
    let store = lab.open().await;
    let other = store.clone();
    store.close().await;
    let error = other.accounts().list().await.unwrap_err();
    assert_eq!(error.outage(), Some(Outage::Closed));
    assert!(other.audit().append(super::entry(1, "")).await.is_err());
}

fn failed(opened: Result<Store, StoreError>) -> StoreError {
    match opened {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn only_its_user_reads_a_file() {
    let lab = Lab::file();
    let store = lab.open().await;
    store.accounts().add(account("eve")).await.unwrap();
    let mode = |name: &str| fs::metadata(lab.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode("store.db"), mode("store.db-wal")], [0o600, 0o600]);
    store.close().await;
    // Closed, it is one file.
    assert!(!lab.path("store.db-wal").exists());
    fs::set_permissions(lab.path("store.db"), fs::Permissions::from_mode(0o644)).unwrap();
    lab.open().await.close().await;
    assert_eq!(mode("store.db"), 0o600);
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_says_why() {
    let lab = Lab::file();
    let at = |name: &str| format!("sqlite:{}", lab.path(name).display());
    let fail = async |name: &str| failed(open(&at(name), lab.options("one")).await);

    let error = fail("no/such/store.db").await;
    assert_eq!(error.outage(), Some(Outage::NoFolder), "{error}");

    let mut options = lab.options("one");
    options.create = false;
    let error = failed(open(&at("missing.db"), options).await);
    assert_eq!(error.outage(), Some(Outage::Gone), "{error}");
    assert!(!lab.path("missing.db").exists());

    fs::create_dir(lab.path("folder")).unwrap();
    let error = fail("folder").await;
    assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");

    fs::write(
        lab.path("text.db"),
        "this is a text, and no database at all\n".repeat(100),
    )
    .unwrap();
    let error = fail("text.db").await;
    assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");

    let other = Lab::file();
    other.open().await.close().await;
    other.meddle("DROP TABLE store_version").await;
    let error = failed(open(&other.url, other.options("one")).await);
    assert!(error.to_string().contains("another program"), "{error}");
}

#[tokio::test]
async fn a_server_that_does_not_serve_says_why() {
    let lab = Lab::server();
    let refused = entryway_conformance::closed_address().unwrap();
    let url = format!("postgres://eve:s3cret@{refused}/store");
    let error = failed(open(&url, lab.options("one")).await);
    assert_eq!(error.outage(), Some(Outage::Gone), "{error}");
    assert!(
        !format!("{error} {error:?}").contains("s3cret"),
        "{error:?}"
    );

    let url = format!("{}_that_is_not_there", lab.url);
    let error = failed(open(&url, lab.options("one")).await);
    assert_eq!(error.outage(), Some(Outage::Gone), "{error}");

    let url = lab.url.replace("postgres@", "nobody:s3cret@");
    let error = failed(open(&url, lab.options("one")).await);
    assert_eq!(error.outage(), Some(Outage::NotPermitted), "{error}");
    assert!(
        !format!("{error} {error:?}").contains("s3cret"),
        "{error:?}"
    );
}

async fn a_store_that_others_may_use_has_a_name_for_that(lab: Lab) {
    let (one, two) = (lab.open().await, lab.open_as("two").await);
    let name = one.counted_in().await.unwrap();
    assert_eq!(
        name.is_some(),
        !lab.url.starts_with("sqlite:"),
        "{}",
        lab.url
    );
    assert_eq!(two.counted_in().await.unwrap(), name);
    // A restore makes another one of it: what the backup is of may go on.
    two.close().await;
    one.close().await;
    lab.meddle("UPDATE store_state SET epoch = epoch + 1").await;
    let again = lab.open().await.counted_in().await.unwrap();
    assert!(name.is_none() || again.is_some_and(|again| Some(again) != name));
}

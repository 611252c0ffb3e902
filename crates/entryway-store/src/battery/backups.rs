//! Backup and restore while running.

use super::{Lab, account, cases, entry, until};
use crate::{Outage, RestoreOptions, Store, StoreUrl, restore};
use entryway_login::LocalAccounts;
use std::fs;
use std::os::unix::fs::PermissionsExt;

cases!(
    a_backup_restores_into_either_database,
    a_backup_of_an_older_version_restores,
    a_backup_with_a_log_beside_it_restores_whole,
    a_store_of_an_older_version_is_brought_up,
    a_backup_overwrites_nothing,
    a_store_with_contents_is_replaced_only_when_told,
    a_daemon_sees_what_was_restored_and_goes_on,
    a_backup_while_others_append_is_whole,
);

/// As at the command line, which knows where the key is.
fn replacing(lab: &Lab) -> RestoreOptions {
    RestoreOptions {
        replace: true,
        audit_key: Some(lab.path("one.key")),
    }
}

async fn filled(lab: &Lab) -> Store {
    let store = lab.open().await;
    for name in ["Eve", "Jörg", "adam"] {
        store.accounts().add(account(name)).await.unwrap();
    }
    store.accounts().remove("adam").await.unwrap();
    store.key("device").await.unwrap();
    for ms in 0..40 {
        store.audit().append(entry(ms, "{}")).await.unwrap();
    }
    store
}

async fn a_backup_restores_into_either_database(lab: Lab) {
    let store = filled(&lab).await;
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    for other in [Lab::file(), Lab::server()] {
        let url = StoreUrl::parse(&other.url).unwrap();
        restore(&backup, &url, RestoreOptions::default())
            .await
            .unwrap();
        let restored = super::open(&other.url, lab.options("one")).await.unwrap();
        assert_eq!(
            restored.accounts().list().await.unwrap(),
            store.accounts().list().await.unwrap()
        );
        assert_eq!(
            *restored.key("device").await.unwrap().secret,
            *store.key("device").await.unwrap().secret
        );
        assert_eq!(
            restored.audit().tail(100).await.unwrap(),
            store.audit().tail(100).await.unwrap()
        );
        let report = restored.audit().verify().await.unwrap();
        assert!(report.is_whole(), "{report:?}");
        assert_eq!(report.nodes[0].records, 40);
    }
}

/// Takes a store that has no audit yet back to what the first version made.
const BACK_TO_1: &str = "DROP TABLE site_connector; DROP TABLE site_ticket; DROP TABLE site_authority; DROP TABLE site_state; \
     DROP TABLE sso_host; DROP TABLE sso_session_client; DROP TABLE sso_session; DROP TABLE sso_code; \
     DROP TABLE sso_family; DROP TABLE sso_access; DROP TABLE sso_assertion; DROP TABLE sso_consent; \
     DROP TABLE sso_signing_key; ALTER TABLE audit_segment DROP COLUMN unpacked; \
     DELETE FROM store_version WHERE number > 1";

async fn a_backup_of_an_older_version_restores(lab: Lab) {
    let old = Lab::file();
    let store = old.open().await;
    store.accounts().add(account("Eve")).await.unwrap();
    let accounts = store.accounts().list().await.unwrap();
    store.close().await;
    old.meddle(BACK_TO_1).await;
    let before = fs::read(old.path("store.db")).unwrap();
    let url = StoreUrl::parse(&lab.url).unwrap();
    restore(old.path("store.db"), &url, RestoreOptions::default())
        .await
        .unwrap();
    assert_eq!(fs::read(old.path("store.db")).unwrap(), before);
    let restored = lab.open().await;
    assert_eq!(restored.accounts().list().await.unwrap(), accounts);
}

async fn a_backup_with_a_log_beside_it_restores_whole(lab: Lab) {
    let old = Lab::file();
    // As long as somebody has it open, what was written stands beside the file and not in it.
    let store = old.open().await;
    store.accounts().add(account("Eve")).await.unwrap();
    let accounts = store.accounts().list().await.unwrap();
    old.meddle(BACK_TO_1).await;
    assert!(fs::metadata(old.path("store.db-wal")).unwrap().len() > 0);
    let url = StoreUrl::parse(&lab.url).unwrap();
    restore(old.path("store.db"), &url, RestoreOptions::default())
        .await
        .unwrap();
    store.close().await;
    let restored = lab.open().await;
    assert_eq!(restored.accounts().list().await.unwrap(), accounts);
}

async fn a_store_of_an_older_version_is_brought_up(lab: Lab) {
    let store = lab.open().await;
    store.accounts().add(account("Eve")).await.unwrap();
    store.close().await;
    lab.meddle(BACK_TO_1).await;
    let store = lab.open().await;
    store.accounts().show("eve").await.unwrap();
    store.audit().append(entry(1, "{}")).await.unwrap();
    assert!(store.audit().verify().await.unwrap().is_whole());
}

async fn a_backup_overwrites_nothing(lab: Lab) {
    let store = filled(&lab).await;
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    let mode = fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!lab.path("backup.db-wal").exists() && !lab.path("backup.db-journal").exists());
    let before = fs::read(&backup).unwrap();
    let error = store.backup(&backup).await.unwrap_err();
    assert_eq!(error.outage(), Some(Outage::Occupied), "{error}");
    assert_eq!(fs::read(&backup).unwrap(), before);
    let error = store.backup(lab.path("no/backup.db")).await.unwrap_err();
    assert_eq!(error.outage(), Some(Outage::NoFolder), "{error}");
}

async fn a_store_with_contents_is_replaced_only_when_told(lab: Lab) {
    let store = filled(&lab).await;
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    store.accounts().add(account("later")).await.unwrap();
    let url = StoreUrl::parse(&lab.url).unwrap();
    let error = restore(&backup, &url, RestoreOptions::default())
        .await
        .unwrap_err();
    assert_eq!(error.outage(), Some(Outage::Occupied), "{error}");
    store.accounts().show("later").await.unwrap();
    restore(&backup, &url, replacing(&lab)).await.unwrap();
    assert!(store.accounts().show("later").await.is_err());
    fs::write(lab.path("text"), "no backup").unwrap();
    let all = replacing(&lab);
    assert!(restore(lab.path("text"), &url, all.clone()).await.is_err());
    assert!(
        restore(lab.path("missing"), &url, all.clone())
            .await
            .is_err()
    );
    assert_eq!(store.accounts().list().await.unwrap().len(), 2);
}

async fn a_daemon_sees_what_was_restored_and_goes_on(lab: Lab) {
    let store = filled(&lab).await;
    let held = store.hold_accounts().await.unwrap();
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    store.accounts().add(account("later")).await.unwrap();
    store.accounts().remove("eve").await.unwrap();
    for ms in 100..120 {
        store.audit().append(entry(ms, "{}")).await.unwrap();
    }
    let url = StoreUrl::parse(&lab.url).unwrap();
    let all = replacing(&lab);
    restore(&backup, &url, all.clone()).await.unwrap();
    until("the restored accounts are seen", async || {
        held.find_local("later").unwrap().is_none() && held.find_local("eve").unwrap().is_some()
    })
    .await;
    for ms in 200..210 {
        store.audit().append(entry(ms, "{}")).await.unwrap();
    }
    let report = store.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.nodes[0].records, 50);
}

async fn a_backup_while_others_append_is_whole(lab: Lab) {
    let store = filled(&lab).await;
    let appending = {
        let audit = store.audit().clone();
        tokio::spawn(async move {
            for ms in 1000..1300 {
                audit.append(entry(ms, "{}")).await.unwrap();
            }
        })
    };
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    appending.await.unwrap();
    let other = Lab::file();
    let url = StoreUrl::parse(&other.url).unwrap();
    restore(&backup, &url, RestoreOptions::default())
        .await
        .unwrap();
    let restored = super::open(&other.url, lab.options("one")).await.unwrap();
    let report = restored.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert!((40..=340).contains(&report.nodes[0].records), "{report:?}");
}

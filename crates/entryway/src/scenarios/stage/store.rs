//! The store of a scenario, in a folder that goes with it: the accounts that it begins with, and its end.

use crate::kept::Kept;
use anyhow::{Context, bail};
use entryway_config::{Settings, StoreUrl};
use entryway_ldap_types::Password;
use entryway_login::LocalAccounts;
use entryway_scenario::{LocalRow, Scenario};
use entryway_store::{Details, NewAccount, NewPassword};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const NAME: &str = "entryway.db";
/// Where it is while it is away.
const AWAY: &str = "away.db";
/// The store is believed in for some seconds after it was last heard of.
const GONE_WITHIN: Duration = Duration::from_secs(30);

/// Whether a scenario cannot be played with a store that is somebody's.
pub(super) fn is_needed(scenario: &Scenario) -> bool {
    scenario.store_is_down || !scenario.accounts.is_empty()
}

/// Leads the settings to a new store in this folder.
pub(super) fn place(settings: &mut Settings, folder: &Path) {
    settings.store.url = StoreUrl::Sqlite(folder.join(NAME));
}

/// Adds the scenario's accounts, and then takes the store away if the scenario is about that.
pub(super) async fn set(kept: &Kept, scenario: &Scenario, folder: &Path) -> anyhow::Result<()> {
    for row in scenario.local_rows()? {
        let name = row.account.name.to_string();
        let added = kept.store.accounts().add(new(row)?).await;
        added.with_context(|| format!("the account `{name}` cannot be added"))?;
    }
    if scenario.store_is_down {
        take_away(kept, folder).await?;
    }
    Ok(())
}

fn new(row: LocalRow) -> anyhow::Result<NewAccount> {
    let account = row.account;
    let password = match (row.hash, row.password) {
        (Some(hash), _) => NewPassword::Hashed(hash),
        (None, Some(text)) => NewPassword::Clear(Arc::new(Password::new(text.into_bytes())?)),
        (None, None) => NewPassword::InDirectory,
    };
    Ok(NewAccount {
        name: account.name.to_string(),
        password,
        enabled: account.enabled,
        details: Details {
            uid: account.uid,
            gid: account.gid,
            home: account.home.clone(),
            shell: account.shell.clone(),
            user_type: account.user_type,
            email: account.email.clone(),
            display_name: account.display_name.clone(),
        },
    })
}

/// Until that is noticed.
async fn take_away(kept: &Kept, folder: &Path) -> anyhow::Result<()> {
    std::fs::rename(folder.join(NAME), folder.join(AWAY))
        .context("the store cannot be taken away")?;
    let deadline = Instant::now() + GONE_WITHIN;
    while kept.accounts.find_local("anybody").is_ok() {
        if Instant::now() > deadline {
            bail!("the store is gone, and nobody notices");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

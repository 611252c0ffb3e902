//! Where a scenario plays: a gateway, and the directories behind it.

mod servers;
mod store;
mod system;

use crate::cli::{Common, PasswordFrom};
use crate::columns::{Style, render};
use crate::compose::compose;
use crate::exit::Exit;
use crate::explain::{Names, rows};
use crate::gateway::Gateway;
use crate::kept::Kept;
use crate::once::domain_names;
use crate::palette::Palette;
use crate::world::World;
use crate::{ids, out, password, sources};
use anyhow::{Context, bail};
use entryway_config::{Loaded, ServiceBind, Settings, Sources, StoreUrl};
use entryway_login::{Attempt, Decided, DomainId, LoginService, SubmittedPassword};
use entryway_scenario::{Found, Login, LoginPassword, Scenario};
use servers::Servers;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// How long directories may take to be left.
const FAREWELL: Duration = Duration::from_millis(200);

/// A gateway, and what it stands on.
pub(super) struct Stage {
    gateway: Gateway,
    loaded: Loaded,
    /// What the scenario brings; what is real is not ours.
    own: Option<Own>,
}

struct Own {
    /// `None` where the directories are real ones.
    servers: Option<Servers>,
    /// Its files and its store; goes with the stage.
    folder: TempDir,
}

impl Stage {
    /// The configuration that is in force here, with the directories that it names.
    pub(super) async fn here(common: &Common) -> Result<Self, Exit> {
        let (_, loaded) = sources::load_and_show(common)?;
        Self::set(loaded, None).await.map_err(|error| {
            out::aside(&format!("error: {error:#}\n"));
            Exit::Configuration
        })
    }

    /// Likewise, with a store of the scenario's own, if the store that is in force is nobody's: no scenario adds accounts
    /// to one that people log in with.
    pub(super) async fn here_for(common: &Common, scenario: &Scenario) -> Result<Self, Exit> {
        let (_, loaded) = sources::load_and_show(common)?;
        Self::with_accounts(loaded, scenario)
            .await
            .map_err(|error| {
                let (file, line) = (&scenario.file, scenario.line);
                out::aside(&format!("error: {file}:{line}: {error:#}\n"));
                Exit::Configuration
            })
    }

    async fn with_accounts(mut loaded: Loaded, scenario: &Scenario) -> anyhow::Result<Self> {
        if !scenario.system_accounts.is_empty() || scenario.system_is_down {
            bail!("expected a configuration beside accounts of the operating system, found none");
        }
        if !matches!(loaded.settings.store.url, StoreUrl::Memory) {
            bail!(
                "expected `store.url = \"memory:\"` for a scenario with accounts, found a store that stays"
            );
        }
        let folder = tempfile::tempdir().context("a temporary folder cannot be made")?;
        store::place(&mut loaded.settings, folder.path());
        let own = Own {
            servers: None,
            folder,
        };
        Self::set_for(loaded, own, scenario).await
    }

    /// Whether [`Stage::here`] would not do.
    pub(super) fn is_own(scenario: &Scenario) -> bool {
        store::is_needed(scenario) || !scenario.system_accounts.is_empty()
    }

    /// A scenario's own configuration, with directories that hold what it says.
    pub(super) async fn of(scenario: &Scenario) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("a temporary folder cannot be made")?;
        let files = scenario.configuration_files();
        for (name, text) in &files {
            std::fs::write(folder.path().join(name), text).context("a file cannot be written")?;
        }
        let authorities = servers::Authorities::new(folder.path())?;
        let (main, _) = files.first().context("there is no configuration")?;
        let mut loaded = entryway_config::load(&Sources::file(folder.path().join(main)))
            .map_err(|report| anyhow::anyhow!("{}", report.render(false)))
            .context("the configuration does not load")?;
        let servers = Servers::start(scenario, &mut loaded.settings, &authorities).await?;
        store::place(&mut loaded.settings, folder.path());
        system::set(scenario, &mut loaded.settings, folder.path())?;
        let own = Own {
            servers: Some(servers),
            folder,
        };
        Self::set_for(loaded, own, scenario).await
    }

    async fn set_for(loaded: Loaded, own: Own, scenario: &Scenario) -> anyhow::Result<Self> {
        let folder = own.folder.path().to_owned();
        let stage = Self::set(loaded, Some(own)).await?;
        store::set(stage.gateway.kept(), scenario, &folder).await?;
        Ok(stage)
    }

    async fn set(loaded: Loaded, own: Option<Own>) -> anyhow::Result<Self> {
        let composed = compose(&loaded.settings)?;
        let kept = Arc::new(Kept::open(&loaded.settings).await?);
        let world = World::new(&loaded.settings, composed.domains, composed.os, kept);
        let (policy, places) = (
            Arc::clone(&loaded.settings.policy),
            Arc::new(loaded.places.clone()),
        );
        let gateway = Gateway::new(policy, places, world, Vec::new());
        Ok(Self {
            gateway,
            loaded,
            own,
        })
    }

    /// One login; `folder` is where a file with its password would be.
    pub(super) async fn login(&self, login: &Login, folder: &Path) -> Result<Found, Exit> {
        let password = submitted(login, folder)?;
        let before = self.binds();
        let started = Instant::now();
        let decided = self
            .gateway
            .login(Attempt {
                id: ids::draw(),
                login_name: login.name.clone(),
                password,
                client_address: login.address,
                device: None,
                wants_groups: true,
                caller: None,
                at: SystemTime::now(),
                started,
                deadline: started + self.gateway.policy().deadline,
            })
            .await;
        let binds = match (before, self.binds()) {
            (Some(before), Some(after)) => u32::try_from(after.saturating_sub(before)).ok(),
            _ => None,
        };
        Ok(self.found(&decided, binds))
    }

    fn found(&self, decided: &Decided, binds: Option<u32>) -> Found {
        let place = |rule| {
            let place = self.loaded.places.place(rule)?;
            // A scenario's own files are in a folder that means nothing to anybody.
            let own = self.own.as_ref().and_then(|own| own.folder.path().to_str());
            let name = own.and_then(|folder| place.strip_prefix(folder));
            Some(
                name.map_or(place, |name| name.trim_start_matches('/'))
                    .to_owned(),
            )
        };
        let policy = self.gateway.policy();
        let name = |id: DomainId| policy.domains.get(id.0).map(|domain| &*domain.name);
        let answer = entryway_wire::explanation(decided, &place, &name);
        let names = Names {
            domains: &domain_names(policy),
            place: &place,
            is_recorded: true,
        };
        let plain = Style {
            palette: Palette::new(false),
            width: None,
        };
        Found {
            // An answer that cannot be written is none, which is what nobody expects.
            answer: serde_json::to_value(&answer).unwrap_or_default(),
            explain: Some(render(&rows(decided, &names), plain)),
            binds,
        }
    }

    /// Binds as a person that the scenario's own servers have seen.
    fn binds(&self) -> Option<u64> {
        let servers = self.own.as_ref()?.servers.as_ref()?;
        Some(servers.binds_apart_from(&services(&self.loaded.settings)))
    }

    /// Leaves the directories.
    pub(super) async fn clear(self) {
        // One that does not take its leave must not hold up the others.
        let _ = tokio::time::timeout(FAREWELL, self.gateway.domains().close()).await;
    }
}

/// The names that Entryway itself binds with.
fn services(settings: &Settings) -> Vec<&str> {
    let binds = settings.domains.iter().map(|domain| &domain.bind);
    binds
        .filter_map(|bind| match bind {
            ServiceBind::Simple { dn, .. } => Some(&**dn),
            ServiceBind::Anonymous | ServiceBind::External => None,
        })
        .collect()
}

fn submitted(login: &Login, folder: &Path) -> Result<SubmittedPassword, Exit> {
    match &login.password {
        LoginPassword::NotAsked => Ok(SubmittedPassword::NotAsked),
        LoginPassword::Text(text) => {
            let bytes = Zeroizing::new(text.as_bytes().to_vec());
            Ok(password::submitted(bytes))
        }
        LoginPassword::File(name) => {
            let from = PasswordFrom {
                password_stdin: false,
                password_file: Some(folder.join(name)),
            };
            Ok(password::given(&from)?.unwrap_or(SubmittedPassword::Malformed))
        }
    }
}

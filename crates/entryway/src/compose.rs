//! Settings become servers, domains and a gateway. Nothing here dials: a directory that is down
//! must not keep the gateway from starting.

use anyhow::Context;
use entryway_config::{
    DomainSettings, Security, ServerAddress, ServiceBind, Settings, TlsSettings, TlsVersion,
    TrustSource,
};
use entryway_directory::{Domain, Domains, GroupsSettings, Membership};
use entryway_ldap::{
    ByRole, Limits, PoolLimits, Server, ServerSettings, StoreFile, Timeouts, TlsClient, TrustStore,
    Way,
};
use entryway_os::PamAccounts;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The domains of a configuration, the operating system if it is asked, and what was odd about its trusted
/// certificates.
pub(crate) struct Composed {
    pub(crate) domains: Domains,
    pub(crate) os: Option<PamAccounts>,
    pub(crate) warnings: Vec<String>,
}

/// Composes the domains. Fails only where a certificate store cannot be used.
pub(crate) fn compose(settings: &Settings) -> anyhow::Result<Composed> {
    let mut stores = Stores::default();
    let domains = settings
        .domains
        .iter()
        .map(|domain| {
            self::domain(domain, &mut stores)
                .with_context(|| format!("domain `{}` cannot be used", domain.name))
        })
        .collect::<anyhow::Result<_>>()?;
    let os = settings.policy.os_users.then(|| {
        let os = entryway_os::OsSettings {
            service: settings.os.service.clone(),
            confdir: settings.os.confdir.clone(),
            max: settings.os.max,
        };
        // This program, even after its file was replaced by a newer one.
        PamAccounts::new(os, PathBuf::from("/proc/self/exe"))
    });
    Ok(Composed {
        domains: Domains::new(domains),
        os,
        warnings: stores.warnings,
    })
}

/// Loaded once for each list of sources: the system's store alone is a hundred and fifty certificates.
#[derive(Default)]
struct Stores {
    loaded: HashMap<Vec<TrustSource>, Arc<TrustStore>>,
    warnings: Vec<String>,
}

impl Stores {
    fn get(&mut self, sources: &[TrustSource]) -> anyhow::Result<Arc<TrustStore>> {
        if let Some(store) = self.loaded.get(sources) {
            return Ok(Arc::clone(store));
        }
        let wanted: Vec<_> = sources
            .iter()
            .map(|source| match source {
                TrustSource::System => entryway_ldap::TrustSource::System,
                TrustSource::File(path) => entryway_ldap::TrustSource::File(StoreFile::open(path)),
            })
            .collect();
        let store = Arc::new(TrustStore::load(&wanted)?);
        self.warnings
            .extend(store.warnings().iter().map(ToString::to_string));
        self.loaded.insert(sources.to_vec(), Arc::clone(&store));
        Ok(store)
    }
}

fn domain(settings: &DomainSettings, stores: &mut Stores) -> anyhow::Result<Domain> {
    // One client for all servers of a domain, made when the first one needs it: sessions are kept by
    // name and resumed.
    let mut shared = None;
    let mut client = || -> anyhow::Result<TlsClient> {
        match &shared {
            Some(client) => Ok(TlsClient::clone(client)),
            None => Ok(shared.insert(tls(&settings.tls, stores)?).clone()),
        }
    };
    let mut servers = Vec::with_capacity(settings.servers.len());
    for address in &settings.servers {
        let security = match address.security {
            Security::Ldaps => entryway_ldap::Security::Ldaps(client()?),
            Security::StartTls => entryway_ldap::Security::StartTls(client()?),
            Security::Clear => entryway_ldap::Security::Clear,
        };
        servers.push(server(settings, address, security));
    }
    let domain = Domain::new(Arc::clone(&settings.name), servers);
    Ok(domain.with_groups(groups(&settings.groups)))
}

fn groups(settings: &entryway_config::GroupsSettings) -> GroupsSettings {
    let membership = match settings.membership {
        entryway_config::Membership::Auto => Membership::Auto,
        entryway_config::Membership::Member => Membership::Member,
        entryway_config::Membership::MemberOf => Membership::MemberOf,
        entryway_config::Membership::InChain => Membership::InChain,
        entryway_config::Membership::TokenGroups => Membership::TokenGroups,
        entryway_config::Membership::MemberUid => Membership::MemberUid,
    };
    GroupsSettings {
        base_text: Arc::clone(&settings.base_text),
        object_class: settings.object_class.clone(),
        name_attribute: settings.name_attribute.clone(),
        member_attribute: settings.member_attribute.clone(),
        membership,
        membership_filter: settings.membership_filter.clone(),
        depth: settings.depth,
        ..GroupsSettings::new(settings.base.clone())
    }
}

fn tls(settings: &TlsSettings, stores: &mut Stores) -> anyhow::Result<TlsClient> {
    let store = stores.get(&settings.trust)?;
    let min_version = match settings.min_version {
        TlsVersion::Tls12 => entryway_ldap::TlsVersion::Tls12,
        TlsVersion::Tls13 => entryway_ldap::TlsVersion::Tls13,
    };
    Ok(TlsClient::new(
        &store,
        None,
        min_version,
        settings.server_name.as_deref(),
    )?)
}

fn server(
    settings: &DomainSettings,
    address: &ServerAddress,
    security: entryway_ldap::Security,
) -> Arc<Server> {
    let service_bind = match &settings.bind {
        ServiceBind::Anonymous => entryway_ldap::ServiceBind::Anonymous,
        ServiceBind::Simple { dn, password } => entryway_ldap::ServiceBind::Simple {
            dn: dn.clone(),
            password: Arc::clone(password),
        },
    };
    let ways = ByRole::all(Some(Arc::new(Way {
        port: address.port,
        security,
    })));
    Server::new(ServerSettings {
        display: Arc::clone(&address.display),
        host: address.host.clone(),
        ways,
        clear_text_passwords: address.security == Security::Clear,
        service_bind,
        timeouts: Timeouts {
            connect: settings.timeouts.connect,
            operation: settings.timeouts.operation,
            idle: settings.timeouts.idle,
        },
        limits: ByRole::all(PoolLimits {
            max: settings.connections.max,
            outstanding: settings.connections.outstanding,
        }),
        proto_limits: Limits::CLIENT,
    })
}

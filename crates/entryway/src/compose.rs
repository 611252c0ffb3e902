//! Settings become servers, domains and a gateway. Nothing here dials: a directory that is down
//! must not keep the gateway from starting.

mod verification;

use crate::stores::Stores;
use crate::totals::Totals;
use anyhow::Context;
use entryway_config::{
    DomainSettings, Security, ServerAddress, ServiceBind, Settings, TlsSettings,
};
use entryway_directory::{
    Discovery, Domain, Domains, DynamicGroups, FollowedHost, GroupsSettings, Membership, Referrals,
    ServerOf, ServerSource,
};
use entryway_ldap::{
    ByRole, Limits, PoolLimits, Role, Server, ServerSettings, ServerTotals, SrvSource, SrvTarget,
    Timeouts, TlsClient, Way,
};
use entryway_ldap_types::{Dn, Scheme};
use entryway_os::PamAccounts;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// The domains of a configuration, the operating system if it is asked, and what was odd about its trusted
/// certificates.
pub(crate) struct Composed {
    pub(crate) domains: Arc<Domains>,
    pub(crate) os: Option<PamAccounts>,
    pub(crate) warnings: Vec<String>,
    /// What is read again when its files change.
    pub(crate) stores: Stores,
}

/// Composes the domains. Fails only where a certificate store cannot be used.
pub(crate) fn compose(settings: &Settings) -> anyhow::Result<Composed> {
    compose_counting(settings, &Totals::default())
}

/// The same, with servers that count on from what is counted there.
pub(crate) fn compose_counting(settings: &Settings, totals: &Totals) -> anyhow::Result<Composed> {
    let mut stores = Stores::default();
    let domains = settings
        .domains
        .iter()
        .zip(&settings.policy.domains)
        .map(|(domain, policy)| {
            let people = &policy.people.base;
            self::domain(domain, people, &settings.name_servers, totals, &mut stores)
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
        domains: Arc::new(Domains::new(domains)),
        os,
        warnings: stores.warnings(),
        stores,
    })
}

fn domain(
    settings: &DomainSettings,
    people: &Dn,
    name_servers: &[SocketAddr],
    totals: &Totals,
    stores: &mut Stores,
) -> anyhow::Result<Domain> {
    let counted = |source| Counted {
        totals,
        domain: &settings.name,
        source,
    };
    let here = Place {
        bind: &settings.bind,
        tls: &settings.tls,
        clear_text_passwords: settings.clear_text_passwords,
        counted: counted(ServerSource::Servers),
    };
    let name = Arc::clone(&settings.name);
    let mut domain = match &settings.srv {
        Some(srv) => {
            let source = SrvSource {
                domain: srv.clone(),
                name_servers: name_servers.to_vec(),
                trusted_hosts: settings.tls.verification.trusted_hosts.clone(),
            };
            let counted = counted(ServerSource::Servers);
            let server = unwritten(settings, settings.bind.clone(), &counted, stores)?;
            Domain::discovered(name, Discovery { source, server })
        }
        None => Domain::new(name, servers(settings, &settings.servers, &here, stores)?),
    };
    if let Some(cards) = &settings.cards {
        let there = Place {
            bind: &cards.bind,
            tls: &cards.tls,
            clear_text_passwords: cards.clear_text_passwords,
            counted: counted(ServerSource::Cards),
        };
        domain = domain.with_cards(servers(settings, &cards.servers, &there, stores)?);
    }
    if !settings.follow.is_empty() {
        let counted = counted(ServerSource::Referrals);
        let follow = settings.follow.iter().map(|host| FollowedHost {
            host: host.host.clone(),
            port: host.port,
        });
        domain = domain.with_referrals(Referrals {
            follow: follow.collect(),
            server: unwritten(settings, without_password(&settings.bind), &counted, stores)?,
        });
    }
    Ok(domain.with_groups(groups(&settings.groups, people)))
}

/// Who Entryway is where another server has sent it: our password goes to no other host.
fn without_password(bind: &ServiceBind) -> ServiceBind {
    match bind {
        ServiceBind::Simple { .. } => ServiceBind::Anonymous,
        ServiceBind::Anonymous | ServiceBind::External => bind.clone(),
    }
}

/// Makes servers that are not written, as this account: all that can fail is done before.
pub(crate) fn unwritten(
    settings: &DomainSettings,
    bind: ServiceBind,
    counted: &Counted<'_>,
    stores: &mut Stores,
) -> anyhow::Result<ServerOf> {
    let kinds = [&settings.unwritten.ldaps, &settings.unwritten.ldap];
    let mut securities = kinds.into_iter().flat_map(|kind| kind.iter());
    // Changing a password is in TLS whatever else is not, and is not done where nobody knows whom to trust.
    let needs_tls = securities.any(|(role, security)| {
        role != Role::ChangePassword && security.is_some_and(|it| it != Security::Clear)
    });
    let client = match tls(&settings.tls, stores) {
        Ok(client) => Some(client),
        Err(error) if needs_tls => return Err(error),
        Err(_) => None,
    };
    let reliant = stores.reliant(&settings.tls);
    let settings = settings.clone();
    let (totals, source) = (counted.totals.clone(), counted.source);
    Ok(Box::new(move |target| {
        let kind = match target.scheme {
            Scheme::Ldaps => &settings.unwritten.ldaps,
            Scheme::Ldap => &settings.unwritten.ldap,
        };
        let way = |security: Security| entryway_config::Way {
            port: target.port,
            security,
        };
        let address = ServerAddress {
            display: shown(target).into(),
            host: target.host.clone(),
            ways: ByRole::each(|role| kind.of(role).map(way)),
        };
        let place = Place {
            bind: &bind,
            tls: &settings.tls,
            clear_text_passwords: settings.clear_text_passwords,
            counted: Counted {
                totals: &totals,
                domain: &settings.name,
                source,
            },
        };
        let mut known = || client.clone().context("no certificate is trusted here");
        // Without a client only what needs none is left, and that cannot fail.
        let ways = ways(&address, &mut known).unwrap_or_else(|_| ByRole::all(None));
        let server = server(&settings, &address, &place, ways);
        if let Some(reliant) = &reliant {
            reliant.add(&server);
        }
        server
    }))
}

/// As it would be written.
fn shown(target: &SrvTarget) -> String {
    let SrvTarget { scheme, host, port } = target;
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.clone()
    };
    if *port == scheme.default_port() {
        format!("{scheme}://{host}")
    } else {
        format!("{scheme}://{host}:{port}")
    }
}

/// Who Entryway is on some servers, and what it expects of them.
struct Place<'a> {
    bind: &'a ServiceBind,
    tls: &'a TlsSettings,
    clear_text_passwords: bool,
    counted: Counted<'a>,
}

/// Where some servers of a domain are counted.
pub(crate) struct Counted<'a> {
    pub(crate) totals: &'a Totals,
    pub(crate) domain: &'a Arc<str>,
    pub(crate) source: ServerSource,
}

impl Counted<'_> {
    fn of(&self, server: &Arc<str>) -> ServerTotals {
        self.totals.of(self.domain, self.source, server)
    }
}

fn servers(
    settings: &DomainSettings,
    addresses: &[ServerAddress],
    place: &Place<'_>,
    stores: &mut Stores,
) -> anyhow::Result<Vec<Arc<Server>>> {
    // One client for all of them, made when the first one needs it: sessions are kept by name and resumed.
    let mut shared = None;
    let mut client = || -> anyhow::Result<TlsClient> {
        match &shared {
            Some(client) => Ok(TlsClient::clone(client)),
            None => Ok(shared.insert(tls(place.tls, stores)?).clone()),
        }
    };
    let servers = addresses
        .iter()
        .map(|address| {
            Ok(server(
                settings,
                address,
                place,
                ways(address, &mut client)?,
            ))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(reliant) = stores.reliant(place.tls) {
        servers.iter().for_each(|server| reliant.add(server));
    }
    Ok(servers)
}

/// Each way once, for all roles that take it: they learn of its health together.
fn ways(
    address: &ServerAddress,
    client: &mut impl FnMut() -> anyhow::Result<TlsClient>,
) -> anyhow::Result<ByRole<Option<Arc<Way>>>> {
    let mut known_ways: Vec<(entryway_config::Way, Arc<Way>)> = Vec::new();
    let mut ways = ByRole::all(None);
    let others_need_tls = address.ways.iter().any(|(role, way)| {
        role != Role::ChangePassword && way.is_some_and(|way| way.security != Security::Clear)
    });
    for (role, wanted) in address.ways.iter() {
        let Some(wanted) = wanted else { continue };
        let way = match known_ways.iter().find(|(known, _)| known == wanted) {
            Some((_, way)) => Arc::clone(way),
            None => {
                let made = match wanted.security {
                    Security::Ldaps => client().map(entryway_ldap::Security::Ldaps),
                    Security::StartTls => client().map(entryway_ldap::Security::StartTls),
                    Security::Clear => Ok(entryway_ldap::Security::Clear),
                };
                let security = match made {
                    // Where nothing else is in TLS, whom to trust need not be known: no password can be
                    // changed there, and everything else goes on.
                    Err(_) if role == Role::ChangePassword && !others_need_tls => continue,
                    made => made?,
                };
                let way = Arc::new(Way {
                    port: wanted.port,
                    security,
                });
                known_ways.push((*wanted, Arc::clone(&way)));
                way
            }
        };
        *ways.of_mut(role) = Some(way);
    }
    Ok(ways)
}

/// `people` is the base of the domain's people: groups that are a search find nobody elsewhere.
fn groups(settings: &entryway_config::GroupsSettings, people: &Dn) -> GroupsSettings {
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
        dynamic: settings.dynamic.as_ref().map(|dynamic| DynamicGroups {
            object_class: dynamic.object_class.clone(),
            url_attribute: dynamic.url_attribute.clone(),
            bases: vec![people.clone(), settings.base.clone()],
        }),
        max_groups: settings.max_groups,
        max_members: settings.max_members,
        max_searches: settings.max_searches,
        ..GroupsSettings::new(settings.base.clone())
    }
}

fn tls(settings: &TlsSettings, stores: &mut Stores) -> anyhow::Result<TlsClient> {
    let lists = stores.lists(settings)?;
    let crls = lists.map(|lists| lists.crls().clone());
    let options = verification::options(settings, crls.unwrap_or_default())?;
    let client = stores.client(settings, |trust, identity| {
        TlsClient::with(trust, identity, options)
    })?;
    if let Some(lists) = stores.lists(settings)? {
        lists.serve(client.clone());
    }
    Ok(client)
}

fn server(
    settings: &DomainSettings,
    address: &ServerAddress,
    place: &Place<'_>,
    ways: ByRole<Option<Arc<Way>>>,
) -> Arc<Server> {
    let service_bind = match place.bind {
        ServiceBind::Anonymous => entryway_ldap::ServiceBind::Anonymous,
        ServiceBind::External => entryway_ldap::ServiceBind::External,
        ServiceBind::Simple { dn, password } => entryway_ldap::ServiceBind::Simple {
            dn: dn.clone(),
            password: Arc::clone(password),
        },
    };
    let limits = |role| {
        let limits = settings.connections.of(role);
        PoolLimits {
            max: limits.max,
            outstanding: limits.outstanding,
        }
    };
    let settings = ServerSettings {
        display: Arc::clone(&address.display),
        host: address.host.clone(),
        ways,
        clear_text_passwords: place.clear_text_passwords,
        service_bind,
        timeouts: Timeouts {
            connect: settings.timeouts.connect,
            operation: settings.timeouts.operation,
            idle: settings.timeouts.idle,
        },
        limits: ByRole::each(limits),
        proto_limits: Limits::CLIENT,
    };
    Server::counting(settings, place.counted.of(&address.display))
}

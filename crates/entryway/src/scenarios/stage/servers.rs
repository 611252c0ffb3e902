//! The servers of a scenario, each at a port of its own on this machine, well or not.

use anyhow::Context;
use entryway_config::{Dialect, Settings};
use entryway_ldap::Role;
use entryway_scenario::{Answering, Scenario};
use entryway_testdir::{Authority, Directory, Identity, Options, TestServer};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::Path;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Who vouches for the servers: the authority that a configuration calls `ca.pem`, and `other-ca.pem`.
pub(super) struct Authorities {
    trusted: Authority,
    other: Authority,
}

impl Authorities {
    /// Makes both, and writes their certificates where the configuration is.
    pub(super) fn new(folder: &Path) -> anyhow::Result<Self> {
        let both = Self {
            trusted: Authority::new()?,
            other: Authority::new()?,
        };
        for (name, authority) in [("ca.pem", &both.trusted), ("other-ca.pem", &both.other)] {
            std::fs::write(folder.join(name), authority.pem())
                .context("a certificate cannot be written")?;
        }
        Ok(both)
    }
}

/// What was started; gone when dropped.
pub(super) struct Servers {
    started: HashMap<Arc<str>, Started>,
}

enum Started {
    Directory(TestServer),
    /// Connections are accepted by the kernel and by nobody else.
    Silent {
        _listener: TcpListener,
    },
    Garbled(JoinHandle<()>),
    Nothing,
}

/// Where nobody listens. A free port would not do: whoever starts next may take it.
const NOBODY: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 1));

impl Drop for Started {
    fn drop(&mut self) {
        if let Self::Garbled(task) = self {
            task.abort();
        }
    }
}

impl Servers {
    /// Starts every server that the settings name, and leads the settings there.
    pub(super) async fn start(
        scenario: &Scenario,
        settings: &mut Settings,
        authorities: &Authorities,
    ) -> anyhow::Result<Self> {
        let mut started = HashMap::new();
        let mut at = HashMap::new();
        for (number, domain) in settings.domains.iter_mut().enumerate() {
            // Whoever looks for any other name than the configured one does not find it.
            let names = match domain.tls.server_name.as_deref() {
                Some(name) => vec![name],
                None => vec!["localhost", "127.0.0.1"],
            };
            let trusted = authorities.trusted.issue(&names)?;
            let untrusted = authorities.other.issue(&names)?;
            for server in &mut domain.servers {
                let url = Arc::clone(&server.display);
                let answering = scenario.answering(&url);
                if !started.contains_key(&url) {
                    let identity = if answering == Answering::Untrusted {
                        untrusted.clone()
                    } else {
                        trusted.clone()
                    };
                    let netbios = settings
                        .policy
                        .domains
                        .get(number)
                        .and_then(|policy| policy.netbios_name.clone());
                    let options = options(domain.dialect, netbios, identity);
                    let tls = url.starts_with("ldaps://");
                    let (new, address) = start(scenario, &url, answering, options, tls)
                        .await
                        .with_context(|| format!("`{url}` cannot be played"))?;
                    at.insert(Arc::clone(&url), address);
                    started.insert(Arc::clone(&url), new);
                }
                if let Some(address) = at.get(&url) {
                    server.host = address.ip().to_string();
                    for role in Role::ALL {
                        if let Some(way) = server.ways.of_mut(role) {
                            way.port = address.port();
                        }
                    }
                }
            }
        }
        Ok(Self { started })
    }

    /// Binds with any other name than these.
    pub(super) fn binds_apart_from(&self, services: &[&str]) -> u64 {
        let directories = self.started.values().filter_map(|started| match started {
            Started::Directory(server) => Some(server.counters()),
            _ => None,
        });
        directories
            .flat_map(|counters| counters.binds)
            .filter(|((name, _), _)| !name.is_empty() && !services.contains(&&**name))
            .map(|(_, count)| count)
            .sum()
    }
}

fn options(dialect: Dialect, netbios: Option<String>, identity: Identity) -> Options {
    let options = match dialect {
        Dialect::ActiveDirectory => Options::active_directory(&netbios.unwrap_or_default()),
        _ => Options::default(),
    };
    Options {
        identity: Some(identity),
        ..options
    }
}

async fn start(
    scenario: &Scenario,
    url: &str,
    answering: Answering,
    options: Options,
    tls: bool,
) -> anyhow::Result<(Started, SocketAddr)> {
    if matches!(answering, Answering::Well | Answering::Untrusted) {
        let directory = Directory::from_ldif(&scenario.ldif_of(url))?;
        let server = TestServer::start(directory, options).await?;
        let address = if tls {
            server.ldaps_addr()
        } else {
            server.ldap_addr()
        };
        return Ok((Started::Directory(server), address));
    }
    if answering == Answering::Down {
        return Ok((Started::Nothing, NOBODY));
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let started = match answering {
        Answering::Silent => Started::Silent {
            _listener: listener,
        },
        Answering::Garbled => Started::Garbled(tokio::spawn(garble(listener))),
        _ => Started::Nothing,
    };
    Ok((started, address))
}

/// Says to everybody what is not LDAP.
async fn garble(listener: TcpListener) {
    while let Ok((mut socket, _)) = listener.accept().await {
        // Whoever went away has heard enough.
        let _ = socket.write_all(b"220 this is another service\r\n").await;
    }
}

//! The directories of a scenario, answering as `entryway-directory` does over the network: servers in
//! order, the first that accepts the service bind is searched.

mod groups;

use super::accounts::Store;
use super::{MemoryError, Told};
use crate::document::{Answering, Scenario};
use entryway_config::{
    Dialect, DomainSettings, GroupsSettings, Security, ServerAddress, ServiceBind, Settings,
    TrustSource,
};
use entryway_ldap_types::{ResultCode, Role};
use entryway_login::{
    BindAnswer, BindOperation, BindReply, BindUnanswered, ChangeAnswer, ChangeOperation,
    ChangeUnanswered, Directories, FindAnswer, FindOperation, GroupsAnswer, GroupsOperation, Held,
    LockoutPolicy, Served, ServerFault, ServerTry,
};
use entryway_testdir::{Directory, Options};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Every domain of the configuration, and what was asked of them.
pub(super) struct World {
    domains: Vec<Domain>,
    binds: AtomicU32,
    pub(super) clock: Told,
    pub(super) store: Store,
}

struct Domain {
    name: Arc<str>,
    servers: Vec<Server>,
    groups: GroupsSettings,
}

struct Server {
    display: Arc<str>,
    fault: Option<ServerFault>,
    /// Without a bind nobody reads anything.
    reads: bool,
    directory: Arc<Directory>,
    options: Options,
}

/// How long anything takes.
const TOOK: Duration = Duration::from_millis(1);
/// More entries never matter to a login.
const FIND_SIZE_LIMIT: usize = 2;

impl World {
    pub(super) fn of(scenario: &Scenario, settings: &Settings) -> Result<Self, MemoryError> {
        let domain = |(domain, policy): (&DomainSettings, &entryway_login::DomainPolicy)| {
            let servers = domain
                .servers
                .iter()
                .map(|address| server(scenario, domain, policy.netbios_name.as_deref(), address))
                .collect::<Result<_, MemoryError>>()?;
            Ok::<_, MemoryError>(Domain {
                name: Arc::clone(&domain.name),
                servers,
                groups: domain.groups.clone(),
            })
        };
        Ok(Self {
            domains: settings
                .domains
                .iter()
                .zip(&settings.policy.domains)
                .map(domain)
                .collect::<Result<_, _>>()?,
            binds: AtomicU32::new(0),
            clock: Told::new(),
            store: Store::of(scenario, settings.throttle)?,
        })
    }

    /// Binds as a person so far.
    pub(super) fn binds(&self) -> u32 {
        self.binds.load(Ordering::Relaxed)
    }

    fn find_now(&self, operation: &FindOperation) -> FindAnswer {
        let mut tried = Vec::new();
        let servers = self
            .domains
            .get(operation.domain.0)
            .map(|domain| &*domain.servers);
        for server in servers.unwrap_or_default() {
            if let Some(fault) = server.fault {
                // The only server takes all the time there is; one of several, its share.
                if fault == ServerFault::TimedOut && servers.is_some_and(|all| all.len() == 1) {
                    self.clock.at_least(operation.deadline);
                }
                tried.push(ServerTry {
                    server: Arc::clone(&server.display),
                    fault,
                    cause: "as the scenario has it".to_owned(),
                });
                continue;
            }
            return FindAnswer {
                tried,
                served: Some(server.search(operation)),
                took: TOOK,
            };
        }
        FindAnswer {
            tried,
            served: None,
            took: TOOK,
        }
    }

    fn bind_now(&self, operation: &BindOperation) -> BindAnswer {
        let server = self.domains.get(operation.domain.0).and_then(|domain| {
            domain
                .servers
                .iter()
                .find(|server| server.display == operation.server && server.fault.is_none())
        });
        let reply = match server {
            Some(server) => {
                self.binds.fetch_add(1, Ordering::Relaxed);
                let answer = server.directory.answer_bind(
                    &server.options,
                    &operation.dn,
                    operation.password.expose(),
                );
                Ok(BindReply {
                    code: answer.code,
                    diagnostic: answer.diagnostic,
                    policy: answer.policy,
                })
            }
            None => Err(BindUnanswered {
                written: false,
                fault: ServerFault::Unreachable,
                cause: "the server does not answer".to_owned(),
            }),
        };
        BindAnswer {
            server: Arc::clone(&operation.server),
            reply,
            took: TOOK,
        }
    }

    fn groups_now(&self, operation: &GroupsOperation) -> GroupsAnswer {
        let mut answer = GroupsAnswer {
            groups: Vec::new(),
            partial: None,
            tried: Vec::new(),
            server: Some(Arc::clone(&operation.server)),
            round_trips: 1,
            took: TOOK,
        };
        let domain = self.domains.get(operation.domain.0);
        let server = domain.and_then(|domain| {
            let mut servers = domain.servers.iter();
            servers.find(|server| server.display == operation.server)
        });
        if let (Some(domain), Some(server)) = (domain, server) {
            (answer.groups, answer.partial) = groups::of(domain, server, operation);
        }
        answer
    }
}

impl Server {
    fn search(&self, operation: &FindOperation) -> Served {
        let answer = if self.reads {
            self.directory.answer_search(
                &operation.base,
                operation.scope,
                &operation.filter,
                &operation.attributes,
                FIND_SIZE_LIMIT,
            )
        } else {
            entryway_testdir::SearchAnswer {
                entries: Vec::new(),
                code: ResultCode::STRONGER_AUTH_REQUIRED,
            }
        };
        Served {
            server: Arc::clone(&self.display),
            entries: answer.entries,
            code: answer.code,
            diagnostic: String::new(),
            lockout: LockoutPolicy::default(),
            active_directory: false,
            passed_over: Vec::new(),
        }
    }
}

fn server(
    scenario: &Scenario,
    domain: &DomainSettings,
    netbios: Option<&str>,
    address: &ServerAddress,
) -> Result<Server, MemoryError> {
    let options = if domain.dialect == Dialect::ActiveDirectory {
        Options::active_directory(netbios.unwrap_or_default())
    } else {
        Options::default()
    };
    let ldif = scenario.ldif_of(&address.display);
    let directory = Directory::from_ldif(&ldif).map_err(|error| MemoryError::Directory {
        server: address.display.to_string(),
        problem: in_words(&error),
    })?;
    let (reads, accepted) = match &domain.bind {
        ServiceBind::Anonymous => (false, true),
        // The servers of a scenario ask nobody for a certificate.
        ServiceBind::External => (true, false),
        ServiceBind::Simple { dn, password } => {
            let answer = directory.answer_bind(&options, dn, password.expose());
            (true, answer.code == ResultCode::SUCCESS)
        }
    };
    let trusted =
        domain.tls.trust.iter().any(
            |source| matches!(source, TrustSource::File(file) if file.path.ends_with("ca.pem")),
        );
    // By the ways of a login.
    let secured = [Role::Authenticate, Role::FindLogin].iter().any(|role| {
        let way = address.ways.of(*role);
        way.is_some_and(|way| way.security != Security::Clear)
    });
    let fault = match scenario.answering(&address.display) {
        Answering::Down => Some(ServerFault::Unreachable),
        Answering::Silent => Some(ServerFault::TimedOut),
        Answering::Garbled => Some(ServerFault::Protocol),
        Answering::Untrusted => Some(ServerFault::TlsUntrusted),
        Answering::Well if secured && !trusted => Some(ServerFault::TlsUntrusted),
        Answering::Well if !accepted => Some(ServerFault::ServiceBindRefused),
        Answering::Well => None,
    };
    Ok(Server {
        display: Arc::clone(&address.display),
        fault,
        reads,
        directory: Arc::new(directory),
        options,
    })
}

/// An error and what caused it.
fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}

impl Directories for World {
    async fn find(&self, operation: &FindOperation) -> FindAnswer {
        self.find_now(operation)
    }
    async fn bind(&self, operation: BindOperation) -> BindAnswer {
        self.bind_now(&operation)
    }
    /// A document's people log in: nobody's password is changed.
    async fn bind_to_change(&self, operation: BindOperation) -> (BindAnswer, Option<Held>) {
        (self.bind_now(&operation), None)
    }
    async fn change(&self, operation: ChangeOperation) -> ChangeAnswer {
        ChangeAnswer {
            server: operation.server,
            reply: Err(ChangeUnanswered {
                written: false,
                fault: ServerFault::Ourselves,
                cause: "the directories of a document do not change".to_owned(),
            }),
            took: TOOK,
        }
    }
    async fn groups(&self, operation: &GroupsOperation) -> GroupsAnswer {
        self.groups_now(operation)
    }
}

//! Connections that are opened to be looked at: on nobody's behalf, and in none of the counters.

use super::{Pool, Server};
use crate::dial::{Dial, Identity, Progress, Steps, unresolved};
use crate::error::LdapError;
use crate::link::Link;
use crate::probe::{self, ProbeReport};
use crate::settings::SearchRole;
use crate::stats::Counters;
use entryway_ldap_types::Role;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::Instant as RuntimeInstant;

impl Server {
    /// Dials once, by the same way as every connection of `role`, and hangs up: shows that it can be opened. Binds as
    /// the service account where the role's connections do.
    pub async fn connect(&self, role: Role, deadline: Instant) -> Result<ProbeReport, LdapError> {
        let (link, steps) = self.dial(role, deadline.into()).await?;
        Ok(probe::connected(link, steps))
    }

    /// Dials once, by the same way as every connection of `role`, and reads the root DSE.
    pub async fn probe(
        &self,
        role: SearchRole,
        deadline: Instant,
    ) -> Result<ProbeReport, LdapError> {
        let deadline = deadline.into();
        let (link, steps) = self.dial(role.into(), deadline).await?;
        let shared = self.searches(role)?.shared();
        let operation = self.settings.timeouts.operation;
        let asked = RuntimeInstant::now();
        let report = probe::read(link, steps, deadline, operation).await;
        match &report {
            Ok(report) => {
                shared.health.answered();
                shared.knows(report.root_dse.clone());
            }
            Err(error) => shared.failed(error, asked, operation),
        }
        report
    }

    /// The addresses of its name, in the order in which they are tried.
    pub async fn addresses(&self, deadline: Instant) -> Result<Vec<IpAddr>, LdapError> {
        let host = &*self.settings.host;
        let found = self.host.resolver.addresses(host, deadline.into()).await;
        found.map_err(|failure| unresolved(host, failure))
    }

    /// As [`Server::connect`], at one of its addresses. What comes of it says nothing of the server: it may have others.
    pub async fn connect_at(
        &self,
        address: IpAddr,
        role: Role,
        deadline: Instant,
    ) -> Result<ProbeReport, LdapError> {
        let (link, steps) = self.dial_at(address, role, deadline.into()).await?;
        Ok(probe::connected(link, steps))
    }

    /// As [`Server::probe`], at one of its addresses.
    pub async fn probe_at(
        &self,
        address: IpAddr,
        role: SearchRole,
        deadline: Instant,
    ) -> Result<ProbeReport, LdapError> {
        let deadline = deadline.into();
        let (link, steps) = self.dial_at(address, role.into(), deadline).await?;
        probe::read(link, steps, deadline, self.settings.timeouts.operation).await
    }

    async fn dial(&self, role: Role, deadline: RuntimeInstant) -> Result<(Link, Steps), LdapError> {
        let (pool, identity) = self.asked(role)?;
        let counters = Arc::<Counters>::default();
        pool.shared()
            .dial(identity, &counters, deadline, &Progress::default())
            .await
    }

    async fn dial_at(
        &self,
        address: IpAddr,
        role: Role,
        deadline: RuntimeInstant,
    ) -> Result<(Link, Steps), LdapError> {
        let (pool, identity) = self.asked(role)?;
        let counters = Arc::<Counters>::default();
        Dial::new(pool.shared(), deadline, &Progress::default())
            .at(address)
            .open(identity, &counters)
            .await
    }

    fn asked(&self, role: Role) -> Result<(&Pool, Identity), LdapError> {
        let pool = self.pools.of(role).as_ref();
        let pool = pool.ok_or(LdapError::OtherRole(role))?;
        let identity = match pool {
            Pool::Searches(_) => Identity::Service,
            Pool::Persons(_) | Pool::Single(_) => Identity::Nobody,
        };
        Ok((pool, identity))
    }
}

//! A domain's servers as its DNS names them (RFC 2782): `_ldaps._tcp`, and `_ldap._tcp` where there is none of it.
//!
//! DNS is not signed, so whoever forges an answer could name a server of his own, with a certificate that is right for
//! it. A target counts only if it lies under the domain that was asked for, or was named beforehand. And where both
//! services are named, only hosts of `_ldap._tcp` count: a domain of Active Directory has no `_ldaps._tcp` by itself, and
//! everybody who may log in there may add one.

use crate::dns::{self, DnsError, Service};
use entryway_ldap_types::Scheme;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// An answer is asked for again after its own time, within these bounds.
const SOONEST: Duration = Duration::from_secs(30);
const LATEST: Duration = Duration::from_secs(3600);

/// Where to ask, and what may be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SrvSource {
    /// The DNS domain: `corp.example`.
    pub domain: String,
    /// Whom to ask; empty for the system's name servers.
    pub name_servers: Vec<SocketAddr>,
    /// Targets outside the domain that count too. `*` stands for one label at the beginning.
    pub trusted_hosts: Vec<String>,
}

/// A server that was named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SrvTarget {
    /// TLS from the first byte, or not.
    pub scheme: Scheme,
    /// Lower case, without a dot at its end.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SrvAnswer {
    /// By priority, and within one as the weights and chance have it: in the order in which to prefer them.
    pub targets: Vec<SrvTarget>,
    /// The same records in an order of their own: two answers that differ by chance alone have it in common.
    pub records: Vec<(u16, u16, SrvTarget)>,
    /// Targets that do not count, for the administrator.
    pub refused: Vec<String>,
    /// When to ask again.
    pub ask_after: Duration,
}

/// Why no server is known.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SrvError {
    /// DNS does not answer.
    #[error("{name} is not known")]
    Dns {
        /// `_ldap._tcp.corp.example`.
        name: String,
        /// Why.
        #[source]
        cause: DnsError,
    },
    /// There is no such record, or one that says that there is no such service.
    #[error("neither {0} nor {1} names a server")]
    Nothing(String, String),
    /// None of those that are named counts.
    #[error("{name} names servers outside `{domain}` alone: {}", .refused.join(", "))]
    Untrusted {
        /// The name that was asked for.
        name: String,
        /// The domain under which they should be.
        domain: String,
        /// What was named.
        refused: Vec<String>,
    },
}

impl SrvError {
    /// This error and what is behind it, as one sentence.
    pub fn in_words(&self) -> String {
        match self {
            Self::Dns { cause, .. } => format!("{self}: {cause}"),
            Self::Nothing(..) | Self::Untrusted { .. } => self.to_string(),
        }
    }
}

impl SrvSource {
    /// Asks.
    pub async fn ask(&self, deadline: std::time::Instant) -> Result<SrvAnswer, SrvError> {
        let deadline = Instant::from(deadline);
        // The system's may be others by now.
        let servers = dns::name_servers(&self.name_servers);
        let name = |service: &str| format!("{service}._tcp.{}", self.domain);
        let (ldaps, ldap) = (name("_ldaps"), name("_ldap"));
        let (of_ldaps, of_ldap) = tokio::join!(
            dns::services(&ldaps, &servers, deadline),
            dns::services(&ldap, &servers, deadline),
        );
        let failed = |name: &str, cause| SrvError::Dns {
            name: name.to_owned(),
            cause,
        };
        // Without an answer to both it is not known which is meant, nor what the first may name.
        let of_ldaps = of_ldaps.map_err(|cause| failed(&ldaps, cause))?;
        let of_ldap = of_ldap.map_err(|cause| failed(&ldap, cause))?;
        self.choose((&ldaps, of_ldaps), (&ldap, of_ldap))
    }

    /// LDAPS where hosts are named for it that are known to be servers of the domain, else the other.
    fn choose(
        &self,
        (ldaps, of_ldaps): (&str, Vec<Service>),
        (ldap, of_ldap): (&str, Vec<Service>),
    ) -> Result<SrvAnswer, SrvError> {
        let exists = |services: &[Service]| services.iter().any(|it| !it.target.is_empty());
        let has_ldap = exists(&of_ldap);
        let (of_ldaps, strange): (Vec<_>, Vec<_>) = of_ldaps.into_iter().partition(|service| {
            let same = |it: &Service| it.target.eq_ignore_ascii_case(&service.target);
            !has_ldap || service.target.is_empty() || of_ldap.iter().any(same)
        });
        let mut answer = if exists(&of_ldaps) {
            self.judge(ldaps, Scheme::Ldaps, of_ldaps)?
        } else if has_ldap {
            self.judge(ldap, Scheme::Ldap, of_ldap)?
        } else {
            return Err(SrvError::Nothing(ldaps.to_owned(), ldap.to_owned()));
        };
        answer.refused.extend(strange.iter().map(shown));
        Ok(answer)
    }

    fn judge(
        &self,
        name: &str,
        scheme: Scheme,
        services: Vec<Service>,
    ) -> Result<SrvAnswer, SrvError> {
        let ttl = services.iter().map(|it| it.ttl).min().unwrap_or(SOONEST);
        let mut refused = Vec::new();
        let mut records: Vec<(u16, u16, SrvTarget)> = Vec::new();
        for service in services {
            let host = service.target.to_ascii_lowercase();
            if host.is_empty() {
                continue;
            }
            let Service {
                priority,
                weight,
                port,
                ..
            } = service;
            if port == 0 || !is_host(&host) || !self.trusts(&host) {
                refused.push(shown(&service));
                continue;
            }
            let target = SrvTarget { scheme, host, port };
            if !records.iter().any(|(_, _, known)| *known == target) {
                records.push((priority, weight, target));
            }
        }
        if records.is_empty() {
            return Err(SrvError::Untrusted {
                name: name.to_owned(),
                domain: self.domain.clone(),
                refused,
            });
        }
        records.sort_by(|(p1, w1, t1), (p2, w2, t2)| {
            (p1, w1, &t1.host, t1.port).cmp(&(p2, w2, &t2.host, t2.port))
        });
        Ok(SrvAnswer {
            targets: in_order(records.clone(), &mut random_up_to),
            records,
            refused,
            ask_after: ttl.clamp(SOONEST, LATEST),
        })
    }

    fn trusts(&self, host: &str) -> bool {
        let domain = self.domain.trim_end_matches('.').to_ascii_lowercase();
        let under = host
            .strip_suffix(&domain)
            .is_some_and(|left| left.is_empty() || left.ends_with('.'));
        under || self.trusted_hosts.iter().any(|it| fits(it, host))
    }
}

/// Of which nothing is known to be fit for a log.
fn shown(service: &Service) -> String {
    format!("`{}:{}`", service.target.escape_debug(), service.port)
}

/// Whether a host is one of those that a pattern names: `*.corp.example` names `dc1.corp.example`, and nothing deeper
/// (RFC 6125 §6.4.3).
fn fits(pattern: &str, host: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix("*.") {
        Some(rest) => host
            .split_once('.')
            .is_some_and(|(_, of_host)| of_host == rest),
        None => pattern == host,
    }
}

/// Whether a certificate could carry the name, and a line of a log show it.
fn is_host(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_')
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// RFC 2782, "Weight": by priority; within one, each next is drawn, and a larger weight is likelier to be.
fn in_order(
    mut records: Vec<(u16, u16, SrvTarget)>,
    draw: &mut impl FnMut(u32) -> u32,
) -> Vec<SrvTarget> {
    // Those without a weight come first: they are drawn only by a zero.
    records.sort_by_key(|(priority, weight, _)| (*priority, *weight > 0));
    let mut order = Vec::with_capacity(records.len());
    while let Some((priority, _, _)) = records.first() {
        let priority = *priority;
        let alike = records
            .iter()
            .take_while(|(other, _, _)| *other == priority);
        let sum = alike.clone().map(|(_, weight, _)| u32::from(*weight)).sum();
        let drawn = draw(sum);
        let mut running = 0;
        let at = alike
            .map(|(_, weight, _)| {
                running += u32::from(*weight);
                running
            })
            .position(|running| running >= drawn)
            .unwrap_or(0);
        order.push(records.remove(at).2);
    }
    order
}

/// Evenly, as far as that matters here.
fn random_up_to(most: u32) -> u32 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => {
            let drawn = u64::from_ne_bytes(bytes) % (u64::from(most) + 1);
            u32::try_from(drawn).unwrap_or(most)
        }
        // The order as written is one too.
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests;

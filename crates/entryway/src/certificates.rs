//! Certificates that this process relies on, and the day on which each ends.

use crate::certificate_login::PersonTrust;
use crate::listener::ShownHere;
use entryway_directory::Domains;
use entryway_ldap::{CrlFacts, LocalCertificate, Role, Security, ServerStats, TlsClient};
use std::sync::Arc;
use std::time::SystemTime;

/// When the chain ends that a server showed last, and whose certificate that is; of several ports, the one that
/// ends first. A connection that outlives a renewal says nothing more: of each port the newest handshake counts.
pub(crate) fn server_certificate(stats: &ServerStats) -> Option<(String, SystemTime)> {
    let sessions = stats.sessions.iter();
    let first = sessions.min_by_key(|session| session.verdict.expires)?;
    let whose = &first.verdict.ends_first.subject;
    Some((whose.clone(), first.verdict.expires))
}

/// Certificates in files of this machine, the one that ends first in front. One that several domains use is one.
pub(crate) fn local_certificates(
    domains: &Domains,
    people: Option<&PersonTrust>,
    shown: &ShownHere,
) -> Vec<LocalCertificate> {
    let mut found = shown.certificates();
    found.extend(people.into_iter().flat_map(PersonTrust::certificates));
    for client in clients(domains) {
        found.extend(client.local_certificates());
    }
    let name = |one: &LocalCertificate| {
        let subject = one.subject.clone();
        (one.purpose.as_str(), Arc::clone(&one.origin), subject)
    };
    // Of two with one name in one file the one that ends first is told of.
    found.sort_by_cached_key(|one| (name(one), one.not_after));
    found.dedup_by(|later, first| name(later) == name(first));
    found.sort_by_key(|one| one.not_after);
    found
}

/// The revocation lists that count and end, with their ends. One that several domains use is one.
pub(crate) fn revocation_lists(
    domains: &Domains,
    people: Option<&PersonTrust>,
) -> Vec<(CrlFacts, SystemTime)> {
    let mut found = Vec::new();
    let of_people = people.map(|people| people.verifier().crls().clone());
    let of_servers = clients(domains).into_iter().map(|client| client.crls());
    for crls in of_people.into_iter().chain(of_servers) {
        let ending = crls.in_force();
        found.extend(ending.filter_map(|list| Some((list.clone(), list.next_update?))));
    }
    let name = |list: &CrlFacts| (Arc::clone(&list.origin), list.issuer.clone());
    found.sort_by_cached_key(|(list, end)| (name(list), *end));
    found.dedup_by(|(later, _), (first, _)| name(later) == name(first));
    found.sort_by_key(|(_, end)| *end);
    found
}

/// How the servers of each domain are spoken with.
fn clients(domains: &Domains) -> Vec<TlsClient> {
    let mut found = Vec::new();
    for domain in domains.iter() {
        // All servers of a domain speak TLS in one way, or in one for each role; those for cards alone in their own.
        let (servers, cards) = (domain.servers(), domain.cards());
        for server in servers.first().into_iter().chain(cards.first()) {
            let mut ways: Vec<_> = Role::ALL
                .into_iter()
                .filter_map(|role| server.settings().ways.of(role).as_ref())
                .collect();
            ways.dedup_by(|one, other| Arc::ptr_eq(one, other));
            for way in ways {
                if let Security::StartTls(client) | Security::Ldaps(client) = &way.security {
                    found.push(client.clone());
                }
            }
        }
    }
    found
}

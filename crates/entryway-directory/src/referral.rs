//! Where a server says that an answer, or a part of it, is elsewhere (RFC 4511 §4.1.10, §4.5.3).
//!
//! Nothing is followed unless the host was named in the configuration. There the domain's TLS and bases hold, and
//! Entryway's own password does not go: it asks as nobody, or by its certificate. A bind is never sent on: whoever was found
//! on such a server binds there, and a referral in the answer to that is no answer.

use crate::ask::search;
use crate::domain::ROLE;
use crate::roster::ServerOf;
use entryway_ldap::{SearchRequest, SearchResult, Server, SrvTarget};
use entryway_ldap_types::{Dn, LdapUrl, ResultCode, Scheme, Scope};
use entryway_login::{PassedOver, ServerTry};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

/// From one server to the next, and on.
const HOPS: u32 = 3;
/// Most places that one search is continued at.
const PLACES: usize = 8;
/// Bytes of a referral that are told.
const SHOWN: usize = 512;
/// Most parts that an answer's trace names as passed over.
const PASSED_OVER: usize = 16;
/// Most hosts whose being passed over is told of.
const TOLD: usize = 64;

/// What may be followed.
pub struct Referrals {
    /// Hosts; one without a port stands for the usual ports.
    pub follow: Vec<FollowedHost>,
    /// The server at such a place. Never with the service account's password.
    pub server: ServerOf,
}

/// A host that may be followed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedHost {
    /// Name or address, compared without case.
    pub host: String,
    /// `None` for 389 and 636.
    pub port: Option<u16>,
}

impl FollowedHost {
    fn is(&self, url: &LdapUrl) -> bool {
        let port = self.port.unwrap_or(url.scheme.default_port());
        self.host.eq_ignore_ascii_case(&url.host) && port == url.port
    }
}

/// The servers that were referred to, and those that were not gone to.
#[derive(Default)]
pub(crate) struct Follower {
    referrals: Option<Referrals>,
    servers: Mutex<Vec<(SrvTarget, Arc<Server>)>>,
    told: Mutex<HashSet<String>>,
}

/// A search with all its parts, as far as they could be had.
pub(crate) struct Followed {
    pub(crate) server: Arc<Server>,
    pub(crate) result: SearchResult,
    /// The server that does not give its part; the result has the code `unavailable` then.
    pub(crate) failed: Option<ServerTry>,
    /// Parts that were not gone to, each once.
    pub(crate) passed_over: Vec<PassedOver>,
}

impl Follower {
    pub(crate) fn new(referrals: Referrals) -> Self {
        Self {
            referrals: Some(referrals),
            ..Self::default()
        }
    }

    /// The server of this name that was referred to.
    pub(crate) fn server(&self, display: &str) -> Option<Arc<Server>> {
        let servers = self.servers.lock();
        let mut known = servers.iter().map(|(_, server)| server);
        known.find(|server| **server.display() == *display).cloned()
    }
    /// The servers of each host that may be followed to, whether or not anybody was sent there: by LDAPS and by LDAP,
    /// unless its port is that of one of them.
    pub(crate) fn hosts(&self) -> Vec<Vec<Arc<Server>>> {
        let Some(referrals) = &self.referrals else {
            return Vec::new();
        };
        let servers = |host: &FollowedHost| {
            let of = |scheme: Scheme| SrvTarget {
                scheme,
                host: host.host.to_ascii_lowercase(),
                port: host.port.unwrap_or(scheme.default_port()),
            };
            let ways = match host.port {
                Some(636 | 3269) => vec![Scheme::Ldaps],
                Some(389 | 3268) => vec![Scheme::Ldap],
                _ => vec![Scheme::Ldaps, Scheme::Ldap],
            };
            let targets = ways.into_iter().map(of);
            targets.map(|target| (referrals.server)(&target)).collect()
        };
        referrals.follow.iter().map(servers).collect()
    }
    pub(crate) fn servers(&self) -> Vec<Arc<Server>> {
        let servers = self.servers.lock();
        servers
            .iter()
            .map(|(_, server)| Arc::clone(server))
            .collect()
    }

    /// The answer with what is elsewhere, as far as it may be followed. Where a part cannot be had the answer is that: "nobody"
    /// and "nobody else" would both be guesses. And the domain is not down, for its own server has answered: passing it over
    /// would show the password to another.
    pub(crate) async fn follow(
        &self,
        domain: &str,
        request: &SearchRequest,
        answer: (Arc<Server>, SearchResult),
        deadline: Instant,
    ) -> Followed {
        let (mut server, mut whole) = answer;
        let mut passed_over = Vec::new();
        let mut open = self.places(domain, request, &mut whole, HOPS, &mut passed_over);
        let mut been = 0;
        let mut failed = None;
        while let Some(Place { url, request, hops }) = open.pop() {
            been += 1;
            if been > PLACES {
                whole.code = ResultCode::REFERRAL;
                whole.diagnostic = format!("the search is continued at more than {PLACES} places");
                break;
            }
            let Some(next) = self.at(&url) else { continue };
            let mut part = match search(&next, ROLE, &request, deadline).await {
                Ok(part) => part,
                Err(failure) => {
                    whole.code = ResultCode::UNAVAILABLE;
                    let ServerTry { server, cause, .. } = &failure;
                    whole.diagnostic = format!("a part of the answer is on {server}: {cause}");
                    failed = Some(failure);
                    break;
                }
            };
            open.extend(self.places(domain, &request, &mut part, hops, &mut passed_over));
            if whole.entries.is_empty() && !part.entries.is_empty() {
                server = next;
            }
            whole.entries.append(&mut part.entries);
            // A part that is not there is none; whatever else went wrong is the answer.
            if whole.code == ResultCode::SUCCESS && part.code != ResultCode::NO_SUCH_OBJECT {
                whole.code = part.code;
                whole.diagnostic = part.diagnostic;
            }
        }
        let most = usize::try_from(request.size_limit).unwrap_or(usize::MAX);
        if most > 0 && whole.entries.len() > most {
            whole.entries.truncate(most);
            whole.code = ResultCode::SIZE_LIMIT_EXCEEDED;
        }
        Followed {
            server,
            result: whole,
            failed,
            passed_over,
        }
    }

    /// Where an answer continues and may be followed; what may not is told of.
    fn places(
        &self,
        domain: &str,
        request: &SearchRequest,
        answer: &mut SearchResult,
        hops: u32,
        passed_over: &mut Vec<PassedOver>,
    ) -> Vec<Place> {
        let mut pass_over = |alternatives: &[Box<str>], why| {
            self.tell(domain, alternatives);
            let to = shown(alternatives);
            if passed_over.len() < PASSED_OVER && passed_over.iter().all(|part| part.to != to) {
                passed_over.push(PassedOver { to, why });
            }
        };
        let mut places = Vec::new();
        for alternatives in std::mem::take(&mut answer.references) {
            // What continues a search of one level is an entry of that level.
            let scope = match request.scope {
                Scope::OneLevel => Scope::Base,
                scope => scope,
            };
            match self.first_place(&alternatives, request, scope, hops) {
                // One more than is gone to tells that there are more.
                Ok(place) if places.len() <= PLACES => places.push(place),
                Ok(_) => {}
                Err(why) => pass_over(&alternatives, why),
            }
        }
        if answer.code == ResultCode::REFERRAL {
            let alternatives = std::mem::take(&mut answer.referrals);
            match self.first_place(&alternatives, request, request.scope, hops) {
                Ok(place) => {
                    places.push(place);
                    answer.code = ResultCode::SUCCESS;
                    answer.diagnostic.clear();
                }
                Err(why) => {
                    pass_over(&alternatives, why);
                    let to = shown(&alternatives);
                    answer.diagnostic = format!("refers to {to}, which is not followed");
                }
            }
        }
        places
    }

    /// Any alternative is as good as the others.
    fn first_place(
        &self,
        alternatives: &[Box<str>],
        request: &SearchRequest,
        scope: Scope,
        hops: u32,
    ) -> Result<Place, &'static str> {
        let Some(referrals) = &self.referrals else {
            return Err("`referrals` of the domain follows none");
        };
        let Some(hops) = hops.checked_sub(1) else {
            return Err("it is more than three servers away");
        };
        // Of several the last one says why: they are as good as each other.
        let mut why = "the server named no place";
        for text in alternatives {
            let Ok(url) = LdapUrl::parse(text) else {
                why = "it is no `ldap://` or `ldaps://` address";
                continue;
            };
            if !referrals.follow.iter().any(|host| host.is(&url)) {
                why = "its host and port are not in `referrals` of the domain";
                continue;
            }
            let Some(base) = base_there(&request.base, &url.dn) else {
                why = "it lies outside of where people are looked for";
                continue;
            };
            let request = SearchRequest {
                base,
                scope,
                ..request.clone()
            };
            return Ok(Place { url, request, hops });
        }
        Err(why)
    }

    fn at(&self, url: &LdapUrl) -> Option<Arc<Server>> {
        let target = SrvTarget {
            scheme: url.scheme,
            host: url.host.to_ascii_lowercase(),
            port: url.port,
        };
        let mut servers = self.servers.lock();
        if let Some((_, known)) = servers.iter().find(|(known, _)| *known == target) {
            return Some(Arc::clone(known));
        }
        let server = (self.referrals.as_ref()?.server)(&target);
        servers.push((target, Arc::clone(&server)));
        Some(server)
    }

    /// Once for each place: some servers refer in every answer.
    fn tell(&self, domain: &str, alternatives: &[Box<str>]) {
        let text = shown(alternatives);
        let mut told = self.told.lock();
        if told.len() < TOLD && told.insert(text.clone()) {
            drop(told);
            tracing::info!(
                target: "directory.referral_ignored",
                domain,
                to = text,
                "a part of the directory is elsewhere and not looked at"
            );
        }
    }
}

/// The places of one referral in words, as far as anybody reads: a server may send megabytes.
fn shown(alternatives: &[Box<str>]) -> String {
    let mut text = String::new();
    for place in alternatives {
        if !text.is_empty() {
            text.push(' ');
        }
        let room = SHOWN.saturating_sub(text.len());
        if place.len() > room {
            text.push_str(
                place
                    .get(..place.floor_char_boundary(room))
                    .unwrap_or_default(),
            );
            text.push('…');
            break;
        }
        text.push_str(place);
    }
    text
}

/// Where a search goes on.
struct Place {
    url: LdapUrl,
    request: SearchRequest,
    hops: u32,
}

/// The base of the search there: never outside of where it was asked for here.
fn base_there(here: &Arc<str>, there: &Dn) -> Option<Arc<str>> {
    if there.is_empty() {
        return Some(Arc::clone(here));
    }
    let base = Dn::parse(here).ok()?;
    if there.is_under(&base) {
        Some(there.to_string().into())
    } else if base.is_under(there) {
        Some(Arc::clone(here))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;

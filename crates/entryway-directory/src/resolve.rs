//! People and groups by what was typed, and one entry by its id.
//!
//! - `entry` turns entries into matches, and says what is fetched for that;
//! - `read` reads one entry by id;
//! - `names` asks every domain for what was typed.

mod entry;
mod names;
mod read;

use entry::person;
pub(crate) use entry::{attributes, container, group, within};
pub(crate) use read::{Read, as_match, lies_there};

use crate::ask::{Asker, Unanswered};
use entryway_ldap::{DerefAliases, SearchRequest, SearchResult};
use entryway_ldap_types::{AttributeName, Filter, LdapUrl, ResultCode, Scope};
use entryway_login::{Fault, ServerFault, ServerTry};
use entryway_lookup::{Missing, Spent};
use std::sync::Arc;
use std::time::Instant;

/// A search below a base, or of an entry.
pub(crate) fn request(
    base: Arc<str>,
    scope: Scope,
    filter: Filter,
    attributes: Arc<[AttributeName]>,
    size_limit: u32,
) -> SearchRequest {
    SearchRequest {
        base,
        scope,
        deref: DerefAliases::Never,
        size_limit,
        time_limit: 0,
        types_only: false,
        filter: Arc::new(filter),
        attributes,
    }
}

/// Why there is no answer, as an answer says it.
pub(crate) fn missing(unanswered: Unanswered, asker: &Asker) -> Missing {
    match unanswered {
        Unanswered::Searches(most) => Missing::Searches(most),
        Unanswered::Deadline => Missing::Unanswered(Fault::Deadline),
        Unanswered::NoServer => Missing::Unanswered(fault(asker.tried())),
    }
}

/// Whose fault it is that no server serves: a configuration fault is told before an outage.
pub(crate) fn fault(tried: &[ServerTry]) -> Fault {
    let any = |wanted: ServerFault| tried.iter().any(|tried| tried.fault == wanted);
    let all =
        |wanted: ServerFault| !tried.is_empty() && tried.iter().all(|tried| tried.fault == wanted);
    if any(ServerFault::ServiceBindRefused) {
        Fault::DirectoryRefusedServiceBind
    } else if all(ServerFault::TlsUntrusted) {
        Fault::TlsUntrusted
    } else if all(ServerFault::Protocol) {
        Fault::DirectoryProtocolError
    } else if all(ServerFault::Ourselves) {
        Fault::Overloaded
    } else {
        Fault::DirectoryUnreachable
    }
}

/// Whether a part of the answer is on another server. What every domain controller refers to beside its own part holds
/// nobody: the forest's configuration, and what DNS keeps.
pub(crate) fn is_elsewhere(answer: &SearchResult) -> bool {
    const NOBODY: [&str; 4] = [
        "cn=configuration",
        "cn=schema",
        "dc=domaindnszones",
        "dc=forestdnszones",
    ];
    let holds_nobody = |text: &str| {
        let dn = LdapUrl::parse(text).map(|url| url.dn.normalized());
        let first = dn.as_deref().map(|dn| dn.split(',').next());
        first.is_ok_and(|first| first.is_some_and(|first| NOBODY.contains(&first)))
    };
    let mut references = answer.references.iter();
    answer.code == ResultCode::REFERRAL
        || references.any(|urls| !urls.iter().any(|url| holds_nobody(url)))
}

/// Whether the answer is that nobody has this name. Where it is the base of a search that is not there, nobody has
/// looked.
pub(crate) fn is_nobody(code: ResultCode, scope: Scope) -> bool {
    code == ResultCode::NO_SUCH_OBJECT && scope == Scope::Base
}

/// What asking cost.
pub(crate) fn spent(asker: Asker, since: Instant) -> Spent {
    let asked = asker.end();
    Spent {
        round_trips: asked.waits,
        searches: asked.round_trips,
        entries: asked.entries,
        took: since.elapsed(),
    }
}

//! Reads a list from the servers of a domain: at once where it is short, else in pages (RFC 2696).

use super::list::{Building, NewRow};
use super::shelf::{Kept, Key};
use crate::ask::{Asker, busy, failed, passes_on};
use crate::domain::{Domains, order_now};
use crate::finder::Place;
use crate::resolve::{as_match, container, fault, is_elsewhere, lies_there, missing, request};
use entryway_ldap::{PageLimits, SearchRequest, SearchRole, Server};
use entryway_ldap_types::{AttributeName, Entry, Filter, ResultCode, Scope};
use entryway_login::{Fault, ServerTry, is_secret_attribute};
use entryway_lookup::{Kind, LookupPolicy, Missing, RowKind, Spent};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Entries that are asked for at once, and entries of a page: what most servers give without asking who wants them.
const PAGE: u32 = 500;
/// Entries of a page for a server that does not give as many.
const SMALL_PAGE: u32 = 100;
/// A list that cannot be read by then is not read. Each page has the time of any operation besides.
const LONGEST: Duration = Duration::from_secs(600);
/// Room for the texts of a row, if each took that much: far more than they take.
const ROW_BYTES: usize = 512;
/// Rows up to which putting them in order is no work.
const FEW: usize = 2000;
/// What holds others together and is nobody.
const CONTAINERS: &str = "(&(|(objectClass=organizationalUnit)(objectClass=organization)(objectClass=container)\
    (objectClass=builtinDomain)(objectClass=domain)(objectClass=dcObject)(objectClass=nsContainer)\
    (objectClass=locality)(objectClass=country))(!(objectClass=person)))";

/// Where a part of a list is.
struct Source {
    base: Arc<str>,
    scope: Scope,
    filter: Filter,
}

/// How a walk through pages ended.
enum Ended {
    /// The server gave no whole page: it may give smaller ones.
    AtOnce,
    Later,
}

struct Walk<'a> {
    place: Place<'a>,
    key: &'a Key,
    rows_max: usize,
    building: Building,
    came: &'a AtomicU32,
    missing: Vec<Missing>,
    spent: Spent,
    due: Instant,
}

/// Reads the list; `came` counts its rows.
pub(super) async fn read(
    domains: Arc<Domains>,
    policy: Arc<LookupPolicy>,
    key: Key,
    came: Arc<AtomicU32>,
) -> Result<Kept, Missing> {
    let (since, as_of) = (Instant::now(), SystemTime::now());
    let parts = (domains.get(key.domain), policy.domains.get(key.domain));
    let (Some(domain), Some(lookups), Some(browse)) = (parts.0, parts.1, policy.browse) else {
        return Err(Missing::Unanswered(Fault::Overloaded));
    };
    let rows_max = browse.index_max;
    let place = Place {
        index: key.domain,
        domain,
        lookups,
    };
    let due = since + LONGEST;
    let mut walk = Walk {
        place: place.seen(SearchRole::Browse, due).await?,
        key: &key,
        rows_max,
        building: Building::new(&lookups.name, key.kind, rows_max.saturating_mul(ROW_BYTES)),
        came: &came,
        missing: Vec::new(),
        spent: Spent::default(),
        due,
    };
    for source in sources(walk.place, &key) {
        walk.source(source).await?;
    }
    let Walk {
        building,
        missing,
        spent,
        ..
    } = walk;
    let list = if building.len() <= FEW {
        building.in_order()
    } else {
        // A worker of the runtime has others to answer meanwhile.
        let sorted = tokio::task::spawn_blocking(move || building.in_order()).await;
        sorted.map_err(|_| Missing::Unanswered(Fault::Overloaded))?
    };
    Ok(Kept {
        list,
        missing,
        since,
        as_of,
        spent: Spent {
            took: since.elapsed(),
            ..spent
        },
    })
}

fn sources(place: Place<'_>, key: &Key) -> Vec<Source> {
    let (people, groups) = (&place.lookups.people, &place.lookups.groups);
    let filter = match key.kind {
        RowKind::Person => people.restriction.clone(),
        RowKind::Group => groups.restriction.clone(),
        // A constant; without it nothing is one.
        RowKind::Container => Filter::parse(CONTAINERS).unwrap_or_else(|_| Filter::Or(Vec::new())),
    };
    let Some(below) = &key.below else {
        let (base, scope) = match key.kind {
            RowKind::Group => (&groups.base_text, Scope::Subtree),
            RowKind::Person | RowKind::Container => (&people.base_text, people.scope),
        };
        return vec![Source {
            base: Arc::clone(base),
            scope,
            filter,
        }];
    };
    let mut sources = vec![Source {
        base: below.to_string().into(),
        scope: Scope::OneLevel,
        filter,
    }];
    let is_top = key.kind == RowKind::Container && *below == people.base;
    if is_top && !groups.base.is_under(&people.base) {
        // There is no other way down to the groups.
        sources.push(Source {
            base: Arc::clone(&groups.base_text),
            scope: Scope::Base,
            filter: Filter::Present(AttributeName::from_static("objectClass")),
        });
    }
    sources
}

/// What is fetched for a row.
fn attributes(place: Place<'_>, kind: RowKind) -> Arc<[AttributeName]> {
    let (people, groups) = (&place.lookups.people, &place.lookups.groups);
    let own: &[&AttributeName] = match kind {
        RowKind::Person => &[
            &people.name_attribute,
            &people.mail_attribute,
            &people.description_attribute,
        ],
        RowKind::Group => &[
            &groups.name_attribute,
            &people.mail_attribute,
            &groups.description_attribute,
        ],
        RowKind::Container => &[&groups.description_attribute],
    };
    let mut names: Vec<AttributeName> = Vec::new();
    for name in place
        .lookups
        .id_attributes
        .iter()
        .chain(own.iter().copied())
    {
        if !is_secret_attribute(name) && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.into()
}

impl Walk<'_> {
    async fn source(&mut self, source: Source) -> Result<(), Missing> {
        let at_once = request(
            source.base,
            source.scope,
            source.filter,
            attributes(self.place, self.key.kind),
            PAGE,
        );
        let mut asker = self
            .place
            .domain
            .asker(SearchRole::Browse, self.due, u32::MAX)
            .await;
        let answer = asker.ask(at_once.clone()).await;
        let answer = answer.map_err(|error| missing(error, &asker))?;
        let served = asker.served().cloned();
        self.count(asker);
        if is_cut(answer.code) {
            return self.in_pages(at_once, served).await;
        }
        let whole = self.take(&answer.entries);
        if is_elsewhere(&answer) {
            self.miss(Missing::Referral);
        }
        match answer.code {
            ResultCode::SUCCESS | ResultCode::REFERRAL => {}
            code if answer.entries.is_empty() => return Err(Missing::Refused(code)),
            code => self.miss(Missing::Refused(code)),
        }
        if !whole {
            self.is_full();
        }
        Ok(())
    }

    /// From the first server that gives all of its pages; this one first.
    async fn in_pages(
        &mut self,
        at_once: SearchRequest,
        first: Option<Arc<str>>,
    ) -> Result<(), Missing> {
        let request = SearchRequest {
            size_limit: 0,
            ..at_once
        };
        let mut order = order_now(&self.place.domain.servers());
        order.sort_by_key(|server| first.as_ref() != Some(server.display()));
        let (rows, missing) = (self.building.len(), self.missing.clone());
        let mut tried = Vec::new();
        for server in order {
            for size in [PAGE, SMALL_PAGE] {
                match self.pages(&server, request.clone(), size).await {
                    Ok(Ended::AtOnce) if size > SMALL_PAGE => {}
                    Ok(_) => return Ok(()),
                    Err(failure) => {
                        tried.push(failure);
                        break;
                    }
                }
                self.building.truncate(rows);
                self.missing.clone_from(&missing);
            }
            // No other server goes on in the middle.
            self.building.truncate(rows);
            self.missing.clone_from(&missing);
        }
        Err(Missing::Unanswered(fault(&tried)))
    }

    async fn pages(
        &mut self,
        server: &Server,
        request: SearchRequest,
        size: u32,
    ) -> Result<Ended, ServerTry> {
        let mut came = 0;
        let limits = PageLimits {
            size,
            // One more tells that there are more.
            entries: (self.rows_max - self.building.len().min(self.rows_max)).saturating_add(1),
        };
        let pages = server.pages(SearchRole::Browse, request, limits, self.due);
        let mut pages = pages.await.map_err(|error| failed(server, &error))?;
        loop {
            let page = pages.next(self.due).await;
            let Some(page) = page.map_err(|error| failed(server, &error))? else {
                return Ok(Ended::Later);
            };
            if passes_on(page.code) {
                return Err(busy(server, &page));
            }
            self.spent.round_trips += 1;
            self.spent.searches += 1;
            if is_elsewhere(&page) {
                self.miss(Missing::Referral);
            }
            if !self.take(&page.entries) {
                self.is_full();
                return Ok(Ended::Later);
            }
            if is_cut(page.code) && came == 0 {
                self.miss_of(page.code);
                return Ok(Ended::AtOnce);
            }
            came += 1;
            match page.code {
                ResultCode::SUCCESS => {}
                code => self.miss_of(code),
            }
        }
    }

    /// Why a walk has ended before its time.
    fn miss_of(&mut self, code: ResultCode) {
        let why = match code {
            ResultCode::SIZE_LIMIT_EXCEEDED => {
                Missing::ServerLimit(self.came.load(Ordering::Relaxed))
            }
            // A part is elsewhere: it was told of.
            ResultCode::REFERRAL => return,
            code => Missing::Refused(code),
        };
        self.miss(why);
    }

    /// Takes entries; false where there is no room for one.
    fn take(&mut self, entries: &[Entry]) -> bool {
        for entry in entries {
            self.spent.entries = self.spent.entries.saturating_add(1);
            let found = match self.key.kind {
                RowKind::Person => as_match(self.place, Kind::Person, entry),
                RowKind::Group => as_match(self.place, Kind::Group, entry),
                RowKind::Container => container(self.place.lookups, entry),
            };
            let Some(found) = found else {
                let lies_here = match self.key.kind {
                    RowKind::Person => lies_there(self.place, Kind::Person, entry),
                    RowKind::Group => lies_there(self.place, Kind::Group, entry),
                    RowKind::Container => {
                        lies_there(self.place, Kind::Group, entry)
                            || entry.dn.is_under(&self.place.lookups.people.base)
                    }
                };
                if lies_here {
                    self.miss(Missing::Identity);
                }
                continue;
            };
            let row = NewRow {
                id: &found.id,
                name: &found.name,
                description: found.description.as_deref(),
                mail: found.mail.as_deref(),
                dn: &found.dn,
            };
            if self.building.len() >= self.rows_max || !self.building.push(&row) {
                return false;
            }
        }
        let rows = u32::try_from(self.building.len()).unwrap_or(u32::MAX);
        self.came.store(rows, Ordering::Relaxed);
        true
    }

    fn is_full(&mut self) {
        let rows = u32::try_from(self.building.len()).unwrap_or(u32::MAX);
        self.miss(Missing::Entries(rows));
    }

    fn miss(&mut self, why: Missing) {
        if !self.missing.contains(&why) {
            self.missing.push(why);
        }
    }

    fn count(&mut self, asker: Asker) {
        let asked = asker.end();
        self.spent.round_trips += asked.waits;
        self.spent.searches += asked.round_trips;
    }
}

/// Whether there is more than is given at once.
fn is_cut(code: ResultCode) -> bool {
    matches!(
        code,
        ResultCode::SIZE_LIMIT_EXCEEDED | ResultCode::ADMIN_LIMIT_EXCEEDED
    )
}

//! Searches in pages (RFC 2696), for answers that no server gives at once.
//!
//! Each walk has a connection of its own. Servers keep the place of a walk with the connection, and OpenLDAP one for
//! each: a second walk beside it would end the first.

use crate::dial::{Identity, Progress, submit_error};
use crate::error::{Breach, LdapError, Overload, Step};
use crate::link::{Link, unexpected};
use crate::mux::{MuxPool, SearchResult};
use crate::stats::{Counted, OperationKind, Tally};
use bytes::Bytes;
use entryway_ldap_proto::client::Event;
use entryway_ldap_proto::control::PagedResults;
use entryway_ldap_proto::{RequestControl, SearchRequest};
use entryway_ldap_types::{Entry, ResultCode};
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// A server may send empty pages, but not for ever.
const PAGES: usize = 10_000;

/// How much a search in pages may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimits {
    /// Entries of one page; the server may send fewer.
    pub size: u32,
    /// Entries of all pages together.
    pub entries: usize,
}

/// What a search in pages brought.
#[derive(Debug, Clone)]
pub struct Paged {
    /// In the server's order; of what came, no more than was allowed.
    pub entries: Vec<Entry>,
    /// Where parts of the search continue, as spelt. Not followed.
    pub references: Vec<Vec<Box<str>>>,
    /// How the last page ended.
    pub code: ResultCode,
    /// The server's words with it.
    pub diagnostic: String,
    /// Whether there is nothing more.
    pub whole: bool,
}

/// A walk from page to page. Dropped, it ends; the server then forgets it.
pub struct Pages {
    link: Option<Link>,
    pool: Arc<MuxPool>,
    request: SearchRequest,
    limits: PageLimits,
    cookie: Bytes,
    /// Bytes that are held now, about: those of one page, or of all of them where they are gathered.
    bytes: usize,
    gathers: bool,
    taken: usize,
    pages: usize,
    _open: Counted,
}

impl Pages {
    /// Opens the walk's connection.
    pub(crate) async fn open(
        pool: &Arc<MuxPool>,
        request: SearchRequest,
        limits: PageLimits,
        deadline: Instant,
    ) -> Result<Self, LdapError> {
        let (link, _) = pool
            .shared()
            .dial(
                Identity::Service,
                pool.counters(),
                deadline,
                &Progress::default(),
            )
            .await?;
        Ok(Self {
            link: Some(link),
            pool: Arc::clone(pool),
            request,
            limits,
            cookie: Bytes::new(),
            bytes: 0,
            gathers: false,
            taken: 0,
            pages: 0,
            _open: Counted::new(pool.counters(), |counters| &counters.open),
        })
    }

    /// The next page; `None` after the last one. Its code tells whether it went well.
    pub async fn next(
        &mut self,
        deadline: std::time::Instant,
    ) -> Result<Option<SearchResult>, LdapError> {
        let Some(mut link) = self.link.take() else {
            return Ok(None);
        };
        let pool = Arc::clone(&self.pool);
        let tally = Tally::start(pool.counters(), OperationKind::Search);
        let asked = Instant::now();
        let operation = pool.shared().settings.timeouts.operation;
        let limit = (asked + operation).min(deadline.into());
        let page = timeout_at(limit, self.page(&mut link))
            .await
            .unwrap_or(Err(LdapError::TimedOut { step: Step::Search }));
        tally.end(page.as_ref().ok().map(|(found, _)| found.code));
        match page {
            Ok((found, next)) => {
                pool.shared().health.answered();
                self.pages += 1;
                let mut found = found;
                match next {
                    Some(cookie) if found.code == ResultCode::SUCCESS && self.pages < PAGES => {
                        self.cookie = cookie;
                        self.link = Some(link);
                    }
                    next => {
                        if next.is_some() && found.code == ResultCode::SUCCESS {
                            // More than is asked for: whoever takes this for the end would miss the rest.
                            found.code = ResultCode::SIZE_LIMIT_EXCEEDED;
                        }
                        link.hang_up();
                    }
                }
                Ok(Some(found))
            }
            Err(error) => {
                if !error.is_too_long() {
                    pool.shared().failed(&error, asked, operation);
                }
                Err(error)
            }
        }
    }
    /// Whether there may be more.
    pub fn has_more(&self) -> bool {
        self.link.is_some()
    }

    /// Asks for a page; gives it, and where the next one starts.
    async fn page(&mut self, link: &mut Link) -> Result<(SearchResult, Option<Bytes>), LdapError> {
        if !self.gathers {
            self.bytes = 0;
        }
        let left = self.limits.entries.saturating_sub(self.taken);
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        let page = PagedResults {
            size: self.limits.size.clamp(1, left.max(1)),
            cookie: self.cookie.clone(),
        };
        let control = RequestControl::PagedResults {
            page,
            // A server without pages sends what it sends.
            critical: false,
        };
        // One more than is taken tells that there are more.
        let most = left.saturating_add(1);
        link.connection
            .search(&self.request, most, &[control])
            .map_err(submit_error)?;
        link.flush().await?;
        let mut found = SearchResult {
            entries: Vec::new(),
            references: Vec::new(),
            referrals: Vec::new(),
            code: ResultCode::SIZE_LIMIT_EXCEEDED,
            diagnostic: String::new(),
            matched_dn: Box::default(),
            controls: Vec::new(),
        };
        loop {
            match link.next().await? {
                Event::Entry { entry, .. } => {
                    self.taken += 1;
                    self.hold(size_of(&entry))?;
                    found.entries.push(entry);
                }
                Event::Reference { urls, .. } => {
                    self.hold(urls.iter().map(|url| url.len()).sum())?;
                    found.references.push(urls);
                }
                Event::SearchDone {
                    result, controls, ..
                } => {
                    let page = PagedResults::find(&controls)
                        .map_err(|error| LdapError::breach(Breach::Message(error.into())))?;
                    let next = page.map(|page| page.cookie).filter(|it| !it.is_empty());
                    found.code = result.code;
                    found.diagnostic = result.diagnostic.into();
                    found.matched_dn = result.matched_dn;
                    found.referrals = result.referrals;
                    found.controls = controls;
                    return Ok((found, next));
                }
                // The server ignores the size of the page and sends more than may be held.
                Event::SearchOverflow { .. } => return Ok((found, None)),
                Event::UnreadableEntry { error, .. } => {
                    return Err(LdapError::breach(Breach::Entry(error)));
                }
                Event::UnknownNotice { .. } | Event::Intermediate { .. } | Event::Stale(_) => {}
                event => return Err(unexpected("a search result", &event)),
            }
        }
    }

    fn hold(&mut self, bytes: usize) -> Result<(), LdapError> {
        self.bytes = self.bytes.saturating_add(bytes);
        let limit = self.pool.answer_bytes();
        if self.bytes > limit {
            return Err(LdapError::Overloaded(Overload::Bytes { limit }));
        }
        Ok(())
    }

    /// All pages, as far as the limits go.
    pub async fn all(mut self, deadline: std::time::Instant) -> Result<Paged, LdapError> {
        self.gathers = true;
        let mut all = Paged {
            entries: Vec::new(),
            references: Vec::new(),
            code: ResultCode::SUCCESS,
            diagnostic: String::new(),
            whole: false,
        };
        while let Some(page) = self.next(deadline).await? {
            all.entries.extend(page.entries);
            all.references.extend(page.references);
            all.code = page.code;
            all.diagnostic = page.diagnostic;
            if all.entries.len() > self.limits.entries
                || (all.entries.len() == self.limits.entries && self.has_more())
            {
                all.entries.truncate(self.limits.entries);
                return Ok(all);
            }
        }
        all.whole = all.code == ResultCode::SUCCESS;
        Ok(all)
    }
}

/// About what an entry holds.
fn size_of(entry: &Entry) -> usize {
    let attributes = entry.attributes.iter();
    let attributes = attributes.map(|attribute| {
        let values = attribute.values.iter().map(Bytes::len);
        attribute.name.as_str().len() + values.sum::<usize>()
    });
    entry.dn_text.len() + attributes.sum::<usize>()
}

//! Everybody's sessions, for administrators.

use super::body::SessionBody;
use super::front::Inner;
use super::keys::{millis, now_ms};
use super::rows;
use super::world::in_time;
use entryway_oidc::{Answer, Unavailable};
use entryway_store::WholeSession;
use entryway_web::{Ending, NotEnded, SessionsAsked};
use entryway_wire::{Rfc3339, SessionJson, SessionsJson};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// Sessions that are read at once.
const BATCH: u32 = 500;
/// Sessions that one request looks through for those that are asked for. A page may come out short, and says so.
const MOST: usize = 20_000;

/// Sessions in the order of their ids, in batches.
struct Walk<'a> {
    inner: &'a Inner,
    after: Option<String>,
    read: usize,
}

impl Walk<'_> {
    /// The next ones; nothing when all were seen.
    async fn next(&mut self) -> Answer<Vec<WholeSession>> {
        let store = self.inner.store();
        let batch = in_time(store.sessions(self.after.as_deref(), BATCH)).await?;
        if let Some(last) = batch.last() {
            self.after = Some(last.session.id.clone());
        }
        self.read += batch.len();
        Ok(batch)
    }
}

impl Inner {
    pub(super) async fn everybodys(&self, asked: SessionsAsked) -> Answer<SessionsJson> {
        let now = now_ms();
        if let Some(whose) = &asked.whose {
            let theirs = in_time(self.store().whole_sessions_of(whose)).await?;
            if !theirs.is_empty() {
                let listed = theirs.iter().filter_map(|whole| self.listed(whole, now));
                return Ok(SessionsJson {
                    sessions: listed.collect(),
                    next: None,
                });
            }
        }
        let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX).max(1);
        let mut walk = Walk {
            inner: self,
            after: asked.after,
            read: 0,
        };
        let mut sessions: Vec<SessionJson> = Vec::new();
        while walk.read < MOST {
            let batch = walk.next().await?;
            if batch.is_empty() {
                return Ok(SessionsJson {
                    sessions,
                    next: None,
                });
            }
            for whole in batch {
                let listed = self.listed(&whole, now);
                let name = asked.whose.as_deref();
                let wanted = listed.filter(|one| name.is_none_or(|name| is_called(one, name)));
                let Some(wanted) = wanted else { continue };
                if sessions.len() == limit {
                    let next = sessions.last().map(|last| last.id.clone());
                    return Ok(SessionsJson { sessions, next });
                }
                sessions.push(wanted);
            }
        }
        Ok(SessionsJson {
            sessions,
            next: walk.after,
        })
    }

    /// As it is told; nothing for one that is over, or that this version does not understand.
    fn listed(&self, whole: &WholeSession, now: i64) -> Option<SessionJson> {
        let row = &whole.session;
        if self.is_over(row, now) {
            return None;
        }
        let (body, session) = SessionBody::open(&row.body)?;
        let unused = row
            .used_ms
            .saturating_add(millis(self.settings.sessions.idle));
        Some(SessionJson {
            id: row.id.clone(),
            subject: row.subject.clone(),
            username: session.person.name.clone(),
            since: time(row.made_ms),
            used: time(row.used_ms),
            ends: time(row.ends_ms.min(unused)),
            address: body.address,
            agent: body.agent,
            clients: whole.clients.clone(),
        })
    }

    pub(super) async fn end_for(
        &self,
        ending: Ending,
        caller: Option<Arc<str>>,
    ) -> Result<u64, NotEnded> {
        let caller = caller.as_deref();
        let out = |_: Unavailable| NotEnded::Unavailable;
        let whose = match ending {
            Ending::One(id) => {
                let ended = self.end(&id.0).await.map_err(out)?;
                let ended = ended.ok_or(NotEnded::NoSession)?;
                self.told(&ended);
                let (session, subject) = (&*ended.session.id, &*ended.session.subject);
                tracing::info!(target: "sso.sessions_ended", ended = 1, session, subject, caller);
                return Ok(1);
            }
            Ending::AllOf(whose) => whose,
        };
        let subject = self.subject(whose).await?;
        let all = self.end_all_of(&subject).await.map_err(out)?;
        let ended = u64::try_from(all).unwrap_or(u64::MAX);
        let subject = &*subject;
        tracing::info!(target: "sso.sessions_ended", ended, subject, caller);
        Ok(ended)
    }

    /// Ends every session of somebody, and whatever applications were given for later; how many sessions there were.
    pub(super) async fn end_all_of(&self, subject: &str) -> Answer<usize> {
        let keep = rows::keep_until(&self.provider.lifetimes, rows::seconds(now_ms()));
        let store = self.store();
        let all = store.end_sessions_of(subject, None, true, now_ms(), keep);
        let all = in_time(all).await;
        // Passwords that programs sent are remembered as well; what becomes of the store is no reason to go on with it.
        self.forget_passwords();
        let all = all?;
        for ended in &all {
            self.told(ended);
        }
        Ok(all.len())
    }

    /// Who is meant. A login name is looked for among those who have a session; what is no subject is nobody's.
    async fn subject(&self, whose: String) -> Result<String, NotEnded> {
        let out = |_: Unavailable| NotEnded::Unavailable;
        let theirs = in_time(self.store().whole_sessions_of(&whose)).await;
        if !theirs.map_err(out)?.is_empty() {
            return Ok(whose);
        }
        let mut subjects = BTreeSet::new();
        let mut walk = Walk {
            inner: self,
            after: None,
            read: 0,
        };
        loop {
            let batch = walk.next().await.map_err(out)?;
            if batch.is_empty() {
                break;
            }
            // Over or not: who is meant is the same.
            let named = batch.into_iter().filter_map(|whole| {
                let (_, session) = SessionBody::open(&whole.session.body)?;
                let is_called = session.person.name.eq_ignore_ascii_case(&whose);
                is_called.then_some(whole.session.subject)
            });
            subjects.extend(named);
        }
        let mut subjects = subjects.into_iter();
        match (subjects.next(), subjects.next()) {
            (Some(one), None) => Ok(one),
            (Some(_), Some(_)) => Err(NotEnded::Several),
            // Somebody without a session may have let applications have something for later.
            (None, _) if whose.contains(':') => Ok(whose),
            (None, _) => Err(NotEnded::Nobody),
        }
    }
}

/// As directories compare names in ASCII; a subject is told apart by the caller.
fn is_called(session: &SessionJson, name: &str) -> bool {
    session.username.eq_ignore_ascii_case(name)
}

fn time(ms: i64) -> String {
    let since = Duration::from_millis(u64::try_from(ms).unwrap_or_default());
    Rfc3339(UNIX_EPOCH + since).to_string()
}

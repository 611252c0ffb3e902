//! How a node hears of what was decided elsewhere: it asks, every second, for the standings that changed, in one query for
//! all connectors.

use super::{Exchange, in_words};
use crate::events::hub::{ConnectorChanged, ConnectorRevoked, TicketMade, TicketRevoked};
use crate::hub::desk::{Changed, DeskError, change, ticket_id};
use crate::hub::shown::moment;
use crate::sso::now_ms;
use entryway_bridge::message::ByeCode;
use entryway_store::{Standing, StandingChange, Standings, StoreError};
use entryway_tunnel::hub::Tunnel;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(1);
/// How often it is written down who has a tunnel.
const NOTED: Duration = Duration::from_secs(60);

impl Exchange {
    /// Keeps up with the store; never ends. Without a hub it asks nothing.
    pub(crate) async fn keep_up(self: &Arc<Self>) {
        let mut from = self.began;
        let mut has_told = false;
        let mut noted: Option<Instant> = None;
        let mut failing = false;
        loop {
            if self.settings().is_some() {
                let looked = self.look(&mut from, &mut has_told).await;
                let note = noted.is_none_or(|noted| noted.elapsed() >= NOTED);
                let done = match looked {
                    Ok(()) if note => self.note().await.map(|()| noted = Some(Instant::now())),
                    other => other,
                };
                // Once for each outage.
                match done {
                    Ok(()) => failing = false,
                    Err(error) if !failing => {
                        failing = true;
                        let problem = in_words(&error);
                        tracing::warn!(target: "hub.store_unavailable", problem);
                    }
                    Err(_) => {}
                }
            }
            sleep(EVERY).await;
        }
    }

    /// What changed since the last look; `has_told`: connectors have been told once how many stores there are.
    async fn look(
        self: &Arc<Self>,
        from: &mut (i64, i64),
        has_told: &mut bool,
    ) -> Result<(), StoreError> {
        let (epoch_before, before) = *from;
        let (epoch, revision, is_another) = loop {
            let number = self.decisions.number();
            let Standings {
                epoch,
                revision,
                changed,
            } = self.store.standings_since(before).await?;
            let is_another = epoch_before != epoch;
            if !changed.is_empty() || is_another || !*has_told {
                // Before anything else of it counts: who is new may be asked from now on.
                self.tell_stores(self.store.stores().await?);
                *has_told = true;
            }
            let counts = || {
                for change in &changed {
                    // What comes with a backup is no news.
                    if !is_another {
                        tell_change(change);
                    }
                    self.apply(&change.id, change.standing);
                }
            };
            if changed.is_empty() || self.decisions.hear(number, counts) {
                break (epoch, revision, is_another);
            }
        };
        if before < revision && !is_another {
            self.tell_tickets(before, revision).await?;
        }
        if is_another {
            // A backup was restored: authorities may be others, and connectors may be gone.
            self.leaves.forget();
            for seen in self.registry.seen() {
                self.look_again(&seen.line);
            }
        }
        *from = (epoch, revision);
        Ok(())
    }

    /// Tells who made tickets, and who took them back, after one revision and up to another.
    async fn tell_tickets(&self, after: i64, upto: i64) -> Result<(), StoreError> {
        for row in self.store.tickets_between(after, upto).await? {
            let (site, ticket) = (row.site.as_str(), &ticket_id(&row));
            match &row.ended_by {
                Some(by) => TicketRevoked { site, ticket, by }.emit(),
                None => TicketMade {
                    site,
                    ticket,
                    by: &row.made_by,
                    expires: &moment(row.expires_ms),
                }
                .emit(),
            }
        }
        Ok(())
    }

    /// Tells every connector that has a tunnel here in how many stores those of its site count failures.
    fn tell_stores(&self, stores: Vec<(String, u32)>) {
        let stores: HashMap<String, u16> = stores
            .into_iter()
            .map(|(site, count)| (site, u16::try_from(count).unwrap_or(u16::MAX)))
            .collect();
        for seen in self.registry.seen() {
            if let Some(stores) = stores.get(&*seen.site) {
                seen.line.count(*stores);
            }
        }
    }

    /// Writes down, in the background, in which store a connector counts, as it has said. Every node hears of it with the
    /// next look; should the store not take it, it goes on as one of the connector's own.
    pub(super) fn note_store(self: &Arc<Self>, tunnel: &Arc<Tunnel>) {
        let (exchange, tunnel) = (Arc::clone(self), Arc::clone(tunnel));
        tokio::spawn(async move {
            let counted_in = tunnel.hello().counted_in.as_ref();
            let counted_in = counted_in.map(entryway_bridge::Text::as_str);
            let noted = exchange
                .store
                .counts_in(tunnel.connector().as_str(), counted_in)
                .await;
            if let Err(error) = noted {
                let problem = in_words(&error);
                tracing::warn!(target: "hub.store_unavailable", problem);
            }
        });
    }

    /// Gives a connector another standing, on somebody's behalf; it counts at this node when this is done.
    pub(crate) async fn decide(
        &self,
        connector: &str,
        standing: Standing,
        by: &str,
    ) -> Result<Changed, DeskError> {
        let _alone = self.deciding.lock().await;
        let changed = change(&self.store, connector, standing, by).await?;
        if matches!(changed, Changed::Done) {
            self.decisions.decide(|| self.apply(connector, standing));
        }
        Ok(changed)
    }

    /// Has a connector's standing count at this node.
    fn apply(&self, connector: &str, standing: Standing) {
        let (code, text) = match standing {
            Standing::Active | Standing::Draining => {
                let is_drained = standing == Standing::Draining;
                self.registry.set_draining(connector, is_drained);
                return self.look_at_certificates();
            }
            Standing::Revoked => (ByeCode::Revoked, "the connector was revoked at the hub"),
            Standing::Held => (
                ByeCode::Unavailable,
                "the hub was restored from a backup: its administrator has to resume this connector",
            ),
        };
        if let Some(tunnel) = self.registry.take(connector) {
            if standing == Standing::Revoked {
                ConnectorRevoked {
                    site: tunnel.site().as_str(),
                    connector,
                }
                .emit();
            }
            tunnel.close(code, text);
            self.look_at_certificates();
        }
    }

    /// Looks a connector up that has a tunnel, in the background.
    pub(super) fn look_again(self: &Arc<Self>, tunnel: &Arc<Tunnel>) {
        let (exchange, tunnel) = (Arc::clone(self), Arc::clone(tunnel));
        tokio::spawn(async move {
            let id = tunnel.connector().as_str();
            let (code, text) = loop {
                let number = exchange.decisions.number();
                let found = exchange.store.connector(id).await;
                let found = found.map(|row| row.map(|row| row.standing));
                let standing = match judged(found) {
                    Judged::Stands(standing) => standing,
                    Judged::Ends(code, text) => break (code, text),
                };
                let counts = || exchange.apply(id, standing);
                if exchange.decisions.confirm(number, counts) {
                    return;
                }
            };
            exchange.registry.remove(tunnel.site(), &tunnel);
            tunnel.close(code, text);
        });
    }

    async fn note(&self) -> Result<(), StoreError> {
        let seen = self.registry.seen();
        let connectors: Vec<_> = seen
            .iter()
            .map(|seen| {
                let id = seen.line.connector().as_str().to_owned();
                (id, seen.line.report().software.as_str().to_owned())
            })
            .collect();
        match connectors.is_empty() {
            true => Ok(()),
            false => self.store.seen(&self.node, &connectors, now_ms()).await,
        }
    }
}

/// Tells that somebody changed a connector's standing.
fn tell_change(change: &StandingChange) {
    if let Some(by) = change.by.as_deref() {
        ConnectorChanged {
            site: &change.site,
            connector: &change.id,
            standing: change.standing.as_str(),
            by,
        }
        .emit();
    }
}

/// What a look at a connector's standing comes to.
#[derive(Debug, PartialEq, Eq)]
enum Judged {
    Stands(Standing),
    Ends(ByeCode, &'static str),
}

/// It may have been revoked a moment ago, and no list of changes to come would say so: without an answer it does not stay,
/// and is judged when it dials again.
fn judged(found: Result<Option<Standing>, StoreError>) -> Judged {
    match found {
        Ok(Some(standing)) => Judged::Stands(standing),
        Ok(None) => Judged::Ends(
            ByeCode::Unknown,
            "this hub does not know the connector any more: enrol it with a new ticket",
        ),
        Err(_) => Judged::Ends(
            ByeCode::Unavailable,
            "the hub cannot look the connector up now: it dials again",
        ),
    }
}

#[cfg(test)]
mod tests;

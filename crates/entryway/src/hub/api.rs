//! What an administrator's programs see of the hub over the API, and do. What is done to a connector counts at this node
//! before it is answered; other nodes hear of it within seconds.

use super::certificates::own_url;
use super::desk::{self, Changed, DeskError};
use super::exchange::{Exchange, in_words};
use super::shown;
use crate::sso::now_ms;
use entryway_bridge::SiteName;
use entryway_bridge::message::Ability;
use entryway_store::{ConnectorRow, Standing};
use entryway_tunnel::hub::Tunnel;
use entryway_web::{ConnectorChange, FromDesk, HubDesk, HubRefused};
use entryway_wire::{
    ConnectorJson, ConnectorsJson, ReadyJson, Rfc3339, SitesJson, TicketJson, TicketMadeJson,
    TicketsJson, TunnelJson,
};
use std::time::Duration;

/// Most characters of a caller's name that are kept.
const BY: usize = 64;

impl Exchange {
    /// A connector with its tunnel to this node.
    fn with_tunnel(&self, row: &ConnectorRow) -> ConnectorJson {
        let seen = self.registry.seen();
        let own = seen
            .iter()
            .find(|seen| seen.line.connector().as_str() == row.id);
        ConnectorJson {
            tunnel: own.map(|seen| tunnel(&seen.line)),
            ..shown::connector(row)
        }
    }

    async fn shown_connector(&self, id: &str) -> Result<ConnectorJson, HubRefused> {
        let row = self.store.connector(id).await.map_err(unavailable)?;
        let row = row.ok_or(HubRefused::NoConnector)?;
        let others = self.store.connectors(Some(&row.site)).await;
        let mut shown = self.with_tunnel(&row);
        shown::note_replaced(
            std::slice::from_mut(&mut shown),
            &others.map_err(unavailable)?,
        );
        Ok(shown)
    }
}

impl HubDesk for Exchange {
    fn node(&self) -> &str {
        &self.node
    }

    fn sites(&self) -> FromDesk<'_, SitesJson> {
        Box::pin(async move {
            let settings = self.settings().ok_or(HubRefused::Off)?;
            let rows = self.store.connectors(None).await.map_err(unavailable)?;
            let mut sites = shown::sites(Some(&settings), &rows);
            for figures in self.figures() {
                let Some(site) = sites.iter_mut().find(|site| *site.name == *figures.name) else {
                    continue;
                };
                if let Some(certificate) = &mut site.certificate {
                    let why = self.no_certificate(&figures.name);
                    certificate.not_offered = why.map(|why| why.as_str().to_owned());
                }
                site.tunnels = figures.tunnels as u64;
                let ready = Ability::ALL.into_iter().zip(figures.ready);
                site.ready = ready
                    .filter(|(_, count)| *count > 0)
                    .map(|(ability, _)| ability.as_str().to_owned())
                    .collect();
            }
            Ok(SitesJson { sites })
        })
    }

    fn connectors<'a>(&'a self, site: Option<&'a str>) -> FromDesk<'a, ConnectorsJson> {
        Box::pin(async move {
            let rows = self.store.connectors(site).await.map_err(unavailable)?;
            let mut connectors: Vec<_> = rows.iter().map(|row| self.with_tunnel(row)).collect();
            shown::note_replaced(&mut connectors, &rows);
            Ok(ConnectorsJson { connectors })
        })
    }

    fn connector<'a>(&'a self, id: &'a str) -> FromDesk<'a, ConnectorJson> {
        Box::pin(self.shown_connector(id))
    }

    fn change<'a>(
        &'a self,
        id: &'a str,
        to: ConnectorChange,
        caller: &'a str,
    ) -> FromDesk<'a, ConnectorJson> {
        Box::pin(async move {
            let standing = match to {
                ConnectorChange::Drain => Standing::Draining,
                ConnectorChange::Resume => Standing::Active,
                ConnectorChange::Revoke => Standing::Revoked,
            };
            let changed = self.decide(id, standing, &in_short(caller)).await;
            match changed.map_err(failed)? {
                Changed::Done => {}
                Changed::Unknown => return Err(HubRefused::NoConnector),
                Changed::Revoked => return Err(HubRefused::Revoked),
                Changed::Held => return Err(HubRefused::Held),
            }
            self.shown_connector(id).await
        })
    }

    fn tickets<'a>(&'a self, site: Option<&'a str>) -> FromDesk<'a, TicketsJson> {
        Box::pin(async move {
            let rows = self.store.tickets(site).await.map_err(unavailable)?;
            let now = now_ms();
            Ok(TicketsJson {
                tickets: rows.iter().map(|row| shown::ticket(row, now)).collect(),
            })
        })
    }

    fn make_ticket<'a>(
        &'a self,
        site: &'a str,
        life: Option<Duration>,
        caller: &'a str,
    ) -> FromDesk<'a, TicketMadeJson> {
        Box::pin(async move {
            let settings = self.settings().ok_or(HubRefused::Off)?;
            let known = settings.sites.iter().any(|known| *known.name == *site);
            let (true, Ok(name)) = (known, SiteName::parse(site)) else {
                return Err(HubRefused::NoSite);
            };
            let made_by = in_short(caller);
            let life = life.unwrap_or(settings.ticket_life);
            let made = desk::make_ticket(&self.store, &name, life, &made_by).await;
            Ok(shown::made(&settings, &name, &made.map_err(failed)?))
        })
    }

    fn end_ticket<'a>(&'a self, id: &'a str, caller: &'a str) -> FromDesk<'a, TicketJson> {
        Box::pin(async move {
            let ended = desk::end_ticket(&self.store, id, &in_short(caller)).await;
            match ended.map_err(failed)? {
                Some(true) => {}
                Some(false) => return Err(HubRefused::Ended),
                None => return Err(HubRefused::NoTicket),
            }
            let rows = self.store.tickets(None).await.map_err(unavailable)?;
            let row = rows.iter().find(|row| desk::ticket_id(row) == id);
            let row = row.ok_or(HubRefused::NoTicket)?;
            Ok(shown::ticket(row, now_ms()))
        })
    }
}

fn in_short(caller: &str) -> String {
    caller.chars().take(BY).collect()
}

fn tunnel(tunnel: &Tunnel) -> TunnelJson {
    let report = tunnel.report();
    let ready = Ability::ALL.into_iter().map(|ability| ReadyJson {
        ability: ability.as_str().to_owned(),
        ready: report.is_ready(ability),
        reason: report
            .not_ready(ability)
            .map(|reason| reason.as_str().to_owned()),
    });
    TunnelJson {
        certificate_url: own_url(tunnel).map(|url| url.to_string()),
        since: Rfc3339(tunnel.since()).to_string(),
        ready: ready.collect(),
        draining: tunnel.is_draining(),
        silent: tunnel.is_silent(),
        clock_wrong_ms: tunnel.is_clock_wrong().then(|| tunnel.clock_ahead_ms()),
        outstanding: tunnel.outstanding() as u64,
        latency_ms: tunnel
            .latency()
            .map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
    }
}

/// The caller hears that there is no answer; why is the log's.
fn unavailable(error: impl std::error::Error) -> HubRefused {
    let problem = in_words(&error);
    tracing::warn!(target: "hub.store_unavailable", problem);
    HubRefused::Unavailable
}

fn failed(error: DeskError) -> HubRefused {
    unavailable(error)
}

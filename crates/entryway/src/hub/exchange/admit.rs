//! Who may come in for one site.

use super::places::Place;
use super::{Exchange, in_words};
use crate::events::hub::{
    ConnectorDegraded, ConnectorEnrolled, ConnectorReady, ConnectorRenewed, ConnectorReplaced,
    ReplyInvalid, TunnelClock, TunnelDown, TunnelUp,
};
use crate::hub::desk::{change, millis};
use crate::hub::shown::replaced_by;
use crate::sso::now_ms;
use entryway_bridge::message::{
    Ability, Bye, ByeCode, Certificates, Der, Enrol, Enrolled, Hello, NodeUrl, RefusalCode, Renew,
    Renewed, Standing as Told, Welcome,
};
use entryway_bridge::{ConnectorId, Opaque, SiteName, Text, Ticket};
use entryway_store::{ConnectorRow, NewConnector, Redeemed, Standing, TicketTrouble};
use entryway_tunnel::hub::{Admit, Down, Later, Tunnel};
use entryway_tunnel::{PeerIdentity, key_fingerprint};
use parking_lot::Mutex;
use rustls::pki_types::CertificateDer;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

/// Who revokes a connector that leaves.
const LEFT: &str = "its own machine (`entryway connector leave`)";

/// The way in for one comer.
pub(super) struct SiteDoor {
    exchange: Arc<Exchange>,
    site: SiteName,
    from: Option<IpAddr>,
    /// Its place among those that nobody knows yet, while it is on its way in.
    place: Mutex<Option<Place>>,
}

impl SiteDoor {
    pub(super) fn new(
        exchange: Arc<Exchange>,
        site: SiteName,
        from: Option<IpAddr>,
        place: Place,
    ) -> Self {
        Self {
            exchange,
            site,
            from,
            place: Mutex::new(Some(place)),
        }
    }

    async fn known(&self, peer: &PeerIdentity) -> Result<ConnectorRow, Bye> {
        let row = self.exchange.store.connector(&peer.connector).await;
        let row = row.map_err(|error| unavailable(&error))?;
        let Some(row) = row.filter(|row| row.site == self.site.as_str() && peer.site == row.site)
        else {
            return Err(Bye::new(
                ByeCode::Unknown,
                "this hub does not know the connector (any more): enrol it with a new ticket",
            ));
        };
        let is_shown = row.spki == peer.spki || row.spki_before == Some(peer.spki);
        match row.standing {
            Standing::Revoked => Err(Bye::new(
                ByeCode::Revoked,
                "the connector was revoked at the hub",
            )),
            Standing::Held => Err(Bye::new(
                ByeCode::Unavailable,
                "the hub was restored from a backup: its administrator has to resume this connector",
            )),
            Standing::Active | Standing::Draining if is_shown => Ok(row),
            Standing::Active | Standing::Draining => Err(Bye::new(
                ByeCode::Unknown,
                "the connector has another key at the hub: enrol it with a new ticket",
            )),
        }
    }

    async fn welcome(&self, peer: &PeerIdentity) -> Result<Welcome, Bye> {
        let row = self.known(peer).await?;
        if row.spki == peer.spki && row.spki_before.is_some() {
            let shown = self.exchange.store.shown_key(&row.id, &row.spki).await;
            shown.map_err(|error| unavailable(&error))?;
        }
        let no_site = || {
            Bye::new(
                ByeCode::Unknown,
                "the site is not in the hub's configuration",
            )
        };
        let settings = self.exchange.settings().ok_or_else(no_site)?;
        let site = settings
            .sites
            .iter()
            .find(|site| *site.name == *self.site.as_str());
        let site = site.ok_or_else(no_site)?;
        let wanted = [
            (Ability::Password, true),
            (Ability::Lookups, !site.lookups.is_empty()),
            (Ability::Certificate, site.certificate.is_some()),
        ];
        let connector = ConnectorId::parse(&peer.connector)
            .map_err(|_| Bye::new(ByeCode::Unknown, "the certificate names no connector"))?;
        Ok(Welcome {
            site: self.site.clone(),
            connector,
            node: Text::cut(&self.exchange.node),
            nodes: nodes(&settings.nodes),
            standing: match row.standing {
                Standing::Draining => Told::Draining,
                _ => Told::Active,
            },
            wanted: wanted
                .into_iter()
                .filter(|(_, on)| *on)
                .map(|(one, _)| one)
                .collect(),
        })
    }

    /// As the store says now. Whoever of the site is here already hears it too: before the new one is asked.
    async fn count(&self) -> Result<Option<u16>, Bye> {
        let stores = self.exchange.store.stores_of(self.site.as_str()).await;
        let stores = stores.map_err(|error| unavailable(&error))?;
        let stores = u16::try_from(stores).unwrap_or(u16::MAX);
        for line in self.exchange.registry.lines(self.site.as_str()) {
            line.count(stores);
        }
        Ok(Some(stores))
    }

    async fn enrolled(&self, asked: &Enrol) -> Result<Enrolled, Bye> {
        let exchange = &self.exchange;
        let settings = exchange.settings();
        let settings =
            settings.ok_or_else(|| Bye::new(ByeCode::Unknown, "this is no hub any more"))?;
        let authority = exchange.leaves.authority(&exchange.store, &self.site).await;
        let authority = authority.map_err(|error| unavailable(&error))?;
        let digest = Ticket::digest_of(&asked.secret.0);
        let ticket = exchange
            .store
            .ticket_trouble(&digest, self.site.as_str(), now_ms())
            .await;
        // Nothing is signed, and nothing written, for whoever guesses.
        if let Some(trouble) = ticket.map_err(|error| unavailable(&error))? {
            return Err(Bye::new(ByeCode::Ticket, why(trouble)));
        }
        let mut bits = [0; 10];
        getrandom::fill(&mut bits).map_err(|error| unavailable(&error))?;
        let connector = ConnectorId::from_bits(bits);
        // First, so that a request that is none costs no ticket.
        let life = settings.certificate_life;
        let request = asked.request.as_slice();
        let made = authority.issue_connector(request, connector.as_str(), SystemTime::now(), life);
        let made = made.map_err(|error| Bye::new(ByeCode::Protocol, &error.to_string()))?;
        let spki = key_fingerprint(&made)
            .ok_or_else(|| Bye::new(ByeCode::Protocol, "the key cannot be read"))?;
        let new = NewConnector {
            id: connector.as_str().to_owned(),
            name: asked.name.as_str().to_owned(),
            spki,
            certificate: made.to_vec(),
            not_after_ms: now_ms().saturating_add(millis(life)),
            software: asked.software.as_str().to_owned(),
        };
        let came = exchange
            .store
            .redeem(&digest, self.site.as_str(), &new, now_ms())
            .await;
        match came.map_err(|error| unavailable(&error))? {
            Redeemed::Enrolled => {}
            Redeemed::Not(trouble) => return Err(Bye::new(ByeCode::Ticket, why(trouble))),
        }
        ConnectorEnrolled {
            site: self.site.as_str(),
            connector: connector.as_str(),
            name: asked.name.as_str(),
            from: self.from,
        }
        .emit();
        self.tell_replaced(&connector).await;
        let useless = || {
            Bye::new(
                ByeCode::Unavailable,
                "the certificate is longer than a certificate may be",
            )
        };
        Ok(Enrolled {
            site: self.site.clone(),
            connector,
            chain: vec![der(&made).ok_or_else(useless)?],
            authority: der(authority.certificate()).ok_or_else(useless)?,
            nodes: nodes(&settings.nodes),
        })
    }

    /// Says whose place a connector seems to have taken: sessions that the one from before vouched for wait for it.
    async fn tell_replaced(&self, new: &ConnectorId) {
        let site = self.site.as_str();
        // That it enrolled stands, whatever the store says now.
        let Ok(rows) = self.exchange.store.connectors(Some(site)).await else {
            return;
        };
        let seen = self.exchange.registry.seen();
        for before in &rows {
            let is_here = seen
                .iter()
                .any(|seen| seen.line.connector().as_str() == before.id);
            let next = replaced_by(before, &rows).filter(|next| next.id == new.as_str());
            if let Some(next) = next.filter(|_| !is_here) {
                ConnectorReplaced {
                    site,
                    connector: &next.id,
                    name: &next.name,
                    before: &before.id,
                }
                .emit();
            }
        }
    }

    async fn renewed(&self, peer: &PeerIdentity, asked: &Renew) -> Result<Renewed, RefusalCode> {
        let exchange = &self.exchange;
        let settings = exchange.settings().ok_or(RefusalCode::Unavailable)?;
        let authority = exchange.leaves.authority(&exchange.store, &self.site).await;
        let authority = authority.map_err(|_| RefusalCode::Unavailable)?;
        let life = settings.certificate_life;
        let request = asked.request.as_slice();
        let made = authority.issue_connector(request, &peer.connector, SystemTime::now(), life);
        let made = made.map_err(|_| RefusalCode::Certificate)?;
        let spki = key_fingerprint(&made).ok_or(RefusalCode::Certificate)?;
        let until = now_ms().saturating_add(millis(life));
        let renewed = exchange
            .store
            .renew(&peer.connector, &peer.spki, &spki, &made, until)
            .await;
        if !renewed.map_err(|_| RefusalCode::Unavailable)? {
            return Err(RefusalCode::Certificate);
        }
        ConnectorRenewed {
            site: self.site.as_str(),
            connector: &peer.connector,
        }
        .emit();
        Ok(Renewed {
            chain: vec![der(&made).ok_or(RefusalCode::Certificate)?],
        })
    }
}

impl Admit for SiteDoor {
    fn admit<'a>(
        &'a self,
        peer: &'a PeerIdentity,
        _: &'a Hello,
    ) -> Later<'a, Result<Welcome, Bye>> {
        Box::pin(self.welcome(peer))
    }

    fn stores<'a>(&'a self, _: &'a PeerIdentity) -> Later<'a, Result<Option<u16>, Bye>> {
        Box::pin(self.count())
    }

    fn enrol<'a>(&'a self, enrol: &'a Enrol) -> Later<'a, Result<Enrolled, Bye>> {
        Box::pin(self.enrolled(enrol))
    }

    fn renew<'a>(
        &'a self,
        peer: &'a PeerIdentity,
        renew: &'a Renew,
    ) -> Later<'a, Result<Renewed, RefusalCode>> {
        Box::pin(self.renewed(peer, renew))
    }

    fn left<'a>(&'a self, peer: &'a PeerIdentity) -> Later<'a, ()> {
        Box::pin(async move {
            // Should the store not take it, the site sees that it is let in all the same, and says so.
            let id = &peer.connector;
            let _ = change(&self.exchange.store, id, Standing::Revoked, LEFT).await;
        })
    }

    fn certificates(&self) -> Certificates {
        self.exchange.certificates_of(self.site.as_str())
    }

    fn up(&self, tunnel: &Arc<Tunnel>) {
        drop(self.place.lock().take());
        let draining = tunnel.welcome().standing == Told::Draining;
        match self.exchange.registry.add(&self.site, tunnel, draining) {
            Ok(None) => {}
            Ok(Some(before)) => before.close(ByeCode::Replaced, "the connector has dialled again"),
            Err(_) => {
                return tunnel.close(
                    ByeCode::Unknown,
                    "the site is not in the hub's configuration any more",
                );
            }
        }
        TunnelUp {
            site: self.site.as_str(),
            connector: tunnel.connector().as_str(),
            software: tunnel.hello().software.as_str(),
            from: self.from,
            ready: &self.exchange.registry.ready(self.site.as_str()),
        }
        .emit();
        if tunnel.is_clock_wrong() {
            self.clock(tunnel);
        }
        self.exchange.note_store(tunnel);
        // Another configuration may have come since the welcome.
        self.exchange.tell_certificates(tunnel);
        self.exchange.look_at_certificates();
        // Whoever was revoked between its admission and now is in no list of changes to come.
        self.exchange.look_again(tunnel);
    }

    fn reported(&self, tunnel: &Arc<Tunnel>) {
        let (less, more) = self.exchange.registry.reported(&self.site, tunnel);
        let report = tunnel.report();
        let (site, connector) = (self.site.as_str(), tunnel.connector().as_str());
        for ability in less {
            let reason = report
                .not_ready(ability)
                .map_or("draining", |reason| reason.as_str());
            ConnectorDegraded {
                site,
                connector,
                ability: ability.as_str(),
                reason,
            }
            .emit();
        }
        for ability in more {
            ConnectorReady {
                site,
                connector,
                ability: ability.as_str(),
            }
            .emit();
        }
        self.exchange.look_at_certificates();
    }

    fn silence(&self, _: &Arc<Tunnel>) {
        self.exchange.look_at_certificates();
    }

    fn clock(&self, tunnel: &Arc<Tunnel>) {
        let is_wrong = tunnel.is_clock_wrong();
        TunnelClock {
            site: self.site.as_str(),
            connector: tunnel.connector().as_str(),
            wrong_by_ms: is_wrong.then(|| tunnel.clock_ahead_ms()),
        }
        .emit();
        self.exchange.look_at_certificates();
    }

    fn down(&self, tunnel: &Arc<Tunnel>, why: &Down) {
        self.exchange.registry.remove(&self.site, tunnel);
        let (site, connector) = (self.site.as_str(), tunnel.connector().as_str());
        if *why == Down::Invalid {
            ReplyInvalid { site, connector }.emit();
        }
        TunnelDown {
            site,
            connector,
            why: &in_words(why),
        }
        .emit();
        self.exchange.look_at_certificates();
    }
}

fn why(trouble: TicketTrouble) -> &'static str {
    match trouble {
        TicketTrouble::Unknown => "there is no such ticket for this site",
        TicketTrouble::Used => "the ticket was used already: a ticket lets one connector in",
        TicketTrouble::Expired => "the ticket's time has passed",
        TicketTrouble::Ended => "the ticket was taken back",
    }
}

fn nodes(urls: &[Arc<str>]) -> Vec<NodeUrl> {
    urls.iter().filter_map(|url| Text::new(&**url)).collect()
}

fn der(certificate: &CertificateDer<'_>) -> Option<Der> {
    Opaque::new(certificate.to_vec())
}

/// For the connector: nothing of what the store said.
fn unavailable(error: &dyn std::error::Error) -> Bye {
    let problem = in_words(error);
    tracing::warn!(target: "hub.store_unavailable", problem);
    Bye::new(
        ByeCode::Unavailable,
        "the hub cannot look the connector up now: it dials again",
    )
}

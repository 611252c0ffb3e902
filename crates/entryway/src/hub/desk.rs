//! Tickets and connectors, as an administrator keeps them: at the command line and over the API alike.

use crate::sso::now_ms;
use entryway_bridge::{SiteName, Ticket};
use entryway_store::{AuthorityRow, ConnectorRow, Hub, Standing, StoreError, TicketRow};
use entryway_tunnel::{AuthorityError, SiteAuthority};
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// A ticket is forgotten so long after its time has passed.
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
/// Hexadecimal digits of a ticket's id: of a digest, so that nobody enrols with them.
const ID_DIGITS: usize = 12;

/// What can go wrong here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeskError {
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is kept of an authority, or the machine's randomness.
    #[error("the authority of the site `{site}` cannot be used")]
    Authority {
        /// Whose.
        site: String,
        /// Why.
        #[source]
        source: AuthorityError,
    },
    /// The machine has no randomness to give.
    #[error("the operating system gives no randomness")]
    Randomness,
}

/// A new ticket.
pub(crate) struct Made {
    /// What the connector is asked for, once.
    pub(crate) text: Zeroizing<String>,
    /// What is kept of it.
    pub(crate) row: TicketRow,
}

/// Makes a ticket, and the site's authority with the first one.
pub(crate) async fn make_ticket(
    store: &Hub,
    site: &SiteName,
    life: Duration,
    made_by: &str,
) -> Result<Made, DeskError> {
    let authority = authority(store, site.as_str()).await?;
    let mut secret = Zeroizing::new([0; 16]);
    getrandom::fill(&mut *secret).map_err(|_| DeskError::Randomness)?;
    let now = now_ms();
    let row = TicketRow {
        digest: Ticket::digest_of(&secret),
        site: site.as_str().to_owned(),
        made_ms: now,
        made_by: made_by.to_owned(),
        expires_ms: now.saturating_add(millis(life)),
        used_ms: None,
        connector: None,
        ended_ms: None,
        ended_by: None,
    };
    store.prune_tickets(now - millis(REMEMBERED)).await?;
    store.keep_ticket(&row).await?;
    let ticket = Ticket::new(*secret, authority.certificate());
    Ok(Made {
        text: ticket.to_text(),
        row,
    })
}

/// The authority of a site, made where there is none: of several who make one at once, one is kept.
pub(crate) async fn authority(store: &Hub, site: &str) -> Result<SiteAuthority, DeskError> {
    let unusable = |source| DeskError::Authority {
        site: site.to_owned(),
        source,
    };
    if let Some(known) = known_authority(store, site).await? {
        return Ok(known);
    }
    let made = SiteAuthority::make(site, SystemTime::now()).map_err(unusable)?;
    let row = AuthorityRow {
        site: site.to_owned(),
        certificate: made.certificate().to_vec(),
        private: made.key_pkcs8(),
        made_ms: now_ms(),
    };
    let row = store.found_authority(&row).await?;
    SiteAuthority::load(site, &row.certificate, &row.private).map_err(unusable)
}

/// The authority of a site, if a ticket was ever made for it.
pub(crate) async fn known_authority(
    store: &Hub,
    site: &str,
) -> Result<Option<SiteAuthority>, DeskError> {
    let Some(row) = store.authority(site).await? else {
        return Ok(None);
    };
    let loaded = SiteAuthority::load(site, &row.certificate, &row.private);
    loaded.map(Some).map_err(|source| DeskError::Authority {
        site: site.to_owned(),
        source,
    })
}

/// By what a ticket is taken back.
pub(crate) fn ticket_id(row: &TicketRow) -> String {
    let mut id = hex(&row.digest);
    id.truncate(ID_DIGITS);
    id
}

/// Takes a ticket back, on somebody's behalf: `None` where there is none of that id, else whether it was still waiting.
pub(crate) async fn end_ticket(store: &Hub, id: &str, by: &str) -> Result<Option<bool>, DeskError> {
    let tickets = store.tickets(None).await?;
    let Some(row) = tickets.iter().find(|row| ticket_id(row) == id) else {
        return Ok(None);
    };
    let now = now_ms();
    let ended = row.expires_ms > now && store.end_ticket(&row.digest, by, now).await?;
    Ok(Some(ended))
}

/// What came of changing a connector's standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It is so now.
    Done,
    /// There is no such connector.
    Unknown,
    /// It is revoked, for good.
    Revoked,
    /// It is held: only resuming or revoking it changes that.
    Held,
}

/// Gives a connector another standing, on somebody's behalf.
pub(crate) async fn change(
    store: &Hub,
    id: &str,
    to: Standing,
    by: &str,
) -> Result<Changed, DeskError> {
    let Some(row) = store.connector(id).await? else {
        return Ok(Changed::Unknown);
    };
    match (row.standing, to) {
        (Standing::Revoked, _) => return Ok(Changed::Revoked),
        (Standing::Held, Standing::Draining) => return Ok(Changed::Held),
        _ => {}
    }
    match store.set_standing(id, to, by, now_ms()).await? {
        true => Ok(Changed::Done),
        // Revoked meanwhile, or gone with a restore.
        false => Ok(match store.connector(id).await? {
            Some(_) => Changed::Revoked,
            None => Changed::Unknown,
        }),
    }
}

/// Lets everybody in again whom a restore holds; gives who they are.
pub(crate) async fn resume_held(store: &Hub, by: &str) -> Result<Vec<ConnectorRow>, DeskError> {
    let mut held = store.connectors(None).await?;
    held.retain(|row| row.standing == Standing::Held);
    let mut resumed = Vec::new();
    for row in held {
        if store
            .set_standing(&row.id, Standing::Active, by, now_ms())
            .await?
        {
            resumed.push(row);
        }
    }
    Ok(resumed)
}

pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;

//! Tickets: each lets one connector in, once.

use super::standing::next_revision;
use super::{Hub, NewConnector, Redeemed, Standing, TicketRow, TicketTrouble};
use crate::StoreError;
use crate::database::{Begin, Row, Tx, args};

/// The columns of [`read`], in its order.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT digest, site, made_ms, made_by, expires_ms, used_ms, connector, ended_ms, ended_by FROM site_ticket ",
            $rest
        )
    };
}

impl Hub {
    /// Keeps a new ticket.
    pub async fn keep_ticket(&self, row: &TicketRow) -> Result<(), StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let revision = next_revision(&mut tx).await?;
        tx.execute(
            "INSERT INTO site_ticket (digest, site, made_ms, made_by, expires_ms, used_ms, connector, ended_ms, \
             ended_by, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                &row.digest,
                row.site.as_str(),
                row.made_ms,
                row.made_by.as_str(),
                row.expires_ms,
                row.used_ms,
                row.connector.as_deref(),
                row.ended_ms,
                row.ended_by.as_deref(),
                revision,
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Those that were made or taken back after one revision and up to another, in that order.
    pub async fn tickets_between(
        &self,
        after: i64,
        upto: i64,
    ) -> Result<Vec<TicketRow>, StoreError> {
        let sql = select!("WHERE revision > $1 AND revision <= $2 ORDER BY revision");
        let rows = self.0.database.rows(sql, args![after, upto]).await?;
        rows.iter().map(read).collect()
    }

    /// All of them, or those of a site, the newest first.
    pub async fn tickets(&self, site: Option<&str>) -> Result<Vec<TicketRow>, StoreError> {
        let rows = match site {
            Some(site) => {
                let sql = select!("WHERE site = $1 ORDER BY made_ms DESC, digest");
                self.0.database.rows(sql, args![site]).await?
            }
            None => {
                let sql = select!("ORDER BY made_ms DESC, digest");
                self.0.database.rows(sql, args![]).await?
            }
        };
        rows.iter().map(read).collect()
    }

    /// What is the matter with a ticket, as things stand; whether it lets somebody in is for [`redeem`](Self::redeem) to
    /// say. Reads one row and writes nothing: whoever guesses costs no more than that.
    pub async fn ticket_trouble(
        &self,
        digest: &[u8; 32],
        site: &str,
        now_ms: i64,
    ) -> Result<Option<TicketTrouble>, StoreError> {
        let sql = select!("WHERE digest = $1 AND site = $2");
        let Some(row) = self.0.database.row(sql, args![digest, site]).await? else {
            return Ok(Some(TicketTrouble::Unknown));
        };
        let ticket = read(&row)?;
        let waits = ticket.used_ms.is_none() && ticket.ended_ms.is_none();
        Ok((!waits || ticket.expires_ms <= now_ms).then(|| why_not(&ticket)))
    }

    /// Uses a ticket for a connector: of any number who come with it, one is let in. On disk before this returns.
    pub async fn redeem(
        &self,
        digest: &[u8; 32],
        site: &str,
        new: &NewConnector,
        now_ms: i64,
    ) -> Result<Redeemed, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        // Every node hears of it: one more connector lets each of its site's others let less through.
        let revision = next_revision(&mut tx).await?;
        let used = tx
            .execute(
                "UPDATE site_ticket SET used_ms = $3, connector = $4 \
                 WHERE digest = $1 AND site = $2 AND used_ms IS NULL AND ended_ms IS NULL AND expires_ms > $3",
                args![digest, site, now_ms, new.id.as_str()],
            )
            .await?;
        if used == 0 {
            return trouble(&mut tx, digest, site).await.map(Redeemed::Not);
        }
        tx.execute(
            "INSERT INTO site_connector (id, site, name, spki, certificate, not_after_ms, enrolled_ms, standing, \
             changed_ms, software, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9, $10)",
            args![
                new.id.as_str(),
                site,
                new.name.as_str(),
                &new.spki,
                new.certificate.as_slice(),
                new.not_after_ms,
                now_ms,
                Standing::Active.as_str(),
                new.software.as_str(),
                revision,
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(Redeemed::Enrolled)
    }

    /// Takes a ticket back, on somebody's behalf. `false`: there is none that waits.
    pub async fn end_ticket(
        &self,
        digest: &[u8; 32],
        by: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let revision = next_revision(&mut tx).await?;
        let ended = tx
            .execute(
                "UPDATE site_ticket SET ended_ms = $2, ended_by = $3, revision = $4 \
                 WHERE digest = $1 AND used_ms IS NULL AND ended_ms IS NULL",
                args![digest, now_ms, by, revision],
            )
            .await?;
        tx.commit().await?;
        Ok(ended > 0)
    }

    /// Forgets tickets whose time passed before this.
    pub async fn prune_tickets(&self, before_ms: i64) -> Result<(), StoreError> {
        self.0
            .database
            .execute(
                "DELETE FROM site_ticket WHERE expires_ms < $1",
                args![before_ms],
            )
            .await
            .map(drop)
    }
}

async fn trouble(tx: &mut Tx, digest: &[u8; 32], site: &str) -> Result<TicketTrouble, StoreError> {
    let sql = select!("WHERE digest = $1 AND site = $2");
    let Some(row) = tx.row(sql, args![digest, site]).await? else {
        return Ok(TicketTrouble::Unknown);
    };
    Ok(why_not(&read(&row)?))
}

/// In the order in which they would be told: what happened to it comes before what time does.
fn why_not(ticket: &TicketRow) -> TicketTrouble {
    match (ticket.used_ms, ticket.ended_ms) {
        (Some(_), _) => TicketTrouble::Used,
        (None, Some(_)) => TicketTrouble::Ended,
        (None, None) => TicketTrouble::Expired,
    }
}

fn read(row: &Row) -> Result<TicketRow, StoreError> {
    Ok(TicketRow {
        digest: row.array(0)?,
        site: row.text(1)?,
        made_ms: row.int(2)?,
        made_by: row.text(3)?,
        expires_ms: row.int(4)?,
        used_ms: row.int_or_none(5)?,
        connector: row.text_or_none(6)?,
        ended_ms: row.int_or_none(7)?,
        ended_by: row.text_or_none(8)?,
    })
}

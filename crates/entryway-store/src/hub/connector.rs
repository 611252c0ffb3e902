//! Connectors: who they are, and when they were seen.

use super::standing::next_revision;
use super::{ConnectorRow, Hub, Standing};
use crate::StoreError;
use crate::database::{Begin, Row, args};

/// The columns of [`read`], in its order.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, site, name, spki, spki_before, certificate, not_after_ms, enrolled_ms, standing, \
             changed_ms, changed_by, software, seen_ms, node FROM site_connector ",
            $rest
        )
    };
}

/// In how many stores connectors count, by site.
macro_rules! stores {
    ($rest:literal) => {
        concat!(
            "SELECT site, count(DISTINCT coalesce('store ' || counted_in, id)) FROM site_connector \
             WHERE standing <> 'revoked' ",
            $rest
        )
    };
}

impl Hub {
    /// All of them, or those of a site, by site and age.
    pub async fn connectors(&self, site: Option<&str>) -> Result<Vec<ConnectorRow>, StoreError> {
        let rows = match site {
            Some(site) => {
                let sql = select!("WHERE site = $1 ORDER BY enrolled_ms, id");
                self.0.database.rows(sql, args![site]).await?
            }
            None => {
                let sql = select!("ORDER BY site, enrolled_ms, id");
                self.0.database.rows(sql, args![]).await?
            }
        };
        rows.iter().map(read).collect()
    }

    /// The one of that id.
    pub async fn connector(&self, id: &str) -> Result<Option<ConnectorRow>, StoreError> {
        let row = self
            .0
            .database
            .row(select!("WHERE id = $1"), args![id])
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Gives a connector that shows the key `shown` another key and certificate. `false`: it is not one that may go on,
    /// or it has another key, and nothing was changed.
    pub async fn renew(
        &self,
        id: &str,
        shown: &[u8; 32],
        spki: &[u8; 32],
        certificate: &[u8],
        not_after_ms: i64,
    ) -> Result<bool, StoreError> {
        let renewed = self
            .0
            .database
            .execute(
                "UPDATE site_connector SET spki_before = $2, spki = $3, certificate = $4, not_after_ms = $5 \
                 WHERE id = $1 AND standing IN ('active', 'draining') AND (spki = $2 OR spki_before = $2)",
                args![id, shown, spki, certificate, not_after_ms],
            )
            .await?;
        Ok(renewed > 0)
    }

    /// Notes that a connector has shown its new key: the one before is worth nothing from now on.
    pub async fn shown_key(&self, id: &str, spki: &[u8; 32]) -> Result<(), StoreError> {
        self.0
            .database
            .execute(
                "UPDATE site_connector SET spki_before = NULL \
                 WHERE id = $1 AND spki = $2 AND spki_before IS NOT NULL",
                args![id, spki],
            )
            .await
            .map(drop)
    }

    /// Notes in which store a connector counts failures; `None`: in one of its own. Every node hears of it as of another
    /// standing.
    pub async fn counts_in(&self, id: &str, counted_in: Option<&str>) -> Result<(), StoreError> {
        const OTHER: &str =
            "SELECT 1 FROM site_connector WHERE id = $1 AND coalesce(counted_in, '') <> $2";
        let word = counted_in.unwrap_or_default();
        // Nearly always it is what it was, and then nobody waits for anybody.
        if self.0.database.row(OTHER, args![id, word]).await?.is_none() {
            return Ok(());
        }
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let revision = next_revision(&mut tx).await?;
        tx.execute(
            "UPDATE site_connector SET counted_in = $2, revision = $3 WHERE id = $1",
            args![id, counted_in, revision],
        )
        .await?;
        tx.commit().await
    }

    /// In how many stores the connectors of each site count failures that are not revoked, whether they are there or
    /// not. One that does not say in which it counts has one of its own.
    pub async fn stores(&self) -> Result<Vec<(String, u32)>, StoreError> {
        let sql = stores!("GROUP BY site");
        let rows = self.0.database.rows(sql, args![]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, u32::try_from(row.int(1)?).unwrap_or(u32::MAX))))
            .collect()
    }

    /// The same of one site.
    pub async fn stores_of(&self, site: &str) -> Result<u32, StoreError> {
        let sql = stores!("AND site = $1 GROUP BY site");
        let row = self.0.database.row(sql, args![site]).await?;
        let count = row.map_or(Ok(0), |row| row.int(1))?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Notes which connectors have a tunnel to a node, with what each says it runs.
    pub async fn seen(
        &self,
        node: &str,
        connectors: &[(String, String)],
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        // By id, so that nodes that do this at once do not wait for each other in a circle.
        let mut connectors: Vec<_> = connectors.iter().collect();
        connectors.sort_unstable();
        for (id, software) in connectors {
            tx.execute(
                "UPDATE site_connector SET seen_ms = $2, node = $3, software = $4 WHERE id = $1",
                args![id.as_str(), now_ms, node, software.as_str()],
            )
            .await?;
        }
        tx.commit().await
    }
}

fn read(row: &Row) -> Result<ConnectorRow, StoreError> {
    let before = match row.bytes_or_none(4)? {
        None => None,
        Some(_) => Some(row.array(4)?),
    };
    Ok(ConnectorRow {
        id: row.text(0)?,
        site: row.text(1)?,
        name: row.text(2)?,
        spki: row.array(3)?,
        spki_before: before,
        certificate: row.bytes(5)?,
        not_after_ms: row.int(6)?,
        enrolled_ms: row.int(7)?,
        standing: Standing::read(&row.text(8)?)?,
        changed_ms: row.int(9)?,
        changed_by: row.text_or_none(10)?,
        software: row.text(11)?,
        seen_ms: row.int_or_none(12)?,
        node: row.text_or_none(13)?,
    })
}

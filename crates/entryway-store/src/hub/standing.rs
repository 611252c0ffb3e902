//! What a connector may do, and how every node hears of it.

use super::{Hub, Standing, StandingChange, Standings};
use crate::StoreError;
use crate::database::{Begin, Tx, args};

impl Hub {
    /// Gives a connector another standing, on somebody's behalf. `false`: there is none of that id, or it is revoked, which is for good.
    pub async fn set_standing(
        &self,
        id: &str,
        standing: Standing,
        by: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let revision = next_revision(&mut tx).await?;
        let changed = tx
            .execute(
                "UPDATE site_connector SET standing = $2, changed_ms = $3, revision = $4, changed_by = $5, \
                 changed_revision = $4 \
                 WHERE id = $1 AND standing <> 'revoked'",
                args![id, standing.as_str(), now_ms, revision, by],
            )
            .await?;
        tx.commit().await?;
        Ok(changed > 0)
    }

    /// What changed since a revision: one query, by an index, however many connectors there are.
    pub async fn standings_since(&self, revision: i64) -> Result<Standings, StoreError> {
        let rows = self
            .0
            .database
            .rows(
                "SELECT store_state.epoch, site_state.revision, id, standing, site, \
                 CASE WHEN changed_revision > $1 THEN changed_by END FROM store_state \
                 CROSS JOIN site_state LEFT JOIN site_connector ON site_connector.revision > $1 \
                 WHERE store_state.one = 1 AND site_state.one = 1 ORDER BY site_connector.revision",
                args![revision],
            )
            .await?;
        let Some(first) = rows.first() else {
            return Err(StoreError::damaged("the table `site_state`"));
        };
        let (epoch, now) = (first.int(0)?, first.int(1)?);
        let mut changed = Vec::new();
        for row in &rows {
            if let Some(id) = row.text_or_none(2)? {
                changed.push(StandingChange {
                    id,
                    standing: Standing::read(&row.text(3)?)?,
                    site: row.text(4)?,
                    by: row.text_or_none(5)?,
                });
            }
        }
        Ok(Standings {
            epoch,
            revision: now,
            changed,
        })
    }
}

/// Everybody who changes a standing waits here for the one before: whoever has seen a revision has seen all below it.
pub(super) async fn next_revision(tx: &mut Tx) -> Result<i64, StoreError> {
    let row = tx
        .row(
            "UPDATE site_state SET revision = revision + 1 WHERE one = 1 RETURNING revision",
            args![],
        )
        .await?;
    row.map_or_else(
        || Err(StoreError::damaged("the table `site_state`")),
        |row| row.int(0),
    )
}

//! What a restore means for connectors. A backup is from before, and the hub that it is restored into may be a new one:
//! who was revoked since then is known to nobody. So nobody comes back unasked: every connector is held until somebody
//! has looked at the list and resumed it, what the replaced store knew to be revoked stays so, and tickets that waited end,
//! for they may have been used.

use crate::StoreError;
use crate::database::{Tx, args};

/// What the store to be replaced knows.
pub(crate) struct Known {
    revision: i64,
    revoked: Vec<String>,
}

/// Reads that, before it is replaced.
pub(crate) async fn known(tx: &mut Tx) -> Result<Known, StoreError> {
    let revision = tx
        .row("SELECT revision FROM site_state WHERE one = 1", args![])
        .await?;
    let rows = tx
        .rows(
            "SELECT id FROM site_connector WHERE standing = 'revoked'",
            args![],
        )
        .await?;
    Ok(Known {
        revision: revision.map_or(Ok(0), |row| row.int(0))?,
        revoked: rows
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<_, _>>()?,
    })
}

/// Holds everybody, in the transaction of the restore.
pub(crate) async fn hold_all(tx: &mut Tx, known: &Known) -> Result<(), StoreError> {
    // Beyond what any node has seen, of this store or of the one that the backup is of.
    tx.execute(
        "UPDATE site_state SET revision = CASE WHEN revision > $1 THEN revision ELSE $1 END + 1 WHERE one = 1",
        args![known.revision],
    )
    .await?;
    tx.script(
        "UPDATE site_connector SET standing = 'held', changed_by = NULL, \
         revision = (SELECT revision FROM site_state WHERE one = 1) WHERE standing <> 'revoked'; \
         UPDATE site_ticket SET ended_ms = made_ms WHERE used_ms IS NULL AND ended_ms IS NULL",
    )
    .await?;
    for id in &known.revoked {
        tx.execute(
            "UPDATE site_connector SET standing = 'revoked' WHERE id = $1",
            args![id.as_str()],
        )
        .await?;
    }
    Ok(())
}

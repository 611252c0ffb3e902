//! The keys that sign tokens, shared by every node.

use super::{SigningKeyRow, Sso};
use crate::StoreError;
use crate::database::{Begin, Row, args};
use zeroize::Zeroizing;

impl Sso {
    /// All of them, by algorithm, the newest of each first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, StoreError> {
        let rows = self
            .0
            .database
            .rows(
                "SELECT kid, algorithm, private, published_ms, signs_from_ms, drop_after_ms \
                 FROM sso_signing_key ORDER BY algorithm, signs_from_ms DESC, kid DESC",
                args![],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Adds a key if the newest of its algorithm is the one named (`None`: there is none), so that nodes that rotate
    /// at once make one. `false`: it is another, and nothing was added.
    pub async fn add_signing_key(
        &self,
        row: &SigningKeyRow,
        only_if_newest_is: Option<&str>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        if !tx.is_file() {
            // There may be no row to lock. Readers are not kept waiting by this.
            tx.script("LOCK TABLE sso_signing_key IN SHARE ROW EXCLUSIVE MODE")
                .await?;
        }
        let newest = tx
            .row(
                "SELECT kid FROM sso_signing_key WHERE algorithm = $1 \
                 ORDER BY signs_from_ms DESC, kid DESC LIMIT 1",
                args![row.algorithm.as_str()],
            )
            .await?;
        let newest = newest.map(|row| row.text(0)).transpose()?;
        if newest.as_deref() != only_if_newest_is {
            return Ok(false);
        }
        tx.execute(
            "INSERT INTO sso_signing_key (kid, algorithm, private, published_ms, signs_from_ms, drop_after_ms) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![
                row.kid.as_str(),
                row.algorithm.as_str(),
                row.private.as_slice(),
                row.published_ms,
                row.signs_from_ms,
                row.drop_after_ms,
            ],
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets the keys whose time has passed.
    pub async fn drop_signing_keys(&self, now_ms: i64) -> Result<(), StoreError> {
        self.0
            .database
            .execute(
                "DELETE FROM sso_signing_key WHERE drop_after_ms <= $1",
                args![now_ms],
            )
            .await
            .map(drop)
    }

    /// Says until when a key is needed.
    pub async fn retire_signing_key(
        &self,
        kid: &str,
        drop_after_ms: i64,
    ) -> Result<(), StoreError> {
        self.0
            .database
            .execute(
                "UPDATE sso_signing_key SET drop_after_ms = $2 WHERE kid = $1",
                args![kid, drop_after_ms],
            )
            .await
            .map(drop)
    }
}

fn read(row: &Row) -> Result<SigningKeyRow, StoreError> {
    Ok(SigningKeyRow {
        kid: row.text(0)?,
        algorithm: row.text(1)?,
        private: Zeroizing::new(row.bytes(2)?),
        published_ms: row.int(3)?,
        signs_from_ms: row.int(4)?,
        drop_after_ms: row.int_or_none(5)?,
    })
}

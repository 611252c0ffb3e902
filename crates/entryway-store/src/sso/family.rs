//! Families of tokens: one row each, which whoever rotates or revokes the family changes first.

use super::{AccessRow, FamilyRow, FoundFamily, Sso, token};
use crate::StoreError;
use crate::database::{Begin, Row, args};

impl Sso {
    /// A family.
    pub async fn family(&self, family: &[u8; 16]) -> Result<Option<FoundFamily>, StoreError> {
        let row = self
            .0
            .database
            .row(
                "SELECT body, revoked, generation FROM sso_family WHERE family = $1",
                args![family],
            )
            .await?;
        row.map(|row| {
            Ok(FoundFamily {
                body: row.text_or_none(0)?,
                revoked: row.int(1)? != 0,
                generation: row.int(2)?,
            })
        })
        .transpose()
    }

    /// Replaces a family by its next generation, together with the access token that goes with it. `false` where it is
    /// of another generation than `seen` by now, or revoked, or not there: nothing was changed.
    pub async fn rotate(
        &self,
        seen: i64,
        family: &FamilyRow,
        access: &AccessRow,
    ) -> Result<bool, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let rotated = tx
            .execute(
                "UPDATE sso_family SET generation = $3, keep_until_ms = $4, body = $5 \
                 WHERE family = $1 AND generation = $2 AND revoked = 0",
                args![
                    &family.family,
                    seen,
                    family.generation,
                    family.keep_until_ms,
                    family.body.as_deref(),
                ],
            )
            .await?;
        if rotated == 0 {
            return Ok(false);
        }
        token::insert(&mut tx, access).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends a family and deletes its access tokens. It is remembered as revoked, until `keep_until_ms` at least, also
    /// where nothing was kept of it yet.
    pub async fn revoke_family(
        &self,
        family: &[u8; 16],
        keep_until_ms: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        // First: whoever is about to keep a token of it is waited for, and the token is found below; whoever comes
        // later finds it revoked.
        tx.execute(
            "INSERT INTO sso_family (family, offline, generation, revoked, keep_until_ms) VALUES ($1, 0, 0, 1, $2) \
             ON CONFLICT (family) DO UPDATE SET revoked = 1, body = NULL, keep_until_ms = CASE \
             WHEN sso_family.keep_until_ms > $2 THEN sso_family.keep_until_ms ELSE $2 END",
            args![family, keep_until_ms],
        )
        .await?;
        tx.execute("DELETE FROM sso_access WHERE family = $1", args![family])
            .await?;
        tx.commit().await
    }

    /// What a person let applications have beyond their sessions, and what has neither ended nor been revoked.
    pub async fn offline_families_of(
        &self,
        subject: &str,
        now_ms: i64,
    ) -> Result<Vec<FamilyRow>, StoreError> {
        let rows = self
            .0
            .database
            .rows(
                "SELECT family, client, subject, session, offline, generation, keep_until_ms, body \
                 FROM sso_family WHERE subject = $1 AND offline = 1 AND revoked = 0 AND keep_until_ms > $2 \
                 ORDER BY client, family",
                args![subject, now_ms],
            )
            .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<FamilyRow, StoreError> {
    Ok(FamilyRow {
        family: row.array(0)?,
        client: row.text(1)?,
        subject: row.text(2)?,
        session: row.text(3)?,
        offline: row.int(4)? != 0,
        generation: row.int(5)?,
        keep_until_ms: row.int(6)?,
        body: row.text_or_none(7)?,
    })
}

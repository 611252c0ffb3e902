//! Access tokens, and what one redemption of a code gives out.

use super::{AccessRow, FamilyRow, Sso};
use crate::StoreError;
use crate::database::{Begin, Tx, args};

impl Sso {
    /// Keeps an access token together with its family, or a client's own without one: all or nothing. `false` where
    /// the family was revoked before.
    pub async fn keep_tokens(
        &self,
        access: &AccessRow,
        family: Option<&FamilyRow>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        if let Some(family) = family {
            // Whoever revokes it at this moment is waited for, or waits, and then finds the access token.
            let kept = tx
                .execute(
                    "INSERT INTO sso_family (family, client, subject, session, offline, generation, revoked, \
                     keep_until_ms, body) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8) \
                     ON CONFLICT (family) DO UPDATE SET client = excluded.client, subject = excluded.subject, \
                     session = excluded.session, offline = excluded.offline, generation = excluded.generation, \
                     keep_until_ms = excluded.keep_until_ms, body = excluded.body WHERE sso_family.revoked = 0",
                    args![
                        &family.family,
                        family.client.as_str(),
                        family.subject.as_str(),
                        family.session.as_str(),
                        family.offline,
                        family.generation,
                        family.keep_until_ms,
                        family.body.as_deref(),
                    ],
                )
                .await?;
            if kept == 0 {
                return Ok(false);
            }
        }
        insert(&mut tx, access).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The body of an access token; `None` where it is unknown, its time has passed, or its family was revoked.
    pub async fn access(
        &self,
        token: &[u8; 32],
        now_ms: i64,
    ) -> Result<Option<String>, StoreError> {
        let row = self
            .0
            .database
            .row(
                "SELECT body FROM sso_access WHERE token = $1 AND expires_ms > $2 AND NOT EXISTS \
                 (SELECT 1 FROM sso_family WHERE sso_family.family = sso_access.family AND revoked = 1)",
                args![token, now_ms],
            )
            .await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Deletes an access token.
    pub async fn drop_access(&self, token: &[u8; 32]) -> Result<(), StoreError> {
        self.0
            .database
            .execute("DELETE FROM sso_access WHERE token = $1", args![token])
            .await
            .map(drop)
    }
}

pub(super) async fn insert(tx: &mut Tx, access: &AccessRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sso_access (token, family, expires_ms, body) VALUES ($1, $2, $3, $4)",
        args![
            &access.token,
            access.family.as_ref(),
            access.expires_ms,
            access.body.as_str(),
        ],
    )
    .await
    .map(drop)
}

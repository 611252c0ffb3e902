//! Authorization codes, and assertions of clients: what counts once.

use super::{CodeRow, Sso, TakenRow};
use crate::StoreError;
use crate::database::{Begin, Locking, args, locking};

/// The session's row stays locked until the code stands, so that whoever ends the session, and deletes that row first,
/// either comes before, and nothing is kept, or afterwards, and finds the code. KEY SHARE, because codes of one session
/// do not wait for each other, nor for whoever notes that it was used.
pub(crate) const KEEP: Locking = locking!(
    "INSERT INTO sso_code (code, family, client, session, subject, offline, expires_ms, keep_until_ms, body) \
     SELECT $1, $2, $3, id, subject, $5, $6, $7, $8 FROM sso_session WHERE id = $4",
    "FOR KEY SHARE",
    ""
);

/// Another taker who is at it is waited for.
const TAKE: Locking = locking!(
    "SELECT family, body FROM sso_code WHERE code = $1",
    "FOR UPDATE",
    ""
);

impl Sso {
    /// Keeps a code, and remembers that its client has to hear when the session ends. `false` where the session has
    /// ended meanwhile: nothing was kept.
    pub async fn keep_code(&self, row: &CodeRow) -> Result<bool, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let keep = tx.text(&KEEP);
        let kept = tx
            .execute(
                keep,
                args![
                    &row.code,
                    &row.family,
                    row.client.as_str(),
                    row.session.as_str(),
                    row.offline,
                    row.expires_ms,
                    row.keep_until_ms,
                    row.body.as_str(),
                ],
            )
            .await?;
        if kept == 0 {
            return Ok(false);
        }
        tx.execute(
            "INSERT INTO sso_session_client (session, client) VALUES ($1, $2) \
             ON CONFLICT (session, client) DO NOTHING",
            args![row.session.as_str(), row.client.as_str()],
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes a code: of any number of takers one is given its body. On disk before this returns. Whether its time has
    /// passed is for the caller to see.
    pub async fn take_code(&self, code: &[u8; 32]) -> Result<TakenRow, StoreError> {
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let take = tx.text(&TAKE);
        let Some(row) = tx.row(take, args![code]).await? else {
            return Ok(TakenRow::Unknown);
        };
        let Some(body) = row.text_or_none(1)? else {
            return Ok(TakenRow::Spent(row.array(0)?));
        };
        tx.execute(
            "UPDATE sso_code SET body = NULL WHERE code = $1",
            args![code],
        )
        .await?;
        tx.commit().await?;
        Ok(TakenRow::Taken(body))
    }

    /// Remembers an assertion of a client by SHA-256 of its `jti`: `true` the first time.
    pub async fn take_assertion(
        &self,
        client: &str,
        jti: &[u8; 32],
        until_ms: i64,
    ) -> Result<bool, StoreError> {
        let taken = self
            .0
            .database
            .execute(
                "INSERT INTO sso_assertion (client, jti, until_ms) VALUES ($1, $2, $3) \
                 ON CONFLICT (client, jti) DO NOTHING",
                args![client, jti, until_ms],
            )
            .await?;
        Ok(taken == 1)
    }
}

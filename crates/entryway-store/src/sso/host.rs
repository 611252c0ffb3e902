//! Hosts that forward authentication protects: a code that one browser exchanges once, for a cookie of that host. Both
//! end with the session.

use super::session::read;
use super::{HostCodeRow, HostExchange, SessionRow, Sso};
use crate::StoreError;
use crate::database::{Begin, Locking, args, locking};

/// As for an authorization code: whoever ends the session comes before, or finds the code.
const KEEP: Locking = locking!(
    "INSERT INTO sso_host (token, session, host, browser, expires_ms, target) \
     SELECT $1, id, $3, $4, $5, $6 FROM sso_session WHERE id = $2",
    "FOR KEY SHARE",
    ""
);

/// Exchanges of one session follow each other, and its end comes before or after one.
const SESSION: Locking = locking!(
    "SELECT id FROM sso_session WHERE id = \
     (SELECT session FROM sso_host WHERE token = $1 AND host = $2 AND browser = $3 AND expires_ms > $4)",
    "FOR UPDATE",
    ""
);

const CODE: Locking = locking!(
    "SELECT target FROM sso_host WHERE token = $1 AND host = $2 AND browser = $3 AND expires_ms > $4",
    "FOR UPDATE",
    ""
);

impl Sso {
    /// Keeps a code. `false` where the session has ended meanwhile: nothing was kept.
    pub async fn keep_host_code(&self, row: &HostCodeRow) -> Result<bool, StoreError> {
        let database = &self.0.database;
        let kept = database
            .execute(
                database.text(&KEEP),
                args![
                    &row.code,
                    row.session.as_str(),
                    row.host.as_str(),
                    &row.browser,
                    row.expires_ms,
                    row.target.as_str(),
                ],
            )
            .await?;
        Ok(kept == 1)
    }

    /// Of which browser a code is that is still good at this host. It is only read: whoever comes with anything else
    /// keeps nobody from writing.
    pub async fn browser_of_host_code(
        &self,
        code: &[u8; 32],
        host: &str,
        now_ms: i64,
    ) -> Result<Option<[u8; 32]>, StoreError> {
        let row = self
            .0
            .database
            .row(
                "SELECT browser FROM sso_host \
                 WHERE token = $1 AND host = $2 AND expires_ms > $3 AND browser IS NOT NULL",
                args![code, host, now_ms],
            )
            .await?;
        row.map(|row| row.array(0)).transpose()
    }

    /// Exchanges a code for a cookie: of any number who come with it, one browser, and at its own host, gets one, and
    /// the page that it wanted. The cookie that its session had for this host before ends. On disk before this returns.
    pub async fn exchange_host_code(
        &self,
        exchange: &HostExchange,
    ) -> Result<Option<String>, StoreError> {
        let HostExchange {
            code,
            host,
            browser,
            cookie,
            now_ms,
        } = exchange;
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let session = tx.text(&SESSION);
        let session = tx
            .row(session, args![code, host.as_str(), browser, *now_ms])
            .await?;
        let Some(session) = session else {
            return Ok(None);
        };
        let session = session.text(0)?;
        // Again: another may have taken it while this one waited.
        let code_row = tx.text(&CODE);
        let found = tx
            .row(code_row, args![code, host.as_str(), browser, *now_ms])
            .await?;
        let Some(found) = found else {
            return Ok(None);
        };
        let target = found.text(0)?;
        tx.execute(
            "DELETE FROM sso_host WHERE session = $1 AND host = $2 AND browser IS NULL",
            args![session.as_str(), host.as_str()],
        )
        .await?;
        tx.execute(
            "UPDATE sso_host SET token = $2, browser = NULL, target = '' WHERE token = $1",
            args![code, cookie],
        )
        .await?;
        tx.commit().await?;
        Ok(Some(target))
    }

    /// The session that a host's cookie is of. Whether its time has passed is for the caller to see.
    pub async fn session_by_host_cookie(
        &self,
        cookie: &[u8; 32],
        host: &str,
    ) -> Result<Option<SessionRow>, StoreError> {
        let row = self
            .0
            .database
            .row(
                "SELECT s.id, s.cookie, s.subject, s.made_ms, s.used_ms, s.ends_ms, s.body \
                 FROM sso_host h JOIN sso_session s ON s.id = h.session \
                 WHERE h.token = $1 AND h.host = $2 AND h.browser IS NULL",
                args![cookie, host],
            )
            .await?;
        row.as_ref().map(read).transpose()
    }
}

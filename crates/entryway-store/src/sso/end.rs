//! How a session ends: with the tokens that do not outlive it, and with the codes that nobody has redeemed.
//!
//! The session's row goes first. From then on no code of it is kept (`keep_code` locks that row), and the codes there
//! are can be counted. A code that is being redeemed at this moment has no family yet; it is given one that is
//! revoked. The insertion waits for a redemption that is about to commit, whose family is then revoked like the others;
//! a redemption that comes later finds the revoked one and keeps nothing. This has to be done before the families that
//! are there are revoked: the other way round a redemption that commits in between would be missed by both.

use super::session::{read, select};
use super::{Sso, WholeSession};
use crate::StoreError;
use crate::database::{Begin, Locking, Tx, args, locking};

const SESSION: Locking = locking!(select!("WHERE id = $1"), "FOR UPDATE", "");
const SESSIONS: Locking = locking!(
    "SELECT id FROM sso_session WHERE subject = $1 ORDER BY id",
    "FOR UPDATE",
    ""
);

/// How families are revoked together. `$1` is what tells which ones.
struct Revoking {
    /// Codes whose family may not come to be. It is remembered for as long as the code.
    codes: &'static str,
    /// In one order, because an update alone has none.
    lock: Locking,
    revoke: &'static str,
    drop_access: &'static str,
}

macro_rules! revoking {
    (codes: $codes:literal, families: $families:literal) => {
        Revoking {
            codes: concat!(
                "INSERT INTO sso_family (family, client, subject, session, offline, generation, revoked, \
                 keep_until_ms) SELECT family, client, subject, session, offline, 0, 1, \
                 CASE WHEN keep_until_ms > $3 THEN keep_until_ms ELSE $3 END FROM sso_code \
                 WHERE keep_until_ms > $2 AND ",
                $codes,
                " ORDER BY family ON CONFLICT (family) DO NOTHING"
            ),
            lock: locking!(
                concat!(
                    "SELECT family FROM sso_family WHERE revoked = 0 AND ",
                    $families,
                    " ORDER BY family"
                ),
                "FOR UPDATE",
                ""
            ),
            revoke: concat!(
                "UPDATE sso_family SET revoked = 1, body = NULL, \
                 keep_until_ms = CASE WHEN keep_until_ms > $2 THEN keep_until_ms ELSE $2 END \
                 WHERE revoked = 0 AND ",
                $families
            ),
            drop_access: concat!(
                "DELETE FROM sso_access WHERE family IN (SELECT family FROM sso_family WHERE revoked = 1 AND ",
                $families,
                ")"
            ),
        }
    };
}

/// What does not outlive the session `$1`. An offline code that was taken is as good as redeemed.
const OF_SESSION: Revoking = revoking!(
    codes: "session = $1 AND (offline = 0 OR body IS NOT NULL)",
    families: "session = $1 AND offline = 0"
);
/// What the person `$1` let applications have beyond their sessions.
const OFFLINE_OF_SUBJECT: Revoking = revoking!(
    codes: "subject = $1 AND offline = 1",
    families: "subject = $1 AND offline = 1"
);

/// When something ends, and until when that is remembered at least.
#[derive(Clone, Copy)]
struct Ending {
    now_ms: i64,
    keep_until_ms: i64,
}

impl Sso {
    /// Ends a session: its cookie, its codes, and each family that does not outlive it. That these are revoked is
    /// remembered until `keep_until_ms` at least. `None` where it has ended already, or was pruned; what is left of
    /// its tokens ends all the same.
    pub async fn end_session(
        &self,
        id: &str,
        now_ms: i64,
        keep_until_ms: i64,
    ) -> Result<Option<WholeSession>, StoreError> {
        let ending = Ending {
            now_ms,
            keep_until_ms,
        };
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let ended = end_one(&mut tx, id, ending).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Ends all sessions of a person but one, all or none; `offline_too` ends what they let applications have beyond
    /// sessions as well, whichever session that came from.
    pub async fn end_sessions_of(
        &self,
        subject: &str,
        except: Option<&str>,
        offline_too: bool,
        now_ms: i64,
        keep_until_ms: i64,
    ) -> Result<Vec<WholeSession>, StoreError> {
        let ending = Ending {
            now_ms,
            keep_until_ms,
        };
        let mut tx = self.0.database.begin(Begin::Write).await?;
        let sessions = tx.text(&SESSIONS);
        let mut ended = Vec::new();
        for row in tx.rows(sessions, args![subject]).await? {
            let id = row.text(0)?;
            if except != Some(id.as_str()) {
                ended.extend(end_one(&mut tx, &id, ending).await?);
            }
        }
        if offline_too {
            revoke(&mut tx, &OFFLINE_OF_SUBJECT, subject, ending).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }
}

async fn end_one(
    tx: &mut Tx,
    id: &str,
    ending: Ending,
) -> Result<Option<WholeSession>, StoreError> {
    let session = tx.text(&SESSION);
    let session = tx.row(session, args![id]).await?;
    let mut clients = Vec::new();
    if session.is_some() {
        let rows = tx
            .rows(
                "SELECT client FROM sso_session_client WHERE session = $1",
                args![id],
            )
            .await?;
        for row in &rows {
            clients.push(row.text(0)?);
        }
        clients.sort_unstable();
        // The clients go with it.
        tx.execute("DELETE FROM sso_session WHERE id = $1", args![id])
            .await?;
    }
    revoke(tx, &OF_SESSION, id, ending).await?;
    session
        .map(|row| {
            Ok(WholeSession {
                session: read(&row)?,
                clients,
            })
        })
        .transpose()
}

async fn revoke(
    tx: &mut Tx,
    which: &Revoking,
    whose: &str,
    ending: Ending,
) -> Result<(), StoreError> {
    let Ending {
        now_ms,
        keep_until_ms,
    } = ending;
    tx.execute(which.codes, args![whose, now_ms, keep_until_ms])
        .await?;
    let lock = tx.text(&which.lock);
    tx.rows(lock, args![whose]).await?;
    tx.execute(which.revoke, args![whose, keep_until_ms])
        .await?;
    tx.execute(which.drop_access, args![whose]).await?;
    Ok(())
}

/// Ends every session and every token, a client's own too: after a restore nobody is signed in by what stood there.
/// Assertions that were used stay used.
pub(crate) async fn end_all(tx: &mut Tx) -> Result<(), StoreError> {
    if !tx.is_file() {
        // Rows of everybody would be locked in no order; in that of the tables nobody waits in a circle.
        tx.script(
            "LOCK TABLE sso_session, sso_code, sso_family, sso_access, sso_host IN EXCLUSIVE MODE",
        )
        .await?;
    }
    tx.script(
        "DELETE FROM sso_session; \
         INSERT INTO sso_family (family, client, subject, session, offline, generation, revoked, keep_until_ms) \
         SELECT family, client, subject, session, offline, 0, 1, keep_until_ms FROM sso_code WHERE TRUE \
         ON CONFLICT (family) DO NOTHING; \
         UPDATE sso_family SET revoked = 1, body = NULL WHERE revoked = 0; \
         DELETE FROM sso_access",
    )
    .await
}

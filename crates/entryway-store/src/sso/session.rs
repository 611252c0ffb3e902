//! Browsers' sessions. How they end is in `end`.

use super::{SessionRow, Sso, WholeSession};
use crate::StoreError;
use crate::database::{Row, args};

/// The columns of [`read`], in its order.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, cookie, subject, made_ms, used_ms, ends_ms, body FROM sso_session ",
            $rest
        )
    };
}
pub(super) use select;

/// The same columns and then a client, in a row for each of them.
macro_rules! with_clients {
    ($which:literal) => {
        concat!(
            "SELECT id, cookie, subject, made_ms, used_ms, ends_ms, body, client \
             FROM (SELECT * FROM sso_session ",
            $which,
            ") AS page LEFT JOIN sso_session_client ON session = id ORDER BY id, client"
        )
    };
}

pub(super) fn read(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: row.text(0)?,
        cookie: row.array(1)?,
        subject: row.text(2)?,
        made_ms: row.int(3)?,
        used_ms: row.int(4)?,
        ends_ms: row.int(5)?,
        body: row.text(6)?,
    })
}

impl Sso {
    /// Keeps a new session.
    pub async fn keep_session(&self, row: &SessionRow) -> Result<(), StoreError> {
        self.0
            .database
            .execute(
                "INSERT INTO sso_session (id, cookie, subject, made_ms, used_ms, ends_ms, body) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                args![
                    row.id.as_str(),
                    &row.cookie,
                    row.subject.as_str(),
                    row.made_ms,
                    row.used_ms,
                    row.ends_ms,
                    row.body.as_str(),
                ],
            )
            .await
            .map(drop)
    }

    /// Gives the session of that id another cookie, body and times: its person has proved again who they are. `false`
    /// where it has ended, or is another person's: a session never changes hands.
    pub async fn renew_session(&self, row: &SessionRow) -> Result<bool, StoreError> {
        let renewed = self
            .0
            .database
            .execute(
                "UPDATE sso_session SET cookie = $3, made_ms = $4, used_ms = $5, ends_ms = $6, body = $7 \
                 WHERE id = $1 AND subject = $2",
                args![
                    row.id.as_str(),
                    row.subject.as_str(),
                    &row.cookie,
                    row.made_ms,
                    row.used_ms,
                    row.ends_ms,
                    row.body.as_str(),
                ],
            )
            .await?;
        Ok(renewed == 1)
    }

    /// The session with that cookie. Whether its time has passed is for the caller to see.
    pub async fn session_by_cookie(
        &self,
        cookie: &[u8; 32],
    ) -> Result<Option<SessionRow>, StoreError> {
        let row = self
            .0
            .database
            .row(select!("WHERE cookie = $1"), args![cookie])
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The session of that id. Whether its time has passed is for the caller to see.
    pub async fn session(&self, id: &str) -> Result<Option<SessionRow>, StoreError> {
        let row = self
            .0
            .database
            .row(select!("WHERE id = $1"), args![id])
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Remembers that a session was used. A node whose clock is behind sets nothing back.
    pub async fn session_used(&self, id: &str, used_ms: i64) -> Result<(), StoreError> {
        self.0
            .database
            .execute(
                "UPDATE sso_session SET used_ms = $2 WHERE id = $1 AND used_ms < $2",
                args![id, used_ms],
            )
            .await
            .map(drop)
    }

    /// All sessions of a person, the oldest first.
    pub async fn sessions_of(&self, subject: &str) -> Result<Vec<SessionRow>, StoreError> {
        let rows = self
            .0
            .database
            .rows(
                select!("WHERE subject = $1 ORDER BY made_ms, id"),
                args![subject],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// At most `limit` sessions of anybody with their clients, by their ids, from behind `after` on.
    pub async fn sessions(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<WholeSession>, StoreError> {
        // No id is empty.
        let after = after.unwrap_or_default();
        let rows = self
            .0
            .database
            .rows(
                with_clients!("WHERE id > $1 ORDER BY id LIMIT $2"),
                args![after, i64::from(limit)],
            )
            .await?;
        whole(&rows)
    }

    /// All sessions of a person with their clients, by their ids.
    pub async fn whole_sessions_of(&self, subject: &str) -> Result<Vec<WholeSession>, StoreError> {
        let rows = self
            .0
            .database
            .rows(with_clients!("WHERE subject = $1"), args![subject])
            .await?;
        whole(&rows)
    }
}

/// Sessions, a row for each client; those of one session stand together.
fn whole(rows: &[Row]) -> Result<Vec<WholeSession>, StoreError> {
    let mut found: Vec<WholeSession> = Vec::new();
    for row in rows {
        let session = read(row)?;
        let client = row.text_or_none(7)?;
        match found.last_mut() {
            Some(last) if last.session.id == session.id => last.clients.extend(client),
            _ => found.push(WholeSession {
                session,
                clients: client.into_iter().collect(),
            }),
        }
    }
    Ok(found)
}

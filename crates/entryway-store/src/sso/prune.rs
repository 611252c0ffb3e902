//! Forgetting what has ended. A batch is a transaction of its own, so that nobody waits for more than that; what
//! another transaction has locked is left to the next time, so that nodes that prune at once share the work.

use super::Sso;
use crate::StoreError;
use crate::database::{Locking, args, locking};

/// Rows that go at once.
const BATCH: u32 = 500;

/// How much later than it expires a code that nobody took is forgotten: another node's clock may be behind.
const ABANDONED_MS: i64 = 3_600_000;

macro_rules! batch {
    ($table:literal by $key:literal: $time:literal $($and:literal)?) => {
        locking!(
            concat!(
                "DELETE FROM ", $table, " WHERE (", $key, ") IN (SELECT ", $key, " FROM ", $table,
                " WHERE ", $time, " <= $1 ", $($and,)? "ORDER BY ", $time, " LIMIT $2"
            ),
            "FOR UPDATE SKIP LOCKED",
            ")"
        )
    };
}

const BATCHES: [Locking; 5] = [
    batch!("sso_session" by "id": "ends_ms"),
    batch!("sso_code" by "code": "keep_until_ms"),
    batch!("sso_access" by "token": "expires_ms"),
    batch!("sso_family" by "family": "keep_until_ms"),
    batch!("sso_assertion" by "client, jti": "until_ms"),
];
const ABANDONED: [Locking; 2] = [
    batch!("sso_code" by "code": "expires_ms" "AND body IS NOT NULL "),
    batch!("sso_host" by "token": "expires_ms" "AND browser IS NOT NULL "),
];

impl Sso {
    /// Forgets what has ended: sessions, codes, families, access tokens and assertions. Tells how many rows went.
    pub async fn prune_sso(&self, now_ms: i64) -> Result<u64, StoreError> {
        let mut gone = 0;
        for batch in &BATCHES {
            gone += self.prune(batch, now_ms).await?;
        }
        let abandoned = now_ms.saturating_sub(ABANDONED_MS);
        for batch in &ABANDONED {
            gone += self.prune(batch, abandoned).await?;
        }
        Ok(gone)
    }

    async fn prune(&self, batch: &Locking, before_ms: i64) -> Result<u64, StoreError> {
        let database = &self.0.database;
        let mut gone = 0;
        loop {
            let done = database
                .execute(database.text(batch), args![before_ms, i64::from(BATCH)])
                .await?;
            gone += done;
            if done < u64::from(BATCH) {
                return Ok(gone);
            }
        }
    }
}

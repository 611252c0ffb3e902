//! PostgreSQL.

use super::outage::explain;
use super::{Begin, file::PATIENCE};
use crate::{Outage, StoreError};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::{ConnectOptions, Executor, Transaction};

/// Connections at once: the audit, the poll for changes, the throttle, and a command now and then.
const CONNECTIONS: u32 = 6;

/// A database on a PostgreSQL server.
pub(crate) struct ServerDatabase {
    pool: PgPool,
    place: String,
}

impl ServerDatabase {
    /// Connects once, so that a wrong address or login is told at once.
    pub(crate) async fn open(options: PgConnectOptions, place: String) -> Result<Self, StoreError> {
        let options = options.disable_statement_logging();
        // The pool would try a server that refuses again and again and then say only that time is up.
        let first = tokio::time::timeout(PATIENCE, async {
            use sqlx::Connection;
            options.connect().await?.close().await
        });
        match first.await {
            Ok(done) => done.map_err(|error| explain(&place, error))?,
            Err(_) => return Err(StoreError::unavailable(&place, Outage::TimedOut)),
        }
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // What waits longer is a fault that a login can be told. A commit is on disk when it is
                    // answered, whatever the server's own setting.
                    connection
                        .execute(
                            "SET lock_timeout = '3s'; SET statement_timeout = '30s'; \
                             SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on",
                        )
                        .await?;
                    Ok(())
                })
            })
            .connect_lazy_with(options);
        Ok(Self { pool, place })
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(crate) async fn begin(
        &self,
        how: Begin,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        let statement = match how {
            Begin::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            Begin::Write => "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE",
        };
        let begun = tokio::time::timeout(PATIENCE * 2, self.pool.begin_with(statement)).await;
        match begun {
            Ok(begun) => begun.map_err(|error| explain(&self.place, error)),
            Err(_) => Err(StoreError::unavailable(&self.place, Outage::TimedOut)),
        }
    }

    /// The connections.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

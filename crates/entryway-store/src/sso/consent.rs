//! What people let clients have: one row for each scope.

use super::Sso;
use crate::StoreError;
use crate::database::{Begin, args};

impl Sso {
    /// The scopes that a person let a client have, in order.
    pub async fn consent(&self, subject: &str, client: &str) -> Result<Vec<String>, StoreError> {
        let rows = self
            .0
            .database
            .rows(
                "SELECT scope FROM sso_consent WHERE subject = $1 AND client = $2",
                args![subject, client],
            )
            .await?;
        let mut scopes = rows
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<Vec<_>, _>>()?;
        scopes.sort_unstable();
        Ok(scopes)
    }

    /// Lets a client have these scopes, too.
    pub async fn add_consent(
        &self,
        subject: &str,
        client: &str,
        scopes: &[&str],
    ) -> Result<(), StoreError> {
        // In one order, because two who add the same wait for each other.
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        let mut tx = self.0.database.begin(Begin::Write).await?;
        for scope in scopes {
            tx.execute(
                "INSERT INTO sso_consent (subject, client, scope) VALUES ($1, $2, $3) \
                 ON CONFLICT (subject, client, scope) DO NOTHING",
                args![subject, client, scope],
            )
            .await?;
        }
        tx.commit().await
    }

    /// Lets a client have nothing. What it holds goes on until it is revoked.
    pub async fn withdraw_consent(&self, subject: &str, client: &str) -> Result<(), StoreError> {
        self.0
            .database
            .execute(
                "DELETE FROM sso_consent WHERE subject = $1 AND client = $2",
                args![subject, client],
            )
            .await
            .map(drop)
    }
}

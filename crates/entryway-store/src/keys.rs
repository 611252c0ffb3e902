//! Secrets that several processes share: for signing what Entryway gives out and takes back.

use crate::database::{Begin, Tx, args};
use crate::time::now_ms;
use crate::{Store, StoreError, random};
use zeroize::Zeroizing;

/// A secret, and its number among those of the same name. Never shown.
pub struct Key {
    /// Grows with each rotation, from 1. Goes beside what is signed, so that it is checked with the right one.
    pub kid: u32,
    /// 32 random bytes.
    pub secret: Zeroizing<[u8; 32]>,
}

impl Store {
    /// The newest key of that name, made when there is none. Every process gets the same.
    pub async fn key(&self, name: &str) -> Result<Key, StoreError> {
        if let Some(key) = self.keys(name).await?.into_iter().next() {
            return Ok(key);
        }
        let mut tx = self.database().begin(Begin::Write).await?;
        insert(&mut tx, name, 1).await?;
        tx.commit().await?;
        self.keys(name)
            .await?
            .into_iter()
            .next()
            .ok_or_else(|| StoreError::damaged("the table `store_key`"))
    }

    /// All keys of that name, the newest first: what was signed before a rotation is checked with an older one.
    pub async fn keys(&self, name: &str) -> Result<Vec<Key>, StoreError> {
        let mut tx = self.database().begin(Begin::Read).await?;
        let rows = tx
            .rows(
                "SELECT kid, secret FROM store_key WHERE name = $1 ORDER BY kid DESC",
                args![name],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let kid = u32::try_from(row.int(0)?)
                    .map_err(|_| StoreError::damaged("the table `store_key`"))?;
                let secret = Zeroizing::new(row.array(1)?);
                Ok(Key { kid, secret })
            })
            .collect()
    }

    /// Makes a new key of that name, and forgets those older than the one before it.
    pub async fn rotate_key(&self, name: &str) -> Result<Key, StoreError> {
        let newest = self.key(name).await?.kid;
        let mut tx = self.database().begin(Begin::Write).await?;
        // Two who rotate at once make one new key.
        insert(&mut tx, name, i64::from(newest) + 1).await?;
        tx.execute(
            "DELETE FROM store_key WHERE name = $1 AND kid < $2",
            args![name, i64::from(newest)],
        )
        .await?;
        tx.commit().await?;
        self.key(name).await
    }
}

async fn insert(tx: &mut Tx, name: &str, kid: i64) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO store_key (name, kid, secret, made_ms) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (name, kid) DO NOTHING",
        args![name, kid, random::bytes::<32>()?.to_vec(), now_ms()],
    )
    .await
    .map(drop)
}

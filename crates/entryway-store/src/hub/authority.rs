//! Who signs the certificates of a site, shared by every node.

use super::{AuthorityRow, Hub};
use crate::StoreError;
use crate::database::{Row, args};
use zeroize::Zeroizing;

impl Hub {
    /// The authority of a site, if there is one yet.
    pub async fn authority(&self, site: &str) -> Result<Option<AuthorityRow>, StoreError> {
        let row = self
            .0
            .database
            .row(
                "SELECT site, certificate, private, made_ms FROM site_authority WHERE site = $1",
                args![site],
            )
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Of all sites that have one.
    pub async fn authorities(&self) -> Result<Vec<AuthorityRow>, StoreError> {
        let rows = self
            .0
            .database
            .rows(
                "SELECT site, certificate, private, made_ms FROM site_authority ORDER BY site",
                args![],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Keeps this one, unless the site has one: gives the one that stands, whoever made it.
    pub async fn found_authority(&self, row: &AuthorityRow) -> Result<AuthorityRow, StoreError> {
        self.0
            .database
            .execute(
                "INSERT INTO site_authority (site, certificate, private, made_ms) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (site) DO NOTHING",
                args![
                    row.site.as_str(),
                    row.certificate.as_slice(),
                    row.private.as_slice(),
                    row.made_ms,
                ],
            )
            .await?;
        let stands = self.authority(&row.site).await?;
        stands.ok_or_else(|| StoreError::damaged("the authority of a site"))
    }
}

fn read(row: &Row) -> Result<AuthorityRow, StoreError> {
    Ok(AuthorityRow {
        site: row.text(0)?,
        certificate: row.bytes(1)?,
        private: Zeroizing::new(row.bytes(2)?),
        made_ms: row.int(3)?,
    })
}

//! The tables, and how they come to be: numbered steps, each once, in both dialects.

use crate::database::{Tx, args};
use crate::time::now_ms;
use crate::{StoreError, random};

struct Migration {
    number: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: [Migration; 7] = [
    Migration {
        number: 1,
        sqlite: include_str!("../migrations/0001_start.sqlite.sql"),
        postgres: include_str!("../migrations/0001_start.postgres.sql"),
    },
    Migration {
        number: 2,
        sqlite: include_str!("../migrations/0002_packed_audit.sqlite.sql"),
        postgres: include_str!("../migrations/0002_packed_audit.postgres.sql"),
    },
    Migration {
        number: 3,
        sqlite: include_str!("../migrations/0003_single_sign_on.sqlite.sql"),
        postgres: include_str!("../migrations/0003_single_sign_on.postgres.sql"),
    },
    Migration {
        number: 4,
        sqlite: include_str!("../migrations/0004_forward_auth.sqlite.sql"),
        postgres: include_str!("../migrations/0004_forward_auth.postgres.sql"),
    },
    Migration {
        number: 5,
        sqlite: include_str!("../migrations/0005_hub.sqlite.sql"),
        postgres: include_str!("../migrations/0005_hub.postgres.sql"),
    },
    Migration {
        number: 6,
        sqlite: include_str!("../migrations/0006_counted_in.sqlite.sql"),
        postgres: include_str!("../migrations/0006_counted_in.postgres.sql"),
    },
    Migration {
        number: 7,
        sqlite: include_str!("../migrations/0007_by_whom.sqlite.sql"),
        postgres: include_str!("../migrations/0007_by_whom.postgres.sql"),
    },
];

/// The newest schema that this binary knows.
pub(crate) const KNOWN: i64 = 7;

/// A table, as a backup copies it.
pub(crate) struct Table {
    /// What its columns are, in the order of the statements: `i` integer, `t` text, `b` bytes.
    pub(crate) columns: &'static str,
    pub(crate) select: &'static str,
    pub(crate) insert: &'static str,
    pub(crate) delete: &'static str,
}

macro_rules! table {
    ($name:literal by $key:literal: $columns:literal, $kinds:literal, $places:literal) => {
        Table {
            columns: $kinds,
            select: concat!(
                "SELECT ",
                $columns,
                " FROM ",
                $name,
                " ORDER BY ",
                $key,
                " LIMIT $1 OFFSET $2"
            ),
            insert: concat!(
                "INSERT INTO ",
                $name,
                " (",
                $columns,
                ") VALUES (",
                $places,
                ")"
            ),
            delete: concat!("DELETE FROM ", $name),
        }
    };
}

/// What a backup holds: every table but the list of versions and, of single sign-on, whatever ends. A backup that
/// brought sessions, codes, tokens and assertions back would bring back those that ended since, and nobody could tell
/// them from the others. So a restore ends them all ([`end_all`](crate::sso::end_all)), and people sign in again; what
/// they agreed to, and the keys that applications know, stay.
///
/// Of the hub everything is copied, and a restore takes care that nothing comes back that was taken away since
/// ([`hold_all`](crate::hub::hold_all)).
pub(crate) const TABLES: [Table; 13] = [
    table!("store_state" by "one":
        "one, epoch, accounts",
        "iii",
        "$1, $2, $3"),
    table!("local_account" by "id":
        "id, name, name_key, kept_in, password_hash, password_stamp, enabled, \
     uid, gid, home, shell, user_type, email, display_name, created_ms, changed_ms, revision",
        "tttttbiiitttttiii",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17"),
    table!("removed_account" by "id":
        "id, name_key, revision",
        "tti",
        "$1, $2, $3"),
    table!("throttle" by "bucket":
        "bucket, version, over_ms, state",
        "biib",
        "$1, $2, $3, $4"),
    table!("store_key" by "name, kid":
        "name, kid, secret, made_ms",
        "tibi",
        "$1, $2, $3, $4"),
    table!("audit_segment" by "node, first_seq":
        "node, first_seq, count, from_ms, to_ms, previous_hash, hash, body, unpacked",
        "tiiiibbbi",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9"),
    table!("audit_checkpoint" by "node, next_seq, kind":
        "node, next_seq, kind, hash, at_ms, public_key, signature",
        "titbibb",
        "$1, $2, $3, $4, $5, $6, $7"),
    table!("sso_consent" by "subject, client, scope":
        "subject, client, scope",
        "ttt",
        "$1, $2, $3"),
    table!("sso_signing_key" by "kid":
        "kid, algorithm, private, published_ms, signs_from_ms, drop_after_ms",
        "ttbiii",
        "$1, $2, $3, $4, $5, $6"),
    // First: whoever changes a standing locks its row before a connector's.
    table!("site_state" by "one":
        "one, revision",
        "ii",
        "$1, $2"),
    table!("site_authority" by "site":
        "site, certificate, private, made_ms",
        "tbbi",
        "$1, $2, $3, $4"),
    table!("site_ticket" by "digest":
        "digest, site, made_ms, made_by, expires_ms, used_ms, connector, ended_ms, ended_by, revision",
        "btitiititi",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10"),
    table!("site_connector" by "id":
        "id, site, name, spki, spki_before, certificate, not_after_ms, enrolled_ms, standing, changed_ms, \
     software, seen_ms, node, revision, counted_in, changed_by, changed_revision",
        "tttbbbiititititti",
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17"),
];

/// The schema that stands, 0 when none does.
pub(crate) async fn version(tx: &mut Tx) -> Result<i64, StoreError> {
    let known = if tx.is_file() {
        "SELECT count(*) FROM sqlite_schema WHERE name = 'store_version'"
    } else {
        "SELECT count(*) FROM pg_catalog.pg_class \
         WHERE oid = to_regclass('store_version')"
    };
    let there = match tx.row(known, args![]).await? {
        Some(row) => row.int(0)? > 0,
        None => false,
    };
    if !there {
        return Ok(0);
    }
    let newest = tx
        .row("SELECT max(number) FROM store_version", args![])
        .await?;
    Ok(newest
        .map_or(Ok(None), |row| row.int_or_none(0))?
        .unwrap_or(0))
}

/// Refuses what this binary does not know.
pub(crate) fn known(tx: &Tx, found: i64) -> Result<(), StoreError> {
    if found > KNOWN {
        return Err(StoreError::TooNew {
            place: tx.place().to_owned(),
            found,
            known: KNOWN,
        });
    }
    Ok(())
}

/// Brings the schema to the newest that this binary knows, in the caller's transaction.
pub(crate) async fn migrate(tx: &mut Tx) -> Result<(), StoreError> {
    if !tx.is_file() {
        // SQLite's write lock is taken already; here two who begin at once wait for each other.
        tx.script("SELECT pg_advisory_xact_lock(7310312471)")
            .await?;
    }
    let found = version(tx).await?;
    known(tx, found)?;
    if found == KNOWN {
        return Ok(());
    }
    if found == 0 {
        refuse_others(tx).await?;
        tx.script(
            "CREATE TABLE store_version (number BIGINT PRIMARY KEY, applied_ms BIGINT NOT NULL)",
        )
        .await?;
    }
    for step in MIGRATIONS.iter().filter(|step| step.number > found) {
        tx.script(if tx.is_file() {
            step.sqlite
        } else {
            step.postgres
        })
        .await?;
        tx.execute(
            "INSERT INTO store_version (number, applied_ms) VALUES ($1, $2)",
            args![step.number, now_ms()],
        )
        .await?;
    }
    if found == 0 {
        tx.execute(
            "INSERT INTO store_state (one, epoch, accounts) VALUES (1, $1, 0)",
            args![random::number()?],
        )
        .await?;
    }
    Ok(())
}

/// A file of another program is not made ours. A PostgreSQL database may be shared.
async fn refuse_others(tx: &mut Tx) -> Result<(), StoreError> {
    if !tx.is_file() {
        return Ok(());
    }
    let other = tx
        .row("SELECT name FROM sqlite_schema LIMIT 1", args![])
        .await?;
    match other {
        None => Ok(()),
        Some(_) => Err(StoreError::NotAStore {
            place: tx.place().to_owned(),
            why: "it holds the tables of another program",
        }),
    }
}

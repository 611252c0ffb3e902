//! One way to ask both databases: the same SQL text, values and rows of either.
//!
//! `$1` stands for an argument in both; a flag is an integer; a time is milliseconds since 1970. This module must
//! not know what the tables mean.

mod file;
mod outage;
mod server;

use file::FileTx;
pub(crate) use file::{FileDatabase, FileUse, file_error};
pub(crate) use server::ServerDatabase;

use crate::StoreError;
use outage::explain;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Transaction};

/// A database that is open.
pub(crate) enum Database {
    File(FileDatabase),
    Server(ServerDatabase),
}

/// How a transaction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// Sees one state throughout, and writes nothing.
    Read,
    /// Writes. In SQLite it takes the write lock at once, so that it never has to give way half done.
    Write,
}

/// A transaction; undone when dropped before [`Tx::commit`].
pub(crate) struct Tx {
    place: String,
    inner: Inner,
}

enum Inner {
    File(FileTx),
    Server(Transaction<'static, Postgres>),
}

/// A statement that keeps the rows it reads from others until the transaction ends. In SQLite the write lock does that
/// for all rows, and the text says nothing of it.
pub(crate) struct Locking {
    pub(crate) file: &'static str,
    pub(crate) server: &'static str,
}

/// A [`Locking`] of what stands before the lock's clause, the clause of PostgreSQL, and what follows it.
macro_rules! locking {
    ($before:expr, $how:literal, $after:literal) => {
        $crate::database::Locking {
            file: concat!($before, $after),
            server: concat!($before, " ", $how, $after),
        }
    };
}
pub(crate) use locking;

/// A value that goes into a statement.
pub(crate) enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// A row that came out of one.
pub(crate) enum Row {
    File(SqliteRow),
    Server(PgRow),
}

macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query($sql);
        for arg in $args {
            query = match arg {
                Arg::Int(value) => query.bind(value),
                Arg::Text(value) => query.bind(value),
                Arg::Bytes(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Database {
    pub(crate) fn place(&self) -> &str {
        match self {
            Self::File(file) => file.place(),
            Self::Server(server) => server.place(),
        }
    }

    /// Whether several machines may use it.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Server(_))
    }

    pub(crate) async fn begin(&self, how: Begin) -> Result<Tx, StoreError> {
        let inner = match self {
            Self::File(file) => file.begin(how).await.map(Inner::File)?,
            Self::Server(server) => server.begin(how).await.map(Inner::Server)?,
        };
        Ok(Tx {
            place: self.place().to_owned(),
            inner,
        })
    }

    /// One statement that is a transaction of its own, durable when this returns: one round trip instead of three.
    pub(crate) async fn execute(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<u64, StoreError> {
        let done = match self {
            Self::File(file) => return file.execute(sql, args).await,
            Self::Server(server) => bound!(sql, args).execute(server.pool()).await,
        };
        done.map(|done| done.rows_affected())
            .map_err(|error| explain(self.place(), error))
    }

    /// All rows of one query that is a transaction of its own: one round trip instead of three.
    pub(crate) async fn rows(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = match self {
            Self::File(file) => bound!(sql, args)
                .fetch_all(&file.readers()?)
                .await
                .map(|rows| rows.into_iter().map(Row::File).collect()),
            Self::Server(server) => bound!(sql, args)
                .fetch_all(server.pool())
                .await
                .map(|rows| rows.into_iter().map(Row::Server).collect()),
        };
        rows.map_err(|error| explain(self.place(), error))
    }

    /// The first row of such a query.
    pub(crate) async fn row(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// The text for this database.
    pub(crate) fn text(&self, locking: &Locking) -> &'static str {
        match self {
            Self::File(_) => locking.file,
            Self::Server(_) => locking.server,
        }
    }

    /// Waits until every connection is closed.
    pub(crate) async fn close(&self) {
        match self {
            Self::File(file) => file.close().await,
            Self::Server(server) => server.close().await,
        }
    }
}

impl Tx {
    /// Runs a statement; gives how many rows it touched.
    pub(crate) async fn execute(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<u64, StoreError> {
        let done = match &mut self.inner {
            Inner::File(tx) => bound!(sql, args)
                .execute(&mut *tx.tx)
                .await
                .map(|done| done.rows_affected()),
            Inner::Server(tx) => bound!(sql, args)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        };
        done.map_err(|error| explain(&self.place, error))
    }

    /// All rows of a query.
    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = match &mut self.inner {
            Inner::File(tx) => bound!(sql, args)
                .fetch_all(&mut *tx.tx)
                .await
                .map(|rows| rows.into_iter().map(Row::File).collect()),
            Inner::Server(tx) => bound!(sql, args)
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Server).collect()),
        };
        rows.map_err(|error| explain(&self.place, error))
    }

    /// The first row of a query.
    pub(crate) async fn row(
        &mut self,
        sql: &'static str,
        args: Vec<Arg>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Runs several statements without arguments.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let done = match &mut self.inner {
            Inner::File(tx) => sqlx::raw_sql(sql).execute(&mut *tx.tx).await.map(drop),
            Inner::Server(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop),
        };
        done.map_err(|error| explain(&self.place, error))
    }

    /// Whether it speaks SQLite's dialect.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.inner, Inner::File(_))
    }

    /// The text for this database.
    pub(crate) fn text(&self, locking: &Locking) -> &'static str {
        if self.is_file() {
            locking.file
        } else {
            locking.server
        }
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Returns when what was written is durable.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let done = match self.inner {
            Inner::File(tx) => tx.commit().await,
            Inner::Server(tx) => tx.commit().await,
        };
        done.map_err(|error| explain(&self.place, error))
    }
}

macro_rules! column {
    ($row:expr, $at:expr, $of:ty) => {
        match $row {
            Row::File(row) => row.try_get::<$of, usize>($at),
            Row::Server(row) => row.try_get::<$of, usize>($at),
        }
        .map_err(|_| StoreError::damaged(format!("column {} of a row of the store", $at)))
    };
}

impl Row {
    pub(crate) fn int(&self, at: usize) -> Result<i64, StoreError> {
        column!(self, at, i64)
    }
    pub(crate) fn int_or_none(&self, at: usize) -> Result<Option<i64>, StoreError> {
        column!(self, at, Option<i64>)
    }
    pub(crate) fn text(&self, at: usize) -> Result<String, StoreError> {
        column!(self, at, String)
    }
    pub(crate) fn text_or_none(&self, at: usize) -> Result<Option<String>, StoreError> {
        column!(self, at, Option<String>)
    }
    pub(crate) fn bytes(&self, at: usize) -> Result<Vec<u8>, StoreError> {
        column!(self, at, Vec<u8>)
    }
    pub(crate) fn bytes_or_none(&self, at: usize) -> Result<Option<Vec<u8>>, StoreError> {
        column!(self, at, Option<Vec<u8>>)
    }
    /// Exactly `N` bytes.
    pub(crate) fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], StoreError> {
        self.bytes(at)?
            .try_into()
            .map_err(|_| StoreError::damaged(format!("column {at} of a row of the store")))
    }
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}
impl From<Option<i64>> for Arg {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}
impl From<Option<u32>> for Arg {
    fn from(value: Option<u32>) -> Self {
        Self::Int(value.map(i64::from))
    }
}
impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}
impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}
impl From<Vec<u8>> for Arg {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}
impl From<&[u8]> for Arg {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}
impl<const N: usize> From<&[u8; N]> for Arg {
    fn from(value: &[u8; N]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}
impl<const N: usize> From<Option<&[u8; N]>> for Arg {
    fn from(value: Option<&[u8; N]>) -> Self {
        Self::Bytes(value.map(|value| value.to_vec()))
    }
}

/// The arguments of a statement, in order.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::database::Arg::from($value)),*] };
}
pub(crate) use args;

use super::{FileDatabase, FileUse};
use crate::Outage;
use crate::database::{Begin, Database, args};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A database with one table, `notes`.
async fn database() -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.db");
    let file = FileDatabase::open(&path, "one".to_owned(), FileUse::Create).unwrap();
    let database = Database::File(file);
    let mut tx = database.begin(Begin::Write).await.unwrap();
    tx.script("CREATE TABLE notes (number INTEGER, text TEXT, bytes BLOB) STRICT")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (folder, database)
}

const NOTE: &str = "INSERT INTO notes (number) VALUES ($1)";

async fn numbers(database: &Database) -> Vec<i64> {
    let rows = database
        .rows("SELECT number FROM notes ORDER BY rowid", args![])
        .await
        .unwrap();
    rows.iter().map(|row| row.int(0).unwrap()).collect()
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn arguments_go_by_their_numbers() {
    let (_folder, database) = database().await;
    let sql = "INSERT INTO notes (bytes, text, number) SELECT $3, $2, $1 WHERE $1 > 0";
    let all = args![7, "seven", vec![7_u8, 0, 7]];
    assert_eq!(database.execute(sql, all).await.unwrap(), 1);
    let none = args![0, None::<&str>, vec![1_u8]];
    assert_eq!(database.execute(sql, none).await.unwrap(), 0);
    let nothing = args![8, None::<&str>, None::<&[u8; 1]>];
    assert_eq!(database.execute(sql, nothing).await.unwrap(), 1);
    let rows = database
        .rows("SELECT number, text, bytes FROM notes", args![])
        .await
        .unwrap();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.int(0).unwrap(),
                row.text_or_none(1).unwrap(),
                row.bytes_or_none(2).unwrap(),
            )
        })
        .collect();
    let expected = [
        (7, Some("seven".to_owned()), Some(vec![7, 0, 7])),
        (8, None, None),
    ];
    assert_eq!(seen, expected);
    let missing = database.execute(sql, args![1]).await.unwrap_err();
    assert_eq!(missing.outage(), Some(Outage::Failed), "{missing}");
}

#[tokio::test]
async fn the_log_is_folded_beside_the_statements_and_begins_anew() {
    let (folder, database) = database().await;
    let size = |name: &str| {
        let file = std::fs::metadata(folder.path().join(name));
        file.map_or(0, |file| file.len())
    };
    let bytes = vec![7_u8; 40_000];
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut written = 0;
    // The file grows by what is folded alone, and the log stays behind what was ever written where it begins anew.
    while size("one.db") < 8 << 20 || size("one.db-wal") > written / 2 {
        assert!(Instant::now() < deadline, "the log is never folded");
        let sql = "INSERT INTO notes (bytes) VALUES ($1)";
        database.execute(sql, args![bytes.clone()]).await.unwrap();
        written += bytes.len() as u64;
    }
    let rows = database.rows("SELECT count(*) FROM notes", args![]).await;
    let count = rows.unwrap()[0].int(0).unwrap();
    assert_eq!(count as u64 * bytes.len() as u64, written);
    database.close().await;
    assert_eq!(size("one.db-wal"), 0);
}

/// Without the turns it would wait for SQLite's lock, asking again and again, and could be overtaken for ever.
#[tokio::test]
async fn a_statement_waits_for_the_transaction_before_it_and_goes_before_the_next() {
    let (_folder, database) = database().await;
    let mut first = database.begin(Begin::Write).await.unwrap();
    first.execute(NOTE, args![1]).await.unwrap();
    let mut second = pin!(database.execute(NOTE, args![2]));
    assert!(poll_once(second.as_mut()).is_pending());
    let mut third = pin!(database.begin(Begin::Write));
    assert!(poll_once(third.as_mut()).is_pending());
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap(), 1);
    let mut third = third.await.unwrap();
    third.execute(NOTE, args![3]).await.unwrap();
    third.commit().await.unwrap();
    assert_eq!(numbers(&database).await, [1, 2, 3]);
}

/// Nobody else writes while it may still be running.
#[tokio::test]
async fn a_statement_that_was_given_up_keeps_its_turn() {
    let (_folder, database) = database().await;
    {
        let mut given_up = pin!(database.execute(NOTE, args![1]));
        assert!(poll_once(given_up.as_mut()).is_pending());
    }
    let mut next = database.begin(Begin::Write).await.unwrap();
    next.execute(NOTE, args![2]).await.unwrap();
    next.commit().await.unwrap();
    assert_eq!(numbers(&database).await, [1, 2]);
}

#[tokio::test]
async fn nothing_is_run_once_it_is_closed() {
    let (folder, database) = database().await;
    database.execute(NOTE, args![1]).await.unwrap();
    database.close().await;
    let closed = database.execute(NOTE, args![2]).await.unwrap_err();
    assert_eq!(closed.outage(), Some(Outage::Closed), "{closed}");
    let files = std::fs::read_dir(folder.path()).unwrap();
    // The last connection that closes folds the log into the file.
    assert_eq!(files.count(), 1);
}

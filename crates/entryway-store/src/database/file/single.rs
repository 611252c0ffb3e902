//! Statements that are a transaction each, on a connection and a thread of their own.
//!
//! The record of a login waits for one of these. A pool wakes its caller three times for each; here the caller is woken
//! once, when the statement is durable.

mod fold;

use super::{FileUse, PATIENCE};
use crate::database::Arg;
use fold::Fold;
use parking_lot::Mutex;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Error, OpenFlags, Statement, ToSql};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// What the connection keeps of the file: it writes where a table ends.
const CACHE_KIB: i64 = 512;

/// The way to the thread, which begins with the first statement and ends when this is dropped.
pub(super) struct Singles {
    path: PathBuf,
    how: FileUse,
    state: Mutex<State>,
}

enum State {
    Unused,
    Running(Thread),
    Closed,
}

struct Thread {
    statements: Sender<Single>,
    /// Says nothing: its other end is gone when the connection is closed.
    ended: oneshot::Receiver<()>,
}

/// A statement, and who waits for it.
struct Single {
    sql: &'static str,
    args: Vec<Arg>,
    /// Let go when the statement is over, whoever still waits for it.
    turn: OwnedSemaphorePermit,
    done: oneshot::Sender<Result<u64, Error>>,
}

/// Why a statement was not run.
pub(super) enum Failure {
    /// There is no thread any more.
    Closed,
    Thread(std::io::Error),
    Database(Error),
}

impl Singles {
    pub(super) fn new(path: &Path, how: FileUse) -> Self {
        Self {
            path: path.to_path_buf(),
            how,
            state: Mutex::new(State::Unused),
        }
    }

    /// Runs a statement; gives how many rows it touched.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        args: Vec<Arg>,
        turn: OwnedSemaphorePermit,
    ) -> Result<u64, Failure> {
        let (done, answer) = oneshot::channel();
        let single = Single {
            sql,
            args,
            turn,
            done,
        };
        self.send(single)?;
        match answer.await {
            Ok(done) => done.map_err(Failure::Database),
            Err(_) => Err(Failure::Closed),
        }
    }

    fn send(&self, single: Single) -> Result<(), Failure> {
        let mut state = self.state.lock();
        let single = match &*state {
            State::Closed => return Err(Failure::Closed),
            State::Unused => single,
            State::Running(thread) => match thread.statements.send(single) {
                Ok(()) => return Ok(()),
                // The thread has ended by a bug: without another one nobody could log in until a restart.
                Err(mpsc::SendError(single)) => single,
            },
        };
        let thread = self.start().map_err(Failure::Thread)?;
        let sent = thread.statements.send(single);
        *state = State::Running(thread);
        sent.map_err(|_| Failure::Closed)
    }

    fn start(&self) -> std::io::Result<Thread> {
        let (statements, waiting) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        let (path, how) = (self.path.clone(), self.how);
        thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || {
                run(&path, how, &waiting);
                drop(end);
            })?;
        Ok(Thread { statements, ended })
    }

    /// Returns when the connection is closed.
    pub(super) async fn close(&self) {
        let state = std::mem::replace(&mut *self.state.lock(), State::Closed);
        if let State::Running(Thread { statements, ended }) = state {
            drop(statements);
            // Nothing is ever sent.
            let _ = ended.await;
        }
    }
}

fn run(path: &Path, how: FileUse, waiting: &Receiver<Single>) {
    while let Ok(first) = waiting.recv() {
        match open(path, how) {
            Ok(connection) => {
                let mut fold = Fold::new(path, how);
                serve(&connection, first, waiting, &mut fold);
                return fold.end();
            }
            // The next one tries anew.
            Err(error) => first.end(Err(error)),
        }
    }
}

fn serve(connection: &Connection, first: Single, waiting: &Receiver<Single>, fold: &mut Fold) {
    // What follows is mostly the same again.
    let mut prepared: Option<(&'static str, Statement<'_>)> = None;
    for single in std::iter::once(first).chain(waiting) {
        let kept = prepared.take().filter(|(sql, _)| *sql == single.sql);
        let statement = match kept {
            Some((_, statement)) => Ok(statement),
            None => connection.prepare(single.sql),
        };
        let done = statement.and_then(|mut statement| {
            let done = execute(connection, &mut statement, &single.args);
            prepared = Some((single.sql, statement));
            done
        });
        single.end(done);
        fold.written(connection);
    }
}

/// Set as the connections of the pools are.
pub(super) fn open(path: &Path, how: FileUse) -> Result<Connection, Error> {
    let access = match how {
        FileUse::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        FileUse::Existing | FileUse::Create | FileUse::New => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    // One thread uses it.
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    fold::count(&connection);
    Ok(connection)
}

fn execute(
    connection: &Connection,
    statement: &mut Statement<'_>,
    args: &[Arg],
) -> Result<u64, Error> {
    for place in 1..=statement.parameter_count() {
        // SQLite counts names in the order in which they first stand in the text.
        let name = statement.parameter_name(place).unwrap_or_default();
        let number = name.trim_start_matches('$').parse::<usize>().ok();
        let arg = number.and_then(|number| args.get(number.checked_sub(1)?));
        let arg = arg.ok_or_else(|| Error::InvalidParameterName(name.to_owned()))?;
        statement.raw_bind_parameter(place, arg)?;
    }
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    drop(rows);
    Ok(connection.changes())
}

impl Single {
    fn end(self, done: Result<u64, Error>) {
        drop(self.turn);
        // Whoever has given up does not listen.
        let _ = self.done.send(done);
    }
}

impl ToSql for Arg {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, Error> {
        Ok(match self {
            Self::Int(Some(value)) => ToSqlOutput::Owned(Value::Integer(*value)),
            Self::Text(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Self::Bytes(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Self::Int(None) | Self::Text(None) | Self::Bytes(None) => {
                ToSqlOutput::Owned(Value::Null)
            }
        })
    }
}

//! Lines on their way out. Whoever logs copies a line and goes on: a slow reader of standard error
//! costs lines, which are counted, never logins.

use super::line::Line;
use crate::cli::LogFormat;
use parking_lot::{Condvar, Mutex};
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};
use tracing::Level;

/// Bytes that may wait. At two hundred bytes a line, a second of five thousand logins.
const MOST: usize = 1024 * 1024;
/// Lines gather for this long before they are written together: one write for many logins.
const GATHER: Duration = Duration::from_millis(10);
/// How long the end waits for the last lines: whoever does not read must not keep the process alive.
const LAST_LINES: Duration = Duration::from_secs(1);

/// The lines that wait to be written.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    dropped: u64,
    closed: bool,
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Adds a line, or drops it when too much waits already.
    pub(crate) fn push(&self, line: &[u8]) {
        let mut waiting = self.waiting.lock();
        if waiting.bytes.len() + line.len() > MOST {
            waiting.dropped += 1;
            return;
        }
        let first = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        if first {
            self.changed.notify_one();
        }
    }

    /// Everything that waits.
    #[cfg(test)]
    pub(crate) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.waiting.lock().bytes)
    }

    /// Writes until the queue is closed and empty. `batch` and the queue's own buffer change places,
    /// so that two buffers serve for ever.
    fn write_to(&self, mut out: impl Write, format: LogFormat) {
        let mut batch = Vec::new();
        loop {
            let mut waiting = self.waiting.lock();
            self.changed.wait_while(&mut waiting, |waiting| {
                waiting.bytes.is_empty() && !waiting.closed
            });
            if !waiting.closed {
                self.changed
                    .wait_while_for(&mut waiting, |waiting| !waiting.closed, GATHER);
            }
            batch.clear();
            std::mem::swap(&mut batch, &mut waiting.bytes);
            let (dropped, closed) = (std::mem::take(&mut waiting.dropped), waiting.closed);
            drop(waiting);
            if dropped > 0 {
                let mut line = Line::begin(
                    &mut batch,
                    format,
                    SystemTime::now(),
                    Level::WARN,
                    "log.dropped",
                );
                line.number("lines", dropped);
                line.end();
            }
            // A standard error that is gone takes its lines with it; nobody is left to tell.
            let _ = out.write_all(&batch);
            if closed {
                return;
            }
        }
    }
}

/// The thread that writes. When this is dropped, it writes what waits and ends; after
/// [`LAST_LINES`] it is left to itself.
pub(crate) struct Writer {
    queue: Arc<Queue>,
    /// Nothing is ever sent; the sender goes when the thread ends, however it ends.
    ended: Receiver<()>,
}

impl Writer {
    /// Starts writing to standard error.
    pub(crate) fn start(queue: Arc<Queue>, format: LogFormat) -> std::io::Result<Self> {
        Self::start_to(queue, std::io::stderr(), format)
    }

    fn start_to(
        queue: Arc<Queue>,
        out: impl Write + Send + 'static,
        format: LogFormat,
    ) -> std::io::Result<Self> {
        let writing = Arc::clone(&queue);
        let (alive, ended) = channel();
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                let _alive = alive;
                writing.write_to(out, format);
            })?;
        Ok(Self { queue, ended })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.waiting.lock().closed = true;
        self.queue.changed.notify_all();
        let _ = self.ended.recv_timeout(LAST_LINES);
    }
}

#[cfg(test)]
mod tests;

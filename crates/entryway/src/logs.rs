//! Log lines: one for each event, to standard error, never waited for.
//!
//! An event's target is its name (`login.decided`); names and fields are an interface. The crates
//! emit `tracing` events; this module decides which are written and how they look.

mod filter;
mod line;
mod queue;

use crate::cli::{Common, LogFormat};
use crate::exit::Exit;
use crate::out;
pub(crate) use filter::Filter;
use line::Line;
pub(crate) use queue::{Queue, Writer};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::SystemTime;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Starts the log of a command that logs `level` unless told otherwise. Lines are written as long as
/// the returned value lives.
pub(crate) fn start(common: &Common, level: LevelFilter) -> Result<Writer, Exit> {
    let wanted = common.log.as_deref().unwrap_or_default();
    let filter = Filter::level(level).refined(wanted).map_err(|error| {
        out::aside(&format!(
            "error: the log filter is not understood: {error}\n"
        ));
        Exit::Usage
    })?;
    let queue = Arc::new(Queue::new());
    let writer = Writer::start(Arc::clone(&queue), common.log_format).map_err(|error| {
        out::aside(&format!("error: the log cannot be started: {error}\n"));
        Exit::Bug
    })?;
    Lines::new(filter, common.log_format, queue).install();
    log_panics();
    Ok(writer)
}

/// A panic is an event like others where there is a log for it.
fn log_panics() {
    let as_before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !tracing::enabled!(target: "bug.panicked", Level::ERROR) {
            return as_before(panic);
        }
        let place = panic.location().map(tracing::field::display);
        let problem = panic.payload_as_str().unwrap_or("unknown");
        tracing::error!(target: "bug.panicked", place, problem);
    }));
}

/// Writes events as lines into a [`Queue`]. Spans are not kept: a decision is one event.
pub(crate) struct Lines {
    filter: Filter,
    format: LogFormat,
    queue: Arc<Queue>,
}

impl Lines {
    pub(crate) fn new(filter: Filter, format: LogFormat, queue: Arc<Queue>) -> Self {
        Self {
            filter,
            format,
            queue,
        }
    }

    /// Makes this the process's log. The first one wins; a second is ignored.
    pub(crate) fn install(self) {
        let _ = tracing::subscriber::set_global_default(self);
    }
}

thread_local! {
    /// A line is put together here, so that the queue's lock is held for a copy only.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && self.filter.allows(metadata.target(), *metadata.level())
    }
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.filter.most())
    }
    fn event(&self, event: &Event<'_>) {
        SCRATCH.with(|scratch| {
            // Taken while a line is put together only if a field's formatting logs; then that line is lost.
            let Ok(mut bytes) = scratch.try_borrow_mut() else {
                return;
            };
            bytes.clear();
            let meta = event.metadata();
            let mut line = Line::begin(
                &mut bytes,
                self.format,
                SystemTime::now(),
                *meta.level(),
                meta.target(),
            );
            event.record(&mut line);
            line.end();
            self.queue.push(&bytes);
        });
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

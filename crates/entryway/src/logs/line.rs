//! One event as one line of text or JSON. Nothing that arrives in a field can start another line
//! or move a terminal's cursor.

mod json;

use crate::cli::LogFormat;
use entryway_wire::Rfc3339;
use std::fmt::{Debug, Write as _};
use std::io::Write as _;
use std::time::SystemTime;
use tracing::Level;
use tracing::field::{Field, Visit};

/// A line that is being written.
pub(super) struct Line<'a> {
    out: &'a mut Vec<u8>,
    format: LogFormat,
}

impl<'a> Line<'a> {
    /// Starts a line: time, level, event.
    pub(super) fn begin(
        out: &'a mut Vec<u8>,
        format: LogFormat,
        at: SystemTime,
        level: Level,
        event: &str,
    ) -> Self {
        // The shape has whole seconds; lines want to be told apart.
        let at_ms = at
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.subsec_millis());
        let at = Rfc3339(at).to_string();
        let at = format_args!("{}.{at_ms:03}Z", at.trim_end_matches('Z'));
        let level = match level {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        // Writing into memory cannot fail.
        let _ = match format {
            LogFormat::Text => write!(out, "{at} {level:5} {event}"),
            LogFormat::Json => write!(
                out,
                "{{\"at\":\"{at}\",\"level\":\"{level}\",\"event\":\"{event}\""
            ),
        };
        Self { out, format }
    }

    /// Ends it.
    pub(super) fn end(self) {
        if self.format == LogFormat::Json {
            self.out.push(b'}');
        }
        self.out.push(b'\n');
    }

    /// Adds a number to a line of the log's own.
    pub(super) fn number(&mut self, name: &str, value: u64) {
        self.key(name);
        let _ = write!(self.out, "{value}");
    }

    fn key(&mut self, name: &str) {
        let _ = match self.format {
            LogFormat::Text => write!(self.out, " {name}="),
            LogFormat::Json => write!(self.out, ",\"{name}\":"),
        };
    }

    /// A number or truth: the same in both formats.
    fn bare(&mut self, field: &Field, value: std::fmt::Arguments<'_>) {
        self.key(field.name());
        let _ = self.out.write_fmt(value);
    }

    fn text(&mut self, field: &Field, value: &str) {
        self.key(field.name());
        let _ = match self.format {
            LogFormat::Json => json::string(self.out, value),
            LogFormat::Text if is_one_word(value) => self.out.write_all(value.as_bytes()),
            LogFormat::Text => write!(self.out, "{value:?}"),
        };
    }
}

impl Visit for Line<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field, format_args!("{value}"));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field, format_args!("{value}"));
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field, format_args!("{value}"));
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.bare(field, format_args!("{value}"));
        }
    }
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut source = value.source();
        while let Some(error) = source {
            let _ = write!(text, ": {error}");
            source = error.source();
        }
        self.text(field, &text);
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, &format!("{value:?}"));
    }
}

/// Whether a value can stand without quotes.
fn is_one_word(value: &str) -> bool {
    !value.is_empty()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=' | b'\\'))
}

#[cfg(test)]
mod tests;

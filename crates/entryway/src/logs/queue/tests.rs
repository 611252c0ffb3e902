use super::{MOST, Queue, Writer};
use crate::cli::LogFormat;
use parking_lot::Mutex;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn text(sink: &Sink) -> String {
    String::from_utf8(sink.0.lock().clone()).expect("text")
}

#[test]
fn every_line_is_written_in_order_before_the_writer_ends() {
    let (queue, sink) = (Arc::new(Queue::new()), Sink::default());
    let writer =
        Writer::start_to(Arc::clone(&queue), sink.clone(), LogFormat::Text).expect("a thread");
    let mut expected = String::new();
    for number in 0..1_000 {
        let line = format!("line {number}\n");
        queue.push(line.as_bytes());
        expected.push_str(&line);
    }
    drop(writer);
    assert_eq!(text(&sink), expected);
}

/// What is written after four lines that fit and three that do not.
fn last_line(format: LogFormat) -> String {
    let (queue, sink) = (Arc::new(Queue::new()), Sink::default());
    let line = [vec![b'x'; MOST / 4 - 1], vec![b'\n']].concat();
    for _ in 0..7 {
        queue.push(&line);
    }
    drop(Writer::start_to(Arc::clone(&queue), sink.clone(), format).expect("a thread"));
    let text = text(&sink);
    assert_eq!(text.lines().count(), 5);
    text.lines().last().expect("a line").to_owned()
}

#[test]
fn too_many_lines_are_dropped_and_counted() {
    let line = last_line(LogFormat::Text);
    assert!(line.ends_with("Z warn  log.dropped lines=3"), "{line}");
}

#[test]
fn whoever_reads_json_reads_what_was_dropped_too() {
    let line = last_line(LogFormat::Json);
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(
        (&line["event"], &line["level"], &line["lines"]),
        (&"log.dropped".into(), &"warn".into(), &3.into())
    );
}

/// A standard error that nobody reads: full as long as the sender lives.
struct Full(Receiver<()>);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _ = self.0.recv();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn whoever_does_not_read_cannot_keep_the_process_alive() {
    let (room, full) = channel();
    let queue = Arc::new(Queue::new());
    queue.push(b"unread\n");
    let writer = Writer::start_to(queue, Full(full), LogFormat::Text).expect("a thread");
    let (told, ended) = channel();
    std::thread::spawn(move || {
        drop(writer);
        let _ = told.send(());
    });
    let ended = ended.recv_timeout(Duration::from_secs(30));
    drop(room);
    assert_eq!(ended, Ok(()));
}

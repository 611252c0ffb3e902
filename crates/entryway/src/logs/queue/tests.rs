use super::{MOST, Queue, Writer};
use parking_lot::Mutex;
use std::io::Write;
use std::sync::Arc;

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
    let writer = Writer::start_to(Arc::clone(&queue), sink.clone()).expect("a thread");
    let mut expected = String::new();
    for number in 0..1_000 {
        let line = format!("line {number}\n");
        queue.push(line.as_bytes());
        expected.push_str(&line);
    }
    drop(writer);
    assert_eq!(text(&sink), expected);
}

#[test]
fn too_many_lines_are_dropped_and_counted() {
    let (queue, sink) = (Arc::new(Queue::new()), Sink::default());
    let line = vec![b'x'; MOST / 4];
    for _ in 0..7 {
        queue.push(&line);
    }
    drop(Writer::start_to(Arc::clone(&queue), sink.clone()).expect("a thread"));
    assert!(
        text(&sink).ends_with("log.dropped lines=3\n"),
        "four fit, three are told of"
    );
    assert_eq!(
        text(&sink).bytes().filter(|byte| *byte == b'x').count(),
        MOST / 4 * 4
    );
}

//! A FastCGI application that answers each request with the parameters it got.

use anyhow::Result;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Kinds of records.
const END_REQUEST: u8 = 3;
const PARAMS: u8 = 4;
const STDIN: u8 = 5;
const STDOUT: u8 = 6;

/// Listens until the test's process ends.
pub(super) fn shows_parameters() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || shown(stream));
        }
    });
    Ok(address)
}

/// Whoever hangs up is a proxy that has its answer, or wants none.
fn shown(mut stream: TcpStream) -> Option<()> {
    let mut parameters = Vec::new();
    loop {
        let mut head = [0; 8];
        stream.read_exact(&mut head).ok()?;
        let [_, kind, _, _, high, low, padding, _] = head;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let mut content = vec![0; length + usize::from(padding)];
        stream.read_exact(&mut content).ok()?;
        content.truncate(length);
        match kind {
            PARAMS => parameters.extend(content),
            STDIN if length == 0 => break,
            _ => {}
        }
    }
    let mut body = String::from("Content-Type: text/plain\r\n\r\nthis is the site\n");
    let mut rest = parameters.as_slice();
    while !rest.is_empty() {
        let name = length(&mut rest)?;
        let value = length(&mut rest)?;
        let name = rest.split_off(..name)?;
        let value = rest.split_off(..value)?;
        body.push_str(&String::from_utf8_lossy(name));
        body.push_str(": ");
        body.push_str(&String::from_utf8_lossy(value));
        body.push('\n');
    }
    let mut answer = Vec::new();
    for (kind, content) in [
        (STDOUT, body.as_bytes()),
        (STDOUT, &[]),
        (END_REQUEST, &[0; 8]),
    ] {
        let [high, low] = u16::try_from(content.len()).ok()?.to_be_bytes();
        answer.extend([1, kind, 0, 1, high, low, 0, 0]);
        answer.extend_from_slice(content);
    }
    stream.write_all(&answer).ok()
}

/// One byte, or four with the highest bit set.
fn length(rest: &mut &[u8]) -> Option<usize> {
    let first = *rest.first()?;
    if first < 0x80 {
        rest.split_off_first()?;
        return Some(usize::from(first));
    }
    let four = rest.split_off(..4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four) & 0x7fff_ffff).ok()
}

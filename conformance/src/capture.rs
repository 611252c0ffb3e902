//! What crosses the loopback interface, or all of them, recorded by tshark.

use crate::keeper::{Keeper, Rights};
use crate::{Deadline, free_port, programs, until};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

const PACKAGE: &str = "tshark";
const START: &[u8] = b"the capture starts";
const END: &[u8] = b"the capture ends";

/// A capture of everything to and from some ports. Needs the superuser's rights, or `sudo -n`.
#[derive(Debug)]
pub struct Capture {
    keeper: Keeper,
    marks: UdpSocket,
    mark_port: u16,
}

/// One TCP connection: every byte of its payload, as it crossed the wire.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// The port of the end that connected.
    pub client: u16,
    /// The port that was connected to.
    pub server: u16,
    /// What the client sent.
    pub sent: Vec<u8>,
    /// What the server sent.
    pub received: Vec<u8>,
}

impl Capture {
    /// Captures the traffic of these ports of 127.0.0.1; on return every packet from now on is caught.
    pub fn start(ports: &[u16]) -> Result<Self> {
        Self::start_at("lo", ports)
    }

    /// The same of every interface of this network.
    pub fn everywhere(ports: &[u16]) -> Result<Self> {
        Self::start_at("any", ports)
    }

    fn start_at(interface: &str, ports: &[u16]) -> Result<Self> {
        let tshark = programs::find("tshark", PACKAGE)?;
        let marks = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot make a socket")?;
        let mark_port = free_port()?;
        let filters: Vec<String> = ports
            .iter()
            .map(|port| format!("tcp port {port}"))
            .collect();
        let filter = format!("{} or udp port {mark_port}", filters.join(" or "));
        let mut keeper = Keeper::new(Rights::Superuser)?;
        let output = keeper.dir().join("output.log");
        let mark = SocketAddr::from((Ipv4Addr::LOCALHOST, mark_port));
        // `-n`: names are not asked for. `-l`: a line is written when its packet was seen.
        let words = [
            &tshark,
            "-n",
            "-l",
            "-i",
            interface,
            "-f",
            &filter,
            "-T",
            "fields",
            "-e",
            "udp.payload",
            "-e",
            "tcp.srcport",
            "-e",
            "tcp.dstport",
            "-e",
            "tcp.flags.syn",
            "-e",
            "tcp.seq_raw",
            "-e",
            "tcp.payload",
        ];
        // A packet of our own that comes out at the other end says that it has begun.
        keeper.start("tshark", &words, || {
            let _ = marks.send_to(START, mark);
            fs::read_to_string(&output).is_ok_and(|text| holds_mark(&text, START))
        })?;
        Ok(Self {
            keeper,
            marks,
            mark_port,
        })
    }

    /// Ends it and tells what was said, in the order in which the connections began. What is still open then is told
    /// as far as it came.
    pub fn end(mut self) -> Result<Vec<Conversation>> {
        let mark = SocketAddr::from((Ipv4Addr::LOCALHOST, self.mark_port));
        // Packets come out in order: after this one there is no earlier one.
        let text = until(
            "tshark has seen the last packet",
            Deadline::seconds(30),
            || {
                self.marks
                    .send_to(END, mark)
                    .context("cannot mark the end")?;
                let text = self.keeper.output();
                Ok(holds_mark(&text, END).then_some(text))
            },
        )?;
        self.keeper.stop()?;
        conversations(&text)
    }
}

impl Conversation {
    /// Whether these bytes stand anywhere in it.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        let within = |side: &[u8]| side.windows(bytes.len()).any(|window| window == bytes);
        within(&self.sent) || within(&self.received)
    }
}

fn holds_mark(text: &str, mark: &[u8]) -> bool {
    let mark = hex(mark);
    text.lines()
        .any(|line| line.split('\t').next() == Some(&mark))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One direction of a connection: segments by their distance from its first byte.
#[derive(Default)]
struct Side {
    first: Option<u32>,
    segments: BTreeMap<u32, Vec<u8>>,
}

impl Side {
    /// A packet of this direction.
    fn take(&mut self, is_syn: bool, sequence: u32, payload: &str) -> Result<()> {
        if is_syn {
            // The SYN itself takes a number.
            self.first = Some(sequence.wrapping_add(1));
        }
        if !payload.is_empty() {
            let first = *self.first.get_or_insert(sequence);
            let bytes = unhex(payload).with_context(|| format!("not hexadecimal: `{payload}`"))?;
            let at = sequence.wrapping_sub(first);
            self.segments.entry(at).or_insert(bytes);
        }
        Ok(())
    }

    /// Everything, without gaps; what was sent again counts once.
    fn whole(self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for (at, segment) in self.segments {
            let have = u32::try_from(bytes.len()).context("too long a capture")?;
            let Some(known) = have.checked_sub(at) else {
                bail!("the capture has a gap: tshark missed packets");
            };
            bytes.extend(segment.into_iter().skip(usize::try_from(known)?));
        }
        Ok(bytes)
    }
}

/// A connection as it comes together.
struct Seen {
    client: u16,
    server: u16,
    sent: Side,
    received: Side,
}

impl Seen {
    fn new(client: u16, server: u16) -> Self {
        Self {
            client,
            server,
            sent: Side::default(),
            received: Side::default(),
        }
    }
    fn is_between(&self, from: u16, to: u16) -> bool {
        let ends = (self.client, self.server);
        ends == (from, to) || ends == (to, from)
    }
    /// A pair of ports may be used again: the client's SYN then begins another connection.
    fn begins_anew(&self, from: u16, is_syn: bool) -> bool {
        is_syn && self.client == from && self.sent.first.is_some()
    }
}

fn conversations(text: &str) -> Result<Vec<Conversation>> {
    let mut seen: Vec<Seen> = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, from, to, syn, sequence, payload] = fields[..] else {
            continue;
        };
        if from.is_empty() {
            continue;
        }
        let (from, to): (u16, u16) = (from.parse()?, to.parse()?);
        let sequence: u32 = sequence.parse()?;
        let is_syn = matches!(syn, "1" | "True");
        let known = seen
            .iter()
            .rposition(|one| one.is_between(from, to))
            .filter(|at| {
                seen.get(*at)
                    .is_some_and(|one| !one.begins_anew(from, is_syn))
            });
        let at = known.unwrap_or_else(|| {
            // The first packet of a connection is its client's.
            seen.push(Seen::new(from, to));
            seen.len() - 1
        });
        let Some(one) = seen.get_mut(at) else {
            continue;
        };
        let side = if one.client == from {
            &mut one.sent
        } else {
            &mut one.received
        };
        side.take(is_syn, sequence, payload)?;
    }
    seen.into_iter()
        .map(|one| {
            Ok(Conversation {
                client: one.client,
                server: one.server,
                sent: one.sent.whole()?,
                received: one.received.whole()?,
            })
        })
        .collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::conversations;

    #[test]
    fn segments_come_together_once_and_in_order() {
        let text = "Capturing on 'Loopback: lo'\n\
            737461\t\t\t\t\t\n\
            \t5\t6\tTrue\t9\t\n\
            \t6\t5\tTrue\t99\t\n\
            \t5\t6\tFalse\t12\t6364\n\
            \t5\t6\tFalse\t10\t6162\n\
            \t5\t6\tFalse\t10\t6162\n\
            \t6\t5\tFalse\t100\t7a\n\
            \t5\t6\tTrue\t70\t\n\
            \t5\t6\tFalse\t71\t78\n";
        let found = conversations(text).unwrap();
        let said: Vec<_> = found
            .iter()
            .map(|one| (&one.sent[..], &one.received[..]))
            .collect();
        assert_eq!(said, [(&b"abcd"[..], &b"z"[..]), (b"x", b"")]);
        assert!(found[0].holds(b"bc") && !found[0].holds(b"za"));
    }

    #[test]
    fn a_gap_is_an_error_and_not_silence() {
        let text = "\t5\t6\tTrue\t9\t\n\t5\t6\tFalse\t12\t6364\n";
        assert!(conversations(text).is_err());
    }
}

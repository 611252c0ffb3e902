//! One question to the DNS: over UDP, and over TCP where the answer does not fit.
//!
//! The system's resolver has no portable question for anything but addresses. The wire format is `simple-dns`'s; what is
//! here is whom to ask, how long, and which answers are believed to be ones. Nothing in DNS is signed: what an answer may
//! lead to is [`crate::srv`]'s to decide.

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

/// Where the system says whom to ask.
const SYSTEM: &str = "/etc/resolv.conf";
const PORT: u16 = 53;
/// As many as the system's resolver asks.
const NAME_SERVERS: usize = 3;
/// How often each is asked: UDP loses packets.
const ROUNDS: u32 = 2;
/// RFC 1035 §4.2.1, and some servers send more without being asked to.
const LARGEST_DATAGRAM: usize = 4096;
/// More records than this in one answer are not looked at.
const RECORDS: usize = 64;

/// A record of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) priority: u16,
    pub(crate) weight: u16,
    pub(crate) port: u16,
    /// Without a dot at its end; empty where the service is said not to exist (RFC 2782).
    pub(crate) target: String,
    pub(crate) ttl: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DnsError {
    /// The name is none that DNS can hold.
    #[error("`{name}` is not a name that DNS can hold")]
    Name {
        /// As given.
        name: String,
    },
    /// No name server answered in time.
    #[error("no name server answers, asked {}", shown(.asked))]
    Silent {
        /// Those that were asked.
        asked: Vec<SocketAddr>,
    },
    /// The last name server cannot be asked.
    #[error("name server {server} cannot be asked: {kind}")]
    Io {
        /// Which.
        server: SocketAddr,
        /// Why.
        kind: io::ErrorKind,
    },
    /// The last name server answers that it cannot tell.
    #[error("name server {server} answers {code}")]
    Refused {
        /// Which.
        server: SocketAddr,
        /// `ServerFailure` and the like.
        code: String,
    },
}

fn shown(servers: &[SocketAddr]) -> String {
    let servers: Vec<_> = servers.iter().map(ToString::to_string).collect();
    servers.join(", ")
}

/// The name servers to ask: these, or the system's as they are now.
pub(crate) fn name_servers(configured: &[SocketAddr]) -> Vec<SocketAddr> {
    if !configured.is_empty() {
        return configured.to_vec();
    }
    let found = fs::read_to_string(SYSTEM)
        .map(|text| of_system(&text))
        .unwrap_or_default();
    if found.is_empty() {
        // resolv.conf(5): without any, the one on this machine.
        vec![SocketAddr::new(Ipv4Addr::LOCALHOST.into(), PORT)]
    } else {
        found
    }
}

fn of_system(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next()? == "nameserver").then(|| words.next())?
    });
    // A zone (`fe80::1%eth0`) names an interface of this machine; such a server is left out.
    let addresses = named.filter_map(|text| text.parse::<IpAddr>().ok());
    addresses
        .map(|address| SocketAddr::new(address, PORT))
        .take(NAME_SERVERS)
        .collect()
}

/// The SRV records of a name; none where there is no such name.
pub(crate) async fn services(
    name: &str,
    servers: &[SocketAddr],
    deadline: Instant,
) -> Result<Vec<Service>, DnsError> {
    let mut last = DnsError::Silent {
        asked: servers.to_vec(),
    };
    let tries = servers.len().try_into().unwrap_or(u32::MAX).max(1) * ROUNDS;
    let turns = (0..ROUNDS).flat_map(|_| servers);
    for (server, left) in turns.zip((1..=tries).rev()) {
        let now = Instant::now();
        let due = now + deadline.saturating_duration_since(now) / left;
        let id = random_id();
        let query = query(id, name)?;
        match timeout_at(due, exchange(*server, id, name, &query)).await {
            Ok(Ok(Answer::Services(services))) => return Ok(services),
            Ok(Ok(Answer::Refused(code))) => {
                last = DnsError::Refused {
                    server: *server,
                    code,
                };
            }
            Ok(Err(error)) => {
                last = DnsError::Io {
                    server: *server,
                    kind: error.kind(),
                };
            }
            Err(_) => {}
        }
    }
    Err(last)
}

/// A forger who is not on the way must guess it, and the port beside it.
fn random_id() -> u16 {
    let mut bytes = [0; 2];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u16::from_ne_bytes(bytes),
        Err(_) => 0,
    }
}

fn query(id: u16, name: &str) -> Result<Vec<u8>, DnsError> {
    let refused = || DnsError::Name {
        name: name.to_owned(),
    };
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    packet.questions.push(Question::new(
        Name::new(name).map_err(|_| refused())?,
        QTYPE::TYPE(TYPE::SRV),
        QCLASS::CLASS(CLASS::IN),
        false,
    ));
    packet.build_bytes_vec().map_err(|_| refused())
}

enum Answer {
    Services(Vec<Service>),
    Refused(String),
}

async fn exchange(server: SocketAddr, id: u16, name: &str, query: &[u8]) -> io::Result<Answer> {
    let any: IpAddr = match server.ip() {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    // The kernel passes on nothing that comes from elsewhere.
    socket.connect(server).await?;
    socket.send(query).await?;
    let mut datagram = vec![0; LARGEST_DATAGRAM];
    loop {
        let length = socket.recv(&mut datagram).await?;
        let received = datagram.get(..length).unwrap_or_default();
        match read(received, id, name) {
            Some(Read::Whole(answer)) => return Ok(answer),
            Some(Read::Truncated) => break,
            // Somebody else's, or nobody's: the answer may still come.
            None => {}
        }
    }
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(query.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let framed = [&length.to_be_bytes()[..], query].concat();
    stream.write_all(&framed).await?;
    let mut received = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut received).await?;
    match read(&received, id, name) {
        Some(Read::Whole(answer)) => Ok(answer),
        Some(Read::Truncated) | None => Err(io::ErrorKind::InvalidData.into()),
    }
}

enum Read {
    Whole(Answer),
    Truncated,
}

/// `None` when this is no answer to the question (RFC 5452 §9.1).
fn read(received: &[u8], id: u16, name: &str) -> Option<Read> {
    let packet = Packet::parse(received).ok()?;
    let asked = packet.questions.first()?;
    let is_ours = packet.has_flags(PacketFlag::RESPONSE)
        && packet.id() == id
        && packet.questions.len() == 1
        && asked.qtype == QTYPE::TYPE(TYPE::SRV)
        && asked.qclass == QCLASS::CLASS(CLASS::IN)
        && asked.qname.to_string().eq_ignore_ascii_case(name);
    if !is_ours {
        return None;
    }
    if packet.has_flags(PacketFlag::TRUNCATION) {
        return Some(Read::Truncated);
    }
    match packet.rcode() {
        RCODE::NoError | RCODE::NameError => {}
        code => return Some(Read::Whole(Answer::Refused(format!("{code:?}")))),
    }
    let services = packet
        .answers
        .iter()
        .filter_map(|record| match &record.rdata {
            // Under an alias they stand at another name.
            RData::SRV(found) => Some(Service {
                priority: found.priority,
                weight: found.weight,
                port: found.port,
                target: found.target.to_string().trim_end_matches('.').to_owned(),
                ttl: Duration::from_secs(record.ttl.into()),
            }),
            _ => None,
        });
    Some(Read::Whole(Answer::Services(
        services.take(RECORDS).collect(),
    )))
}

#[cfg(test)]
mod tests;

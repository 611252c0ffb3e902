//! What a server would have agreed to: for the administrator of one that speaks nothing that Entryway does.
//!
//! A greeting of an older kind is sent and the server's answer read; then the connection ends. Nothing is
//! agreed on, and nothing that comes back is believed: it is shown.

use super::failure::TlsFailure;
use crate::error::{CloseReason, DialError, LdapError};
use crate::stream::Stream;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A version and a cipher suite that a server chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// `TLS 1.0`.
    pub version: &'static str,
    /// The registered name, or its number in hexadecimal.
    pub cipher_suite: String,
}

/// Versions that are asked for, the oldest first.
const ASKED: [(u16, &str); 3] = [
    (0x0301, "TLS 1.0"),
    (0x0302, "TLS 1.1"),
    (0x0303, "TLS 1.2"),
];

/// Suites that are asked for: what Entryway speaks in TLS 1.2, and what it does not.
const SUITES: [(u16, &str); 23] = [
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
];

/// The longest answer that is read: a ServerHello with many extensions has a few hundred bytes.
const LONGEST: usize = 4096;

/// Asks a server once for each of the versions before TLS 1.3; those that it refuses are left out.
pub(crate) async fn offers(address: SocketAddr, host: &str, start_tls: bool) -> Vec<Offer> {
    let mut found = Vec::new();
    for (version, name) in ASKED {
        if let Ok(Some((answered, suite))) = ask(address, host, start_tls, version).await
            && answered == version
        {
            let known = SUITES.iter().find(|(number, _)| *number == suite);
            found.push(Offer {
                version: name,
                cipher_suite: known
                    .map_or_else(|| format!("0x{suite:04x}"), |(_, name)| (*name).to_owned()),
            });
        }
    }
    found
}

async fn ask(
    address: SocketAddr,
    host: &str,
    start_tls: bool,
    version: u16,
) -> Result<Option<(u16, u16)>, LdapError> {
    let lost = |error: io::Error| {
        let address = Arc::from(address.to_string());
        LdapError::unreachable(&address, DialError::Io(Arc::new(error)))
    };
    let tcp = TcpStream::connect(address).await.map_err(lost)?;
    let mut tcp = if start_tls {
        crate::dial::started(Stream::new(tcp)).await?.into_tcp()
    } else {
        tcp
    };
    tcp.write_all(&hello(version, host)).await.map_err(lost)?;
    let mut answer = Vec::new();
    while answer.len() < LONGEST {
        let mut chunk = [0; 512];
        let count = tcp.read(&mut chunk).await.map_err(lost)?;
        let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else {
            return Err(LdapError::Closed(CloseReason::InsideHandshake(None)));
        };
        answer.extend_from_slice(read);
        match chosen(&answer) {
            Answer::More => {}
            Answer::Chosen(version, suite) => return Ok(Some((version, suite))),
            Answer::Refused => return Ok(None),
            Answer::NoTls => return Err(LdapError::Tls(TlsFailure::NoTls)),
        }
    }
    Ok(None)
}

/// What the first bytes of an answer say.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    More,
    /// Version and suite of a ServerHello.
    Chosen(u16, u16),
    /// An alert, or something else than a ServerHello.
    Refused,
    NoTls,
}

/// RFC 5246 §6.2.1, §7.4.1.3.
fn chosen(answer: &[u8]) -> Answer {
    let two = |at: usize| {
        let bytes = answer.get(at..at + 2)?;
        bytes.try_into().ok().map(u16::from_be_bytes)
    };
    match answer.first() {
        None => return Answer::More,
        Some(0x15) => return Answer::Refused,
        Some(0x16) => {}
        Some(_) => return Answer::NoTls,
    }
    // Header of the record 5, of the message 4; version 2, random 32, then the session's id.
    match answer.get(5) {
        None => return Answer::More,
        Some(0x02) => {}
        Some(_) => return Answer::Refused,
    }
    let (Some(version), Some(id)) = (two(9), answer.get(43)) else {
        return Answer::More;
    };
    match two(44 + usize::from(*id)) {
        Some(suite) => Answer::Chosen(version, suite),
        None => Answer::More,
    }
}

/// A ClientHello as one record (RFC 5246 §7.4.1.2).
fn hello(version: u16, host: &str) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    // No secret is ever agreed on, so the random need not be one.
    body.extend([0x5e; 32]);
    body.push(0);
    let suites: Vec<u8> = SUITES
        .iter()
        .flat_map(|(number, _)| number.to_be_bytes())
        .collect();
    body.extend(with_length(&suites));
    body.extend([1, 0]);
    let mut extensions = Vec::new();
    let mut extension = |number: u16, content: &[u8]| {
        extensions.extend(number.to_be_bytes());
        extensions.extend(with_length(content));
    };
    if host.parse::<std::net::IpAddr>().is_err() {
        let mut name = vec![0];
        name.extend(with_length(host.as_bytes()));
        extension(0, &with_length(&name));
    }
    // Groups: x25519, P-256, P-384, P-521. Points: uncompressed.
    extension(10, &with_length(&[0, 0x1d, 0, 0x17, 0, 0x18, 0, 0x19]));
    extension(11, &[1, 0]);
    if version >= 0x0303 {
        let schemes = [
            4, 3, 5, 3, 6, 3, 8, 4, 8, 5, 8, 6, 4, 1, 5, 1, 6, 1, 2, 3, 2, 1,
        ];
        extension(13, &with_length(&schemes));
    }
    body.extend(with_length(&extensions));
    let mut message = vec![1, 0];
    message.extend(with_length(&body));
    let mut record = vec![0x16, 3, 1];
    record.extend(with_length(&message));
    record
}

/// Two bytes of length, and the content.
fn with_length(content: &[u8]) -> Vec<u8> {
    // Everything that is put together here is a few hundred bytes long.
    let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
    let mut out = length.to_be_bytes().to_vec();
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::{Answer, chosen, hello};

    #[test]
    fn an_answer_is_read_as_it_comes() {
        let mut answer = vec![0x16, 3, 1, 0, 50, 2, 0, 0, 46, 3, 1];
        answer.extend([7; 32]);
        answer.extend([2, 9, 9, 0x00, 0x2f, 0]);
        for length in 0..answer.len() - 1 {
            assert_eq!(chosen(&answer[..length]), Answer::More, "{length}");
        }
        assert_eq!(chosen(&answer), Answer::Chosen(0x0301, 0x002f));
        assert_eq!(chosen(&[0x15, 3, 3, 0, 2, 2, 70]), Answer::Refused);
        assert_eq!(chosen(&[0x30, 12]), Answer::NoTls);
        assert_eq!(chosen(&[0x16, 3, 3, 0, 50, 11]), Answer::Refused);
    }

    #[test]
    fn a_greeting_says_how_long_it_is() {
        for (version, host) in [(0x0301, "dc1.corp.example"), (0x0303, "127.0.0.1")] {
            let record = hello(version, host);
            let length = |at: usize| usize::from(record[at]) << 8 | usize::from(record[at + 1]);
            assert_eq!(length(3) + 5, record.len());
            assert_eq!(length(7) + 9, record.len());
            let named = record
                .windows(host.len())
                .any(|part| part == host.as_bytes());
            assert_eq!(named, host.starts_with("dc1"));
        }
    }
}

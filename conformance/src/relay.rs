//! The TLS that stands in front of a gateway.

use crate::keeper::{Keeper, Rights};
use crate::{Authority, Certificate, free_port, programs};
use anyhow::Result;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;

const PROGRAM: &str = include_str!("relay.py");

/// Takes TLS at a free port of 127.0.0.1 and passes on what is inside; stopped when dropped.
#[derive(Debug)]
pub struct TlsRelay {
    keeper: Keeper,
    port: u16,
}

impl TlsRelay {
    /// In front of `target`, with this certificate.
    pub fn start(
        authority: &Authority,
        certificate: Certificate,
        target: SocketAddr,
    ) -> Result<Self> {
        let python = programs::find("python3", "python3")?;
        let mut keeper = Keeper::new(Rights::Ours)?;
        let identity = authority.issue(certificate, Ipv4Addr::LOCALHOST, keeper.dir())?;
        let port = free_port()?;
        let words = [
            python,
            "-c".to_owned(),
            PROGRAM.to_owned(),
            port.to_string(),
            identity.certificate.display().to_string(),
            identity.key.display().to_string(),
            target.port().to_string(),
        ];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        keeper.start("the TLS relay", &words, || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        })?;
        Ok(Self { keeper, port })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The certificate of the authority to trust.
    pub fn authority(&self) -> PathBuf {
        self.keeper.dir().join("ca.crt")
    }
}

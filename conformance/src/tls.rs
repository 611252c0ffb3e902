//! Servers with certificates of every kind, for the matrix of what is accepted.

use crate::keeper::{Keeper, Rights};
use crate::scratch::write_private;
use crate::{Scratch, free_port, programs};
use anyhow::{Context, Result};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPT: &str = include_str!("tls/certificates.sh");

/// A folder of authorities, certificates, keys and revocation lists, made by openssl, and of stores, by keytool too.
#[derive(Debug)]
pub struct Certificates(Scratch);

impl Certificates {
    /// Makes all of them anew.
    pub fn new() -> Result<Self> {
        programs::find("openssl", "openssl")?;
        programs::find("keytool", "openjdk-17-jre-headless")?;
        let scratch = Scratch::new()?;
        let mut bash = Command::new("bash");
        bash.args(["-c", SCRIPT, "certificates"])
            .arg(scratch.path());
        programs::run(&mut bash, b"").with_context(|| {
            let log = fs::read_to_string(scratch.path().join("log")).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(8).collect();
            format!("the certificates cannot be made: {last:?}")
        })?;
        Ok(Self(scratch))
    }
    /// Where they are.
    pub fn dir(&self) -> &Path {
        self.0.path()
    }
    /// The SHA-256 of a certificate, as openssl computes it.
    pub fn pin(&self, name: &str) -> Result<String> {
        let path = self.path(name, "pin");
        let text = fs::read_to_string(&path);
        let text = text.with_context(|| format!("there is no certificate `{name}`"))?;
        Ok(format!("sha256:{}", text.trim()))
    }
    fn path(&self, name: &str, kind: &str) -> PathBuf {
        self.dir().join(format!("{name}.{kind}"))
    }
}

/// A slapd without entries that shows one of the certificates, or an `openssl s_server`. Stops when dropped.
#[derive(Debug)]
pub struct TlsServer {
    _keeper: Keeper,
    plain: u16,
    tls: u16,
}

impl TlsServer {
    /// A slapd; without a certificate it knows no TLS. `more` are further lines of its configuration.
    pub fn slapd(certificates: &Certificates, name: Option<&str>, more: &str) -> Result<Self> {
        let program = programs::find("slapd", "slapd")?;
        let mut keeper = Keeper::new(Rights::Ours)?;
        let mut conf = "include /etc/ldap/schema/core.schema\nmodulepath /usr/lib/ldap\n\
            moduleload back_null\naccess to * by * read\n"
            .to_owned();
        if let Some(name) = name {
            conf.push_str(&format!(
                "TLSCACertificateFile {}\nTLSCertificateFile {}\nTLSCertificateKeyFile {}\n",
                certificates.path("ca", "crt").display(),
                certificates.path(name, "chain").display(),
                certificates.path(name, "key").display(),
            ));
        }
        conf.push_str(more);
        conf.push_str("\ndatabase null\nsuffix \"dc=example\"\n");
        let path = keeper.dir().join("slapd.conf");
        write_private(&path, &conf)?;
        let path = path.display().to_string();
        let mut attempts = 5;
        loop {
            let (plain, tls) = (free_port()?, free_port()?);
            let mut urls = format!("ldap://127.0.0.1:{plain}/");
            if name.is_some() {
                urls.push_str(&format!(" ldaps://127.0.0.1:{tls}/"));
            }
            let words = [program.as_str(), "-f", &path, "-h", &urls, "-d", "0"];
            attempts -= 1;
            match keeper.start("slapd", &words, || {
                accepts(plain) && (name.is_none() || accepts(tls))
            }) {
                Ok(()) => {
                    return Ok(Self {
                        _keeper: keeper,
                        plain,
                        tls,
                    });
                }
                // Somebody was quicker with a port: try others.
                Err(_) if attempts > 0 && keeper.output().contains("Address already in use") => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// An `openssl s_server` that shows a certificate; it speaks TLS and no LDAP.
    pub fn openssl(certificates: &Certificates, name: &str, more: &[&str]) -> Result<Self> {
        let program = programs::find("openssl", "openssl")?;
        let mut keeper = Keeper::new(Rights::Ours)?;
        let port = free_port()?;
        let accept = format!("127.0.0.1:{port}");
        let (chain, key) = (
            certificates.path(name, "crt"),
            certificates.path(name, "key"),
        );
        let (chain, key) = (chain.display().to_string(), key.display().to_string());
        let mut words = vec![
            program.as_str(),
            "s_server",
            // Without it, the end of its standard input would be its own.
            "-www",
            "-accept",
            &accept,
            "-cert",
            &chain,
            "-key",
            &key,
        ];
        words.extend(more);
        keeper.start("openssl s_server", &words, || accepts(port))?;
        Ok(Self {
            _keeper: keeper,
            plain: port,
            tls: port,
        })
    }

    /// The plain listener.
    pub fn plain(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.plain))
    }
    /// The TLS listener.
    pub fn tls(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.tls))
    }
}

fn accepts(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

//! A proxy that ends TLS, as networks have them that look into what goes out: mitmproxy, with an authority of its own.

use crate::keeper::{Keeper, Rights};
use crate::proxy::{PASSWORD, USER};
use crate::scratch::write_private;
use crate::{Deadline, free_port, until};
use anyhow::{Context, Result};
use std::fs;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

const ADDON: &str = include_str!("../mitmproxy/meddles.py");

/// mitmproxy; stopped when dropped. It lets out who has the name and password of a [`ConnectProxy`](crate::ConnectProxy).
#[derive(Debug)]
pub struct InspectingProxy {
    keeper: Keeper,
    address: SocketAddr,
}

impl InspectingProxy {
    /// At a free port of this address, from an environment that has mitmproxy. It believes that authority, a file in PEM,
    /// of whom it connects to.
    pub fn start(address: IpAddr, environment: &Path, authority: &Path) -> Result<Self> {
        let mut keeper = Keeper::new(Rights::Ours)?;
        let dir = keeper.dir().to_owned();
        // Free on loopback is free everywhere on this machine, but for whoever listens on one address alone.
        let address = SocketAddr::new(address, free_port()?);
        let addon = dir.join("meddles.py");
        fs::write(&addon, ADDON)?;
        let options = format!(
            "listen_host: {}\nlisten_port: {}\nproxyauth: {USER}:{PASSWORD}\nssl_verify_upstream_trusted_ca: {}\n\
             termlog_verbosity: warn\nflow_detail: 0\nscripts: [{}]\n",
            address.ip(),
            address.port(),
            authority.display(),
            addon.display(),
        );
        write_private(&dir.join("config.yaml"), &options)?;
        let program = environment.join("bin/mitmdump").display().to_string();
        let folder = format!("INSPECTOR_FOLDER={}", dir.display());
        let confdir = format!("confdir={}", dir.display());
        let words = ["/usr/bin/env", &folder, &program, "--set", &confdir];
        keeper.start("mitmproxy", &words, || TcpStream::connect(address).is_ok())?;
        Ok(Self { keeper, address })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of the authority that its own certificates are of, in PEM.
    pub fn authority(&self) -> PathBuf {
        self.keeper.dir().join("mitmproxy-ca-cert.pem")
    }

    /// Has it do that to the next message of a tunnel, once: `alter`, `truncate`, `drop` or `replay` what goes to the `hub`
    /// or to the `connector`.
    pub fn tells(&self, act: &str, receiver: &str) -> Result<()> {
        let dir = self.keeper.dir();
        // Read as a whole or not at all.
        fs::write(dir.join("act.new"), format!("{act} {receiver}"))?;
        fs::rename(dir.join("act.new"), dir.join("act")).context("mitmproxy cannot be told")
    }

    /// Waits until it has done what it was told.
    pub fn has_acted(&self) -> Result<()> {
        let acted = self.keeper.dir().join("acted");
        until("mitmproxy has meddled", Deadline::seconds(60), || {
            Ok(acted.exists().then_some(()))
        })?;
        fs::remove_file(acted).context("mitmproxy cannot be told again")
    }

    /// All that it could read of what went through.
    pub fn has_read(&self) -> Result<Vec<u8>> {
        fs::read(self.keeper.dir().join("read")).context("mitmproxy has read nothing")
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.keeper.output()
    }
}

//! The proxy at the edge of a company's network: whoever goes out asks it to CONNECT, with a name and a password.

use crate::keeper::{Keeper, Rights};
use crate::{free_port, programs};
use anyhow::Result;
use rustix::process::Signal;
use std::fs;
use std::net::{IpAddr, SocketAddr, TcpStream};

/// Of whoever may go out.
pub(crate) const USER: &str = "entryway";
/// Theirs.
pub(crate) const PASSWORD: &str = "proxy-secret";

/// tinyproxy; stopped when dropped.
#[derive(Debug)]
pub struct ConnectProxy {
    keeper: Keeper,
    address: SocketAddr,
}

impl ConnectProxy {
    /// At a free port of this address.
    pub fn start(address: IpAddr) -> Result<Self> {
        let keeper = Keeper::new(Rights::Ours)?;
        // Free on loopback is free everywhere on this machine, but for whoever listens on one address alone.
        let address = SocketAddr::new(address, free_port()?);
        let text = format!(
            "Listen {}\nPort {}\nBasicAuth {USER} {PASSWORD}\nTimeout 600\nMaxClients 200\nDisableViaHeader Yes\nLogLevel Connect\n",
            address.ip(),
            address.port()
        );
        fs::write(keeper.dir().join("tinyproxy.conf"), text)?;
        let mut proxy = Self { keeper, address };
        proxy.start_again()?;
        Ok(proxy)
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A name that it lets out.
    pub fn user(&self) -> &'static str {
        USER
    }

    /// The password of that name.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Stops it; whatever went through it is cut.
    pub fn stop(&mut self) -> Result<()> {
        self.keeper.stop()
    }

    /// Starts it where it was.
    pub fn start_again(&mut self) -> Result<()> {
        let program = programs::find("tinyproxy", "tinyproxy-bin")?;
        let file = self.keeper.dir().join("tinyproxy.conf");
        let (file, address) = (file.display().to_string(), self.address);
        self.keeper
            .start("tinyproxy", &[&program, "-d", "-c", &file], || {
                TcpStream::connect(address).is_ok()
            })
    }

    /// It stands still, and nobody is told.
    pub fn pause(&self) -> Result<()> {
        self.keeper.signal(Signal::STOP)
    }

    /// It goes on.
    pub fn go_on(&self) -> Result<()> {
        self.keeper.signal(Signal::CONT)
    }

    /// What it has logged: who went where.
    pub fn log(&self) -> String {
        self.keeper.output()
    }
}

//! The servers and gateways that the rows share, each started when first needed.

use crate::looked::Looked;
use crate::setups::Setup;
use anyhow::{Context, Result, anyhow};
use entryway_conformance::{
    Authority, Certificate, Ds389, Gateway, HttpClient, SambaAd, Scratch, Serving, SilentServer,
    Slapd, SlapdOptions, free_port,
};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// Everything that is started at most once.
pub(crate) struct Lab {
    binary: PathBuf,
    scratch: Shared<Scratch>,
    authority: Shared<Authority>,
    samba: Shared<SambaAd>,
    ds389: Shared<Ds389>,
    slapds: Slots<Certificate, Slapd>,
    silent: Shared<SilentServer>,
    looked: Shared<Looked>,
    gateways: Slots<Setup, (Gateway, SocketAddr)>,
    serving: Slots<Setup, Serving>,
}

impl Lab {
    pub(crate) fn new(binary: &Path) -> Self {
        Self {
            binary: binary.to_owned(),
            scratch: Shared::default(),
            authority: Shared::default(),
            samba: Shared::default(),
            ds389: Shared::default(),
            slapds: Mutex::default(),
            silent: Shared::default(),
            looked: Shared::default(),
            gateways: Mutex::default(),
            serving: Mutex::default(),
        }
    }

    pub(crate) fn binary(&self) -> &Path {
        &self.binary
    }

    pub(crate) fn scratch(&self) -> Result<&Scratch> {
        self.scratch.get(Scratch::new)
    }

    pub(crate) fn authority(&self) -> Result<&Authority> {
        self.authority.get(Authority::new)
    }

    pub(crate) fn samba(&self) -> Result<&SambaAd> {
        self.samba.get(|| SambaAd::start(self.authority()?))
    }

    pub(crate) fn ds389(&self) -> Result<&Ds389> {
        self.ds389.get(|| Ds389::start(self.authority()?))
    }

    pub(crate) fn silent(&self) -> Result<&SilentServer> {
        self.silent.get(SilentServer::start)
    }

    pub(crate) fn looked(&self) -> Result<&Looked> {
        self.looked.get(|| Looked::start(self))
    }

    /// Runs `with` a slapd that shows this certificate.
    pub(crate) fn with_slapd<T>(
        &self,
        certificate: Certificate,
        with: impl FnOnce(&Slapd) -> T,
    ) -> Result<T> {
        let slapd = slot(&self.slapds, certificate)?;
        let options = SlapdOptions {
            certificate,
            ..SlapdOptions::default()
        };
        slapd
            .get(|| Slapd::start(self.authority()?, options))
            .map(with)
    }

    /// The gateway of a setup, for commands.
    pub(crate) fn gateway(&self, setup: Setup) -> Result<Gateway> {
        self.gateway_at(setup).map(|(gateway, _)| gateway)
    }

    /// The gateway of a setup over HTTP.
    pub(crate) fn http(&self, setup: Setup) -> Result<HttpClient> {
        let (gateway, listen) = self.gateway_at(setup)?;
        let serving = slot(&self.serving, setup)?;
        serving.get(|| gateway.serve(listen))?;
        Ok(HttpClient::new(listen, Some(TOKEN)))
    }

    fn gateway_at(&self, setup: Setup) -> Result<(Gateway, SocketAddr)> {
        let gateway = slot(&self.gateways, setup)?;
        gateway
            .get(|| {
                let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
                let mut configuration = setup.configuration(self)?;
                configuration.listen = Some(listen);
                configuration.token = TOKEN.to_owned();
                let path = configuration.write(self.scratch()?, &format!("{setup:?}"))?;
                Ok((Gateway::new(&self.binary, &path), listen))
            })
            .cloned()
    }
}

const TOKEN: &str = "token-of-the-live-tests-0123456789";

/// A value made once, or the reason why it could not be made, told to everybody who asks.
struct Shared<T>(OnceLock<Result<T, String>>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Shared<T> {
    fn get(&self, make: impl FnOnce() -> Result<T>) -> Result<&T> {
        self.0
            .get_or_init(|| make().map_err(|error| format!("{error:#}")))
            .as_ref()
            .map_err(|error| anyhow!("{error}"))
    }
}

/// Values made once for each key.
type Slots<K, T> = Mutex<HashMap<K, Arc<Shared<T>>>>;

/// The slot of a key; the map is locked only to find it, not while its value starts.
fn slot<K: std::hash::Hash + Eq, T>(slots: &Slots<K, T>, key: K) -> Result<Arc<Shared<T>>> {
    let mut slots = slots.lock().ok().context("another row panicked")?;
    Ok(Arc::clone(slots.entry(key).or_default()))
}

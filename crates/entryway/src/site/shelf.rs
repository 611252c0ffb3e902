//! The identity of a connector, as it is kept in the state directory: `connector/`, for nobody else to read.
//!
//! Each file is written beside and put in its place whole. Key and certificates are two files: should the program end
//! between the two, the key that fits the certificates is still there under its other name.

use crate::kept::state_path;
use anyhow::{Context, bail};
use entryway_bridge::{ConnectorId, SiteName};
use entryway_tunnel::ConnectorKey;
use entryway_tunnel::connector::{Credential, Keeper, Kept, NotKept};
use entryway_wire::Rfc3339;
use parking_lot::Mutex;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};
use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const IDENTITY: &str = "identity.json";
const KEY: &str = "key.pem";
/// A key whose certificates may already be in their place.
const NEXT_KEY: &str = "key.pem.next";
const CHAIN: &str = "chain.pem";
const AUTHORITY: &str = "authority.pem";

/// Where it is.
pub(crate) struct Shelf {
    folder: PathBuf,
    /// One change at a time.
    writing: Mutex<()>,
}

/// What stands beside the certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    /// The site.
    pub(crate) site: SiteName,
    /// The connector's id.
    pub(crate) connector: ConnectorId,
    /// What people call it.
    pub(crate) name: String,
    /// Where it enrolled.
    pub(crate) url: String,
    /// Every node of the hub, as it was last told.
    pub(crate) nodes: Vec<String>,
    /// The highest version that a hub has spoken.
    pub(crate) version: u16,
    /// When, RFC 3339.
    pub(crate) enrolled: String,
    /// In how many stores the site's connectors count failures, as a hub said last; 0 where none has.
    #[serde(default)]
    pub(crate) stores: u16,
}

/// An identity.
pub(crate) struct Enrolled {
    pub(crate) facts: Facts,
    pub(crate) credential: Credential,
}

impl Shelf {
    /// In the state directory. Makes nothing.
    pub(crate) fn find() -> anyhow::Result<Self> {
        Ok(Self::at(state_path()?.join("connector")))
    }
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self {
            folder,
            writing: Mutex::new(()),
        }
    }
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The identity, if there is one.
    pub(crate) fn load(&self) -> anyhow::Result<Option<Enrolled>> {
        let Some(facts) = self.facts()? else {
            return Ok(None);
        };
        let authority = self.certificates(AUTHORITY)?;
        let chain = self.certificates(CHAIN)?;
        let own = chain
            .first()
            .with_context(|| format!("`{}` holds no certificate", self.path(CHAIN).display()))?;
        let key = self.fitting_key(own)?;
        let credential = Credential {
            site: facts.site.clone(),
            connector: facts.connector,
            authority: authority.into_iter().next().with_context(|| {
                format!("`{}` holds no certificate", self.path(AUTHORITY).display())
            })?,
            chain,
            key,
        };
        if let Err(problem) = credential.check() {
            bail!(
                "the identity in `{}` does not fit together: {problem}",
                self.folder.display()
            );
        }
        Ok(Some(Enrolled { facts, credential }))
    }

    /// Whether there is one, were it only a half.
    pub(crate) fn is_there(&self) -> bool {
        self.path(IDENTITY).exists()
    }

    /// What stands beside the certificates, if anything does.
    pub(crate) fn facts(&self) -> anyhow::Result<Option<Facts>> {
        let path = self.path(IDENTITY);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("`{}` cannot be read", path.display()));
            }
        };
        let facts = serde_json::from_slice(&text)
            .with_context(|| format!("`{}` cannot be read", path.display()))?;
        Ok(Some(facts))
    }

    /// The key of these certificates, put in its place where the program once ended too early.
    fn fitting_key(&self, own: &CertificateDer<'_>) -> anyhow::Result<ConnectorKey> {
        let key = self.key(KEY);
        if let Ok(key) = key {
            if key.fits(own) {
                return Ok(key);
            }
        } else if !self.path(NEXT_KEY).exists() {
            return key;
        }
        match self.key(NEXT_KEY) {
            Ok(next) if next.fits(own) => {
                self.promote_next_key()?;
                Ok(next)
            }
            _ => bail!(
                "the key in `{}` is not that of the certificate beside it",
                self.path(KEY).display()
            ),
        }
    }

    fn key(&self, name: &str) -> anyhow::Result<ConnectorKey> {
        let path = self.path(name);
        let metadata =
            fs::metadata(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            bail!(
                "`{}` can be read by others (mode {mode:04o}): whoever has read it may be this connector; revoke it at the hub and enrol anew, or if nobody has, `chmod 600` it",
                path.display()
            );
        }
        let key = PrivatePkcs8KeyDer::from_pem_file(&path)
            .with_context(|| format!("`{}` cannot be read", path.display()))?;
        ConnectorKey::from_pkcs8(key.secret_pkcs8_der())
            .with_context(|| format!("`{}` cannot be used", path.display()))
    }

    fn certificates(&self, name: &str) -> anyhow::Result<Vec<CertificateDer<'static>>> {
        let path = self.path(name);
        let read = || format!("`{}` cannot be read", path.display());
        CertificateDer::pem_file_iter(&path)
            .with_context(read)?
            .collect::<Result<_, _>>()
            .with_context(read)
    }

    /// Whether an identity could be kept; leaves nothing behind.
    pub(crate) fn try_write(&self) -> anyhow::Result<()> {
        let into = match self.folder.parent() {
            Some(parent) if !self.folder.exists() => parent,
            _ => &self.folder,
        };
        let tried = tempfile::NamedTempFile::new_in(into);
        tried.with_context(|| format!("nothing can be written to `{}`", into.display()))?;
        Ok(())
    }

    /// Keeps a new identity in the place of whatever was there.
    pub(crate) fn save(&self, facts: &Facts, credential: &Credential) -> anyhow::Result<()> {
        let _alone = self.writing.lock();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .and_then(|()| fs::set_permissions(&self.folder, Permissions::from_mode(0o700)))
            .with_context(|| format!("`{}` cannot be made", self.folder.display()))?;
        // Without this file there is no identity: it goes first, and comes last.
        self.take(IDENTITY)?;
        self.take(NEXT_KEY)?;
        self.write(
            AUTHORITY,
            pem(std::slice::from_ref(&credential.authority)).as_bytes(),
        )?;
        self.write(KEY, credential.key.pem().as_bytes())?;
        self.write(CHAIN, pem(&credential.chain).as_bytes())?;
        self.write_facts(facts)
    }

    /// Puts the next certificates, and their key, in the place of these.
    fn renew(&self, credential: &Credential) -> anyhow::Result<()> {
        let _alone = self.writing.lock();
        self.write(NEXT_KEY, credential.key.pem().as_bytes())?;
        self.write(CHAIN, pem(&credential.chain).as_bytes())?;
        self.promote_next_key()
    }

    /// Puts the next key in its place, on disk when this returns.
    fn promote_next_key(&self) -> anyhow::Result<()> {
        fs::rename(self.path(NEXT_KEY), self.path(KEY))
            .and_then(|()| File::open(&self.folder)?.sync_all())
            .with_context(|| format!("`{}` cannot be written", self.path(KEY).display()))
    }

    /// Changes what stands beside the certificates.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Facts)) -> anyhow::Result<()> {
        let _alone = self.writing.lock();
        let mut facts = self.facts()?.context("there is no identity any more")?;
        let before = facts.clone();
        change(&mut facts);
        if facts == before {
            return Ok(());
        }
        self.write_facts(&facts)
    }

    /// Takes the identity away.
    pub(crate) fn remove(&self) -> anyhow::Result<()> {
        let _alone = self.writing.lock();
        for name in [IDENTITY, KEY, NEXT_KEY, CHAIN, AUTHORITY] {
            self.take(name)?;
        }
        // What somebody else put there stays.
        let _ = fs::remove_dir(&self.folder);
        Ok(())
    }

    fn write_facts(&self, facts: &Facts) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec_pretty(facts).context("it cannot be written")?;
        text.push(b'\n');
        self.write(IDENTITY, &text)
    }

    fn take(&self, name: &str) -> anyhow::Result<()> {
        match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error)
                .with_context(|| format!("`{}` cannot be removed", self.path(name).display())),
            _ => Ok(()),
        }
    }

    /// Whole or not at all, and on disk when this returns.
    fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.path(name);
        let written = || -> io::Result<()> {
            // Mode 0600 from the beginning.
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            File::open(&self.folder)?.sync_all()
        };
        written().with_context(|| format!("`{}` cannot be written", path.display()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Keeper for Shelf {
    fn keep(&self, kept: Kept<'_>) -> Result<(), NotKept> {
        let kept = match kept {
            Kept::Credential(credential) => self.renew(credential),
            Kept::Version(version) => self.change(|facts| facts.version = version),
        };
        kept.map_err(|error| NotKept(format!("{error:#}")))
    }
}

/// When it is now.
pub(crate) fn today() -> String {
    Rfc3339(SystemTime::now()).to_string()
}

fn pem(certificates: &[CertificateDer<'_>]) -> String {
    use base64::Engine as _;
    let mut text = String::new();
    for certificate in certificates {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = base64::engine::general_purpose::STANDARD.encode(certificate);
        let mut rest = encoded.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(64));
            text.push_str(line);
            text.push('\n');
            rest = after;
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}

#[cfg(test)]
mod tests;

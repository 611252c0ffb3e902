//! The demo's files: a configuration, what it refers to, in a folder that goes with the demo.

use entryway_testdir::TestServer;
use entryway_testdir::demo::{SERVICE_DN, service_password};
use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The folder, removed when this is dropped.
pub(super) struct Folder {
    folder: TempDir,
    token: String,
    operator_token: String,
}

impl Folder {
    /// Writes everything that a gateway at `listen` in front of `directory` needs.
    pub(super) fn new(directory: &TestServer, listen: SocketAddr) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("entryway-demo-")
            // Whatever the umask is: nobody else may put a file beside these.
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
        let (token, operator_token) = (random_token()?, random_token()?);
        let configuration = include_str!("entryway.toml")
            .replace("{listen}", &listen.to_string())
            .replace("{ldaps}", &directory.ldaps_addr().port().to_string())
            .replace("{ldap}", &directory.ldap_addr().port().to_string())
            .replace("{service_dn}", SERVICE_DN);
        for (name, text) in [
            ("entryway.toml", configuration.as_str()),
            ("ca.pem", &directory.ca_pem()),
            ("staff.pass", service_password()),
            ("demo.token", &token),
            ("operator.token", &operator_token),
        ] {
            write(&folder.path().join(name), text)?;
        }
        Ok(Self {
            folder,
            token,
            operator_token,
        })
    }

    pub(super) fn configuration(&self) -> PathBuf {
        self.folder.path().join("entryway.toml")
    }

    /// Of the application, which may have people logged in.
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// Of the operator, who may also know why.
    pub(super) fn operator_token(&self) -> &str {
        &self.operator_token
    }

    /// A place in one of the files, without where the folder is.
    pub(super) fn without_path(&self, place: &str) -> String {
        let folder = format!("{}/", self.folder.path().display());
        place
            .strip_prefix(folder.as_str())
            .unwrap_or(place)
            .to_owned()
    }
}

/// For its owner's eyes only, as every file with a secret should be.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

fn random_token() -> anyhow::Result<String> {
    let (high, low) = (getrandom::u64()?, getrandom::u64()?);
    Ok(format!("{high:016x}{low:016x}"))
}

//! A folder of PAM's service files, and what was written there by scripts that ran.

use entryway_ldap_types::Password;
use entryway_login::{OsAccounts, OsOperation, OsReply};
use entryway_os::{OsSettings, PamAccounts};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// An account of every system that is not the superuser's.
pub(crate) const PERSON: &str = "daemon";
/// What the scripts take for its password.
pub(crate) const RIGHT: &str = "rïght horse";
/// Long enough for a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

const HELPER: &str = env!("CARGO_BIN_EXE_entryway-os-helper");

/// The system as a login sees it, with service files of its own.
pub(crate) struct System {
    folder: TempDir,
    pub(crate) accounts: PamAccounts,
}

impl System {
    /// With these lines as the service file; `{folder}` and `{module}` stand in them for paths.
    pub(crate) fn new(service: &str) -> Self {
        Self::with_room(service, 8)
    }

    pub(crate) fn with_room(service: &str, max: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = OsSettings {
            confdir: Some(folder.path().to_owned()),
            max,
            ..OsSettings::default()
        };
        let accounts = PamAccounts::new(settings, PathBuf::from(HELPER));
        let system = Self { folder, accounts };
        system.script(
            "check",
            &format!("IFS= read -r typed || :\n[ \"$typed\" = '{RIGHT}' ]"),
        );
        let mut text = service.replace("{folder}", &system.folder.path().display().to_string());
        if text.contains("{module}") {
            text = text.replace("{module}", &module().display().to_string());
        }
        fs::write(system.path("entryway"), text).unwrap();
        system
    }

    /// A shell script that service files can run.
    pub(crate) fn script(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(crate) async fn login(&self, password: &str) -> OsReply {
        self.login_as(PERSON, password, LONG).await
    }

    pub(crate) async fn login_as(&self, name: &str, password: &str, within: Duration) -> OsReply {
        let operation = operation(name, password, within);
        self.accounts.login_os(operation).await.reply
    }

    /// The number in a file that a script wrote, once it is there.
    pub(crate) async fn number(&self, name: &str) -> u32 {
        let path = self.path(name);
        let number = || {
            fs::read_to_string(&path)
                .ok()?
                .strip_suffix('\n')?
                .parse()
                .ok()
        };
        until(&format!("`{name}` was written"), || number().is_some()).await;
        number().unwrap()
    }
}

pub(crate) fn operation(name: &str, password: &str, within: Duration) -> OsOperation {
    OsOperation {
        name: name.into(),
        password: Arc::new(Password::new(password.into()).unwrap()),
        client_address: Some("192.0.2.7".parse().unwrap()),
        deadline: Instant::now() + within,
    }
}

/// Waits for a condition.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + LONG;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::task::yield_now().await;
    }
}

/// Waits until there is no process of this number, not even one that nobody has reaped.
pub(crate) async fn gone(number: u32) {
    let path = format!("/proc/{number}");
    until(&format!("{number} is gone"), || !Path::new(&path).exists()).await;
}

/// The module of `trouble.rs`, built once.
fn module() -> &'static Path {
    static MODULE: OnceLock<PathBuf> = OnceLock::new();
    MODULE.get_or_init(|| {
        // Beside what cargo builds: a static is never dropped, and would leave a temporary folder behind.
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pam_trouble.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/module/trouble.rs");
        let built = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"))
            .args([
                "--edition=2024",
                "--crate-type=cdylib",
                "-Cpanic=abort",
                "-o",
            ])
            .args([&path, &source])
            .output()
            .unwrap();
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        path
    })
}

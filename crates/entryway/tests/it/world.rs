//! A directory of eight entries, and a configuration in a folder of its own that points at it.

use entryway_login::LoginId;
use entryway_store::{AuditKey, OpenOptions, Store, StoreUrl};
use entryway_testdir::{Directory, Options, TestServer};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Longer than anything here takes, shorter than anybody's patience.
pub(crate) const SOON: std::time::Duration = std::time::Duration::from_secs(30);

pub(crate) const PORTAL: &str = "portal-token-0123456789abcdef";
pub(crate) const CONSOLE: &str = "console-token-0123456789abcdef";

/// The token of a caller that may look people up, where a test adds it.
pub(crate) const FINDER: &str = "finder-token-0123456789abcdef";
/// That caller, for the end of a configuration.
pub(crate) const FINDERS: &str = r#"
[[token]]
name = "finder"
secret = { file = "finder.token" }
scopes = ["people.read", "groups.read", "browse"]
"#;

/// Runs the directory on threads of its own; everything ends with the value.
pub(crate) struct World {
    pub(crate) directory: TestServer,
    pub(crate) runtime: Runtime,
    folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with("")
    }

    /// The same with more entries.
    pub(crate) fn with(entries: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let people = format!("{}\n{entries}", include_str!("world/people.ldif"));
        let people = Directory::from_ldif(&people).expect("LDIF");
        let directory = runtime
            .block_on(TestServer::start(people, Options::default()))
            .expect("a directory");
        let world = Self {
            directory,
            runtime,
            folder: TempDir::new().expect("a folder"),
        };
        world.write("ca.pem", &world.directory.ca_pem());
        world.write("staff.pass", "service-secret\n");
        world.write("portal.token", PORTAL);
        world.write("console.token", CONSOLE);
        world.write("entryway.toml", &world.configuration());
        world
    }

    /// The configuration that fits the directory.
    pub(crate) fn configuration(&self) -> String {
        let text = include_str!("world/entryway.toml");
        text.replace("{ldaps}", &self.directory.ldaps_addr().port().to_string())
    }

    /// The same with a shorter deadline and these lines at the end.
    pub(crate) fn configure(&self, deadline: &str, more: &str) {
        let text = format!(
            "[login]\ndeadline = \"{deadline}\"\n{}\n{more}",
            self.configuration()
        );
        self.write("entryway.toml", &text);
    }

    /// The record of a login as it is on disk, if it is there.
    pub(crate) fn record(&self, login: &serde_json::Value) -> Option<serde_json::Value> {
        let id = login.as_str().and_then(LoginId::parse);
        let id = id.expect("an id of a login");
        let record = self.in_store(async |store| {
            let record = store.audit().get(id.bits()).await;
            record.expect("an answer")
        });
        record.map(|record| serde_json::from_slice(&record.body).expect("JSON"))
    }

    /// What somebody does who has the daemon's store open beside it.
    pub(crate) fn in_store<T>(&self, done: impl AsyncFnOnce(&Store) -> T) -> T {
        let url = StoreUrl::file(self.path("entryway.db"));
        let options = OpenOptions {
            node: "reader".to_owned(),
            audit_key: AuditKey::load_or_create(self.path("reader.key")).expect("a key"),
            create: false,
        };
        self.runtime.block_on(async {
            let store = Store::open(&url, options).await.expect("the store");
            let found = done(&store).await;
            store.close().await;
            found
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that only its owner may read.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
        fs::set_permissions(self.path(name), Permissions::from_mode(0o600)).expect("permissions");
    }

    /// The binary, in the configuration's folder, with nothing of the tests' own environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entryway"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env("STATE_DIRECTORY", self.state());
        command
    }

    /// Where a daemon of this world keeps its socket.
    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// The same, by a shell that sets limits first.
    pub(crate) fn limited(&self, limits: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(format!("{limits} && exec \"$0\" \"$@\""))
            .arg(env!("CARGO_BIN_EXE_entryway"))
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env("STATE_DIRECTORY", self.state());
        command
    }
}

//! What the configurations of these tests begin with, and how they are read.

use entryway_config::{Loaded, MemoryFiles, Report, Sources, load};

/// A domain, a caller and a home folder: nothing of what the tests are about.
pub(crate) const HEAD: &str = r#"
[domain.staff]
servers = ["ldaps://dc1.corp.example"]
base    = "dc=corp,dc=example"

[[token]]
name   = "portal"
secret = { file = "portal.token" }

[[home_folder]]
prefix = "/srv"
"#;

/// Reads `text`, with `files` beside the token of [`HEAD`].
pub(crate) fn read(text: &str, files: MemoryFiles) -> Result<Loaded, Report> {
    let files =
        files
            .with("entryway.toml", text, 0o600)
            .with("portal.token", "portal-token", 0o600);
    load(&Sources::file("entryway.toml").files(files))
}

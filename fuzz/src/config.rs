//! The configuration's text.

use entryway_config::{MemoryFiles, Sources, load};

/// Any text loads or is reported, with at least one error and every line of it renderable.
pub fn config(bytes: &[u8]) {
    let files = MemoryFiles::default().with("entryway.toml", bytes, 0o600);
    let report = match load(&Sources::file("entryway.toml").files(files)) {
        Ok(loaded) => {
            assert_eq!(loaded.warnings.errors(), 0);
            loaded.warnings
        }
        Err(report) => {
            assert!(report.errors() > 0, "refused without a reason");
            report
        }
    };
    let plain = report.render(false);
    assert!(report.is_empty() || !plain.is_empty());
    assert!(
        !plain.contains('\u{1b}'),
        "an escape sequence of the file reaches the terminal"
    );
    assert_eq!(report.errors() + report.warnings(), report.codes().count());
}

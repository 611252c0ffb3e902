//! A folder of bad files with the text that each gives: `UPDATE_GOLDEN=1` writes the texts anew.
//!
//! A file's name begins with the code that it is about. `# env: NAME=value` sets a variable,
//! `#---- conf.d/more.toml` begins a further file. The files that secrets and trust are read from
//! are the same for all.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use entryway_config::{MemoryFiles, Report, Sources, codes, load};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What stands for every secret in these files; it must never be shown.
const SECRET: &str = "hunter2";

/// RFC 8037, appendix A.2.
const CLIENT_KEYS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the folder of bad files")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    cases.sort();
    cases
}

fn files() -> MemoryFiles {
    MemoryFiles::default()
        .with("portal.token", "portal-token\n", 0o600)
        .with("grafana.token", "grafana-token", 0o600)
        .with("exposed.token", "exposed-token", 0o640)
        .with("newline.token", "\r\n", 0o600)
        .with("large.token", vec![b'x'; 5000], 0o600)
        .with("staff.pass", "staff-pass", 0o600)
        .with("trust.pass", "trust-pass", 0o600)
        .with("entryway.pass", "entryway-pass", 0o600)
        .with("trust.p12", store("trust.p12"), 0o644)
        .with("entryway.p12", store("entryway.p12"), 0o600)
        .with("keys.jks", store("keys.jks"), 0o600)
        .with("gateway.crt", store("gateway.crt"), 0o644)
        .with("gateway.key", store("gateway.key"), 0o600)
        .with("expired.crt", store("expired.crt"), 0o644)
        .with("future.crt", store("future.crt"), 0o644)
        .with("exposed.key", store("gateway.key"), 0o640)
        .with("encrypted.key", store("encrypted.key"), 0o600)
        .with("other.key", store("other.key"), 0o600)
        .with("corp-ca.der", store("corp-ca.der"), 0o644)
        .with(
            "cut.der",
            store("corp-ca.der")
                .into_iter()
                .take(200)
                .collect::<Vec<_>>(),
            0o644,
        )
        // Lengths left open, as some programs write PKCS#12.
        .with("open.p12", &[0x30, 0x80, 2, 1, 3, 0, 0][..], 0o644)
        .with("writable-ca.der", store("corp-ca.der"), 0o664)
        .with("dc1.crt", store("dc1.crt"), 0o644)
        .with("writable-pin.pem", store("dc1.crt"), 0o646)
        .with("writable.crl", include_str!("good/corp-ca.crl"), 0o664)
        .with("client.secret", "of-an-application-0123456789", 0o600)
        .with("umlaut.secret", "für-eine-anwendung-0123456789", 0o600)
        .with("client.jwks.json", CLIENT_KEYS, 0o644)
        .with("writable.jwks.json", CLIENT_KEYS, 0o666)
        .with("empty.jwks.json", r#"{"keys":[]}"#, 0o644)
        .with(
            "private.jwks.json",
            r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"","d":""}]}"#,
            0o644,
        )
        .with(
            "large.svg",
            format!("<svg>{}", " ".repeat(256 * 1024)),
            0o644,
        )
        .with("ca.zip", &b"PK\x03\x04"[..], 0o644)
        .with(
            "key.pem",
            "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
            0o644,
        )
        .with(
            "damaged.pem",
            "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
            0o644,
        )
}

fn store(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/stores")
        .join(name);
    std::fs::read(path).expect("a store")
}

fn report(path: &Path) -> Report {
    let text = std::fs::read_to_string(path).expect("a bad file");
    let mut parts = text.split("#---- ");
    let main = parts.next().unwrap_or_default();
    let mut files = files().with("entryway.toml", main, 0o600);
    for part in parts {
        let (name, content) = part.split_once('\n').expect("a name after `#----`");
        files = files.with(name, content, 0o600);
    }
    let variables = main
        .lines()
        .filter_map(|line| line.strip_prefix("# env: ")?.split_once('='));
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    match load(
        &Sources::file("entryway.toml")
            .files(files)
            .environment(variables),
    ) {
        Ok(loaded) => loaded.warnings,
        Err(report) => {
            assert!(
                report.errors() > 0,
                "{} is refused without an error",
                path.display()
            );
            report
        }
    }
}

fn code_of(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.split_once('-'))
        .expect("CODE-words.toml")
        .0
}

#[test]
fn each_bad_file_gives_its_text() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut differing = Vec::new();
    for path in cases() {
        let found = report(&path).render(false);
        let golden = path.with_extension("stderr");
        if update {
            std::fs::write(&golden, &found).expect("a golden file");
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        if found != expected {
            differing.push(format!(
                "{}\n--- expected\n{expected}\n--- found\n{found}",
                path.display()
            ));
        }
    }
    assert!(
        differing.is_empty(),
        "{}\n(UPDATE_GOLDEN=1 accepts)",
        differing.join("\n")
    );
}

#[test]
fn each_bad_file_is_about_its_code() {
    for path in cases() {
        let found: Vec<_> = report(&path).codes().collect();
        assert!(
            found.contains(&code_of(&path)),
            "{} gives {found:?}",
            path.display()
        );
    }
}

#[test]
fn each_code_has_a_bad_file_and_each_text_a_case() {
    let cases = cases();
    let with_case: BTreeSet<&str> = cases.iter().map(|path| code_of(path)).collect();
    let known: BTreeSet<&str> = codes().collect();
    assert_eq!(with_case, known);
    for entry in std::fs::read_dir(folder()).expect("the folder of bad files") {
        let path = entry.expect("an entry").path();
        assert!(
            path.with_extension("toml").exists(),
            "{} belongs to no case",
            path.display()
        );
    }
}

#[test]
fn no_secret_is_shown() {
    let mut seen = 0;
    for path in cases() {
        let text = std::fs::read_to_string(&path).expect("a bad file");
        let report = report(&path);
        let shown = [
            report.render(false),
            report.render(true),
            report.lines().collect(),
            format!("{report:?}"),
        ];
        seen += usize::from(text.contains(SECRET));
        for shown in shown {
            assert!(
                !shown.contains(SECRET),
                "{} shows it:\n{shown}",
                path.display()
            );
        }
    }
    assert!(seen >= 4, "the files with secrets are gone");
}

#[test]
fn values_and_rendering_name_the_same_places() {
    for path in cases() {
        let report = report(&path);
        let shown = report.render(false);
        assert_eq!(report.problems().count(), report.codes().count());
        for problem in report.problems() {
            let (Some(file), Some(line), Some(column)) =
                (&problem.file, problem.line, problem.column)
            else {
                continue;
            };
            let place = if shown.contains(&format!("--> {file}:{line}:{column}\n")) {
                continue;
            } else {
                format!("--> {file}:{line}:")
            };
            // Behind a secret the column would tell how long it is.
            let behind = |rest: &str| rest.lines().nth(2).is_some_and(|line| line.contains("***"));
            let found = shown.split(&place).skip(1).any(behind);
            assert!(found, "{problem:?} is not in\n{shown}");
        }
    }
}

#[test]
fn colour_is_all_that_colour_changes() {
    for path in cases() {
        let report = report(&path);
        let (plain, coloured) = (report.render(false), report.render(true));
        assert!(!plain.contains('\u{1b}'), "{}", path.display());
        let mut stripped = String::new();
        for (index, part) in coloured.split("\u{1b}[").enumerate() {
            stripped.push_str(if index == 0 {
                part
            } else {
                part.split_once('m').map_or("", |(_, rest)| rest)
            });
        }
        assert_eq!(stripped, plain, "{}", path.display());
    }
}

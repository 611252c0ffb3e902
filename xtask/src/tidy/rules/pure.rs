//! Pure crates reach no socket, file, environment, clock, randomness or runtime, and are not
//! serialised; each has a short list of what it may depend on.

use super::{finding, lines_with};
use crate::tidy::Finding;
use crate::tidy::tree::Tree;
use crate::tidy::use_paths::paths_below;

/// Each pure crate with everything it may depend on.
const PURE: [(&str, &[&str]); 9] = [
    ("entryway-ldap-types", &["bytes", "thiserror", "zeroize"]),
    (
        "entryway-login",
        // DN filters are regular expressions; their syntax tree tells which of them can be looked up.
        &[
            "entryway-ldap-types",
            "bytes",
            "regex",
            "regex-syntax",
            "thiserror",
        ],
    ),
    (
        "entryway-cel",
        // The grammar of expressions, and the patterns in them.
        &[
            "entryway-ldap-types",
            "entryway-login",
            "cel",
            "regex",
            // Whether a pattern asks for what a text never holds.
            "regex-syntax",
            "thiserror",
        ],
    ),
    (
        "entryway-keystore",
        // A library reads PKCS#12, and the TLS library says whether a key fits a certificate.
        &[
            "base64",
            "p12-keystore",
            "pkcs8",
            "rustls",
            "rustls-pki-types",
            "sha1",
            "thiserror",
            "x509-parser",
            "zeroize",
        ],
    ),
    (
        "entryway-lookup",
        // Cursors are text, and letters with accents are in one order with those without.
        &[
            "entryway-ldap-types",
            "entryway-login",
            "base64",
            "thiserror",
            "unicode-normalization",
        ],
    ),
    (
        "entryway-ldap-proto",
        &["entryway-ldap-types", "bytes", "thiserror", "zeroize"],
    ),
    (
        "entryway-oidc",
        // PKCE, `at_hash` and the fingerprints of tokens are hashes that the protocol names; signatures are a port.
        &[
            "entryway-login",
            "base64",
            "serde",
            "serde_json",
            "sha2",
            "subtle",
            "thiserror",
            "url",
            "zeroize",
        ],
    ),
    (
        "entryway-forward",
        // The person is the one of single sign-on.
        &[
            "entryway-login",
            "entryway-oidc",
            "base64",
            "thiserror",
            "zeroize",
        ],
    ),
    (
        "entryway-bridge",
        // Digests that the protocol names; signatures, sealings and randomness are ports.
        &[
            "entryway-ldap-types",
            "entryway-login",
            "base64",
            "bytes",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "zeroize",
        ],
    ),
];

/// Protocol messages are what these two crates are about (design.md, rule 4).
const MESSAGES: [&str; 2] = ["entryway-oidc", "entryway-bridge"];

const BANNED_STD: [&str; 9] = [
    "fs",
    "env",
    "process",
    "thread",
    "os",
    "net::Tcp",
    "net::Udp",
    "net::ToSocketAddrs",
    "io::std",
];
const BANNED_CODE: [&str; 6] = [
    "Instant::now",
    "SystemTime::now",
    "tokio",
    "getrandom",
    "rand",
    "async_std",
];
const SERIALISED: [&str; 2] = ["Serialize", "Deserialize"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, allowed) in PURE {
        let Some(package) = tree.packages.iter().find(|package| package.name == name) else {
            continue;
        };
        for need in package.needs().filter(|need| !allowed.contains(need)) {
            let remedy = "ask for what it gives through a port, or add it to the crate's list in xtask/src/tidy/rules/pure.rs with a reason";
            findings.push(finding(
                &package.manifest(),
                0,
                "pure-dependencies",
                format!("`{name}` is pure and depends on `{need}`"),
                remedy,
            ));
        }
        for file in tree.sources_of(package) {
            let remedy = "take it as a value or ask for it through a port";
            for (line, path) in paths_below(&file.code, "std") {
                if BANNED_STD.iter().any(|banned| reaches(&path, banned))
                    && !file.is_test_line(line)
                {
                    findings.push(finding(
                        &file.path,
                        line,
                        "pure",
                        format!("`{name}` is pure and uses `std::{path}`"),
                        remedy,
                    ));
                }
            }
            for (line, text) in lines_with(file, &BANNED_CODE) {
                findings.push(finding(
                    &file.path,
                    line,
                    "pure",
                    format!("`{name}` is pure and uses `{text}`"),
                    remedy,
                ));
            }
            if !MESSAGES.contains(&name) {
                for (line, text) in lines_with(file, &SERIALISED) {
                    let remedy = "convert to a type of `entryway-wire` where it crosses a boundary";
                    findings.push(finding(
                        &file.path,
                        line,
                        "pure-serialised",
                        format!("`{name}` names `{text}`"),
                        remedy,
                    ));
                }
            }
        }
    }
    findings
}

/// `net::Tcp` bans every name that begins so; a bare module bans itself and what is below it.
fn reaches(path: &str, banned: &str) -> bool {
    match banned.split_once("::") {
        Some(_) => path.starts_with(banned),
        None => path.split("::").next() == Some(banned),
    }
}

#[cfg(test)]
mod tests;

//! Who may do what: one crate dials, one knows TOML, one SQL, one chooses statuses, two print; and
//! directories and the web never see each other.

use super::{finding, lines_with};
use crate::tidy::Finding;
use crate::tidy::packages::Package;
use crate::tidy::tree::Tree;
use std::collections::BTreeSet;

/// Code that only some crates may hold.
struct Reserved {
    rule: &'static str,
    code: &'static [&'static str],
    to: &'static [&'static str],
    remedy: &'static str,
}

const CODE: [Reserved; 3] = [
    Reserved {
        rule: "dials",
        code: &[
            "TcpStream::connect",
            "TcpStream::connect_timeout",
            "TcpSocket",
            "UnixStream::connect",
        ],
        // The demo calls its own gateway over HTTP, as a reader of its curl lines would.
        to: &["entryway-ldap", "entryway-tunnel", "entryway"],
        remedy: "only `entryway-ldap` dials a directory: use it",
    },
    Reserved {
        rule: "statuses",
        code: &["StatusCode"],
        to: &["entryway-web"],
        remedy: "only `entryway-web` chooses a response status: give it a value it can map",
    },
    Reserved {
        rule: "prints",
        code: &[
            "println!",
            "eprintln!",
            "print!",
            "eprint!",
            "dbg!",
            "io::stdout",
            "io::stderr",
        ],
        to: &["entryway", "xtask"],
        remedy: "only `entryway` and `xtask` print: return a value, or log an event",
    },
];

/// Dependencies that only some crates may have, tests apart.
const DEPENDENCIES: [Reserved; 4] = [
    Reserved {
        rule: "toml",
        code: &["toml", "toml_edit"],
        to: &["entryway-config", "xtask"],
        remedy: "only `entryway-config` knows TOML",
    },
    Reserved {
        rule: "sql",
        code: &["sqlx", "rusqlite", "tokio-postgres", "libsqlite3-sys"],
        to: &["entryway-store"],
        remedy: "only `entryway-store` knows SQL",
    },
    Reserved {
        rule: "axum",
        code: &["axum"],
        to: &["entryway-web"],
        remedy: "only `entryway-web` answers HTTP",
    },
    Reserved {
        rule: "websocket",
        code: &["tokio-tungstenite", "tungstenite", "httparse"],
        to: &["entryway-tunnel"],
        remedy: "only `entryway-tunnel` speaks WebSocket and to proxies",
    },
];

/// Pairs that must not reach each other.
const APART: [(&str, &str); 2] = [
    ("entryway-directory", "entryway-web"),
    ("entryway-web", "entryway-directory"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &tree.packages {
        for reserved in DEPENDENCIES
            .iter()
            .filter(|reserved| !reserved.to.contains(&package.name.as_str()))
        {
            for need in package.needs().filter(|need| reserved.code.contains(need)) {
                let what = format!("`{}` depends on `{need}`", package.name);
                findings.push(finding(
                    &package.manifest(),
                    0,
                    reserved.rule,
                    what,
                    reserved.remedy,
                ));
            }
        }
        if is_product(package) || package.name == "xtask" {
            findings.extend(reserved_code(tree, package));
        }
    }
    for (from, to) in APART {
        if let Some(package) = tree.packages.iter().find(|package| package.name == from)
            && reached(tree, from).contains(to)
        {
            let remedy = "they meet in `entryway`, through the ports of `entryway-login` and `entryway-lookup`";
            findings.push(finding(
                &package.manifest(),
                0,
                "apart",
                format!("`{from}` reaches `{to}`"),
                remedy,
            ));
        }
    }
    findings
}

/// What is released: the crates, not the chores and the tests.
fn is_product(package: &Package) -> bool {
    package.folder.starts_with("crates/")
}

fn reserved_code(tree: &Tree, package: &Package) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reserved in CODE
        .iter()
        .filter(|reserved| !reserved.to.contains(&package.name.as_str()))
    {
        // The chores' bench is a client of both ends, by design.
        if package.name == "xtask" && reserved.rule == "dials" {
            continue;
        }
        for file in tree.sources_of(package) {
            for (line, text) in lines_with(file, reserved.code) {
                findings.push(finding(
                    &file.path,
                    line,
                    reserved.rule,
                    format!("`{}` uses `{text}`", package.name),
                    reserved.remedy,
                ));
            }
        }
    }
    findings
}

/// Every package of the workspace that `from` needs, directly or through others.
fn reached<'a>(tree: &'a Tree, from: &'a str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut next = vec![from];
    while let Some(name) = next.pop() {
        let Some(package) = tree.packages.iter().find(|package| package.name == name) else {
            continue;
        };
        next.extend(package.needs().filter(|need| seen.insert(*need)));
    }
    seen
}

#[cfg(test)]
mod tests;

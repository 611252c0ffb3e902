//! Every command and every configuration that the documents show, run as a reader would.
//!
//! A document's `console` blocks run in a folder with the files that the documents speak of, against an
//! in-process directory; its `toml` blocks must load. What cannot run inside a test is listed with why.

// Functions beside the tests are tests too; the lint's own exception ends at `#[test]`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use entryway_testdir::{Authority, TestServer, demo};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::{env, fs};

/// The port that the documents speak of; a test takes a free one in its place.
const DOCUMENTED_PORT: &str = "8389";
/// The directory that they speak of, where the in-process one answers.
const DOCUMENTED_DIRECTORY: &str = "dc1.corp.example:636";
/// The fingerprint of their authority, where that of the in-process directory's stands.
const DOCUMENTED_FINGERPRINT: &str =
    "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

/// Commands that are not run here, and what runs them instead.
const RUN_ELSEWHERE: [(&str, &str); 12] = [
    (
        "curl -sf -H \"authorization: Bearer $(cat phonebook.token)\"",
        "tests/it/hub/lookups.rs: here is no site",
    ),
    ("./test", "runs this test"),
    (
        "cargo run --release -- demo",
        "tests/it/demo.rs runs `entryway demo`; ./test builds with cargo",
    ),
    ("cargo xtask tidy", "./test"),
    ("cargo xtask docs", "./test, with --check"),
    ("cargo xtask bench", "./test, with --quick"),
    ("cargo test -p CRATE", "./test, for every crate"),
    (
        "cargo clippy -p CRATE --all-targets",
        "./test, for every crate",
    ),
    (
        "entryway client create",
        "tests/it/transcripts/client.txt: here is no single sign-on",
    ),
    (
        "entryway session",
        "tests/it/sso/administrator.rs: here nobody has signed in",
    ),
    ("git clone", "there is no network in a test"),
    (
        "cargo install --locked --path crates/entryway",
        "builds what ./test builds, into the reader's own folder",
    ),
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_owned()
}

fn documents() -> Vec<PathBuf> {
    let root = repository();
    let mut found: Vec<_> = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "ARCHITECTURE.md",
        "bench/README.md",
    ]
    .iter()
    .map(|name| root.join(name))
    .filter(|path| path.exists())
    .collect();
    let pages = fs::read_dir(root.join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    found.extend(pages.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    found
}

/// The contents of a document's fenced blocks of one language, each with its line.
fn blocks(text: &str, language: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match &mut open {
            Some(_) if line.trim_end() == "```" => blocks.extend(open.take()),
            Some((_, block)) => {
                block.push_str(line);
                block.push('\n');
            }
            None if line.trim_end() == format!("```{language}") => {
                open = Some((number + 2, String::new()))
            }
            None => {}
        }
    }
    blocks
}

/// The commands of all documents: place and text, comments cut off.
fn commands() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        for (line, block) in blocks(&text, "console") {
            for (offset, command) in block.lines().enumerate() {
                let Some(command) = command.strip_prefix("$ ") else {
                    continue;
                };
                let command = command.split("  #").next().unwrap_or_default().trim();
                all.push((
                    format!("{}:{}", path.display(), line + offset),
                    command.to_owned(),
                ));
            }
        }
    }
    all
}

/// A folder as the documents suppose it, beside a directory that answers.
struct Reader {
    folder: tempfile::TempDir,
    port: u16,
    directory: TestServer,
}

impl Reader {
    async fn new() -> Self {
        let directory = TestServer::start(demo::directory().unwrap(), demo::options())
            .await
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let configuration = format!(
            r#"
[server]
listen = "127.0.0.1:{port}"
[tls]
trust = ["ca.pem"]
[domain.staff]
servers = ["ldaps://localhost:{ldaps}"]
base = "{base}"
bind = {{ method = "simple", dn = "{service}", password = {{ file = "staff.pass" }} }}
[[token]]
name = "portal"
secret = {{ file = "portal.token" }}
scopes = ["login", "login.reasons"]
[[token]]
name = "monitoring"
secret = {{ file = "monitoring.token" }}
scopes = ["admin"]
[[token]]
name = "directory"
secret = {{ file = "people.token" }}
scopes = ["people.read", "groups.read", "browse"]
[address_book.colleagues]
title = "Colleagues"
[store]
url = "sqlite:entryway.db"
"#,
            ldaps = directory.ldaps_addr().port(),
            base = demo::BASE,
            service = demo::SERVICE_DN,
        );
        for (name, text) in [
            ("entryway.toml", configuration.as_str()),
            ("ca.pem", &directory.ca_pem()),
            ("corp-ca.crt", &directory.ca_pem()),
            ("staff.pass", demo::service_password()),
            ("partners.pass", "nobody listens"),
            ("portal.token", "0123456789abcdef0123456789abcdef"),
            ("monitoring.token", "fedcba9876543210fedcba9876543210"),
            ("people.token", "00112233445566778899aabbccddeeff"),
            ("aokafor.pass", &demo::password("aokafor")),
            ("robot.pass", "open sesame"),
            (
                "old-accounts.txt",
                "ann:{SSHA}D2n2w9qNTcyLSZyUVfcoiISdBPJzYWx0\n",
            ),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
        }
        Self {
            folder,
            port,
            directory,
        }
    }

    fn shell(&self, command: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_entryway"));
        let folders = env::split_paths(&env::var_os("PATH").unwrap()).collect::<Vec<_>>();
        let path = env::join_paths(
            binary
                .parent()
                .map(Path::to_owned)
                .into_iter()
                .chain(folders),
        )
        .unwrap();
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &self.as_here(command)])
            .current_dir(self.folder.path())
            .env("PATH", path)
            .env_remove("ENTRYWAY_CONFIG")
            .env("STATE_DIRECTORY", self.folder.path())
            .stdin(Stdio::null());
        shell
    }

    /// A documented command, with what it names as it is here.
    fn as_here(&self, command: &str) -> String {
        let ldaps = self.directory.ldaps_addr().port();
        let ca = entryway_ldap::certificates_in(self.directory.ca_pem().as_bytes()).unwrap();
        let fingerprint = entryway_ldap::fingerprint(&ca[0]).to_string();
        command
            .replace(DOCUMENTED_DIRECTORY, &format!("localhost:{ldaps}"))
            .replace(DOCUMENTED_FINGERPRINT, &fingerprint)
            .replace(DOCUMENTED_PORT, &self.port.to_string())
    }

    fn run(&self, command: &str) -> Output {
        self.shell(command).output().unwrap()
    }
}

/// The gateway of `entryway serve`, stopped however the test ends.
struct Gateway(Child);

impl Gateway {
    /// Returns when it says that it serves.
    fn start(reader: &Reader) -> Self {
        let mut child = reader
            .shell("exec entryway serve")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut gateway = Self(child);
        let mut said = String::new();
        for line in lines.map_while(Result::ok) {
            said.push_str(&line);
            said.push('\n');
            if line.contains("server.started") {
                return gateway;
            }
        }
        let _ = gateway.0.wait();
        panic!("the gateway did not start:\n{said}");
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_in_the_documents_works() {
    let reader = Reader::new().await;
    let mut gateway = Gateway::start(&reader);
    let mut used = BTreeSet::new();
    let mut ran = 0;
    for (place, command) in commands() {
        if let Some((listed, _)) = RUN_ELSEWHERE
            .iter()
            .find(|(listed, _)| command.starts_with(listed))
        {
            used.insert(*listed);
            continue;
        }
        if command == "entryway serve" {
            // It runs already; the commands after it talk to it.
            ran += 1;
            continue;
        }
        let output = reader.run(&command);
        assert!(
            output.status.success(),
            "{place}: `{command}` ends with {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(
            !output.stdout.is_empty(),
            "{place}: `{command}` says nothing"
        );
        if command.contains("> portal.token") {
            // The reader makes the token before the gateway is started.
            drop(gateway);
            gateway = Gateway::start(&reader);
        }
        ran += 1;
    }
    assert!(ran >= 10, "only {ran} commands were found in the documents");
    assert!(
        used.contains("./test") && used.contains("cargo run --release -- demo"),
        "the README lost its two commands"
    );
    drop(gateway);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_in_the_documents_exists() {
    let reader = Reader::new().await;
    let file = reader.folder.path().join("entryway.toml");
    let site =
        "[hub]\nurl = \"http://127.0.0.1:8389\"\n[site.plant-a]\nlookups = [\"directory\"]\n";
    let text = fs::read_to_string(&file).unwrap() + site;
    fs::write(&file, text).unwrap();
    let _gateway = Gateway::start(&reader);
    // Counts of what has never happened are not on the page.
    let login = reader.run(
        "curl -sf -H \"authorization: Bearer $(cat portal.token)\" -H 'content-type: application/json' \
         -d '{\"login_name\": \"aokafor\", \"password\": \"aokafor-demo\"}' http://127.0.0.1:8389/api/v1/login",
    );
    assert!(login.status.success());
    let found = reader.run(
        "curl -sf -H \"authorization: Bearer $(cat people.token)\" 'http://127.0.0.1:8389/api/v1/people?q=aokafor'",
    );
    assert!(found.status.success());
    // Nobody is connected there, which is counted too.
    let at_site = reader.run(
        "curl -s -H \"authorization: Bearer $(cat people.token)\" 'http://127.0.0.1:8389/api/v1/sites/plant-a/people?q=aokafor'",
    );
    let said = String::from_utf8(at_site.stdout).unwrap();
    assert!(said.contains("site_not_ready"), "{said}");
    let page = reader.run(
        "curl -s -H \"authorization: Bearer $(cat monitoring.token)\" http://127.0.0.1:8389/metrics",
    );
    let page = String::from_utf8(page.stdout).unwrap();
    // What is there though nothing was counted yet has a type all the same.
    let names: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
        .map(|(name, kind)| match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        })
        .collect();
    let mut named = 0;
    for path in documents() {
        for word in fs::read_to_string(&path).unwrap().split('`') {
            let is_name = |char: char| char.is_ascii_lowercase() || char == '_';
            if word.starts_with("entryway_") && word.chars().all(is_name) {
                // A whole name, or the beginning that several share.
                assert!(
                    names.iter().any(|name| name.starts_with(word)),
                    "{}: no metric is `{word}`",
                    path.display()
                );
                named += 1;
            }
        }
    }
    assert!(named > 0, "no metric was found in the documents");
}

/// A line without what differs from run to run: blanks, durations, ports, ids.
fn shape(line: &str) -> String {
    let words = line.split_whitespace().filter(|word| *word != "under");
    let masked = words.map(|word| {
        let differs = word.contains("localhost:") || word.len() == 17 && word.ends_with(',');
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        if differs || number { "#" } else { word }
    });
    masked.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_readmes_sample_is_what_the_demo_shows() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, sample) = blocks(&readme, "text")
        .into_iter()
        .find(|(_, block)| block.starts_with("1 of 5"))
        .unwrap();
    let demo = Command::new(env!("CARGO_BIN_EXE_entryway"))
        .args(["demo", "--once"])
        .output()
        .unwrap();
    let demo = String::from_utf8(demo.stdout).unwrap();
    let shown = demo
        .lines()
        .skip_while(|line| !line.starts_with("1 of 5"))
        .take_while(|line| !line.is_empty());
    let shown: Vec<_> = shown.map(shape).collect();
    let sample: Vec<_> = sample.lines().map(shape).collect();
    assert_eq!(sample, shown);
}

/// What a part of a configuration leaves to the reader's own file: a domain.
fn rest(block: &str) -> String {
    let says = |key: &str| block.lines().any(|line| line.starts_with(key));
    let mut rest = String::new();
    if !says("servers") && !says("srv") {
        rest.push_str("servers = [\"ldaps://dc1.corp.example\"]\n");
    }
    if !says("base") {
        rest.push_str("base = \"dc=corp,dc=example\"\n");
    }
    if !rest.is_empty() {
        rest.insert_str(0, "[domain.staff]\n");
    }
    rest
}

#[test]
fn every_configuration_in_the_documents_loads() {
    let mut loaded = 0;
    for path in documents() {
        if path.ends_with("docs/configuration.md") {
            // Generated: its examples are loaded one by one by the configuration's own tests.
            continue;
        }
        for (line, block) in blocks(&fs::read_to_string(&path).unwrap(), "toml") {
            let folder = tempfile::tempdir().unwrap();
            let authority = Authority::new().unwrap();
            fs::write(folder.path().join("corp-ca.pem"), authority.pem()).unwrap();
            for name in [
                "staff.pass",
                "partners.pass",
                "portal.token",
                "phonebook.token",
                "grafana.secret",
                "reports.secret",
                "intranet.secret",
                "wiki.secret",
                "wiki-old.secret",
                "proxy.pass",
            ] {
                // Two applications with one secret would be warned of, and no more.
                fs::write(folder.path().join(name), "0123456789abcdef0123456789abcdef").unwrap();
            }
            let stores = repository().join("crates/entryway-config/tests/stores");
            for name in ["trust.p12", "gateway.crt", "gateway.key"] {
                fs::copy(stores.join(name), folder.path().join(name)).unwrap();
            }
            fs::write(folder.path().join("trust.pass"), "trust-pass").unwrap();
            fs::write(folder.path().join("rest.toml"), rest(&block)).unwrap();
            let file = folder.path().join("entryway.toml");
            fs::write(&file, format!("include = [\"rest.toml\"]\n{block}")).unwrap();
            let sources = entryway_config::Sources::file(&file);
            if let Err(report) = entryway_config::load(&sources) {
                panic!("{}:{line} does not load:\n{report}", path.display());
            }
            loaded += 1;
        }
    }
    assert!(loaded > 0, "no configuration was found in the documents");
}

/// The three clients beside `docs/http-api.md`, each with what it says of somebody.
#[tokio::test(flavor = "multi_thread")]
async fn the_clients_in_the_documents_find_somebody() {
    let reader = Reader::new().await;
    let _gateway = Gateway::start(&reader);
    let folder = repository().join("docs/clients");
    let mut said = Vec::new();
    for (program, file) in [
        ("sh", "find.sh"),
        ("python3", "find.py"),
        ("node", "find.mjs"),
    ] {
        let file = folder.join(file);
        let run = |arguments: &str| {
            let command = format!("{program} {} {arguments}", file.display());
            reader
                .shell(&command)
                .env("ENTRYWAY_URL", format!("http://127.0.0.1:{}", reader.port))
                .env(
                    "ENTRYWAY_TOKEN_FILE",
                    reader.folder.path().join("people.token"),
                )
                .output()
                .unwrap()
        };
        let found = run("aokafor");
        let text = String::from_utf8(found.stdout).unwrap();
        assert!(
            found.status.success(),
            "{program}: {}",
            String::from_utf8_lossy(&found.stderr)
        );
        assert!(text.contains("Adaeze Okafor"), "{program}: {text}");
        said.push(text);
        let none = run("nobody-of-that-name");
        assert!(none.status.success() && none.stdout.is_empty(), "{program}");
        let refused = run("a");
        let why = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success(), "{program}");
        assert!(why.contains("too_short"), "{program}: {why}");
    }
    assert!(said.iter().all(|text| *text == said[0]), "{said:?}");
}

//! Each file under `cases/` holds one edit: a command, the files before, and after `=>` those that differ,
//! or why nothing is changed. `UPDATE_GOLDEN=1` writes what was found.
//!
//! ```text
//! set staff base=dc=x            (one line for each command)
//! $ENTRYWAY__domain__staff__base=dc=y
//! ==> entryway.toml
//! …
//! =>
//! ```

use super::*;
use crate::sources::MemoryFiles;
use std::fs;
use std::path::Path;

/// Runs the commands of a case and puts together how it should read.
fn replay(case: &str) -> String {
    let input = case.split("=>\n").next().unwrap_or_default();
    // `==> name` would be cut in two by the arrow of the result.
    let input = input.trim_end_matches('=');
    let (commands, files) = input.split_once("\n--- ").unwrap();
    let mut memory = MemoryFiles::default();
    for file in format!("\n--- {files}").split("\n--- ").skip(1) {
        let (name, text) = file.split_once('\n').unwrap();
        memory = memory.with(name, unmarked(&format!("{text}\n")), 0o600);
    }
    for secret in ["staff.pass", "portal.token"] {
        memory = memory.with(secret, "0123456789abcdef0123456789", 0o600);
    }
    let variables = commands
        .lines()
        .filter_map(|line| line.strip_prefix('$')?.split_once('='));
    let sources = Sources::file("entryway.toml")
        .files(memory)
        .environment(variables);
    let out = match edit(&sources, commands) {
        Ok(edited) => shown(&edited),
        Err(error) => format!("! {}\n", in_words(&error)),
    };
    format!("{input}=>\n{out}")
}

/// Line ends and marks that no editor shows are written out.
fn unmarked(text: &str) -> String {
    text.replace("<CR>", "\r").replace("<BOM>", "\u{feff}")
}

fn marked(text: &str) -> String {
    text.replace('\r', "<CR>").replace('\u{feff}', "<BOM>")
}

fn edit(sources: &Sources, commands: &str) -> Result<Edited, EditError> {
    let mut draft = Draft::open(sources)?;
    for command in commands
        .lines()
        .filter(|line| !line.starts_with(['$', '#']))
    {
        let words: Vec<&str> = command.split(' ').collect();
        let pairs = |words: &[&str]| -> Vec<(String, String)> {
            let pair = |word: &&str| {
                word.split_once('=')
                    .map(|(key, value)| (key.to_owned(), value.replace('_', " ")))
            };
            words.iter().filter_map(pair).collect()
        };
        match words.as_slice() {
            ["add", name, rest @ ..] => {
                let all = pairs(rest);
                let of = |key: &str| {
                    all.iter()
                        .filter(|(own, _)| own == key)
                        .map(|(_, value)| value.clone())
                        .collect::<Vec<_>>()
                };
                draft.add(
                    name,
                    &NewDomain {
                        servers: of("server"),
                        base: of("base").concat(),
                        bind: of("bind-dn").pop().zip(of("bind-file").pop()),
                        settings: all
                            .iter()
                            .filter(|(key, _)| key.contains('.'))
                            .cloned()
                            .collect(),
                        default: rest.contains(&"default"),
                    },
                )?;
            }
            ["set", name, rest @ ..] => {
                let unset: Vec<String> = rest
                    .iter()
                    .filter_map(|word| word.strip_prefix('-'))
                    .map(str::to_owned)
                    .collect();
                draft.set(name, &pairs(rest), &unset)?;
            }
            ["remove", name] => draft.remove(name)?,
            ["default", names @ ..] => draft.set_default(
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )?,
            ["token", "add", name, rest @ ..] => {
                let all = pairs(rest);
                let of = |key: &str| {
                    let found = all.iter().find(|(own, _)| own == key);
                    found.map(|(_, value)| value.clone())
                };
                draft.add_token(&NewToken {
                    name: (*name).to_owned(),
                    digest: of("digest").unwrap(),
                    scopes: of("scopes")
                        .unwrap()
                        .split(',')
                        .map(str::to_owned)
                        .collect(),
                    expires: of("expires"),
                    description: of("description"),
                })?;
            }
            ["token", "remove", name] => draft.remove_token(name)?,
            ["client", "add", id, rest @ ..] => {
                let all = pairs(rest);
                let of = |key: &str| {
                    let found = all.iter().filter(|(own, _)| own == key);
                    found.map(|(_, value)| value.clone()).collect::<Vec<_>>()
                };
                draft.add_client(&NewClient {
                    id: (*id).to_owned(),
                    name: of("name").pop(),
                    digest: of("digest").pop(),
                    native: rest.contains(&"native"),
                    redirect_uris: of("redirect"),
                    post_logout_redirect_uris: of("after"),
                    backchannel_logout_uri: of("told").pop(),
                    grants: of("grant"),
                    scopes: of("scope"),
                })?;
            }
            ["client", "renew", id, digest] => draft.renew_client(id, digest)?,
            ["client", "remove", id] => draft.remove_client(id)?,
            _ => panic!("no such command: {command}"),
        }
    }
    draft.finish()
}

fn in_words(error: &EditError) -> String {
    match error {
        EditError::NotLoaded(report) => {
            format!("{error}\n{}", report.lines().collect::<Vec<_>>().join("\n"))
        }
        EditError::Named { places, .. } => format!("{error}\n{}", places.join("\n")),
        _ => error.to_string(),
    }
}

fn shown(edited: &Edited) -> String {
    let mut out = String::new();
    for Change {
        key,
        was,
        now,
        place,
    } in edited.changes()
    {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
        out.push_str(&format!(
            "* {place} {key}: {} -> {}\n",
            side(was),
            side(now)
        ));
    }
    for line in edited
        .overridden()
        .iter()
        .cloned()
        .chain(edited.fresh().lines())
    {
        out.push_str(&format!("! {line}\n"));
    }
    for (path, _, text) in &edited.files {
        out.push_str(&format!("--- {}\n{}", path.display(), marked(text)));
    }
    out.push_str(&edited.diff());
    out
}

#[test]
fn every_case_reads_as_it_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/edit/cases");
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    let mut wrong = Vec::new();
    for path in &names {
        let expected = fs::read_to_string(path).unwrap();
        let found = replay(&expected);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(path, &found).unwrap();
        } else if found != expected {
            wrong.push(format!("{} reads:\n{found}", path.display()));
        }
    }
    assert!(names.len() >= 20, "only {} cases were found", names.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_view_says_where_each_value_comes_from() {
    let text = r#"
[tls]
trust = ["corp-ca.pem"]
identity = { certificate = "gateway.crt", key = "gateway.key" }
[[token]]
name = "portal"
secret = { file = "portal.token" }
[domain.staff]
servers = ["ldaps://dc1.corp.example"]
base = "dc=corp,dc=example"
dialect = "active-directory"
bind = { dn = "cn=entryway,dc=corp", password = "hunter2-hunter2" }
[domain.staff.tls]
trust = [{ store = "corp-ca.pem", password = "hunter2-of-the-domain" }]
[domain.staff.cards.tls]
trust = [{ store = "corp-ca.pem", password = "hunter2-of-the-cards" }]
"#;
    let pem = include_bytes!("../../tests/good/corp-ca.pem").to_vec();
    let memory = MemoryFiles::default()
        .with("entryway.toml", text, 0o600)
        .with("corp-ca.pem", pem, 0o644)
        .with(
            "gateway.crt",
            include_bytes!("../../tests/stores/gateway.crt").to_vec(),
            0o644,
        )
        .with(
            "gateway.key",
            include_bytes!("../../tests/stores/gateway.key").to_vec(),
            0o600,
        )
        .with("portal.token", "0123456789abcdef0123456789", 0o600);
    let sources = Sources::file("entryway.toml")
        .files(memory)
        .environment([("ENTRYWAY__domain__staff__connections__max", "4")]);
    let domains = domains(&sources).unwrap();
    let staff = &domains.list[0];
    assert_eq!((staff.name.as_str(), staff.default), ("staff", Some(1)));
    let check = |key: &str, text: &str, from: Option<&str>| {
        let value = staff.value(key).unwrap_or_else(|| panic!("no {key}"));
        let origin = from.map_or(Origin::Default, |from| Origin::Written(from.to_owned()));
        assert_eq!(
            (value.text.as_str(), &value.origin),
            (text, &origin),
            "{key}"
        );
    };
    check("base", "\"dc=corp,dc=example\"", Some("entryway.toml:10"));
    check(
        "people.base",
        "\"dc=corp,dc=example\"",
        Some("entryway.toml:10"),
    );
    check("people.search_attribute", "\"sAMAccountName\"", None);
    check("people.id_attribute", "\"objectGUID\"", None);
    check(
        "tls.identity",
        "{ certificate = \"gateway.crt\", key = \"gateway.key\" }",
        Some("entryway.toml:4"),
    );
    for (key, place) in [
        ("tls.trust", "entryway.toml:14"),
        ("cards.tls.trust", "entryway.toml:16"),
    ] {
        let shown = "[{ password = \"***\", store = \"corp-ca.pem\" }]";
        check(key, shown, Some(place));
    }
    check("tls.min_version", "\"1.2\"", None);
    check("tls.verify", "true", None);
    check("bind.password", "\"***\"", Some("entryway.toml:12"));
    check(
        "connections.max",
        "4",
        Some("$ENTRYWAY__domain__staff__connections__max"),
    );
    check("connections.outstanding", "60", None);
    check("netbios_name", "none", None);
    check("encrypt", "\"all\"", None);
    let shown = format!("{staff:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

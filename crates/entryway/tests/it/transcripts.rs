//! Transcripts: each file under `transcripts/` holds command lines with what they answer.
//!
//! ```text
//! $ entryway login jdoe --password-stdin
//! < right                    (standard input; none: it is empty)
//! 1| a line of standard output
//! 2| a line of standard error
//! ? 0                        (the exit code)
//! ```
//!
//! What differs from run to run is written as `TIME`, `WHEN`, `ID`, `PORT`. `UPDATE_GOLDEN=1` writes what was found.
//! In a command line `PORT` is the directory's, and `FINGERPRINT` that of the authority in `ca.pem`.

use crate::mask::mask;
use crate::world::World;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// The first lines of a transcript may prepare the world: `! file NAME TEXT`, `! down`.
fn prepare(world: &World, line: &str) {
    match line.split_once(' ') {
        // Nobody listens on port 1, and a refused connection is refused the same way each time.
        None if line == "down" => {
            let port = world.directory.ldaps_addr().port().to_string();
            world.write("entryway.toml", &world.configuration().replace(&port, "1"));
        }
        Some(("file", rest)) => {
            let (name, text) = rest.split_once(' ').expect("a name and a text");
            let port = world.directory.ldaps_addr().port().to_string();
            let clear = world.directory.ldap_addr().port().to_string();
            let text = text.replace("\\n", "\n").replace("CLEARPORT", &clear);
            world.write(name, &text.replace("PORT", &port));
        }
        _ => panic!("no such preparation: {line}"),
    }
}

/// Runs one command and writes down what it answered.
fn run(world: &World, command_line: &str, input: &str) -> String {
    let authority = entryway_ldap::certificates_in(world.directory.ca_pem().as_bytes());
    let authority = entryway_ldap::fingerprint(&authority.expect("a certificate")[0]);
    let command_line = command_line
        .replace("PORT", &world.directory.ldaps_addr().port().to_string())
        .replace("FINGERPRINT", &authority.to_string());
    let arguments = words(&command_line);
    let arguments: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let mut child = world
        .command(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    // A command that does not read may end first.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes());
    let ended = child.wait_with_output().expect("an end");
    let mut found = String::new();
    for (channel, bytes) in [(1, ended.stdout), (2, ended.stderr)] {
        let text = String::from_utf8(bytes).expect("text");
        for line in mask(world, &text).lines() {
            found.push_str(format!("{channel}| {line}").trim_end());
            found.push('\n');
        }
    }
    let code = ended.status.code().expect("an exit code");
    found + &format!("? {code}\n")
}

/// Splits a command line; single quotes keep words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for char in line.chars() {
        match char {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("one").push(char),
        }
    }
    words
}

/// Runs a transcript's commands and puts together how it should read.
fn replay(text: &str) -> String {
    let world = World::new();
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(command_line) = line.strip_prefix("$ ") {
            out.push_str(&format!("{line}\n"));
            let mut input = String::new();
            while let Some(typed) = lines.next_if(|next| next.starts_with("< ")) {
                out.push_str(&format!("{typed}\n"));
                input.push_str(&format!("{}\n", &typed[2..]));
            }
            while lines
                .next_if(|next| next.starts_with(['1', '2', '?']))
                .is_some()
            {}
            out.push_str(&run(&world, command_line, &input));
        } else {
            if let Some(preparation) = line.strip_prefix("! ") {
                prepare(&world, preparation);
            }
            out.push_str(&format!("{line}\n"));
        }
    }
    out
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/transcripts")
        .join(name);
    let expected = fs::read_to_string(&path).expect("a transcript");
    let found = replay(&expected);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &found).expect("written");
        return;
    }
    assert_eq!(found, expected, "{name} reads:\n{found}");
}

#[test]
fn login() {
    check("login.txt");
}

#[test]
fn explain() {
    check("explain.txt");
}

#[test]
fn checks() {
    check("check.txt");
}

#[test]
fn down() {
    check("down.txt");
}

#[test]
fn encryption() {
    check("encryption.txt");
}

#[test]
fn scenarios() {
    check("test.txt");
}

#[test]
fn usage() {
    check("usage.txt");
}

#[test]
fn configuration() {
    check("configuration.txt");
}

#[test]
fn domain() {
    check("domain.txt");
}

#[test]
fn account() {
    check("account.txt");
}

#[test]
fn audit() {
    check("audit.txt");
}

#[test]
fn store() {
    check("store.txt");
}

#[test]
fn tls() {
    check("tls.txt");
}

#[test]
fn lookups() {
    check("lookup.txt");
}

#[test]
fn lookups_of_a_directory_that_is_down() {
    check("lookup-down.txt");
}

#[test]
fn token() {
    check("token.txt");
}

#[test]
fn client() {
    check("client.txt");
}

/// A file without a test would be read by nobody.
#[test]
fn every_transcript_is_replayed() {
    let known = [
        "account.txt",
        "audit.txt",
        "check.txt",
        "client.txt",
        "configuration.txt",
        "domain.txt",
        "down.txt",
        "encryption.txt",
        "explain.txt",
        "login.txt",
        "lookup-down.txt",
        "lookup.txt",
        "store.txt",
        "test.txt",
        "tls.txt",
        "token.txt",
        "usage.txt",
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/transcripts");
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    found.sort();
    assert_eq!(found, known);
}

//! `entryway connector enroll`: a ticket becomes an identity.

use super::outside::way_out;
use super::shelf::{Facts, today};
use super::{SOFTWARE, shelf};
use crate::cli::{Common, Enroll, Output};
use crate::exit::Exit;
use crate::kept::{host_name, state_dir};
use crate::table::printable;
use crate::{logs, out, password, sources};
use entryway_bridge::Ticket;
use entryway_bridge::message::ByeCode;
use entryway_tunnel::connector::{EnrolError, Enrolling, enrol};
use entryway_tunnel::{Endpoint, Pace, fingerprint_in_words};
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracing::level_filters::LevelFilter;

/// What is printed for programs.
#[derive(Serialize)]
struct EnrolledJson<'a> {
    site: &'a str,
    connector: &'a str,
    name: &'a str,
    key_fingerprint: String,
    nodes: &'a [String],
    identity: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration: Option<String>,
}

pub(super) async fn enroll(common: &Common, asked: &Enroll) -> Result<Exit, Exit> {
    let endpoint = Endpoint::parse(&asked.url).map_err(|error| {
        out::aside(&format!(
            "error: {error}\n  = hint: give the URL that the ticket came with\n"
        ));
        Exit::Usage
    })?;
    let _log = logs::start(common, LevelFilter::OFF)?;
    let shelf = shelf()?;
    let is_there = shelf.load().map_or(true, |found| found.is_some());
    if is_there && !asked.replace {
        out::aside(&format!(
            "error: this machine has an identity already, in `{}`\n  = hint: `entryway connector leave` ends it; `--replace` puts a new one in its place\n",
            shelf.folder().display()
        ));
        return Err(Exit::No);
    }
    let outside = way_out(common, &asked.way)?;
    // What must be written is tried before a ticket is used up.
    state_dir().map_err(|error| failed(&error))?;
    shelf.try_write().map_err(|error| failed(&error))?;
    let ticket = ticket(asked.ticket_file.as_deref())?;
    let name = asked.name.clone().unwrap_or_else(host_name);
    let enrolling = Enrolling {
        endpoint: &endpoint,
        outside: &outside,
        ticket: &ticket,
        name: &name,
        software: SOFTWARE,
        pace: Pace::default(),
    };
    let (credential, nodes, version) = enrol(enrolling).await.map_err(|error| told(&error))?;
    let facts = Facts {
        site: credential.site.clone(),
        connector: credential.connector,
        name,
        url: asked.url.clone(),
        nodes,
        version,
        enrolled: today(),
        stores: 0,
    };
    shelf
        .save(&facts, &credential)
        .map_err(|error| failed(&error))?;
    // The identity is there: whatever becomes of the configuration is a note.
    let written = write_configuration(common, asked);
    let fingerprint = fingerprint_in_words(&credential.fingerprint());
    let identity = shelf.folder().display().to_string();
    match common.output {
        Output::Json => out::json(&EnrolledJson {
            site: facts.site.as_str(),
            connector: facts.connector.as_str(),
            name: &facts.name,
            key_fingerprint: fingerprint,
            nodes: &facts.nodes,
            identity,
            configuration: match &written {
                Ok(Written::Here(path)) => Some(path.display().to_string()),
                Ok(Written::Nothing) | Err(_) => None,
            },
        }),
        Output::Text => {
            let mut text = format!(
                "enrolled as connector {} of the site `{}`\nkey      {fingerprint}\n         compare it with `entryway hub connector show {}` at the hub\nidentity {identity}\n",
                facts.connector, facts.site, facts.connector
            );
            if let Ok(Written::Here(path)) = &written {
                text.push_str(&format!(
                    "wrote    {}\n         put the directories of this site into it{}\n",
                    path.display(),
                    unless_the_services(path)
                ));
            }
            text.push_str("next     entryway connector check, then entryway connector run\n");
            out::answer(&text);
        }
    }
    if let Err(NotWritten { path, text, error }) = written {
        out::aside(&format!(
            "note: there is no configuration yet, and `{}` cannot be written: {error}\n  = hint: write this to `{SERVICES}`, which the systemd unit reads, and put the directories of this site into it:\n\n{text}",
            path.display()
        ));
    }
    Ok(Exit::Done)
}

/// Where the systemd unit reads it.
const SERVICES: &str = "/etc/entryway/entryway.toml";

fn unless_the_services(path: &Path) -> String {
    let is_the_services = path == Path::new(SERVICES);
    match is_the_services {
        true => String::new(),
        false => format!("; the systemd unit reads `{SERVICES}`: move it there"),
    }
}

/// What became of the beginning of a configuration.
enum Written {
    /// It is here.
    Here(PathBuf),
    /// There is a configuration already.
    Nothing,
}

/// It could not be written.
struct NotWritten {
    path: PathBuf,
    /// What would have stood in it.
    text: String,
    error: std::io::Error,
}

fn ticket(file: Option<&Path>) -> Result<Arc<Ticket>, Exit> {
    let line = password::secret_line("ticket: ", file)?;
    let text = std::str::from_utf8(&line).unwrap_or_default();
    Ticket::parse(text.trim()).map(Arc::new).map_err(|error| {
        out::aside(&format!("error: {error}\n"));
        Exit::Usage
    })
}

fn told(error: &EnrolError) -> Exit {
    let (hint, exit) = match error {
        EnrolError::Way(_) => (error.remedy(), Exit::NoAnswer),
        EnrolError::Refused(bye) => match bye.code {
            ByeCode::Ticket => (
                Some("a ticket works once, for one site, and for a while: have a new one made"),
                Exit::No,
            ),
            _ => (
                Some("try again later, with the same ticket"),
                Exit::NoAnswer,
            ),
        },
        EnrolError::Useless(_) => (
            Some("the ticket is used up: have a new one made, and this connector revoked"),
            Exit::NoAnswer,
        ),
        EnrolError::Broken(_) | EnrolError::Key(_) => (None, Exit::NoAnswer),
    };
    out::aside(&format!("error: {}\n", in_words(error)));
    if let Some(hint) = hint {
        out::aside(&format!("  = hint: {hint}\n"));
    }
    exit
}

/// An error with what is below it. Some of it may be the hub's own words.
pub(super) fn in_words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    printable(&text)
}

pub(super) fn failed(error: &anyhow::Error) -> Exit {
    out::aside(&format!("error: {error:#}\n"));
    Exit::Configuration
}

/// A beginning, where there is no configuration.
fn write_configuration(common: &Common, asked: &Enroll) -> Result<Written, NotWritten> {
    let path = match (&common.config, sources::find(common)) {
        (Some(path), _) if !path.exists() => path.clone(),
        (None, None) => PathBuf::from("entryway.toml"),
        _ => return Ok(Written::Nothing),
    };
    let text = beginning(asked);
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).mode(0o600).open(&path);
    match made.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(Written::Here(path)),
        Err(error) => Err(NotWritten { path, text, error }),
    }
}

/// What stands in it: how the hub was reached, and where the site's own goes.
fn beginning(asked: &Enroll) -> String {
    let mut text = String::from(
        "# A connector: see docs/connector.md. What people may log in with, and who they are, is this site's own to say.\n\n[connector]\n",
    );
    let mut say = |key: &str, value: &str| {
        let value = serde_json::Value::from(value);
        text.push_str(&format!("{key} = {value}\n"));
    };
    // Wherever the file goes from here.
    let absolute = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        path.display().to_string()
    };
    let way = &asked.way;
    if let Some(proxy) = &way.proxy {
        say("proxy", proxy);
    }
    if let Some(user) = &way.proxy_user {
        say("proxy_user", user);
    }
    if let Some(trust) = &way.trust {
        say("trust", &absolute(trust));
    }
    if let Some(file) = &way.proxy_password_file {
        let file = serde_json::Value::from(absolute(file));
        text.push_str(&format!("proxy_password = {{ file = {file} }}\n"));
    }
    text.push_str(
        "\n[connector.release]\n# fields = [\"email\", \"display_name\"]\n\n# [domain.staff]\n# servers = [\"ldaps://dc1.corp.example\"]\n# base    = \"dc=corp,dc=example\"\n",
    );
    text
}

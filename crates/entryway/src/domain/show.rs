//! Domains as they are in force.

use super::refused;
use crate::cli::{Common, Output};
use crate::columns::{Row, render};
use crate::exit::Exit;
use crate::out;
use crate::table::aligned;
use entryway_config::Sources;
use entryway_config::edit::{DomainView, Domains, Origin, ValueView, domains};
use serde::Serialize;
use serde_json::Value;

/// One domain of the list.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    /// Its place in the order for bare names, from 1; null: it must be named.
    default: Option<usize>,
    servers: Option<&'a Value>,
    base: Option<&'a Value>,
    dialect: Option<&'a Value>,
    encrypt: Option<&'a Value>,
    place: &'a str,
}

/// One domain with all its settings.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    default: Option<usize>,
    place: &'a str,
    settings: Vec<Setting<'a>>,
}

#[derive(Serialize)]
struct Setting<'a> {
    key: &'a str,
    /// Null where nothing is set, or `text` is words.
    value: &'a Value,
    text: &'a str,
    /// `entryway.toml:12`, a variable, or `default`.
    from: &'a str,
}

pub(super) fn list(common: &Common, sources: &Sources) -> Result<Exit, Exit> {
    let domains = read(sources)?;
    match common.output {
        Output::Json => out::json(&domains.list.iter().map(listed).collect::<Vec<_>>()),
        Output::Text => out::answer(&table(&domains.list)),
    }
    Ok(Exit::Done)
}

pub(super) fn show(common: &Common, sources: &Sources, name: &str) -> Result<Exit, Exit> {
    let domains = read(sources)?;
    let is_asked = |one: &&DomainView| one.name.eq_ignore_ascii_case(name);
    let Some(domain) = domains.list.iter().find(is_asked) else {
        return Err(refused(&format!(
            "there is no domain `{}`",
            name.escape_debug()
        )));
    };
    match common.output {
        Output::Json => out::json(&Shown {
            name: &domain.name,
            default: domain.default,
            place: &domain.place,
            settings: domain.values.iter().map(setting).collect(),
        }),
        Output::Text => {
            let default = match domain.default {
                Some(at) => format!("default domain {at}"),
                None => "no default domain: it must be named".to_owned(),
            };
            let rows = [
                Row::new("domain", &domain.name).note(&domain.place),
                Row::new("bare names", default),
            ];
            out::answer(&render(&rows, out::answer_style()));
            let line =
                |value: &ValueView| [&value.key, from(value), &value.text].map(str::to_owned);
            let head = ["setting", "from", "value"].map(str::to_owned);
            let lines = [head].into_iter().chain(domain.values.iter().map(line));
            out::answer(&format!("\n{}", aligned(lines)));
        }
    }
    Ok(Exit::Done)
}

/// The default domains, in their order.
pub(super) fn default(common: &Common, sources: &Sources) -> Result<Exit, Exit> {
    let domains = read(sources)?;
    let mut default: Vec<_> = domains
        .list
        .iter()
        .filter(|one| one.default.is_some())
        .collect();
    default.sort_by_key(|one| one.default);
    let names: Vec<&str> = default.iter().map(|one| one.name.as_str()).collect();
    match common.output {
        Output::Json => out::json(&names),
        Output::Text if names.is_empty() => {
            out::aside("no domain is a default one: bare names find nobody\n");
        }
        Output::Text => out::answer(&format!("{}\n", names.join("\n"))),
    }
    Ok(Exit::Done)
}

/// Every domain; what keeps the configuration from loading is shown, and what can only be read by the
/// daemon is no hindrance.
fn read(sources: &Sources) -> Result<Domains, Exit> {
    domains(sources).map_err(|report| {
        out::aside(&report.render(out::aside_in_colour()));
        Exit::Configuration
    })
}

fn listed(domain: &DomainView) -> Listed<'_> {
    let json = |key| domain.value(key).map(|value| &value.json);
    Listed {
        name: &domain.name,
        default: domain.default,
        servers: json("servers"),
        base: json("base"),
        dialect: json("dialect"),
        encrypt: json("encrypt"),
        place: &domain.place,
    }
}

fn setting(value: &ValueView) -> Setting<'_> {
    Setting {
        key: &value.key,
        value: &value.json,
        text: &value.text,
        from: from(value),
    }
}

fn from(value: &ValueView) -> &str {
    match &value.origin {
        Origin::Written(place) => place,
        Origin::Default => "default",
    }
}

/// One line for each server.
fn table(domains: &[DomainView]) -> String {
    let heads = ["domain", "default", "base", "dialect", "encrypt", "servers"];
    let mut lines = vec![heads.map(str::to_owned)];
    for domain in domains {
        let text = |key| match domain.value(key).map(|value| &value.json) {
            Some(Value::String(text)) => text.clone(),
            _ => "-".to_owned(),
        };
        let servers = domain
            .value("servers")
            .and_then(|value| value.json.as_array());
        let servers: Vec<String> = servers
            .into_iter()
            .flatten()
            .map(|server| {
                server
                    .as_str()
                    .map_or_else(|| server.to_string(), str::to_owned)
            })
            .collect();
        let mut servers = servers.into_iter();
        lines.push([
            domain.name.clone(),
            domain
                .default
                .map_or_else(|| "-".to_owned(), |at| at.to_string()),
            text("base"),
            text("dialect"),
            text("encrypt"),
            servers.next().unwrap_or_default(),
        ]);
        lines.extend(servers.map(|server| {
            let mut line: [String; 6] = Default::default();
            if let Some(last) = line.last_mut() {
                *last = server;
            }
            line
        }));
    }
    aligned(lines)
}

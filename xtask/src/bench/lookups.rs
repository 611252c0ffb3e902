//! Looking people up: how many a second, and what it costs beside what the directory spends on it.
//!
//! People have an index of the beginnings of their names, as wherever they look each other up. Each kind is asked of
//! two gateways: one keeps nothing, so that every question reaches the directory, and one answers again what it knows.

use super::programs::Programs;
use super::report::Side;
use super::settings::Lookup;
use super::stage::{LOOKUP_TOKEN, Load, Stage, Started};
use anyhow::{Context, Result, ensure};
use entryway_conformance::{Domain, Encrypt, HttpClient, SlapdOptions};
use serde_json::Value;
use std::fmt::{self, Write};
use std::time::Duration;

/// How much of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LookupsPlan {
    /// Who lives in the directory; every twenty share a group.
    pub(super) people: u32,
    /// How many of them are asked for.
    pub(super) asked: u32,
    pub(super) in_flight: &'static [usize],
    pub(super) rounds: usize,
    pub(super) measured: Duration,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Resolve,
    Card,
    GroupsOf,
    Members,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Resolve, Self::Card, Self::GroupsOf, Self::Members];

    fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "one person by the beginning of a mail address",
            Self::Card => "a card",
            Self::GroupsOf => "the groups of a person",
            Self::Members => "the 20 members of a group",
        }
    }
}

/// What was measured.
#[derive(Debug)]
pub(super) struct Lookups {
    plan: LookupsPlan,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    kind: Kind,
    kept: bool,
    in_flight: usize,
    side: Side,
}

/// Starts a directory and the gateways, and asks.
pub(super) fn measure(programs: Programs, plan: LookupsPlan) -> Result<Lookups> {
    let options = SlapdOptions {
        indexes_names: true,
        ..SlapdOptions::default()
    };
    let stage = Stage::new(programs, plan.people, options)?;
    let mut rows = Vec::new();
    for kept in [false, true] {
        let domain = Domain::at_slapd("staff", &stage.slapd, Encrypt::Nothing);
        let name = if kept { "keeping" } else { "asking" };
        let gateway = stage.start(name, domain, &settings(kept))?;
        let questions = Questions::of(&gateway, plan.asked)?;
        for kind in Kind::ALL {
            for &in_flight in plan.in_flight {
                let load = Load::unpaced(in_flight, plan.measured);
                let mut side = Side::default();
                for _ in 0..plan.rounds {
                    side.add(stage.ask(&gateway, load, questions.of_kind(kind))?);
                }
                rows.push(Row {
                    kind,
                    kept,
                    in_flight,
                    side,
                });
            }
        }
    }
    Ok(Lookups { plan, rows })
}

/// What a gateway needs for look-ups beside what it has for logins.
fn settings(kept: bool) -> String {
    let cache = if kept { "1h" } else { "0s" };
    format!(
        "\n[[token]]\nname = \"lookups\"\nsecret = \"{LOOKUP_TOKEN}\"\nscopes = [\"people.read\", \"groups.read\"]\n\
         \n[directory]\ncache = \"{cache}\"\n\
         \n[domain.staff.groups]\nbase = \"ou=groups,dc=example,dc=org\"\nmembership = \"member\"\n"
    )
}

/// The questions of each kind, with ids that the gateway gave.
struct Questions {
    resolve: Vec<Lookup>,
    card: Vec<Lookup>,
    groups_of: Vec<Lookup>,
    members: Vec<Lookup>,
}

impl Questions {
    fn of(gateway: &Started, asked: u32) -> Result<Self> {
        let client = HttpClient::new(gateway.address(), Some(LOOKUP_TOKEN));
        let mut all = Self {
            resolve: Vec::new(),
            card: Vec::new(),
            groups_of: Vec::new(),
            members: Vec::new(),
        };
        for number in 1..=asked {
            let person = format!("u{number:07}");
            let find = format!("/api/v1/people?q={person}@");
            let id = id(&client, &find)?;
            all.resolve.push(Lookup {
                path: find,
                expected: format!("\"dn\":\"uid={person},"),
            });
            let mail = format!("{person}@example.org");
            all.card.push(Lookup {
                path: format!("/api/v1/people/{id}/card"),
                expected: mail,
            });
            // Each group has the number of its first member.
            let group = format!("g{:07}", (number - 1) / 20 * 20 + 1);
            all.groups_of.push(Lookup {
                path: format!("/api/v1/people/{id}/groups"),
                expected: format!("cn={group},"),
            });
            if group.ends_with(&format!("{number:07}")) {
                let id = self::id(&client, &format!("/api/v1/groups?q={group}"))?;
                all.members.push(Lookup {
                    path: format!("/api/v1/groups/{id}/members"),
                    expected: format!("uid=u{:07},", (number + 19).min(asked)),
                });
            }
        }
        Ok(all)
    }

    fn of_kind(&self, kind: Kind) -> &[Lookup] {
        match kind {
            Kind::Resolve => &self.resolve,
            Kind::Card => &self.card,
            Kind::GroupsOf => &self.groups_of,
            Kind::Members => &self.members,
        }
    }
}

/// The id of the one match.
fn id(client: &HttpClient, path: &str) -> Result<String> {
    let answer = client.get(path)?;
    let json: Value = answer.json()?;
    let matches = json.get("matches").and_then(Value::as_array);
    let found = matches.and_then(|matches| match matches.as_slice() {
        [one] => one.get("id")?.as_str(),
        _ => None,
    });
    ensure!(
        answer.status == 200,
        "expected {path} to be answered, found {}",
        answer.body
    );
    let id = found.with_context(|| format!("expected one match of {path}, found {json}"))?;
    Ok(id.to_owned())
}

impl Lookups {
    /// The table.
    pub(super) fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(
            out,
            "\n### Looking people up\n\nplain LDAP, {} people in {} groups, {} of them asked for, over HTTP on kept connections. *asked*: `directory.cache` is off, \
             and every question reaches the directory. *kept*: it is on, and groups and people that were read are told again. CPU in seconds per 1,000.\n",
            self.plan.people,
            self.plan.people.div_ceil(20),
            self.plan.asked
        )?;
        writeln!(
            out,
            "| look-up | in flight | asked /s | p50 ms | p99 ms | CPU: slapd | gateway | kept /s | p50 ms | p99 ms | CPU: slapd | gateway |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for row in self.rows.iter().filter(|row| !row.kept) {
            write!(out, "| {} | {}", row.kind.as_str(), row.in_flight)?;
            let kept = self.rows.iter().find(|other| {
                other.kept && other.kind == row.kind && other.in_flight == row.in_flight
            });
            for side in std::iter::once(&row.side).chain(kept.map(|kept| &kept.side)) {
                write!(out, " | {}", side.cells())?;
            }
            writeln!(out, " |")?;
        }
        Ok(())
    }
}

//! A hundred thousand people: what it takes to find one and to page through all, beside `ldapsearch` with the same filter,
//! and what the daemon's memory makes of it.

mod bare;
mod report;

use super::gateway::{Daemon, STORED};
use super::meter::Reading;
use super::page::{Options, Page};
use crate::bench::{Programs, memory_kib};
use anyhow::{Context, Result, ensure};
use bare::Bare;
use entryway_conformance::{
    Authority, Deadline, Directory, Domain, Encrypt, HttpClient, Slapd, SlapdOptions, until,
};
use report::{Found, Measured, Memory, Times};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Size {
    people: u32,
    /// Of each kind.
    samples: u32,
    /// The page that is far in, counted from one.
    far: u32,
}

impl Size {
    const FULL: Self = Self {
        people: 100_000,
        samples: 50,
        far: 900,
    };
    const QUICK: Self = Self {
        people: 2_000,
        samples: 3,
        far: 15,
    };
}

/// Rows of a page.
const ROWS: u32 = 100;
/// Two more are in every crowd.
const TWINS: u64 = 2;

/// Measures and prints the tables; fails where a page is not the one that was asked for.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let size = if options.quick {
        Size::QUICK
    } else {
        Size::FULL
    };
    let programs = Programs::gateway(root, options.profile)?;
    let mut page = Page::new("Many people", "people", options)?;
    let authority = Authority::new()?;
    let directory = Directory::Crowd {
        people: size.people,
        stored: STORED,
    };
    let crowd = SlapdOptions {
        directory,
        indexes_names: true,
        ..SlapdOptions::default()
    };
    eprintln!("loading {} people", size.people);
    let slapd = Slapd::start(&authority, crowd)?;
    let domain = Domain::at_slapd("staff", &slapd, Encrypt::Nothing);
    let daemon = Daemon::for_lookups(&programs, authority.pem(), vec![domain])?;
    let bare = Bare::new(slapd.ldap())?;
    let client = daemon.looking_up();
    let pid = daemon.pid()?;
    let before = Reading::of(pid)?;

    eprintln!("finding");
    let found = found(&client, &bare, size)?;
    let after_finding = Reading::of(pid)?;

    eprintln!("paging");
    let (all, everybody) = bare.everybody()?;
    let begun = Instant::now();
    let first = until("the list is whole", Deadline::seconds(300), || {
        Ok(Some(Rows::get(&client, "")?).filter(|page| page.is_whole))
    })?;
    let first_read = begun.elapsed();
    let peak_kib = memory_kib(pid, "VmHWM")?;
    let total = u64::from(size.people) + TWINS;
    ensure!(
        first.total == total && everybody == total,
        "expected {total} people, found {} on all pages and {everybody} with ldapsearch",
        first.total
    );
    let pages = pages(&client, &first, size)?;
    let after = Reading::of(pid)?;

    page.add(&report::tables(&Measured {
        people: size.people,
        far: size.far,
        found: &found,
        first_read,
        all,
        pages: &pages,
        memory: Memory {
            before: &before,
            after_finding: &after_finding,
            peak_kib,
            after: &after,
        },
    })?);
    page.end(root, options)
}

/// Finds people by what is typed, and has ldapsearch find the same.
fn found(client: &HttpClient, bare: &Bare, size: Size) -> Result<Vec<Found>> {
    let families = size.people.min(1000);
    let questions: [(&'static str, &dyn Fn(u32) -> String); 3] = [
        (
            "one person, by the beginning of a mail address",
            &|number| format!("u{:07}@", 1 + spread(number) % size.people),
        ),
        ("a family name", &|number| {
            format!("Family{}", 100 + spread(number) % (families - 100))
        }),
        ("the beginning of most family names", &|_| {
            "Family".to_owned()
        }),
    ];
    let mut all = Vec::new();
    for (what, typed) in questions {
        let mut found = Found {
            what,
            matches: 0,
            entryway: Times::default(),
            ldapsearch: Times::default(),
        };
        for number in 0..size.samples {
            let typed = typed(number);
            let begun = Instant::now();
            let json = get(client, &format!("/api/v1/people?q={typed}"))?;
            found.entryway.add(begun.elapsed());
            let matches = json.get("matches").and_then(Value::as_array);
            let matches = matches.with_context(|| format!("expected matches, found {json}"))?;
            ensure!(!matches.is_empty(), "`{typed}` finds nobody");
            found.matches = matches.len();
            let (took, count) = bare.beginning(&typed, matches.len())?;
            found.ldapsearch.add(took);
            ensure!(
                count == matches.len(),
                "`{typed}` finds {} here and {count} with ldapsearch",
                matches.len()
            );
        }
        all.push(found);
    }
    Ok(all)
}

/// Numbers all over the place, the same every time.
fn spread(number: u32) -> u32 {
    number.wrapping_mul(2_654_435_761) >> 8
}

/// What pages took.
pub(super) struct Pages {
    first: Times,
    walk: Times,
    far: Times,
    previous: Times,
    seek: Times,
}

/// Walks to the far page, and back and forth there.
fn pages(client: &HttpClient, first: &Rows, size: Size) -> Result<Pages> {
    let mut times = Pages {
        first: Times::default(),
        walk: Times::default(),
        far: Times::default(),
        previous: Times::default(),
        seek: Times::default(),
    };
    for _ in 0..size.samples {
        let again = timed(&mut times.first, client, "")?;
        ensure!(again.names == first.names, "the first page is another");
    }
    let mut before = Rows::get(client, "")?;
    let mut here = timed(&mut times.walk, client, &before.after()?)?;
    for number in 2..size.far {
        let offset = u64::from((number - 1) * ROWS);
        ensure!(
            here.offset == offset,
            "page {number} begins at {}",
            here.offset
        );
        ensure!(
            here.names.first() >= before.names.last(),
            "page {number} goes back"
        );
        let next = timed(&mut times.walk, client, &here.after()?)?;
        before = std::mem::replace(&mut here, next);
    }
    for number in 0..size.samples {
        let far = timed(&mut times.far, client, &before.after()?)?;
        ensure!(far.names == here.names, "the far page is another");
        let back = far.previous.as_deref().context("no page before")?;
        let back = timed(&mut times.previous, client, &format!("&cursor={back}"))?;
        ensure!(back.names == before.names, "the page before is another");
        let name = format!("User {}", 10 + spread(number) % 90);
        let seek = name.replace(' ', "%20");
        let sought = timed(&mut times.seek, client, &format!("&seek={seek}"))?;
        let found = sought.names.first().context("an empty page")?;
        ensure!(
            found.starts_with(&name),
            "sought `{name}` and found `{found}`"
        );
    }
    Ok(times)
}

fn timed(times: &mut Times, client: &HttpClient, more: &str) -> Result<Rows> {
    let begun = Instant::now();
    let rows = Rows::get(client, more)?;
    times.add(begun.elapsed());
    ensure!(rows.is_whole, "a page says that something is missing");
    Ok(rows)
}

/// A page.
struct Rows {
    names: Vec<String>,
    offset: u64,
    total: u64,
    next: Option<String>,
    previous: Option<String>,
    is_whole: bool,
}

impl Rows {
    fn get(client: &HttpClient, more: &str) -> Result<Self> {
        let path = format!("/api/v1/browse?domain=staff&kinds=people&size={ROWS}{more}");
        let json = get(client, &path)?;
        let read = || {
            let number = |key: &str| json.get(key)?.as_u64();
            let cursor = |key: &str| json.get(key).and_then(Value::as_str).map(str::to_owned);
            let name = |row: &Value| Some(row.get("name")?.as_str()?.to_owned());
            Some(Self {
                names: json
                    .get("rows")?
                    .as_array()?
                    .iter()
                    .map(name)
                    .collect::<Option<_>>()?,
                offset: number("offset")?,
                total: number("total")?,
                next: cursor("next"),
                previous: cursor("previous"),
                is_whole: !json.get("partial")?.as_bool()?,
            })
        };
        read().with_context(|| format!("expected a page, found {json}"))
    }

    /// What asks for the page behind this one.
    fn after(&self) -> Result<String> {
        let next = self.next.as_deref().context("no page behind")?;
        Ok(format!("&cursor={next}"))
    }
}

fn get(client: &HttpClient, path: &str) -> Result<Value> {
    let answer = client.get(path)?;
    ensure!(
        answer.status == 200,
        "expected {path} to be answered, found {} {}",
        answer.status,
        answer.body
    );
    answer.json()
}

/// Milliseconds.
fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

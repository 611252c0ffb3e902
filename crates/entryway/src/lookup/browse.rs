//! `entryway browse`: a page of a domain.

use super::{Asked, at_most, partial};
use crate::cli::{Browse, Common};
use crate::exit::Exit;
use crate::out;
use crate::table::aligned;
use entryway_ldap_types::Dn;
use entryway_lookup::{BrowseKinds, BrowseQuestion, BrowsedDomain, Page, Position, View};
use entryway_wire::{BrowsedJson, PageJson};
use std::time::{Duration, Instant};

/// How long a large domain is read.
const LIST: Duration = Duration::from_secs(120);

pub(super) async fn browse(common: &Common, lookups: &Asked, asked: &Browse) -> Result<Exit, Exit> {
    let Some(domain) = &asked.domain else {
        let domains = lookups.lookups.browsed();
        out::answer_as(common, &BrowsedJson::of(&domains), || {
            domains_table(&domains)
        });
        if domains.is_empty() {
            out::aside("no domain can be paged through here\n");
            return Err(Exit::No);
        }
        return Ok(Exit::Done);
    };
    let view = match asked.under.as_deref().map(Dn::parse) {
        Some(Ok(dn)) => View::Below(Some(dn)),
        Some(Err(_)) => {
            out::aside(
                "error: `--under` is no name of an entry, expected one as in `ou=people,dc=corp,dc=example`\n",
            );
            return Err(Exit::Usage);
        }
        None if asked.tree => View::Below(None),
        None => View::Flat,
    };
    let size = match lookups.policy.browse {
        Some(browse) => at_most("--size", asked.size, browse.page_size)?,
        None => asked.size,
    };
    // This process has to read the whole list for its page: where a daemon would tell that it is being read, and have it
    // the next time, there is no next time.
    let due = lookups.due().max(Instant::now() + LIST);
    let question = BrowseQuestion {
        domain: domain.clone(),
        view,
        kinds: BrowseKinds {
            people: true,
            groups: true,
            containers: true,
        },
        position: match (&asked.cursor, &asked.seek) {
            (Some(cursor), _) => Position::Cursor(cursor.clone()),
            (None, Some(text)) => Position::Seek(text.clone()),
            (None, None) => Position::Start,
        },
        size,
        refresh: false,
        deadline: due,
    };
    let page = lookups.told(due, lookups.lookups.page(question)).await?;
    out::answer_as(common, &PageJson::of(&page), || page_table(&page));
    if let Some(previous) = &page.previous {
        out::aside(&format!("back: --cursor {previous}\n"));
    }
    if let Some(next) = &page.next {
        out::aside(&format!("on: --cursor {next}\n"));
    }
    partial(&page.gaps);
    Ok(Exit::Done)
}

fn domains_table(domains: &[BrowsedDomain]) -> String {
    let head = ["domain", "base"].map(str::to_owned);
    let lines = domains
        .iter()
        .map(|domain| [domain.name.to_string(), domain.base.to_string()]);
    aligned([head].into_iter().chain(lines))
}

fn page_table(page: &Page) -> String {
    let last = page.offset + page.rows.len() as u64;
    if page.rows.is_empty() {
        return format!("no rows; {} in all\n", page.total);
    }
    let head = ["name", "kind", "mail", "description", "dn"].map(str::to_owned);
    let lines = page.rows.iter().map(|row| {
        let text = |value: &Option<Box<str>>| value.as_deref().unwrap_or_default().to_owned();
        [
            row.name.to_string(),
            row.kind.as_str().to_owned(),
            text(&row.mail),
            text(&row.description),
            row.dn.to_string(),
        ]
    });
    let said = format!("{} to {last} of {}\n", page.offset + 1, page.total);
    said + &aligned([head].into_iter().chain(lines))
}

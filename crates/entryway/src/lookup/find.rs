//! `entryway find`: people and groups by what was typed, in the domains or in an address book.

use super::patience::shown;
use super::{Asked, MATCH_HEAD, at_most, ends, kinds, match_line, partial};
use crate::cli::{Common, Find};
use crate::exit::Exit;
use crate::out;
use crate::table::{aligned, printable};
use entryway_lookup::{
    BookEntry, BookPage, BookQuestion, EntryId, ResolveOutcome, ResolveQuestion, Resolved, Wanted,
};
use entryway_wire::{BookPageJson, ResultJson};

pub(super) async fn find(common: &Common, lookups: &Asked, asked: &Find) -> Result<Exit, Exit> {
    match &asked.book {
        Some(book) => in_book(common, lookups, asked, book).await,
        None => in_domains(common, lookups, asked).await,
    }
}

async fn in_domains(common: &Common, lookups: &Asked, asked: &Find) -> Result<Exit, Exit> {
    let policy = &lookups.policy;
    let domains = lookups.domains(asked.domain.as_deref())?;
    let limit = at_most("--limit", asked.limit, policy.most)?;
    let due = lookups.due();
    let question = ResolveQuestion {
        queries: vec![asked.text.clone()],
        wanted: Wanted {
            kinds: kinds(asked.kind),
            unique: asked.unique,
            first: false,
            all_domains: asked.all_domains,
            limit: limit.unwrap_or(policy.limit),
        },
        domains,
        deadline: due,
    };
    let mut results = shown(due, lookups.lookups.resolve(question)).await;
    let Some(resolved) = results.pop() else {
        return Err(Exit::Bug);
    };
    out::answer_as(common, &ResultJson::of(&resolved), || table(&resolved));
    if let ResolveOutcome::BadFormat(why) = &resolved.outcome {
        out::aside(&format!(
            "error: `{}` is not looked for: {why}\n",
            asked.text.escape_debug()
        ));
        return Err(Exit::No);
    }
    if resolved.outcome == ResolveOutcome::Multiple {
        out::aside("several match, so nobody is named\n");
    }
    if resolved.outcome == ResolveOutcome::NoMatch {
        out::aside(&format!(
            "nobody and nothing matches `{}`\n",
            asked.text.escape_debug()
        ));
    }
    partial(&resolved.gaps);
    Ok(ends(resolved.matches.len(), &resolved.gaps))
}

fn table(resolved: &Resolved) -> String {
    if resolved.matches.is_empty() {
        return String::new();
    }
    let lines = resolved.matches.iter().map(match_line);
    aligned([MATCH_HEAD.map(str::to_owned)].into_iter().chain(lines))
}

async fn in_book(common: &Common, lookups: &Asked, asked: &Find, book: &str) -> Result<Exit, Exit> {
    let own_domain = match asked.person.as_deref().map(EntryId::parse) {
        Some(None) => {
            out::aside("error: `--person` is no id, expected one of another answer\n");
            return Err(Exit::Usage);
        }
        Some(Some(id)) => Some(id.domain().to_owned()),
        None => None,
    };
    let due = lookups.due();
    let question = BookQuestion {
        book: book.to_owned(),
        query: asked.text.clone(),
        own_domain,
        limit: asked.limit,
        cursor: asked.cursor.clone(),
        deadline: due,
    };
    let page = lookups
        .told(due, lookups.lookups.search_book(question))
        .await?;
    out::answer_as(common, &BookPageJson::of(&page), || entries(&page));
    if page.entries.is_empty() && page.gaps.is_empty() {
        out::aside(&format!("nobody matches `{}`\n", asked.text.escape_debug()));
    }
    if let Some(from) = page.capped_from {
        out::aside(&format!("the book shows fewer than {from} at a time\n"));
    }
    if let Some(next) = &page.next {
        out::aside(&format!("there are more: --cursor {next}\n"));
    }
    partial(&page.gaps);
    Ok(ends(page.entries.len(), &page.gaps))
}

/// The book's own fields are the columns of its list; which there are shows in its entries.
fn entries(page: &BookPage) -> String {
    let lines = page.entries.iter().map(|entry| {
        let BookEntry {
            id,
            domain,
            name,
            group,
            fields,
        } = entry;
        let fields: Vec<String> = fields
            .iter()
            .filter(|(_, text)| text != name)
            .map(|(field, text)| format!("{field}={}", printable(text)))
            .collect();
        [
            name.clone(),
            group.clone().unwrap_or_default(),
            fields.join(", "),
            domain.to_string(),
            id.to_string(),
        ]
    });
    let head = ["name", "group", "fields", "domain", "id"].map(str::to_owned);
    if page.entries.is_empty() {
        return String::new();
    }
    aligned([head].into_iter().chain(lines))
}

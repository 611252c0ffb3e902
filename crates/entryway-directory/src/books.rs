//! Address books: views of domains that an application offers its people. What is outside of a view cannot be reached
//! through it: not by what is typed, not by a cursor, not by the order of what is shown.
//!
//! - `list` asks the domains, and puts what a book shows in order.

mod list;

pub(crate) use list::{Key, List};

use crate::finder::Finder;
use entryway_lookup::{
    AddressBooks, Answer, Book, BookDomains, BookPage, BookPolicy, BookQuestion, Cursor, Direction,
    Mark, Refused, compared_length,
};
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Longest text that is looked for, in bytes.
const MAX_BYTES: usize = 256;

impl AddressBooks for Finder {
    fn books(&self) -> Vec<Book> {
        self.policy()
            .books
            .iter()
            .map(|book| Book {
                name: Arc::clone(&book.name),
                title: book.title.clone(),
                domains: match &book.domains {
                    BookDomains::Own => Vec::new(),
                    BookDomains::Fixed(domains) => domains
                        .iter()
                        .filter_map(|index| self.place(*index))
                        .map(|place| Arc::clone(&place.lookups.name))
                        .collect(),
                },
                fields: book
                    .fields
                    .iter()
                    .map(|field| Arc::clone(&field.name))
                    .collect(),
                limits: book.limits,
            })
            .collect()
    }

    fn search_book(&self, question: BookQuestion) -> Answer<'_, Result<BookPage, Refused>> {
        Box::pin(async move { self.book_page(&question).await })
    }
}

impl Finder {
    async fn book_page(&self, question: &BookQuestion) -> Result<BookPage, Refused> {
        let since = Instant::now();
        let books = &self.policy().books;
        let book = books.iter().position(|book| *book.name == *question.book);
        let (index, book) = book
            .and_then(|index| Some((index, books.get(index)?)))
            .ok_or_else(|| Refused::UnknownBook(question.book.clone()))?;
        let query = usable(&question.query, book)?;
        let own = self.own(book, question.own_domain.as_deref())?;
        let key = Key {
            book: index,
            query: query.into(),
            own,
        };
        // The domain by its name: the order of the configuration may change under a cursor.
        let own_name = own.and_then(|own| self.place(own));
        let own_name = own_name.map_or("", |place| &*place.lookups.name);
        let name = format!("book\0{}\0{own_name}\0{query}", book.name);
        let keep = self.policy().cursor_age.as_secs();
        let after = match &question.cursor {
            Some(cursor) => Some(Cursor::open(cursor, &name, self.seal(), now(), keep)?.mark),
            None => None,
        };
        let ask = async || {
            self.book_list(book, &key, question.deadline)
                .await
                .map(Arc::new)
        };
        let list = self
            .books
            .get(key.clone(), question.deadline, |list| list.weight(), ask)
            .await?;
        let asked = question.limit.unwrap_or(book.limits.shown).max(1);
        let limit = asked.min(book.limits.most);
        let from = match &after {
            Some(after) => list.rows.partition_point(|row| row.mark <= *after),
            None => 0,
        };
        let rest = list.rows.get(from..).unwrap_or_default();
        let size = usize::try_from(limit).unwrap_or(usize::MAX);
        let shown = rest.get(..size).unwrap_or(rest);
        let last = shown.last().filter(|_| rest.len() > shown.len());
        let next = last.map(|row| self.cursor_after(&row.mark, &name));
        let mut spent = list.spent;
        spent.took = since.elapsed();
        Ok(BookPage {
            entries: shown.iter().map(|row| row.entry.clone()).collect(),
            next,
            capped_from: (asked > limit).then_some(asked),
            gaps: list.gaps.clone(),
            spent,
        })
    }

    /// The domain of whoever looks, where the book shows that.
    fn own(&self, book: &BookPolicy, name: Option<&str>) -> Result<Option<usize>, Refused> {
        if book.domains != BookDomains::Own {
            return Ok(None);
        }
        let name = name.ok_or_else(|| {
            let book = book.name.escape_debug();
            Refused::Unusable(format!(
                "`{book}` shows the domain of whoever looks, expected that domain, found none"
            ))
        })?;
        Ok(Some(self.place_of(name)?.index))
    }

    fn cursor_after(&self, mark: &Mark, list: &str) -> String {
        let cursor = Cursor {
            direction: Direction::Forward,
            mark: mark.clone(),
            made: now(),
        };
        cursor.seal(list, self.seal())
    }
}

/// What was typed, if it is something to look for. A star is a star: with wildcards there would be no shortest text.
fn usable<'q>(typed: &'q str, book: &BookPolicy) -> Result<&'q str, Refused> {
    let text = typed.trim();
    let least = usize::try_from(book.limits.min_length).unwrap_or(usize::MAX);
    let length = compared_length(text);
    let problem = if length < least {
        format!("expected at least {least} characters, found {length}")
    } else if text.len() > MAX_BYTES {
        format!("expected at most {MAX_BYTES} bytes, found {}", text.len())
    } else if text.contains(char::is_control) {
        "expected a line of text, found a control character".to_owned()
    } else {
        return Ok(text);
    };
    Err(Refused::Unusable(problem))
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

//! What look-ups answer. Each shape tells its own schema: `docs/openapi.json` is written from them.

mod at_site;
mod books;
mod browse;
mod cards;
mod found;
mod groups;
mod request;
mod texts;

pub use at_site::{SiteAnswer, Whose, site_cursor};
pub use books::{AddressBooksJson, BookPageJson};
pub use browse::{BrowsedJson, PageJson};
pub use cards::{CardJson, photo_url};
pub use found::{MatchesJson, PersonJson, ResolvedJson, ResultJson};
pub use groups::{GroupJson, GroupsOfJson, MembersJson};
pub use request::{MOST_QUERIES, ResolveRequest};

use crate::shape::{Schemas, Shape};
use serde_json::{Map, Value};

/// The schemas of every shape here, by name; they refer to one another as `#/$defs/NAME`.
pub fn lookup_schemas() -> Map<String, Value> {
    let mut schemas = Schemas::default();
    AddressBooksJson::schema(&mut schemas);
    BookPageJson::schema(&mut schemas);
    BrowsedJson::schema(&mut schemas);
    PageJson::schema(&mut schemas);
    CardJson::schema(&mut schemas);
    MatchesJson::schema(&mut schemas);
    PersonJson::schema(&mut schemas);
    ResolvedJson::schema(&mut schemas);
    GroupJson::schema(&mut schemas);
    GroupsOfJson::schema(&mut schemas);
    MembersJson::schema(&mut schemas);
    let mut schemas = schemas.0;
    schemas.insert("resolve_request".to_owned(), request::schema());
    schemas
}

#[cfg(test)]
mod tests;

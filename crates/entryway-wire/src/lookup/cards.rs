//! Business cards.

use super::found::{GapJson, gaps};
use super::texts::{Id, Texts};
use crate::shape::shapes;
use entryway_lookup::{Card, EntryId};
use std::borrow::Cow;

shapes! {
    /// GET /api/v1/people/{id}/card.
    #[derive(serde::Deserialize)]
    pub struct CardJson<'a> = "card" {
        /// Whose.
        pub(crate) id: Id<'a>,
        /// The name for people.
        pub(crate) name: Cow<'a, str>,
        /// The fields that have a value, in the order of the configuration.
        pub(crate) fields: Texts<'a>,
        /// Whether there is a photo; /api/v1/people/{id}/photo has it, and initials where there is none, or where what is there is no picture that is shown.
        pub(crate) has_photo: bool,
        /// Whether fields may be missing.
        pub(crate) partial: bool,
        /// Why; left out where nothing is missing.
        pub(crate) gaps: Option<Vec<GapJson<'a>>>,
    }
}

/// Where somebody's photo is, behind the address by which others reach the API.
pub fn photo_url(public_url: &str, id: &EntryId) -> String {
    format!("{public_url}/api/v1/people/{id}/photo")
}

impl<'a> CardJson<'a> {
    /// A card.
    pub fn of(card: &'a Card) -> Self {
        let fields = card.fields.iter();
        Self {
            id: Id::of(&card.id),
            name: Cow::Borrowed(&card.name),
            fields: Texts(
                fields
                    .map(|field| {
                        (
                            Cow::Borrowed(&*field.name),
                            Cow::Borrowed(field.text.as_str()),
                        )
                    })
                    .collect(),
            ),
            has_photo: card.has_photo,
            partial: !card.gaps.is_empty(),
            gaps: gaps(&card.gaps),
        }
    }
}

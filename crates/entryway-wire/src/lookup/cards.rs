//! Business cards.

use super::found::{GapJson, Texts, gaps};
use crate::shape::shapes;
use crate::write::Text;
use entryway_lookup::{Card, EntryId};

shapes! {
    /// GET /api/v1/people/{id}/card.
    pub struct CardJson<'a> = "card" {
        /// Whose.
        id: Text<&'a EntryId>,
        /// The name for people.
        name: &'a str,
        /// The fields that have a value, in the order of the configuration.
        fields: Texts<'a>,
        /// Whether there is a photo; /api/v1/people/{id}/photo has it, and initials where there is none, or where what is there is no picture that is shown.
        has_photo: bool,
        /// Whether fields may be missing.
        partial: bool,
        /// Why; left out where nothing is missing.
        gaps: Option<Vec<GapJson<'a>>>,
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
            id: Text(&card.id),
            name: &card.name,
            fields: Texts(
                fields
                    .map(|field| (&*field.name, field.text.as_str()))
                    .collect(),
            ),
            has_photo: card.has_photo,
            partial: !card.gaps.is_empty(),
            gaps: gaps(&card.gaps),
        }
    }
}

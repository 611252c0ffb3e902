//! Business cards and photos: put together from one directory or two, and told to whom each part is for.
//!
//! What a card is made of is read and kept as a whole; who looks decides what of it they are told. A part that nobody
//! can be sure of is left out: a field of the wrong person is worse than none.
//!
//! - `photo` reads a photo;
//! - `source` reads one directory;
//! - `whole` puts together what the sources have.

mod photo;
mod source;
mod whole;

pub(crate) use photo::AT_ONCE as PHOTOS_AT_ONCE;
pub(crate) use source::Picture;
pub(crate) use whole::Whole;

use crate::finder::Finder;
use entryway_lookup::{
    Answer, Card, CardLookup, CardQuestion, FieldSet, Photo, PhotoQuestion, Refused, content_tag,
    initials,
};

impl CardLookup for Finder {
    fn card(&self, question: CardQuestion) -> Answer<'_, Result<Card, Refused>> {
        Box::pin(async move {
            let CardQuestion { id, set, deadline } = question;
            let whole = self.card_of(&id, deadline).await?;
            let seen = whole.fields.iter().filter(|part| may_see(set, part.public));
            let card = Card {
                name: whole.name.clone(),
                fields: seen.map(|part| part.what.clone()).collect(),
                has_photo: whole
                    .photo
                    .as_ref()
                    .is_some_and(|photo| may_see(set, photo.public)),
                tag: 0,
                gaps: whole.gaps.clone(),
                spent: whole.spent,
                id,
            };
            Ok(card.tagged())
        })
    }

    fn photo(&self, question: PhotoQuestion) -> Answer<'_, Result<Photo, Refused>> {
        Box::pin(async move {
            let PhotoQuestion { id, set, deadline } = question;
            let whole = self.card_of(&id, deadline).await?;
            let photo = whole.photo.as_ref();
            if let Some(photo) = photo.filter(|photo| may_see(set, photo.public))
                && let Some(picture) = self.picture_of(&id, &whole, &photo.what, deadline).await?
            {
                return Ok(Photo::Picture {
                    media: picture.media,
                    bytes: picture.bytes,
                    tag: picture.tag,
                });
            }
            // Where it is with a source that did not answer, nothing stands in its place: whoever is given initials keeps
            // them for a while.
            if let (Some(gap), true) = (whole.gaps.first(), whole.may_have_photo(set)) {
                return Err(Refused::Unanswered(gap.clone()));
            }
            let place = self.place_of_id(&id)?;
            let letters = initials(&whole.name).filter(|_| place.lookups.cards.initials);
            Ok(letters.map_or(Photo::None, |letters| Photo::Initials {
                tag: content_tag(&letters),
                letters,
            }))
        })
    }
}

fn may_see(set: FieldSet, public: bool) -> bool {
    public || set == FieldSet::LoggedIn
}

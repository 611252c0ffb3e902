//! `entryway card`: somebody's business card, and their photo in a file.

use super::{Asked, partial, who};
use crate::cli::{Card, Common};
use crate::columns::{Row, render};
use crate::exit::Exit;
use crate::out;
use crate::table::printable;
use entryway_lookup::{CardQuestion, EntryId, FieldSet, Kinds, Photo, PhotoQuestion};
use entryway_wire::CardJson;
use std::path::Path;

pub(super) async fn card(common: &Common, lookups: &Asked, asked: &Card) -> Result<Exit, Exit> {
    let one = who::one(lookups, &asked.who, asked.domain.as_deref(), Kinds::People).await?;
    let set = if asked.public {
        FieldSet::Public
    } else {
        FieldSet::LoggedIn
    };
    let due = lookups.due();
    let question = CardQuestion {
        id: one.id,
        set,
        deadline: due,
    };
    let card = lookups.told(due, lookups.lookups.card(question)).await?;
    if asked.vcard {
        let public = lookups.policy.public_url.as_deref();
        let public = public.filter(|_| card.has_photo);
        let photo = public.map(|public| entryway_wire::photo_url(public, &card.id));
        out::answer(&entryway_wire::vcard(&card, photo.as_deref()));
    } else {
        out::answer_as(common, &CardJson::of(&card), || {
            let mut rows = vec![Row::new("name", &card.name).note(card.id.to_string())];
            // It stands there already.
            let fields = card.fields.iter().filter(|field| &*field.name != "name");
            rows.extend(fields.map(|field| Row::new(&*field.name, &field.text)));
            rows.push(Row::new(
                "photo",
                if card.has_photo { "yes" } else { "none" },
            ));
            render(&rows, out::answer_style())
        });
    }
    partial(&card.gaps);
    match &asked.photo {
        Some(file) => photo(lookups, card.id, set, file).await,
        None => Ok(Exit::Done),
    }
}

async fn photo(lookups: &Asked, id: EntryId, set: FieldSet, file: &Path) -> Result<Exit, Exit> {
    let due = lookups.due();
    let question = PhotoQuestion {
        id: id.clone(),
        set,
        deadline: due,
    };
    let (kind, bytes) = match lookups.told(due, lookups.lookups.photo(question)).await? {
        Photo::Picture { media, bytes, .. } => (media.as_str(), bytes.to_vec()),
        Photo::Initials { letters, .. } => (
            "image/svg+xml",
            entryway_wire::initials_svg(&letters, &id).into_bytes(),
        ),
        Photo::None => {
            out::aside("there is no photo\n");
            return Ok(Exit::No);
        }
    };
    let shown = printable(&file.display().to_string());
    if let Err(error) = std::fs::write(file, &bytes) {
        out::aside(&format!("error: `{shown}` cannot be written: {error}\n"));
        return Ok(Exit::No);
    }
    out::aside(&format!("wrote {shown}: {kind}, {} bytes\n", bytes.len()));
    Ok(Exit::Done)
}

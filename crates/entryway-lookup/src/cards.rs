//! Business cards and photos.

use crate::{EntryId, Gap, MediaType, Spent};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Instant;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldSet {
    /// Anybody.
    Public,
    /// A person who is logged in, or an application for one.
    LoggedIn,
}

/// Asks for somebody's card.
#[derive(Debug, Clone)]
pub struct CardQuestion {
    /// Whose.
    pub id: EntryId,
    /// Which fields.
    pub set: FieldSet,
    /// Answer before this.
    pub deadline: Instant,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Whose.
    pub id: EntryId,
    /// The name for people, whatever the fields are.
    pub name: String,
    /// The fields of the set that have a value, in the order of the configuration; never the photo.
    pub fields: Vec<CardField>,
    /// Whether there is a photo that this set may see and that can be shown.
    pub has_photo: bool,
    /// Changes when any of this does.
    pub tag: u64,
    /// Why fields may be missing: a source that did not answer.
    pub gaps: Vec<Gap>,
    /// What it cost.
    pub spent: Spent,
}

impl Card {
    /// The same card with the tag of what is in it.
    pub fn tagged(self) -> Self {
        let Self {
            id,
            name,
            fields,
            has_photo,
            gaps,
            ..
        } = &self;
        let tag = content_tag(&(id, name, fields, has_photo, gaps));
        Self { tag, ..self }
    }
}

/// A number that changes when the content does: the same on every node that runs the same version. It hides nothing
/// and proves nothing.
pub fn content_tag(content: &(impl Hash + ?Sized)) -> u64 {
    // Made by `new` it has no key of its own.
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

/// A field of a card.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CardField {
    /// `mail`, `title`, or a name of the configuration's own.
    pub name: Arc<str>,
    /// Its text; several values are joined.
    pub text: String,
}

/// Asks for somebody's photo.
#[derive(Debug, Clone)]
pub struct PhotoQuestion {
    /// Whose.
    pub id: EntryId,
    /// Which fields may be seen: the photo is one of them.
    pub set: FieldSet,
    /// Answer before this.
    pub deadline: Instant,
}

/// What stands for somebody's face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Photo {
    /// A picture. Its type was told from its bytes and not from anything that was said of them.
    Picture {
        /// What it is.
        media: MediaType,
        /// As the directory has it.
        bytes: Arc<[u8]>,
        /// Changes when the bytes do.
        tag: u64,
    },
    /// There is none, or none that may be shown. These stand for the person where the configuration wants that.
    Initials {
        /// One or two letters.
        letters: String,
        /// Changes when they do.
        tag: u64,
    },
    /// There is none, and nothing stands for it.
    None,
}

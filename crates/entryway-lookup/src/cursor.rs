//! Where a list goes on: opaque to whoever carries it, signed, and of an age.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Longest cursor that is read, as text: with the longest key it is far shorter.
pub const MAX_CURSOR_BYTES: usize = 4 * 1024;
/// The first byte of a cursor: what is written differently has another.
const FORM: u8 = 1;
const TAG: usize = 32;
/// A sort key longer than this is cut: it only has to find its place again.
const KEY_MAX: usize = 512;

/// Signs cursors: a port, because a key is not known here.
pub trait Seal: Send + Sync {
    /// The tag of a message (HMAC-SHA-256 or its like).
    fn tag(&self, message: &[u8]) -> [u8; 32];
    /// Whether it is that, in a time that does not depend on where they differ.
    fn is_tag(&self, message: &[u8], tag: &[u8; 32]) -> bool;
}

/// Which way a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// After the mark.
    Forward,
    /// Before it.
    Back,
}

/// A place in an ordered list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// The sort key of the row at the edge of the page.
    pub key: String,
    /// What tells it from another of the same key: its id, or a part of it.
    pub tie: String,
}

/// What a cursor holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Which way it goes on.
    pub direction: Direction,
    /// From where.
    pub mark: Mark,
    /// When it was made, in seconds since 1970.
    pub made: u64,
}

/// Why a cursor is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Cut, altered, or made up.
    #[error("the cursor is none that was given out here")]
    Forged,
    /// Made for another question.
    #[error("the cursor belongs to another list")]
    OtherList,
    /// Made too long ago.
    #[error("the cursor is too old: begin again from the first page")]
    Old,
}

impl CursorError {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Forged => "bad_cursor",
            Self::OtherList => "cursor_of_another_list",
            Self::Old => "cursor_expired",
        }
    }
}

impl Cursor {
    /// As text. `list` says which list it is for, by everything that decides what is in it and in which order: it is
    /// signed and does not stand in the text.
    pub fn seal(&self, list: &str, seal: &dyn Seal) -> String {
        let mut bytes = vec![FORM];
        bytes.push(match self.direction {
            Direction::Forward => 0,
            Direction::Back => 1,
        });
        bytes.extend(self.made.to_be_bytes());
        for part in [&self.mark.key, &self.mark.tie] {
            let part = cut(part);
            // `KEY_MAX` fits.
            bytes.extend(u16::try_from(part.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        let mut tags = seal.tag(&bytes).to_vec();
        tags.extend(seal.tag(&bound(list, &bytes)));
        bytes.extend(tags);
        URL_SAFE_NO_PAD.encode(bytes)
    }
    /// Reads what [`Cursor::seal`] wrote. `now` is in seconds since 1970, and so is for how long it holds.
    pub fn open(
        text: &str,
        list: &str,
        seal: &dyn Seal,
        now: u64,
        keep: u64,
    ) -> Result<Self, CursorError> {
        if text.len() > MAX_CURSOR_BYTES {
            return Err(CursorError::Forged);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| CursorError::Forged)?;
        let content = bytes.len().checked_sub(2 * TAG);
        let (content, tags) = content
            .and_then(|at| bytes.split_at_checked(at))
            .ok_or(CursorError::Forged)?;
        let ([own, of_list], []) = tags.as_chunks::<TAG>() else {
            return Err(CursorError::Forged);
        };
        // Nothing of it is looked at before it is known to be ours.
        if !seal.is_tag(content, own) {
            return Err(CursorError::Forged);
        }
        if !seal.is_tag(&bound(list, content), of_list) {
            return Err(CursorError::OtherList);
        }
        let cursor = Self::read(content).ok_or(CursorError::Forged)?;
        // One from the future was made by a clock that is ahead: it counts as new.
        if now.saturating_sub(cursor.made) > keep {
            return Err(CursorError::Old);
        }
        Ok(cursor)
    }

    fn read(content: &[u8]) -> Option<Self> {
        let (&[form, direction], rest) = content.split_first_chunk::<2>()?;
        let direction = match (form, direction) {
            (FORM, 0) => Direction::Forward,
            (FORM, 1) => Direction::Back,
            _ => return None,
        };
        let (made, mut rest) = rest.split_first_chunk::<8>()?;
        let mut part = || {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (text, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
            rest = after;
            String::from_utf8(text.to_vec()).ok()
        };
        let mark = Mark {
            key: part()?,
            tie: part()?,
        };
        rest.is_empty().then_some(Self {
            direction,
            mark,
            made: u64::from_be_bytes(*made),
        })
    }
}

impl Mark {
    /// The mark of a row; a key too long for a cursor is cut, here and in what it is compared with.
    pub fn new(key: &str, tie: &str) -> Self {
        Self {
            key: cut(key).to_owned(),
            tie: cut(tie).to_owned(),
        }
    }
}

/// The message whose tag binds a cursor to its list.
fn bound(list: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = b"list\0".to_vec();
    bytes.extend(list.len().to_be_bytes());
    bytes.extend(list.as_bytes());
    bytes.extend(content);
    bytes
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(KEY_MAX))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests;

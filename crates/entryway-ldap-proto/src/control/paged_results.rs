//! Simple paged results (RFC 2696).

use super::ReceivedControl;
use crate::ber::{Reader, Tag, Writer};
use crate::{DecodeError, oid};
use bytes::Bytes;

/// `realSearchControlValue`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PagedResults {
    /// Of a request: entries wanted in the page. Of a response: an estimate of all, 0 if unknown.
    pub size: u32,
    /// Of a request: the last response's cookie, empty for the first page. Of a response: empty after the last page.
    pub cookie: Bytes,
}

impl PagedResults {
    /// Decodes a `controlValue`.
    pub fn decode(value: &[u8]) -> Result<Self, DecodeError> {
        let mut outer = Reader::new(value, 1);
        let mut content = outer.enter(Tag::SEQUENCE, "realSearchControlValue")?;
        let size = content.integer("size")?;
        let cookie = Bytes::copy_from_slice(content.octets("cookie")?);
        content.ignore_rest()?;
        match outer.rest().len() {
            0 => Ok(Self { size, cookie }),
            count => Err(DecodeError::Trailing { count }),
        }
    }
    /// The page that a search's final response tells of, if it does.
    pub fn find(controls: &[ReceivedControl]) -> Result<Option<Self>, DecodeError> {
        let found = controls
            .iter()
            .find(|control| &*control.oid == oid::PAGED_RESULTS);
        found
            .map(|control| Self::decode(control.value.as_deref().unwrap_or_default()))
            .transpose()
    }
    /// Encodes the `controlValue`.
    pub fn encode(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(16 + self.cookie.len());
        Writer::new(&mut value).constructed(Tag::SEQUENCE, |out| {
            out.integer(Tag::INTEGER, self.size.min(crate::MessageId::MAX.get()));
            out.octets(&self.cookie);
        });
        value
    }
}

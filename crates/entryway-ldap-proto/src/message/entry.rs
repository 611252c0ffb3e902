//! `SearchResultEntry` (RFC 4511 §4.5.2), and its way to an owned [`Entry`].

use super::Octets;
use crate::ber::{Reader, Tag, utf8};
use crate::frame::slice_of;
use crate::{DecodeError, EntryError, Limits};
use bytes::Bytes;
use entryway_ldap_types::{Attribute, AttributeName, Dn, Entry};
use std::fmt;

/// An entry as it stands in its frame.
#[derive(Clone, Copy)]
pub struct SearchEntry<'a> {
    /// `objectName`, as spelt.
    pub dn: &'a [u8],
    /// The attributes.
    pub attributes: Attributes<'a>,
}

/// The attributes of an entry. Reading one can fail: they are checked as they are read.
#[derive(Clone, Copy)]
pub struct Attributes<'a> {
    rest: Reader<'a>,
}

/// One attribute with its values.
#[derive(Clone, Copy)]
pub struct PartialAttribute<'a> {
    /// The attribute description, as spelt.
    pub name: &'a [u8],
    /// The values.
    pub values: Octets<'a>,
}

impl<'a> SearchEntry<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let dn = op.octets("objectName")?;
        let rest = op.enter(Tag::SEQUENCE, "attributes")?;
        op.ignore_rest()?;
        Ok(Self {
            dn,
            attributes: Attributes { rest },
        })
    }

    /// The owned entry. Its values are slices of `frame`, which this was decoded from: they are not
    /// copied, and keep the frame alive. (A value of some other buffer would be copied.)
    ///
    /// The outer error is the peer's broken encoding; the inner one is an entry that is encoded well
    /// and whose names cannot be read, which says nothing against the connection.
    pub fn to_entry(
        &self,
        frame: &Bytes,
        limits: &Limits,
    ) -> Result<Result<Entry, EntryError>, DecodeError> {
        let mut unreadable = None;
        let (dn, dn_text) = match std::str::from_utf8(self.dn) {
            Ok(text) => match Dn::parse(text) {
                Ok(dn) => (dn, text),
                Err(error) => {
                    unreadable.get_or_insert(EntryError::Dn(error));
                    (Dn::default(), "")
                }
            },
            Err(_) => return Err(DecodeError::Text { what: "objectName" }),
        };
        let mut attributes = Vec::with_capacity(8);
        let mut values_left = limits.values_per_entry;
        for attribute in self.attributes {
            let attribute = attribute?;
            if attributes.len() >= limits.attributes_per_entry {
                return Err(DecodeError::TooMany {
                    what: "attributes",
                    limit: limits.attributes_per_entry,
                });
            }
            let values = owned_values(attribute.values, frame, &mut values_left, limits)?;
            match AttributeName::parse(utf8(attribute.name, "attribute description")?) {
                Ok(name) => attributes.push(Attribute { name, values }),
                Err(error) => {
                    unreadable.get_or_insert(EntryError::Attribute(error));
                }
            }
        }
        Ok(match unreadable {
            Some(error) => Err(error),
            None => Ok(Entry {
                dn,
                dn_text: dn_text.into(),
                attributes,
            }),
        })
    }
}

/// Copies references to the values, after the bound was checked: a value costs 2 bytes there and 32 here.
fn owned_values(
    values: Octets<'_>,
    frame: &Bytes,
    left: &mut usize,
    limits: &Limits,
) -> Result<Vec<Bytes>, DecodeError> {
    let too_many = DecodeError::TooMany {
        what: "values in an entry",
        limit: limits.values_per_entry,
    };
    *left = left.checked_sub(values.len()).ok_or(too_many)?;
    Ok(values.map(|value| slice_of(frame, value)).collect())
}

impl<'a> Attributes<'a> {
    fn read(&mut self) -> Result<PartialAttribute<'a>, DecodeError> {
        let mut attribute = self.rest.enter(Tag::SEQUENCE, "attribute")?;
        let name = attribute.octets("type")?;
        let values = Octets::checked(attribute.enter(Tag::SET, "vals")?, "value")?;
        attribute.ignore_rest()?;
        Ok(PartialAttribute { name, values })
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<PartialAttribute<'a>, DecodeError>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let attribute = self.read();
        if attribute.is_err() {
            self.rest = Reader::new(&[], 0);
        }
        Some(attribute)
    }
}

impl fmt::Debug for SearchEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchEntry")
            .field("dn", &String::from_utf8_lossy(self.dn))
            .field("attributes", &self.attributes)
            .finish()
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// The name, and how long the values are.
impl fmt::Debug for PartialAttribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartialAttribute")
            .field("name", &String::from_utf8_lossy(self.name))
            .field("values", &self.values)
            .finish()
    }
}

//! Parts of many answers: ids, and objects whose keys the configuration names.

use crate::shape::{Schemas, Shape};
use entryway_lookup::EntryId;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// By what to ask on.
pub(crate) struct Id<'a>(pub(crate) Cow<'a, EntryId>);

impl<'a> Id<'a> {
    pub(crate) fn of(id: &'a EntryId) -> Self {
        Self(Cow::Borrowed(id))
    }
}

impl Serialize for Id<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        let id = EntryId::parse(&text).ok_or_else(|| D::Error::custom("expected an id"))?;
        Ok(Self(Cow::Owned(id)))
    }
}

impl Shape for Id<'_> {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "string" })
    }
}

/// An object of lists of texts.
#[derive(Default)]
pub(crate) struct Values<'a>(pub(crate) Vec<(Cow<'a, str>, Cow<'a, [String]>)>);

/// An object of texts, in the order of the configuration.
#[derive(Default)]
pub(crate) struct Texts<'a>(pub(crate) Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(&self.0, serializer)
    }
}

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(&self.0, serializer)
    }
}

fn write<S: Serializer>(
    pairs: &[(impl Serialize, impl Serialize)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (name, value) in pairs {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

impl<'de> Deserialize<'de> for Values<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs: Vec<(String, Vec<String>)> = deserializer.deserialize_map(Pairs(PhantomData))?;
        let pairs = pairs.into_iter();
        Ok(Self(
            pairs
                .map(|(name, values)| (name.into(), values.into()))
                .collect(),
        ))
    }
}

impl<'de> Deserialize<'de> for Texts<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs: Vec<(String, String)> = deserializer.deserialize_map(Pairs(PhantomData))?;
        let pairs = pairs.into_iter();
        Ok(Self(
            pairs
                .map(|(name, text)| (name.into(), text.into()))
                .collect(),
        ))
    }
}

/// The entries of an object in their order; a key that is there twice is an error.
struct Pairs<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
    type Value = Vec<(String, T)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs: Vec<(String, T)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, T>()? {
            if pairs.len() >= MOST {
                return Err(A::Error::custom("there are too many keys"));
            }
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom("a key is there twice"));
            }
            pairs.push((name, value));
        }
        Ok(pairs)
    }
}

/// Keys of one object: far more than anybody configures, and few enough to be compared with one another.
const MOST: usize = 256;

impl Shape for Values<'_> {
    fn schema(_: &mut Schemas) -> Value {
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        json!({ "type": "object", "additionalProperties": texts })
    }
}

impl Shape for Texts<'_> {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "object", "additionalProperties": { "type": "string" } })
    }
}

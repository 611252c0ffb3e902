//! Shapes that tell their own JSON schema, so that what is documented is what is written: field by field, from one place.

use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// A value that is written, and says how.
pub(crate) trait Shape {
    /// Whether it may be left out.
    const OPTIONAL: bool = false;
    /// Whether it is left out now.
    fn is_absent(&self) -> bool {
        false
    }
    /// Its schema; objects add theirs to `schemas` and are referred to.
    fn schema(schemas: &mut Schemas) -> Value;
}

/// Schemas by name, as `$defs` or `components` hold them.
#[derive(Debug, Default)]
pub(crate) struct Schemas(pub(crate) Map<String, Value>);

/// A key of an object: its name, what is said of it, whether it may be left out, its schema.
pub(crate) type Field = (&'static str, &'static str, bool, Value);

impl Schemas {
    /// Adds an object of this name, unless it is there, and refers to it.
    pub(crate) fn object(
        &mut self,
        name: &'static str,
        about: &'static str,
        fields: impl FnOnce(&mut Self) -> Vec<Field>,
    ) -> Value {
        if !self.0.contains_key(name) {
            let fields = fields(self);
            let required: Vec<&str> = fields
                .iter()
                .filter(|(_, _, optional, _)| !optional)
                .map(|(name, ..)| *name)
                .collect();
            let mut properties = Map::new();
            for (name, about, _, schema) in &fields {
                let mut schema = schema.clone();
                if let Some(schema) = schema.as_object_mut() {
                    schema.insert("description".to_owned(), json!(about.trim()));
                }
                properties.insert((*name).to_owned(), schema);
            }
            let object = json!({
                "type": "object",
                "description": about.trim(),
                "properties": properties,
                "required": required,
            });
            self.0.insert(name.to_owned(), object);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }
}

impl Shape for bool {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "boolean" })
    }
}

impl Shape for u32 {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    }
}

impl Shape for u64 {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "integer", "minimum": 0 })
    }
}

impl Shape for i64 {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "integer" })
    }
}

impl Shape for &str {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "string" })
    }
}

impl Shape for Cow<'_, str> {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "string" })
    }
}

impl Shape for String {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "string" })
    }
}

impl<T> Shape for crate::write::Text<T> {
    fn schema(_: &mut Schemas) -> Value {
        json!({ "type": "string" })
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn schema(schemas: &mut Schemas) -> Value {
        json!({ "type": "array", "items": T::schema(schemas) })
    }
}

/// What is not there is left out; there is no null.
impl<T: Shape> Shape for Option<T> {
    const OPTIONAL: bool = true;
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    fn schema(schemas: &mut Schemas) -> Value {
        T::schema(schemas)
    }
}

/// Objects that are written, each with the name of its schema.
macro_rules! shapes {
    ($(
        $(#[doc = $about:literal])+
        $(#[derive($($derived:path),+)])?
        $vis:vis struct $name:ident $(<$life:lifetime>)? = $schema:literal {
            $( $(#[doc = $said:literal])+ $seen:vis $field:ident : $type:ty, )+
        }
    )+) => {$(
        $(#[doc = $about])+
        #[derive(serde::Serialize)]
        $(#[derive($($derived),+)])?
        $vis struct $name $(<$life>)? {
            $(
                $(#[doc = $said])+
                #[serde(skip_serializing_if = "crate::shape::Shape::is_absent")]
                $seen $field: $type,
            )+
        }

        impl $(<$life>)? crate::shape::Shape for $name $(<$life>)? {
            fn schema(schemas: &mut crate::shape::Schemas) -> serde_json::Value {
                schemas.object($schema, concat!($($about),+), |schemas| vec![
                    $((
                        stringify!($field),
                        concat!($($said),+),
                        <$type as crate::shape::Shape>::OPTIONAL,
                        <$type as crate::shape::Shape>::schema(schemas),
                    )),+
                ])
            }
        }
    )+};
}

/// A word out of a closed list.
macro_rules! words {
    ($( $(#[$meta:meta])* $vis:vis $name:ident : $($word:literal)|+ ; )+) => {$(
        $(#[$meta])*
        #[derive(serde::Serialize)]
        #[serde(transparent)]
        $vis struct $name(&'static str);

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                match &*text {
                    $($word => Ok(Self($word)),)+
                    _ => Err(serde::de::Error::unknown_variant(&text, &[$($word),+])),
                }
            }
        }

        impl crate::shape::Shape for $name {
            fn schema(_: &mut crate::shape::Schemas) -> serde_json::Value {
                serde_json::json!({ "type": "string", "enum": [$($word),+] })
            }
        }
    )+};
}

pub(crate) use {shapes, words};

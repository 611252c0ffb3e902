//! What an application sends to have somebody logged in.

mod json_text;

use entryway_ldap_types::Password;
use entryway_login::SubmittedPassword;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;

/// `{"login_name": "…", "password": "…", "client_address": "…"}`. Any other key is refused.
///
/// An empty or far too long password is a [`SubmittedPassword::Malformed`] one, and one with control
/// characters is handed on as it is: the login refuses them, so that they are decided and logged like
/// any other. No `Debug`: there is a password inside.
pub struct LoginRequest {
    /// As typed, unchecked.
    pub login_name: String,
    /// Never [`SubmittedPassword::NotAsked`].
    pub password: SubmittedPassword,
    /// Where the person is, if the application says so.
    pub client_address: Option<IpAddr>,
}

/// Why a body is not a login request. What the body holds is never repeated: it may be a password in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not JSON.
    #[error("the body is not JSON at line {line}, column {column}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
    },
    /// JSON of another shape.
    #[error(
        "the body is not a login request at line {line}, column {column}, expected an object with `login_name`, `password` and, if known, `client_address`"
    )]
    Shape {
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
    },
    /// The password is not a JSON string, or holds half a surrogate pair.
    #[error("`password` is not a text")]
    Password,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape<'a> {
    login_name: String,
    #[serde(borrow)]
    password: &'a RawValue,
    #[serde(default)]
    client_address: Option<IpAddr>,
}

/// A shape that is written as an object only: what is derived would take an array of the same values, too.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

impl LoginRequest {
    /// Reads a body. The password goes from the body's bytes into a wiped buffer and nowhere else; the
    /// body itself is its owner's to wipe.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let Object(Shape {
            login_name,
            password,
            client_address,
        }) = serde_json::from_slice(body).map_err(place)?;
        let mut text = json_text::read(password.get()).ok_or(RequestError::Password)?;
        let password = if text.len() > Password::MAX_BYTES {
            SubmittedPassword::Malformed
        } else {
            // The buffer itself moves, so that no copy is left behind.
            match Password::new(std::mem::take(&mut *text)) {
                Ok(password) => SubmittedPassword::Given(Arc::new(password)),
                Err(_) => SubmittedPassword::Malformed,
            }
        };
        Ok(Self {
            login_name,
            password,
            client_address,
        })
    }
}

/// Where it went wrong, and not what stood there: serde's own message quotes the value.
fn place(error: serde_json::Error) -> RequestError {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => RequestError::Shape { line, column },
        Category::Syntax | Category::Eof | Category::Io => RequestError::Syntax { line, column },
    }
}

#[cfg(test)]
mod tests;

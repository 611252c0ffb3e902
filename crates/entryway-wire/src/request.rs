//! What an application sends: to have somebody logged in, to ask again later, to have a login explained.

mod json_text;
mod schema;
mod sealed;

pub use schema::request_schemas;
pub use sealed::{SealWith, read_sealed};

use entryway_login::{LoginId, SubmittedPassword};
use sealed::SealedShape;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::time::Duration;

/// `{"login_name": "…", "password": "…", "client_address": "…", "device": "…", "groups": true}`; the last three need not be
/// there. In the place of `password` stands `sealed` for people of a site: one sealed password, or two, in a list. Any
/// other key is refused.
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
    /// What an earlier login gave for the person's device, unopened.
    pub device: Option<String>,
    /// Whether the session is to carry the person's groups.
    pub groups: bool,
}

/// `{"login_name": "…", "client_address": "…"}`; the second need not be there. Whether its password is to be sealed, and with what.
pub struct SealRequest {
    /// As typed, unchecked.
    pub login_name: String,
    /// Where the person is, if the application says so.
    pub client_address: Option<IpAddr>,
}

/// `{"token": "…", "client_address": "…", "groups": true}`; the last two need not be there. Any other key is refused.
///
/// No `Debug`: whoever has the token may use it.
pub struct RevalidationRequest {
    /// What an earlier login gave, unopened.
    pub token: String,
    /// Where the person is now, if the application says so.
    pub client_address: Option<IpAddr>,
    /// Whether the session is to carry the person's groups.
    pub groups: bool,
}

/// `{"site": "…", "life_seconds": 3600}`: a ticket to be made; the second need not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRequest {
    /// For which site, unchecked.
    pub site: String,
    /// How long it may be used; as long as the configuration says where there is none.
    pub life: Option<Duration>,
}

/// Seconds that a ticket may be used: a minute to thirty days, as in the configuration.
pub(crate) const TICKET_LIFE: std::ops::RangeInclusive<u64> = 60..=30 * 86_400;

/// What is to be explained.
pub enum ExplainRequest {
    /// `{"login_name": "…", "password": "…", "client_address": "…", "groups": true}`: a login to be walked through now;
    /// the last three need not be there.
    Attempt {
        /// As typed, unchecked.
        login_name: String,
        /// [`SubmittedPassword::NotAsked`] where there is none.
        password: SubmittedPassword,
        /// Where the person is.
        client_address: Option<IpAddr>,
        /// Whether groups are to be found out whatever the rules need.
        groups: bool,
    },
    /// `{"login": "…"}`: one that was decided before.
    Decided(LoginId),
}

/// Why a body is not a request. What the body holds is never repeated: it may be a password in the wrong place.
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
    #[error("the body is not {what} at line {line}, column {column}, expected {expected}")]
    Shape {
        /// `a login request`, …
        what: &'static str,
        /// From 1.
        line: usize,
        /// From 1, in bytes.
        column: usize,
        /// In words.
        expected: &'static str,
    },
    /// The password is not a JSON string, or holds half a surrogate pair.
    #[error("`password` is not a text")]
    Password,
    /// A value that is not as large or as small as it may be.
    #[error("`{key}` is out of bounds, expected {expected}")]
    Value {
        /// Which key.
        key: &'static str,
        /// In words.
        expected: String,
    },
    /// Not what a login's id looks like.
    #[error("`login` is not the id of a login, expected 16 hexadecimal digits")]
    LoginId,
}

/// A request's JSON, and how it is spoken of.
pub(crate) trait Named {
    const WHAT: &'static str;
    const EXPECTED: &'static str;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginShape<'a> {
    login_name: String,
    #[serde(borrow, default, deserialize_with = "there")]
    password: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "there")]
    sealed: Option<Vec<Object<SealedShape>>>,
    #[serde(default)]
    client_address: Option<IpAddr>,
    #[serde(default)]
    device: Option<String>,
    #[serde(default)]
    groups: bool,
}

/// A key that is there, whatever it holds: `null` is no password, and not none.
fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl Named for LoginShape<'_> {
    const WHAT: &'static str = "a login request";
    const EXPECTED: &'static str = "an object with `login_name`, `password` or `sealed`, and, if wanted, `client_address`, `device` and `groups`";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealShape {
    login_name: String,
    client_address: Option<IpAddr>,
}

impl Named for SealShape {
    const WHAT: &'static str = "a request for a challenge";
    const EXPECTED: &'static str = "an object with `login_name` and, if wanted, `client_address`";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevalidationShape {
    token: String,
    #[serde(default)]
    client_address: Option<IpAddr>,
    #[serde(default)]
    groups: bool,
}

impl Named for RevalidationShape {
    const WHAT: &'static str = "a revalidation request";
    const EXPECTED: &'static str =
        "an object with `token` and, if wanted, `client_address` and `groups`";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketShape {
    site: String,
    #[serde(default)]
    life_seconds: Option<u64>,
}

impl Named for TicketShape {
    const WHAT: &'static str = "a request for a ticket";
    const EXPECTED: &'static str = "an object with `site` and, if wanted, `life_seconds`";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExplainShape<'a> {
    #[serde(default, deserialize_with = "there")]
    login: Option<String>,
    #[serde(default, deserialize_with = "there")]
    login_name: Option<String>,
    #[serde(borrow, default, deserialize_with = "there")]
    password: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "there")]
    client_address: Option<Option<IpAddr>>,
    #[serde(default, deserialize_with = "there")]
    groups: Option<bool>,
}

impl Named for ExplainShape<'_> {
    const WHAT: &'static str = "an explain request";
    const EXPECTED: &'static str = "an object with `login`, or with `login_name` and, if wanted, `password`, `client_address` and `groups`";
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
        let shape: LoginShape<'_> = read(body)?;
        let password = match (shape.password, shape.sealed) {
            (Some(clear), None) => password(clear)?,
            (None, Some(shapes)) => SubmittedPassword::Sealed(sealed::sealed(shapes)?),
            _ => return Err(shape_error::<LoginShape<'_>>(1, 1)),
        };
        Ok(Self {
            password,
            login_name: shape.login_name,
            client_address: shape.client_address,
            device: shape.device,
            groups: shape.groups,
        })
    }
}

impl SealRequest {
    /// Reads a body.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let shape: SealShape = read(body)?;
        Ok(Self {
            login_name: shape.login_name,
            client_address: shape.client_address,
        })
    }
}

impl RevalidationRequest {
    /// Reads a body.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let shape: RevalidationShape = read(body)?;
        Ok(Self {
            token: shape.token,
            client_address: shape.client_address,
            groups: shape.groups,
        })
    }
}

impl TicketRequest {
    /// Reads a body.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let shape: TicketShape = read(body)?;
        if let Some(seconds) = shape.life_seconds
            && !TICKET_LIFE.contains(&seconds)
        {
            return Err(RequestError::Value {
                key: "life_seconds",
                expected: format!("{} to {}", TICKET_LIFE.start(), TICKET_LIFE.end()),
            });
        }
        Ok(Self {
            site: shape.site,
            life: shape.life_seconds.map(Duration::from_secs),
        })
    }
}

impl ExplainRequest {
    /// Reads a body, a password as [`LoginRequest::from_json`] does.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        match read(body)? {
            ExplainShape {
                login: Some(id),
                login_name: None,
                password: None,
                client_address: None,
                groups: None,
            } => LoginId::parse(&id)
                .map(Self::Decided)
                .ok_or(RequestError::LoginId),
            ExplainShape {
                login: None,
                login_name: Some(login_name),
                password: given,
                client_address,
                groups,
            } => Ok(Self::Attempt {
                login_name,
                password: match given {
                    Some(given) if given.get() != "null" => password(given)?,
                    _ => SubmittedPassword::NotAsked,
                },
                client_address: client_address.flatten(),
                groups: groups.unwrap_or_default(),
            }),
            _ => Err(shape_error::<ExplainShape<'_>>(1, 1)),
        }
    }
}

pub(crate) fn read<'a, T: Named + Deserialize<'a>>(body: &'a [u8]) -> Result<T, RequestError> {
    let Object(shape) = serde_json::from_slice(body).map_err(place::<T>)?;
    Ok(shape)
}

fn password(raw: &RawValue) -> Result<SubmittedPassword, RequestError> {
    let mut text = json_text::read(raw.get()).ok_or(RequestError::Password)?;
    // The buffer itself moves, so that no copy is left behind.
    Ok(SubmittedPassword::from_field(std::mem::take(&mut *text)))
}

/// Where it went wrong, and not what stood there: serde's own message quotes the value.
fn place<T: Named>(error: serde_json::Error) -> RequestError {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Data => shape_error::<T>(line, column),
        Category::Syntax | Category::Eof | Category::Io => RequestError::Syntax { line, column },
    }
}

fn shape_error<T: Named>(line: usize, column: usize) -> RequestError {
    RequestError::Shape {
        what: T::WHAT,
        line,
        column,
        expected: T::EXPECTED,
    }
}

#[cfg(test)]
mod tests;

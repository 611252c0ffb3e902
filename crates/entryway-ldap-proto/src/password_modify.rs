//! The password modify extended operation (RFC 3062): its request's value and its response's.

use crate::DecodeError;
use crate::ber::{Reader, Tag, Writer, utf8};
use entryway_ldap_types::Password;
use zeroize::Zeroizing;

const IDENTITY: Tag = Tag::context(0);
const OLD: Tag = Tag::context(1);
const NEW: Tag = Tag::context(2);
const GENERATED: Tag = Tag::context(0);

/// `PasswdModifyRequestValue`. No `Debug`: it holds passwords.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PasswordModify<'a> {
    /// Whose password: a DN, to most servers. Absent, that of whoever is bound.
    pub identity: Option<&'a str>,
    /// The password as it is. Absent, the server asks for no proof but the bind.
    pub old: Option<&'a [u8]>,
    /// The password as it shall be. Absent, the server makes one.
    pub new: Option<&'a [u8]>,
}

impl<'a> PasswordModify<'a> {
    /// The value to send, wiped when it is dropped.
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let parts = [
            (IDENTITY, self.identity.map(str::as_bytes)),
            (OLD, self.old),
            (NEW, self.new),
        ];
        // All the room at once: a vector that grows leaves a copy that nobody wipes.
        let room = |part: Option<&[u8]>| part.map_or(0, |part| part.len() + 10);
        let room = 10 + parts.iter().map(|(_, part)| room(*part)).sum::<usize>();
        let mut value = Zeroizing::new(Vec::with_capacity(room));
        let place = value.as_ptr();
        Writer::new(&mut value).constructed(Tag::SEQUENCE, |out| {
            for (tag, part) in parts {
                part.iter().for_each(|part| out.primitive(tag, part));
            }
        });
        debug_assert!(place == value.as_ptr(), "a buffer with passwords was moved");
        value
    }

    /// Reads a value that came. No value at all asks for a new password of whoever is bound.
    pub fn decode(value: Option<&'a [u8]>) -> Result<Self, DecodeError> {
        let nothing = Self {
            identity: None,
            old: None,
            new: None,
        };
        let Some(value) = value else {
            return Ok(nothing);
        };
        let mut content = sequence(value, "PasswdModifyRequestValue")?;
        let identity = content.optional(IDENTITY)?;
        let identity = identity
            .map(|identity| utf8(identity, "userIdentity"))
            .transpose()?;
        let (old, new) = (content.optional(OLD)?, content.optional(NEW)?);
        content.ignore_rest()?;
        Ok(Self { identity, old, new })
    }
}

/// Reads a response's value: the password that the server made. `None` where it made none, as it does when the request
/// said the new one.
pub fn decode_generated_password(value: Option<&[u8]>) -> Result<Option<Password>, DecodeError> {
    let Some(value) = value else {
        return Ok(None);
    };
    let mut content = sequence(value, "PasswdModifyResponseValue")?;
    let generated = content.optional(GENERATED)?;
    content.ignore_rest()?;
    let empty = DecodeError::Value { what: "genPasswd" };
    generated
        .map(|made| Password::new(made.to_vec()).map_err(|_| empty))
        .transpose()
}

/// The value of a response with a password that the server made; wiped when it is dropped.
pub fn encode_generated_password(password: &Password) -> Zeroizing<Vec<u8>> {
    let password = password.expose();
    let mut value = Zeroizing::new(Vec::with_capacity(20 + password.len()));
    Writer::new(&mut value).constructed(Tag::SEQUENCE, |out| out.primitive(GENERATED, password));
    value
}

/// The only element of a value, which is a sequence.
fn sequence<'a>(value: &'a [u8], what: &'static str) -> Result<Reader<'a>, DecodeError> {
    let mut outer = Reader::new(value, 1);
    let content = outer.enter(Tag::SEQUENCE, what)?;
    match outer.rest().len() {
        0 => Ok(content),
        count => Err(DecodeError::Trailing { count }),
    }
}

#[cfg(test)]
mod tests;

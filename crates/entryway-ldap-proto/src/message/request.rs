//! Requests, as a server reads them (RFC 4511 §4.2 to §4.12).

use super::{Octets, Texts};
use crate::ber::{Reader, Tag, boolean, utf8};
use crate::redacted::Redacted;
use crate::search::{DerefAliases, scope_from_number};
use crate::{DecodeError, Limits, filter};
use entryway_ldap_types::{Filter, Scope};
use std::fmt;

/// `BindRequest` (RFC 4511 §4.2). No `Debug`: it holds a password.
#[derive(Clone, Copy)]
pub struct BindRequest<'a> {
    /// The protocol version, 1 to 127; only 3 is LDAP as we speak it.
    pub version: u8,
    /// Who wants to be bound.
    pub name: &'a str,
    /// With what.
    pub credentials: Credentials<'a>,
}

/// `AuthenticationChoice`. No `Debug`: it holds a password.
#[derive(Clone, Copy)]
pub enum Credentials<'a> {
    /// A password; an empty one makes the bind anonymous or unauthenticated (RFC 4513 §5.1).
    Simple(&'a [u8]),
    /// A SASL mechanism.
    Sasl {
        /// Its name, such as `EXTERNAL`.
        mechanism: &'a str,
        /// Its credentials; absent and empty differ.
        credentials: Option<&'a [u8]>,
    },
    /// A choice this end does not know; the server answers authMethodNotSupported.
    Other(Tag),
}

impl<'a> BindRequest<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let version = match u8::try_from(op.integer("version")?) {
            Ok(version @ 1..=127) => version,
            _ => return Err(DecodeError::Value { what: "version" }),
        };
        let name = op.text("name")?;
        let credentials = match op.peek().ok_or(DecodeError::Truncated)? {
            tag if tag == Tag::context(0) => Credentials::Simple(op.content(tag, "simple")?),
            tag if tag == Tag::context_constructed(3) => {
                let mut sasl = op.enter(tag, "sasl")?;
                let mechanism = sasl.text("mechanism")?;
                let credentials = sasl.optional(Tag::OCTETS)?;
                sasl.ignore_rest()?;
                Credentials::Sasl {
                    mechanism,
                    credentials,
                }
            }
            _ => Credentials::Other(op.element()?.0),
        };
        op.ignore_rest()?;
        Ok(Self {
            version,
            name,
            credentials,
        })
    }
}

/// `SearchRequest` (RFC 4511 §4.5.1) as received; [`crate::SearchRequest`] is the one to send.
#[derive(Debug, Clone)]
pub struct ReceivedSearch<'a> {
    /// `baseObject`, as spelt.
    pub base: &'a str,
    /// How far below the base.
    pub scope: Scope,
    /// What to do with aliases.
    pub deref: DerefAliases,
    /// Most entries; 0 asks for no limit.
    pub size_limit: u32,
    /// Most seconds; 0 asks for no limit.
    pub time_limit: u32,
    /// Whether values are left out.
    pub types_only: bool,
    /// Which entries.
    pub filter: Filter,
    /// Which attributes, as spelt: `*`, `+` and `1.1` have their meaning (RFC 4511 §4.5.1.8).
    pub attributes: Texts<'a>,
}

impl<'a> ReceivedSearch<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>, limits: &Limits) -> Result<Self, DecodeError> {
        let base = op.text("baseObject")?;
        let scope = scope_from_number(op.enumerated("scope")?)
            .ok_or(DecodeError::Value { what: "scope" })?;
        let deref = DerefAliases::from_number(op.enumerated("derefAliases")?).ok_or(
            DecodeError::Value {
                what: "derefAliases",
            },
        )?;
        let size_limit = op.integer("sizeLimit")?;
        let time_limit = op.integer("timeLimit")?;
        let types_only = op.boolean("typesOnly")?;
        let filter = filter::decode(op, limits)?;
        let attributes =
            Texts::checked(op.enter(Tag::SEQUENCE, "attributes")?, "attribute selector")?;
        op.ignore_rest()?;
        Ok(Self {
            base,
            scope,
            deref,
            size_limit,
            time_limit,
            types_only,
            filter,
            attributes,
        })
    }
}

/// `CompareRequest` (RFC 4511 §4.10).
#[derive(Clone, Copy)]
pub struct CompareRequest<'a> {
    /// The entry's name.
    pub entry: &'a str,
    /// The attribute, as spelt.
    pub attribute: &'a str,
    /// The value it is asked to have.
    pub value: &'a [u8],
}

impl<'a> CompareRequest<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let entry = op.text("entry")?;
        let mut assertion = op.enter(Tag::SEQUENCE, "ava")?;
        let attribute = assertion.text("attributeDesc")?;
        let value = assertion.octets("assertionValue")?;
        assertion.ignore_rest()?;
        op.ignore_rest()?;
        Ok(Self {
            entry,
            attribute,
            value,
        })
    }
}

/// The assertion's value by its length: `userPassword` can be compared.
impl fmt::Debug for CompareRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompareRequest")
            .field("entry", &self.entry)
            .field("attribute", &self.attribute)
            .field("value", &Redacted::new(self.value))
            .finish()
    }
}

/// `ModifyRequest` (RFC 4511 §4.6).
#[derive(Debug, Clone, Copy)]
pub struct ModifyRequest<'a> {
    /// The entry's name.
    pub entry: &'a str,
    /// What is to change, in order.
    pub changes: Changes<'a>,
}

/// The changes of a modify request.
#[derive(Clone, Copy)]
pub struct Changes<'a> {
    rest: Reader<'a>,
}

/// What a change does with its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Adds them.
    Add,
    /// Removes them, or all when none is named.
    Delete,
    /// Puts them in place of what is there.
    Replace,
    /// A kind this end does not know: 3 is increment (RFC 4525).
    Other(u32),
}

impl ChangeKind {
    pub(crate) fn from_number(number: u32) -> Self {
        match number {
            0 => Self::Add,
            1 => Self::Delete,
            2 => Self::Replace,
            other => Self::Other(other),
        }
    }
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::Add => 0,
            Self::Delete => 1,
            Self::Replace => 2,
            Self::Other(number) => number,
        }
    }
}

/// One change.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// What it does.
    pub kind: ChangeKind,
    /// The attribute, as spelt.
    pub attribute: &'a str,
    /// The values.
    pub values: Octets<'a>,
}

impl<'a> ModifyRequest<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let entry = op.text("object")?;
        let changes = Changes {
            rest: op.enter(Tag::SEQUENCE, "changes")?,
        };
        for change in changes {
            change?;
        }
        op.ignore_rest()?;
        Ok(Self { entry, changes })
    }
}

impl<'a> Changes<'a> {
    fn read(&mut self) -> Result<Change<'a>, DecodeError> {
        let mut change = self.rest.enter(Tag::SEQUENCE, "change")?;
        let kind = ChangeKind::from_number(change.enumerated("operation")?);
        let mut modification = change.enter(Tag::SEQUENCE, "modification")?;
        let attribute = modification.text("type")?;
        let values = Octets::checked(modification.enter(Tag::SET, "vals")?, "value")?;
        modification.ignore_rest()?;
        change.ignore_rest()?;
        Ok(Change {
            kind,
            attribute,
            values,
        })
    }
}

impl<'a> Iterator for Changes<'a> {
    type Item = Result<Change<'a>, DecodeError>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let change = self.read();
        if change.is_err() {
            self.rest = Reader::new(&[], 0);
        }
        Some(change)
    }
}

impl fmt::Debug for Changes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// Which attribute is changed how, and how long the values are: passwords are changed this way.
impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("kind", &self.kind)
            .field("attribute", &self.attribute)
            .field("values", &self.values)
            .finish()
    }
}

/// `ExtendedRequest` (RFC 4511 §4.12). No `Debug`: a password modify request holds passwords.
#[derive(Clone, Copy)]
pub struct ExtendedRequest<'a> {
    /// `requestName`, an OID.
    pub name: &'a str,
    /// `requestValue`.
    pub value: Option<&'a [u8]>,
}

impl<'a> ExtendedRequest<'a> {
    pub(crate) fn decode(op: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let name = utf8(op.content(Tag::context(0), "requestName")?, "requestName")?;
        let value = op.optional(Tag::context(1))?;
        op.ignore_rest()?;
        Ok(Self { name, value })
    }
}

/// A request that is not taken apart: the server end refuses it by its kind.
#[derive(Clone, Copy)]
pub struct RawRequest<'a> {
    /// The content octets.
    pub content: &'a [u8],
}

impl fmt::Debug for RawRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("content", &Redacted::new(self.content))
            .finish()
    }
}

/// The optional `BOOLEAN` of an extensible match or a control: absent is false.
pub(crate) fn flag(content: Option<&[u8]>, what: &'static str) -> Result<bool, DecodeError> {
    content.map_or(Ok(false), |content| boolean(content, what))
}

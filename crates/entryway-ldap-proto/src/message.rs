//! `LDAPMessage` (RFC 4511 §4.1.1) decoded in place.
//!
//! Borrows the frame and allocates nothing, but for the filter of a search request. What repeats
//! (attributes, values, changes, controls) is read by iterators. Knows the grammar, not the
//! conversation: whether a message makes sense now is a connection's to say.

mod entry;
mod request;
mod response;
mod sequence;
#[cfg(test)]
mod tests;

pub use entry::{Attributes, PartialAttribute, SearchEntry};
pub(crate) use request::flag;
pub use request::{
    BindRequest, Change, ChangeKind, Changes, CompareRequest, Credentials, ExtendedRequest,
    ModifyRequest, RawRequest, ReceivedSearch,
};
pub use response::{BindResponse, ExtendedResponse, IntermediateResponse, LdapResult};
pub use sequence::{Octets, Texts};

use crate::ber::{Reader, Tag};
use crate::control::Controls;
use crate::{DecodeError, Limits};
use std::fmt;

/// A message id, 0 to 2^31-1. Zero is kept for unsolicited notifications (RFC 4511 §4.1.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(u32);

impl MessageId {
    /// The id of unsolicited notifications.
    pub const UNSOLICITED: Self = Self(0);
    /// The largest id.
    pub const MAX: Self = Self(0x7fff_ffff);

    /// `None` for more than 2^31-1.
    pub const fn new(id: u32) -> Option<Self> {
        if id <= Self::MAX.0 {
            Some(Self(id))
        } else {
            None
        }
    }
    /// As a number.
    pub const fn get(self) -> u32 {
        self.0
    }
    /// The id after this one; after the last comes 1.
    pub(crate) const fn next(self) -> Self {
        if self.0 >= Self::MAX.0 {
            Self(1)
        } else {
            Self(self.0 + 1)
        }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A message, borrowing its frame.
#[derive(Clone)]
pub struct Message<'a> {
    /// What it belongs to.
    pub id: MessageId,
    /// What it asks or answers.
    pub op: Op<'a>,
    /// What modifies it; already checked to be well-formed.
    pub controls: Controls<'a>,
}

/// A protocol operation (RFC 4511 §4.2 to §4.14).
///
/// No `Debug`: a bind request holds a password, and an entry is nobody's log line. [`Op::name`] says what it is.
#[derive(Clone)]
#[allow(missing_docs)] // the names are the RFC's own
pub enum Op<'a> {
    BindRequest(BindRequest<'a>),
    BindResponse(BindResponse<'a>),
    UnbindRequest,
    SearchRequest(ReceivedSearch<'a>),
    SearchResultEntry(SearchEntry<'a>),
    SearchResultDone(LdapResult<'a>),
    SearchResultReference(Texts<'a>),
    ModifyRequest(ModifyRequest<'a>),
    ModifyResponse(LdapResult<'a>),
    AddRequest(RawRequest<'a>),
    AddResponse(LdapResult<'a>),
    DelRequest(RawRequest<'a>),
    DelResponse(LdapResult<'a>),
    ModifyDnRequest(RawRequest<'a>),
    ModifyDnResponse(LdapResult<'a>),
    CompareRequest(CompareRequest<'a>),
    CompareResponse(LdapResult<'a>),
    AbandonRequest(MessageId),
    ExtendedRequest(ExtendedRequest<'a>),
    ExtendedResponse(ExtendedResponse<'a>),
    IntermediateResponse(IntermediateResponse<'a>),
}

/// Identifier octets of the operations.
pub(crate) mod tags {
    use crate::ber::Tag;
    pub(crate) const BIND_REQUEST: Tag = Tag::application_constructed(0);
    pub(crate) const BIND_RESPONSE: Tag = Tag::application_constructed(1);
    pub(crate) const UNBIND_REQUEST: Tag = Tag::application(2);
    pub(crate) const SEARCH_REQUEST: Tag = Tag::application_constructed(3);
    pub(crate) const SEARCH_RESULT_ENTRY: Tag = Tag::application_constructed(4);
    pub(crate) const SEARCH_RESULT_DONE: Tag = Tag::application_constructed(5);
    pub(crate) const MODIFY_REQUEST: Tag = Tag::application_constructed(6);
    pub(crate) const MODIFY_RESPONSE: Tag = Tag::application_constructed(7);
    pub(crate) const ADD_REQUEST: Tag = Tag::application_constructed(8);
    pub(crate) const ADD_RESPONSE: Tag = Tag::application_constructed(9);
    pub(crate) const DEL_REQUEST: Tag = Tag::application(10);
    pub(crate) const DEL_RESPONSE: Tag = Tag::application_constructed(11);
    pub(crate) const MODIFY_DN_REQUEST: Tag = Tag::application_constructed(12);
    pub(crate) const MODIFY_DN_RESPONSE: Tag = Tag::application_constructed(13);
    pub(crate) const COMPARE_REQUEST: Tag = Tag::application_constructed(14);
    pub(crate) const COMPARE_RESPONSE: Tag = Tag::application_constructed(15);
    pub(crate) const ABANDON_REQUEST: Tag = Tag::application(16);
    pub(crate) const SEARCH_RESULT_REFERENCE: Tag = Tag::application_constructed(19);
    pub(crate) const EXTENDED_REQUEST: Tag = Tag::application_constructed(23);
    pub(crate) const EXTENDED_RESPONSE: Tag = Tag::application_constructed(24);
    pub(crate) const INTERMEDIATE_RESPONSE: Tag = Tag::application_constructed(25);
    pub(crate) const CONTROLS: Tag = Tag::context_constructed(0);
}

/// Levels that a message takes around a filter: the message, the operation, and the sequence of a
/// substring assertion with its parts.
const ENVELOPE_LEVELS: u8 = 4;

impl<'a> Message<'a> {
    /// Decodes one whole frame, as [`crate::frame_length`] delimits it.
    pub fn decode(frame: &'a [u8], limits: &Limits) -> Result<Self, DecodeError> {
        let mut outer = Reader::new(frame, limits.nesting.saturating_add(ENVELOPE_LEVELS));
        let mut message = outer.enter(Tag::SEQUENCE, "an LDAP message")?;
        if !outer.is_empty() {
            return Err(DecodeError::Trailing {
                count: outer.rest().len(),
            });
        }
        let id = MessageId(message.integer("messageID")?);
        let op = Op::decode(&mut message, limits)?;
        let controls = match message.enter_optional(tags::CONTROLS)? {
            Some(sequence) => Controls::checked(sequence, limits)?,
            None => Controls::none(),
        };
        refuse_more_controls(message)?;
        Ok(Self { id, op, controls })
    }
}

/// Walks over what a later version may have added to the envelope. Controls are not that: a second
/// row of them, or one behind an element that is not known, would be passed over with what it says.
fn refuse_more_controls(mut rest: Reader<'_>) -> Result<(), DecodeError> {
    while !rest.is_empty() {
        if let (found @ tags::CONTROLS, _) = rest.element()? {
            return Err(DecodeError::Tag {
                expected: "the end of the message",
                found,
            });
        }
    }
    Ok(())
}

impl<'a> Op<'a> {
    fn decode(message: &mut Reader<'a>, limits: &Limits) -> Result<Self, DecodeError> {
        let tag = message.peek().ok_or(DecodeError::Truncated)?;
        match tag {
            tags::UNBIND_REQUEST => return message.element().map(|_| Self::UnbindRequest),
            tags::DEL_REQUEST => {
                return message
                    .element()
                    .map(|(_, content)| Self::DelRequest(RawRequest { content }));
            }
            tags::ABANDON_REQUEST => {
                let (_, content) = message.element()?;
                return crate::ber::natural(content, "messageID")
                    .map(|id| Self::AbandonRequest(MessageId(id)));
            }
            _ => {}
        }
        let (_, mut op) = message.enter_any()?;
        Ok(match tag {
            tags::SEARCH_RESULT_ENTRY => Self::SearchResultEntry(SearchEntry::decode(&mut op)?),
            tags::SEARCH_RESULT_DONE => {
                Self::SearchResultDone(LdapResult::decode_alone(&mut op, limits)?)
            }
            tags::BIND_RESPONSE => Self::BindResponse(BindResponse::decode(&mut op, limits)?),
            tags::SEARCH_RESULT_REFERENCE => {
                Self::SearchResultReference(Texts::urls(op, "URI", limits)?)
            }
            tags::BIND_REQUEST => Self::BindRequest(BindRequest::decode(&mut op)?),
            tags::SEARCH_REQUEST => Self::SearchRequest(ReceivedSearch::decode(&mut op, limits)?),
            tags::MODIFY_REQUEST => Self::ModifyRequest(ModifyRequest::decode(&mut op)?),
            tags::MODIFY_RESPONSE => {
                Self::ModifyResponse(LdapResult::decode_alone(&mut op, limits)?)
            }
            tags::ADD_REQUEST => Self::AddRequest(RawRequest { content: op.rest() }),
            tags::ADD_RESPONSE => Self::AddResponse(LdapResult::decode_alone(&mut op, limits)?),
            tags::DEL_RESPONSE => Self::DelResponse(LdapResult::decode_alone(&mut op, limits)?),
            tags::MODIFY_DN_REQUEST => Self::ModifyDnRequest(RawRequest { content: op.rest() }),
            tags::MODIFY_DN_RESPONSE => {
                Self::ModifyDnResponse(LdapResult::decode_alone(&mut op, limits)?)
            }
            tags::COMPARE_REQUEST => Self::CompareRequest(CompareRequest::decode(&mut op)?),
            tags::COMPARE_RESPONSE => {
                Self::CompareResponse(LdapResult::decode_alone(&mut op, limits)?)
            }
            tags::EXTENDED_REQUEST => Self::ExtendedRequest(ExtendedRequest::decode(&mut op)?),
            tags::EXTENDED_RESPONSE => {
                Self::ExtendedResponse(ExtendedResponse::decode(&mut op, limits)?)
            }
            tags::INTERMEDIATE_RESPONSE => {
                Self::IntermediateResponse(IntermediateResponse::decode(&mut op)?)
            }
            found => {
                return Err(DecodeError::Tag {
                    expected: "an operation",
                    found,
                });
            }
        })
    }

    /// The operation's name in the RFC's spelling.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BindRequest(_) => "bindRequest",
            Self::BindResponse(_) => "bindResponse",
            Self::UnbindRequest => "unbindRequest",
            Self::SearchRequest(_) => "searchRequest",
            Self::SearchResultEntry(_) => "searchResEntry",
            Self::SearchResultDone(_) => "searchResDone",
            Self::SearchResultReference(_) => "searchResRef",
            Self::ModifyRequest(_) => "modifyRequest",
            Self::ModifyResponse(_) => "modifyResponse",
            Self::AddRequest(_) => "addRequest",
            Self::AddResponse(_) => "addResponse",
            Self::DelRequest(_) => "delRequest",
            Self::DelResponse(_) => "delResponse",
            Self::ModifyDnRequest(_) => "modDNRequest",
            Self::ModifyDnResponse(_) => "modDNResponse",
            Self::CompareRequest(_) => "compareRequest",
            Self::CompareResponse(_) => "compareResponse",
            Self::AbandonRequest(_) => "abandonRequest",
            Self::ExtendedRequest(_) => "extendedReq",
            Self::ExtendedResponse(_) => "extendedResp",
            Self::IntermediateResponse(_) => "intermediateResponse",
        }
    }

    /// Whether a client sends it.
    pub fn is_request(&self) -> bool {
        matches!(
            self,
            Self::BindRequest(_)
                | Self::UnbindRequest
                | Self::SearchRequest(_)
                | Self::ModifyRequest(_)
                | Self::AddRequest(_)
                | Self::DelRequest(_)
                | Self::ModifyDnRequest(_)
                | Self::CompareRequest(_)
                | Self::AbandonRequest(_)
                | Self::ExtendedRequest(_)
        )
    }
}

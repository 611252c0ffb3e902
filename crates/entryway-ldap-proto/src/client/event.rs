//! What a client connection tells its owner.

use crate::control::Controls;
use crate::message::{BindResponse, LdapResult};
use crate::redacted::Redacted;
use crate::{DecodeError, EntryError, MessageId, ReceivedControl, control, oid};
use bytes::Bytes;
use entryway_ldap_types::{Entry, PasswordPolicy, ResultCode};
use std::fmt;

/// Something the server said, matched to what was asked.
pub enum Event {
    /// An entry of a search.
    Entry {
        /// The search.
        id: MessageId,
        /// The entry; its values share the frame's memory.
        entry: Entry,
    },
    /// Where a part of a search continues.
    Reference {
        /// The search.
        id: MessageId,
        /// Alternatives, as spelt.
        urls: Vec<Box<str>>,
    },
    /// A search is over.
    SearchDone {
        /// The search.
        id: MessageId,
        /// How it ended.
        result: OperationResult,
        /// What came with it: a page's cookie, say.
        controls: Vec<ReceivedControl>,
    },
    /// A bind is over.
    BindDone {
        /// The bind.
        id: MessageId,
        /// How it ended.
        result: BindResult,
    },
    /// A modify is over.
    ModifyDone {
        /// The modify.
        id: MessageId,
        /// How it ended.
        result: OperationResult,
        /// What came with it.
        controls: Vec<ReceivedControl>,
    },
    /// A compare is over: its answer is the code, compareTrue or compareFalse.
    CompareDone {
        /// The compare.
        id: MessageId,
        /// How it ended.
        result: OperationResult,
    },
    /// An extended operation is over; StartTLS is one.
    ExtendedDone {
        /// The operation.
        id: MessageId,
        /// How it ended.
        result: OperationResult,
        /// `responseName`.
        name: Option<Box<str>>,
        /// `responseValue`.
        value: Option<Bytes>,
        /// What came with it: why a password was not changed, say.
        controls: Vec<ReceivedControl>,
    },
    /// Something in between; the operation goes on.
    Intermediate {
        /// The operation.
        id: MessageId,
        /// `responseName`.
        name: Option<Box<str>>,
        /// `responseValue`.
        value: Option<Bytes>,
    },
    /// A search returned more entries than were allowed when it was submitted, or references without
    /// end. It is abandoned; nothing more comes of it.
    SearchOverflow {
        /// The search.
        id: MessageId,
    },
    /// A search returned an entry whose names cannot be read. It is abandoned; nothing more comes of it.
    UnreadableEntry {
        /// The search.
        id: MessageId,
        /// Why.
        error: EntryError,
    },
    /// A late reply to something abandoned; there is nothing to do.
    Stale(MessageId),
    /// The server ends the connection (RFC 4511 §4.4.1). Nothing that is outstanding will be answered.
    NoticeOfDisconnection {
        /// Why.
        code: ResultCode,
        /// The server's words.
        diagnostic: Box<str>,
    },
    /// Another unsolicited notification, to be ignored (RFC 4511 §4.4).
    UnknownNotice {
        /// Its OID.
        name: Option<Box<str>>,
    },
}

impl Event {
    /// The operation that this belongs to; `None` for what concerns the connection.
    pub fn id(&self) -> Option<MessageId> {
        match self {
            Self::Entry { id, .. }
            | Self::Reference { id, .. }
            | Self::SearchDone { id, .. }
            | Self::BindDone { id, .. }
            | Self::ModifyDone { id, .. }
            | Self::CompareDone { id, .. }
            | Self::ExtendedDone { id, .. }
            | Self::Intermediate { id, .. }
            | Self::SearchOverflow { id }
            | Self::UnreadableEntry { id, .. }
            | Self::Stale(id) => Some(*id),
            Self::NoticeOfDisconnection { .. } | Self::UnknownNotice { .. } => None,
        }
    }
    /// Whether its operation is over with this.
    pub fn is_final(&self) -> bool {
        !matches!(
            self,
            Self::Entry { .. }
                | Self::Reference { .. }
                | Self::Intermediate { .. }
                | Self::Stale(_)
                | Self::NoticeOfDisconnection { .. }
                | Self::UnknownNotice { .. }
        )
    }
    /// What kind of event it is, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Entry { .. } => "entry",
            Self::Reference { .. } => "reference",
            Self::SearchDone { .. } => "search done",
            Self::BindDone { .. } => "bind done",
            Self::ModifyDone { .. } => "modify done",
            Self::CompareDone { .. } => "compare done",
            Self::ExtendedDone { .. } => "extended done",
            Self::Intermediate { .. } => "intermediate",
            Self::SearchOverflow { .. } => "search overflow",
            Self::UnreadableEntry { .. } => "unreadable entry",
            Self::Stale(_) => "stale",
            Self::NoticeOfDisconnection { .. } => "notice of disconnection",
            Self::UnknownNotice { .. } => "unknown notice",
        }
    }
}

/// The kind and the id alone: attribute values are nobody's log line.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id() {
            Some(id) => write!(f, "{} of message {id}", self.name()),
            None => f.write_str(self.name()),
        }
    }
}

/// How an operation ended, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationResult {
    /// The code, known or not.
    pub code: ResultCode,
    /// The last entry that was found on the way to the base.
    pub matched_dn: Box<str>,
    /// The server's words, for people.
    pub diagnostic: Box<str>,
    /// Where to ask instead, as spelt.
    pub referrals: Vec<Box<str>>,
}

impl OperationResult {
    pub(super) fn new(result: &LdapResult<'_>) -> Self {
        Self {
            code: result.code,
            matched_dn: result.matched_dn_text().into(),
            diagnostic: result.diagnostic_text().into(),
            referrals: result.referrals.to_boxes(),
        }
    }
}

/// How a bind ended, owned.
#[derive(Clone, PartialEq, Eq)]
pub struct BindResult {
    /// The code, known or not.
    pub code: ResultCode,
    /// The last entry that was found on the way to the name.
    pub matched_dn: Box<str>,
    /// The server's words: Active Directory tells its sub-error here.
    pub diagnostic: Box<str>,
    /// Where to bind instead, as spelt. Never followed: the password goes nowhere else.
    pub referrals: Vec<Box<str>>,
    /// What the password policy control says, if it came.
    pub policy: Option<PasswordPolicy>,
    /// `serverSaslCreds`.
    pub sasl_credentials: Option<Bytes>,
    /// The other controls.
    pub controls: Vec<ReceivedControl>,
}

impl fmt::Debug for BindResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BindResult")
            .field("code", &self.code)
            .field("matched_dn", &self.matched_dn)
            .field("diagnostic", &self.diagnostic)
            .field("referrals", &self.referrals)
            .field("policy", &self.policy)
            .field(
                "sasl_credentials",
                &Redacted::option(self.sasl_credentials.as_deref()),
            )
            .field("controls", &self.controls)
            .finish()
    }
}

impl BindResult {
    pub(super) fn new(
        response: &BindResponse<'_>,
        controls: Controls<'_>,
        frame: &Bytes,
    ) -> Result<Self, DecodeError> {
        let OperationResult {
            code,
            matched_dn,
            diagnostic,
            referrals,
        } = OperationResult::new(&response.result);
        let policy = controls.find_only(oid::PASSWORD_POLICY)?;
        let policy = policy
            .map(|control| control::decode_password_policy(control.value))
            .transpose()?;
        let mut controls = controls.to_received(frame);
        controls.retain(|control| &*control.oid != oid::PASSWORD_POLICY);
        let sasl_credentials = response
            .sasl_credentials
            .map(|creds| crate::frame::slice_of(frame, creds));
        Ok(Self {
            code,
            matched_dn,
            diagnostic,
            referrals,
            policy,
            sasl_credentials,
            controls,
        })
    }
}

//! One client's conversation: who is bound, and what each request is answered.
//!
//! Owns no socket and waits for nothing: frames go in, replies gather in the codec's buffer.

mod answer;

use crate::directory::Directory;
use crate::options::Dialect;
use crate::record::{BindKind, Kind, Operation, Received};
use crate::server::Shared;
use bytes::{Bytes, BytesMut};
use entryway_ldap_proto::control::PagedResults;
use entryway_ldap_proto::message::{Credentials, ReceivedSearch};
use entryway_ldap_proto::server::{Connection, Reply};
use entryway_ldap_proto::{Message, Op, ProtocolError, oid};
use entryway_ldap_types::ResultCode;
use std::sync::Arc;

/// What the owner of the socket does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Writes the replies and reads on.
    Go,
    /// Writes the replies and closes.
    Close,
    /// Writes the replies and starts TLS.
    StartTls,
    /// Writes the replies and drops the connection, without the farewell of TLS.
    #[cfg(feature = "faults")]
    Drop,
    /// Answers nothing any more, and waits for the client to close.
    #[cfg(feature = "faults")]
    Stall,
}

impl Next {
    /// Whether no request is read any more.
    pub(crate) fn ends_reading(self) -> bool {
        match self {
            Self::Close | Self::StartTls => true,
            #[cfg(feature = "faults")]
            Self::Drop => true,
            _ => false,
        }
    }
}

/// A conversation.
pub(crate) struct Session {
    shared: Arc<Shared>,
    /// What it was when the connection was accepted: a conversation sees one state of the entries.
    directory: Arc<Directory>,
    /// Counted from 1.
    number: u64,
    pub(crate) codec: Connection,
    tls: bool,
    /// The entry that is bound.
    bound: Option<usize>,
    /// Only a change of the password is allowed.
    must_change: bool,
    #[cfg(feature = "faults")]
    pub(crate) faults: crate::faults::Applied,
}

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, number: u64, tls: bool) -> Self {
        Self {
            directory: shared.directory(),
            number,
            codec: Connection::new(entryway_ldap_proto::Limits::SERVER),
            tls,
            bound: None,
            must_change: false,
            #[cfg(feature = "faults")]
            faults: crate::faults::Applied::default(),
            shared,
        }
    }
    /// Which connection of the server's this is.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
    /// TLS stands. Whoever was bound is not any more (RFC 4511 §4.14.2 leaves it to the server).
    pub(crate) fn tls_established(&mut self) {
        self.tls = true;
        self.bound = None;
        self.must_change = false;
    }

    /// Takes one frame.
    pub(crate) fn take(&mut self, frame: &[u8]) -> Result<Next, ProtocolError> {
        let message = self.codec.request(frame)?;
        let operation = describe(&message);
        let kind = operation.kind();
        let received = Received {
            connection: self.number,
            id: message.id.get(),
            tls: self.tls,
            operation,
        };
        self.shared.record.log(received);
        #[cfg(feature = "faults")]
        {
            let id_before = self.faults.note(message.id);
            if let Some(fault) = self.shared.faults.next(kind, self.number) {
                return Ok(self.misbehave(fault, kind, message, id_before));
            }
        }
        Ok(self.answer(kind, &message))
    }

    /// Answers as a server should.
    pub(crate) fn answer(&mut self, kind: Kind, message: &Message<'_>) -> Next {
        match &message.op {
            Op::BindRequest(bind) => self.bind(message, bind),
            Op::SearchRequest(search) => self.search(message, search),
            Op::CompareRequest(compare) => self.compare(message.id, compare),
            Op::ExtendedRequest(request) if kind == Kind::StartTls => {
                return self.start_tls(message.id, request);
            }
            Op::ExtendedRequest(request) => self.extended(message.id, request),
            // Everything is answered before the next request is looked at: there is nothing to stop.
            Op::AbandonRequest(_) => self.shared.record.count(|counters| counters.abandons += 1),
            Op::UnbindRequest => {
                self.shared.record.count(|counters| counters.unbinds += 1);
                return Next::Close;
            }
            _ => self.refuse_update(message),
        }
        Next::Go
    }

    #[cfg(feature = "faults")]
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Moves the replies so far to `output`.
    pub(crate) fn take_replies(&mut self, output: &mut BytesMut) {
        let outbound = self.codec.outbound();
        output.extend_from_slice(outbound.as_slice());
        outbound.consume(outbound.len());
        #[cfg(feature = "faults")]
        output.extend_from_slice(&self.faults.take_raw());
    }

    /// Writes what comes unasked: nothing, unless a fault is at work.
    pub(crate) fn go_on(&mut self) {
        #[cfg(feature = "faults")]
        self.endless_entries();
    }

    /// Waits for a reply that comes later than its turn: only faults hold replies back.
    pub(crate) async fn late(&mut self) -> Bytes {
        #[cfg(feature = "faults")]
        return self.faults.late().await;
        #[cfg(not(feature = "faults"))]
        std::future::pending().await
    }

    /// Says why the connection ends (RFC 4511 §4.4.1).
    pub(crate) fn protocol_error(&mut self) {
        self.shared
            .record
            .count(|counters| counters.protocol_errors += 1);
        let notice = Reply::new(ResultCode::PROTOCOL_ERROR, "the request cannot be decoded");
        self.codec.notice_of_disconnection(&notice);
    }

    /// Whether whoever is bound, or nobody, may read; if not, what to answer.
    fn denial(&self) -> Option<Reply<'static>> {
        if self.must_change {
            let words = "Operations are restricted to bind/unbind/abandon/StartTLS/modify password";
            return Some(Reply::new(ResultCode::INSUFFICIENT_ACCESS_RIGHTS, words));
        }
        if self.bound.is_some() || !self.shared.options.require_bind {
            return None;
        }
        Some(match self.shared.options.dialect {
            Dialect::OpenLdap => Reply::new(
                ResultCode::STRONGER_AUTH_REQUIRED,
                "authentication required",
            ),
            Dialect::ActiveDirectory { .. } => Reply::new(
                ResultCode::OPERATIONS_ERROR,
                "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, v1db1",
            ),
        })
    }
}

/// A request as the log keeps it.
fn describe(message: &Message<'_>) -> Operation {
    match &message.op {
        Op::BindRequest(bind) => Operation::Bind {
            name: bind.name.to_owned(),
            kind: match bind.credentials {
                Credentials::Simple([]) if bind.name.is_empty() => BindKind::Anonymous,
                Credentials::Simple([]) => BindKind::EmptyPassword,
                Credentials::Simple(_) => BindKind::Simple,
                Credentials::Sasl { mechanism, .. } => BindKind::Sasl(mechanism.to_owned()),
                Credentials::Other(_) => BindKind::Unknown,
            },
        },
        Op::SearchRequest(search) => Operation::Search {
            base: search.base.to_owned(),
            scope: search.scope,
            filter: search.filter.clone(),
            attributes: search.attributes.map(str::to_owned).collect(),
            size_limit: search.size_limit,
            page: page(message).and_then(Result::ok).map(|page| page.size),
        },
        Op::CompareRequest(compare) => Operation::Compare {
            entry: compare.entry.to_owned(),
            attribute: compare.attribute.to_owned(),
        },
        Op::AbandonRequest(id) => Operation::Abandon(id.get()),
        Op::UnbindRequest => Operation::Unbind,
        Op::ExtendedRequest(request) if request.name == oid::START_TLS => Operation::StartTls,
        Op::ExtendedRequest(request) => Operation::Extended(request.name.to_owned()),
        other => Operation::Update(other.name()),
    }
}

/// The page that a request asks for.
fn page(message: &Message<'_>) -> Option<Result<PagedResults, entryway_ldap_proto::DecodeError>> {
    message
        .controls
        .find(oid::PAGED_RESULTS)
        .map(|control| PagedResults::decode(control.value.unwrap_or_default()))
}

/// Whether a search asks for the root DSE.
fn is_root_dse(search: &ReceivedSearch<'_>) -> bool {
    search.base.is_empty() && search.scope == entryway_ldap_types::Scope::Base
}

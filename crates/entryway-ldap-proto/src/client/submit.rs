//! What a client asks: each operation becomes bytes in the outbound buffer and a slot that waits.

use super::outstanding::{Kind, Slot};
use super::{Connection, Phase};
use crate::ber::{Tag, Writer};
use crate::control::{request_controls_room, write_request_controls};
use crate::message::{ChangeKind, tags};
use crate::{EncodeError, MessageId, RequestControl, SearchRequest, oid};
use entryway_ldap_types::{AttributeName, Password};

/// Why an operation is not submitted. Nothing was written and nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// A bind or StartTLS while operations are outstanding (RFC 4511 §4.2.1, §4.14.1).
    #[error("{count} operations are outstanding, expected none before a bind or StartTLS")]
    Outstanding {
        /// How many.
        count: usize,
    },
    /// Anything while a bind, StartTLS or its handshake is under way.
    #[error("a bind or StartTLS is under way, expected its end first")]
    Exclusive,
    /// The connection ended, or owes too many abandoned answers.
    #[error("the connection takes no more operations")]
    Ended,
    /// As many operations are outstanding as [`crate::Limits`] allow.
    #[error("{limit} operations are outstanding, which is the limit")]
    TooMany {
        /// The bound.
        limit: usize,
    },
    /// A simple bind without a name, or with one of blanks and control characters alone: a server may
    /// take it for an anonymous one (RFC 4513 §5.1.1) and answer success.
    #[error("a bind with a password has no name")]
    EmptyName,
    /// A bind or StartTLS is to be abandoned: the connection must be closed instead (RFC 4511 §4.11).
    #[error("a bind or StartTLS cannot be abandoned")]
    NotAbandonable,
    /// The message cannot be written.
    #[error("the message cannot be encoded")]
    Encode(#[from] EncodeError),
}

/// One change of a modify. No `Debug`: passwords are changed this way.
#[derive(Clone, Copy)]
pub struct Modification<'a> {
    /// What it does.
    pub kind: ChangeKind,
    /// The attribute.
    pub attribute: &'a AttributeName,
    /// The values.
    pub values: &'a [&'a [u8]],
}

/// Octets that an envelope, its headers, and the longest length fields take, generously.
const ENVELOPE_ROOM: usize = 96;

impl Connection {
    /// Submits a search. More than `max_entries` entries abandon it: [`super::Event::SearchOverflow`].
    /// (The request's own `size_limit` only asks the server; this one holds.)
    pub fn search(
        &mut self,
        request: &SearchRequest,
        max_entries: u32,
        controls: &[RequestControl],
    ) -> Result<MessageId, SubmitError> {
        self.may_submit()?;
        let id = self.free_id();
        let limit = self.limits.message_bytes;
        self.outbound.append(ENVELOPE_ROOM + 256, |out| {
            let before = out.len();
            message(out, id, controls, |out| request.encode(out))?;
            match out.len() - before {
                found if found > limit => Err(EncodeError::TooLong { found, limit }),
                _ => Ok(()),
            }
        })?;
        Ok(self.submitted(id, Kind::Search, max_entries))
    }

    /// Submits a simple bind. The password's bytes in the outbound buffer are wiped as they are taken off.
    pub fn bind_simple(
        &mut self,
        dn: &str,
        password: &Password,
        controls: &[RequestControl],
    ) -> Result<MessageId, SubmitError> {
        // A name of blanks is the empty name to whoever parses it, and one of NULs to whoever writes C.
        if dn.chars().all(|c| c.is_whitespace() || c.is_control()) {
            return Err(SubmitError::EmptyName);
        }
        self.bind(dn, controls, password.expose().len(), |out| {
            out.primitive(Tag::context(0), password.expose());
        })
    }

    /// Submits an anonymous bind (RFC 4513 §5.1.1).
    pub fn bind_anonymous(
        &mut self,
        controls: &[RequestControl],
    ) -> Result<MessageId, SubmitError> {
        self.bind("", controls, 0, |out| out.primitive(Tag::context(0), b""))
    }

    /// Submits a SASL EXTERNAL bind (RFC 4513 §5.2.3). Without an authorization identity, or with an empty one
    /// (RFC 4422, appendix A), the server derives one from the client's certificate; servers that wait for a response
    /// where there is none, as those with Cyrus SASL do, need the empty one.
    pub fn bind_external(
        &mut self,
        identity: Option<&str>,
        controls: &[RequestControl],
    ) -> Result<MessageId, SubmitError> {
        self.bind("", controls, identity.map_or(0, str::len), |out| {
            out.constructed(Tag::context_constructed(3), |out| {
                out.octets(b"EXTERNAL");
                identity
                    .iter()
                    .for_each(|identity| out.octets(identity.as_bytes()));
            });
        })
    }

    fn bind(
        &mut self,
        dn: &str,
        controls: &[RequestControl],
        credentials_room: usize,
        credentials: impl FnOnce(&mut Writer<'_>),
    ) -> Result<MessageId, SubmitError> {
        self.may_submit_alone()?;
        let id = self.free_id();
        let room = ENVELOPE_ROOM + dn.len() + credentials_room + request_controls_room(controls);
        self.outbound.append_secret(room, |out| {
            message_infallible(out, id, controls, |out| {
                out.constructed(tags::BIND_REQUEST, |out| {
                    out.integer(Tag::INTEGER, 3);
                    out.octets(dn.as_bytes());
                    credentials(out);
                });
            });
        });
        self.phase = Phase::Binding;
        Ok(self.submitted(id, Kind::Bind, 0))
    }

    /// Submits StartTLS. When it succeeds nothing may be sent before [`Connection::tls_established`];
    /// when it is refused, with whatever code, the connection has ended.
    pub fn start_tls(&mut self) -> Result<MessageId, SubmitError> {
        self.may_submit_alone()?;
        if self.abandoned.len() > 0 {
            // A late answer could not be told from bytes that somebody put in front of the handshake.
            return Err(SubmitError::Outstanding {
                count: self.abandoned.len(),
            });
        }
        let id = self.free_id();
        self.write_extended(id, oid::START_TLS, None, &[]);
        self.phase = Phase::StartingTls;
        Ok(self.submitted(id, Kind::StartTls, 0))
    }

    /// Submits an extended operation. StartTLS has [`Connection::start_tls`], which this becomes.
    pub fn extended(
        &mut self,
        name: &str,
        value: Option<&[u8]>,
        controls: &[RequestControl],
    ) -> Result<MessageId, SubmitError> {
        if name == oid::START_TLS {
            return self.start_tls();
        }
        self.may_submit()?;
        let id = self.free_id();
        self.write_extended(id, name, value, controls);
        Ok(self.submitted(id, Kind::Extended, 0))
    }

    fn write_extended(
        &mut self,
        id: MessageId,
        name: &str,
        value: Option<&[u8]>,
        controls: &[RequestControl],
    ) {
        let room = ENVELOPE_ROOM
            + name.len()
            + value.map_or(0, <[u8]>::len)
            + request_controls_room(controls);
        // A password modify request (RFC 3062) holds passwords.
        self.outbound.append_secret(room, |out| {
            message_infallible(out, id, controls, |out| {
                out.constructed(tags::EXTENDED_REQUEST, |out| {
                    out.primitive(Tag::context(0), name.as_bytes());
                    value
                        .iter()
                        .for_each(|value| out.primitive(Tag::context(1), value));
                });
            });
        });
    }

    /// Submits a compare: whether an entry has a value.
    pub fn compare(
        &mut self,
        dn: &str,
        attribute: &AttributeName,
        value: &[u8],
        controls: &[RequestControl],
    ) -> Result<MessageId, SubmitError> {
        self.may_submit()?;
        let id = self.free_id();
        let name = attribute.as_str();
        let room =
            ENVELOPE_ROOM + dn.len() + name.len() + value.len() + request_controls_room(controls);
        // A compare of `userPassword` holds one.
        self.outbound.append_secret(room, |out| {
            message_infallible(out, id, controls, |out| {
                out.constructed(tags::COMPARE_REQUEST, |out| {
                    out.octets(dn.as_bytes());
                    out.constructed(Tag::SEQUENCE, |out| {
                        out.octets(name.as_bytes());
                        out.octets(value);
                    });
                });
            });
        });
        Ok(self.submitted(id, Kind::Compare, 0))
    }

    /// Submits a modify.
    pub fn modify(
        &mut self,
        dn: &str,
        changes: &[Modification<'_>],
        controls: &[RequestControl],
    ) -> Result<MessageId, SubmitError> {
        self.may_submit()?;
        let id = self.free_id();
        let values = |change: &Modification<'_>| {
            change
                .values
                .iter()
                .map(|value| value.len() + 10)
                .sum::<usize>()
        };
        let change_room =
            |change: &Modification<'_>| 64 + change.attribute.as_str().len() + values(change);
        let room = ENVELOPE_ROOM
            + dn.len()
            + changes.iter().map(change_room).sum::<usize>()
            + request_controls_room(controls);
        self.outbound.append_secret(room, |out| {
            message_infallible(out, id, controls, |out| {
                out.constructed(tags::MODIFY_REQUEST, |out| {
                    out.octets(dn.as_bytes());
                    out.constructed(Tag::SEQUENCE, |out| {
                        changes.iter().for_each(|change| write_change(change, out))
                    });
                });
            });
        });
        Ok(self.submitted(id, Kind::Modify, 0))
    }

    /// Gives an operation up: tells the server, and passes over what it still answers. Whether it was
    /// outstanding: it may have been answered meanwhile, which is no error.
    pub fn abandon(&mut self, id: MessageId) -> Result<bool, SubmitError> {
        if self.phase == Phase::Ended {
            return Err(SubmitError::Ended);
        }
        let Some(at) = self.outstanding.position(id) else {
            return Ok(false);
        };
        if !self.outstanding.kind(at).can_be_abandoned() {
            return Err(SubmitError::NotAbandonable);
        }
        self.give_up(id, at);
        Ok(true)
    }

    /// Says goodbye. The server closes; nothing that is outstanding will be answered.
    pub fn unbind(&mut self) -> Result<(), SubmitError> {
        match self.phase {
            Phase::Ended => return Err(SubmitError::Ended),
            // The next bytes there are the handshake's.
            Phase::StartingTls | Phase::AwaitingTls => return Err(SubmitError::Exclusive),
            Phase::Open | Phase::Binding => {}
        }
        let id = self.free_id();
        self.outbound.append_secret(ENVELOPE_ROOM, |out| {
            message_infallible(out, id, &[], |out| out.primitive(tags::UNBIND_REQUEST, b""));
        });
        self.last_id = id;
        self.phase = Phase::Ended;
        Ok(())
    }

    /// An abandon has an id of its own and no answer (RFC 4511 §4.11).
    pub(super) fn send_abandon(&mut self, abandoned: MessageId) {
        let id = self.free_id();
        self.outbound.append_secret(ENVELOPE_ROOM, |out| {
            message_infallible(out, id, &[], |out| {
                out.integer(tags::ABANDON_REQUEST, abandoned.get())
            });
        });
        self.last_id = id;
    }

    fn may_submit(&self) -> Result<(), SubmitError> {
        match self.phase {
            Phase::Ended => Err(SubmitError::Ended),
            Phase::Binding | Phase::StartingTls | Phase::AwaitingTls => Err(SubmitError::Exclusive),
            Phase::Open if self.must_close() => Err(SubmitError::Ended),
            Phase::Open if self.outstanding.len() >= self.limits.outstanding => {
                Err(SubmitError::TooMany {
                    limit: self.limits.outstanding,
                })
            }
            Phase::Open => Ok(()),
        }
    }

    fn may_submit_alone(&self) -> Result<(), SubmitError> {
        self.may_submit()?;
        match self.outstanding.len() {
            0 => Ok(()),
            count => Err(SubmitError::Outstanding { count }),
        }
    }

    /// The next id that nothing outstanding and nothing abandoned has.
    fn free_id(&mut self) -> MessageId {
        let mut id = self.last_id.next();
        self.wrapped |= id < self.last_id;
        // Only a second round can meet an id in use; there are far fewer of them than ids.
        while self.wrapped
            && (self.outstanding.position(id).is_some() || self.abandoned.kind(id).is_some())
        {
            id = id.next();
        }
        id
    }

    fn submitted(&mut self, id: MessageId, kind: Kind, entries_left: u32) -> MessageId {
        self.last_id = id;
        self.outstanding.push(Slot {
            id,
            kind,
            entries_left,
            side_replies_left: self.limits.side_replies,
        });
        id
    }
}

fn write_change(change: &Modification<'_>, out: &mut Writer<'_>) {
    out.constructed(Tag::SEQUENCE, |out| {
        out.integer(Tag::ENUMERATED, change.kind.number());
        out.constructed(Tag::SEQUENCE, |out| {
            out.octets(change.attribute.as_str().as_bytes());
            out.constructed(Tag::SET, |out| {
                change.values.iter().for_each(|value| out.octets(value))
            });
        });
    });
}

/// Writes an `LDAPMessage` around an operation.
fn message<E>(
    out: &mut Vec<u8>,
    id: MessageId,
    controls: &[RequestControl],
    op: impl FnOnce(&mut Writer<'_>) -> Result<(), E>,
) -> Result<(), E> {
    Writer::new(out).constructed(Tag::SEQUENCE, |out| {
        out.integer(Tag::INTEGER, id.get());
        op(out)?;
        write_request_controls(controls, out);
        Ok(())
    })
}

fn message_infallible(
    out: &mut Vec<u8>,
    id: MessageId,
    controls: &[RequestControl],
    op: impl FnOnce(&mut Writer<'_>),
) {
    let Ok(()) = message(out, id, controls, |out| {
        op(out);
        Ok::<(), std::convert::Infallible>(())
    });
}

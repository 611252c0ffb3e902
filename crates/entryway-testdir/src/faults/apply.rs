//! How each fault is done to a connection.

use super::{ConnectFault, Fault};
use crate::record::Kind;
use crate::server::Shared;
use crate::session::{Next, Session};
use bytes::{Bytes, BytesMut};
use entryway_ldap_proto::ber::{Tag, Writer};
use entryway_ldap_proto::server::{Reply, ReplyKind};
use entryway_ldap_proto::{Limits, Message, MessageId, Op, Outbound, oid, split_frame};
use entryway_ldap_types::ResultCode;
use socket2::SockRef;
use std::os::fd::{AsFd as _, OwnedFd};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// How many levels [`Fault::DeepNesting`] has: five bytes each, 600 KB together.
const NESTED_LEVELS: usize = 120_000;
/// Entries that [`Fault::EndlessEntries`] writes at a time.
const ENTRIES_AT_ONCE: usize = 64;
/// Far from any id that a test's client reaches.
const FOREIGN_ID: u32 = 0x7fff_0000;

/// What faults leave behind on a connection.
pub(crate) struct Applied {
    last_id: MessageId,
    raw: BytesMut,
    endless: Option<MessageId>,
    kept: Vec<Bytes>,
    late: (mpsc::UnboundedSender<Bytes>, mpsc::UnboundedReceiver<Bytes>),
    resets: bool,
}

impl Default for Applied {
    fn default() -> Self {
        Self {
            last_id: MessageId::UNSOLICITED,
            raw: BytesMut::new(),
            endless: None,
            kept: Vec::new(),
            late: mpsc::unbounded_channel(),
            resets: false,
        }
    }
}

impl Applied {
    /// Waits for a held answer. The sender beside the receiver keeps the channel open for ever.
    pub(crate) async fn late(&mut self) -> Bytes {
        match self.late.1.recv().await {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
    /// Whether the connection ends in a reset.
    pub(crate) fn resets(&self) -> bool {
        self.resets
    }
    /// Takes the raw bytes that are to be written.
    pub(crate) fn take_raw(&mut self) -> BytesMut {
        self.raw.split()
    }
    /// Remembers the id of an operation; returns the one before.
    pub(crate) fn note(&mut self, id: MessageId) -> MessageId {
        std::mem::replace(&mut self.last_id, id)
    }
}

/// Keeps a connection's socket open until it is known how it ends.
pub(crate) struct Lingering(Option<OwnedFd>);

impl Lingering {
    pub(crate) fn new(socket: &TcpStream) -> Self {
        Self(socket.as_fd().try_clone_to_owned().ok())
    }
    /// Ends it with a reset; dropped otherwise, it ends as its owner ended it.
    pub(crate) fn reset(self) {
        if let Some(socket) = self.0 {
            // The last one to close decides; a socket that is gone has nothing to reset.
            let _ = SockRef::from(&socket).set_linger(Some(Duration::ZERO));
        }
    }
}

/// Meets a connection that was just accepted; `None` when the fault has ended it.
pub(crate) async fn greet(shared: &Shared, mut socket: TcpStream) -> Option<TcpStream> {
    match shared.faults.on_connect() {
        None | Some(ConnectFault::StallHandshake) => return Some(socket),
        Some(ConnectFault::Close) => {}
        Some(ConnectFault::Silence) => ignore(socket).await,
        Some(ConnectFault::Bytes(bytes)) => {
            if socket.write_all(&bytes).await.is_ok() {
                ignore(socket).await;
            }
        }
    }
    None
}

/// Meets a connection whose handshake is due; `None` when the fault has ended it.
pub(crate) async fn before_handshake(shared: &Shared, socket: TcpStream) -> Option<TcpStream> {
    if shared.faults.on_connect() == Some(ConnectFault::StallHandshake) {
        ignore(socket).await;
        return None;
    }
    Some(socket)
}

/// Reads until the client closes, so that it can tell this from a full buffer, and answers nothing.
async fn ignore(mut socket: TcpStream) {
    let mut unread = [0; 4096];
    while let Ok(1..) = socket.read(&mut unread).await {}
}

impl Next {
    /// A StartTLS whose answer did not go out must not start TLS.
    fn without_tls(self) -> Self {
        if self == Self::StartTls {
            Self::Go
        } else {
            self
        }
    }
}

impl Session {
    /// Answers as the fault has it.
    pub(crate) fn misbehave(
        &mut self,
        fault: Fault,
        kind: Kind,
        mut message: Message<'_>,
        id_before: MessageId,
    ) -> Next {
        let id = message.id;
        match fault {
            Fault::Answer { code, diagnostic } => {
                self.count_unanswered(&message.op, code);
                self.result(
                    id,
                    kind,
                    reply_kind(&message.op),
                    &Reply::new(code, &diagnostic),
                );
                return Next::Go;
            }
            Fault::Notice { code, diagnostic } => {
                self.codec
                    .notice_of_disconnection(&Reply::new(code, &diagnostic));
                return Next::Close;
            }
            Fault::Close => return Next::Close,
            Fault::Reset => {
                self.faults.resets = true;
                return Next::Drop;
            }
            Fault::Refer(urls) => {
                self.count_unanswered(&message.op, ResultCode::REFERRAL);
                let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
                let reply = Reply {
                    referrals: &urls,
                    ..Reply::new(ResultCode::REFERRAL, "")
                };
                self.result(id, kind, reply_kind(&message.op), &reply);
                return Next::Go;
            }
            Fault::Continue(urls) => {
                for url in &urls {
                    self.codec.search_reference(id, &[url]);
                }
                return self.answer(kind, &message);
            }
            Fault::WrongKind => {
                self.count_unanswered(&message.op, ResultCode::SUCCESS);
                let wrong = match reply_kind(&message.op) {
                    ReplyKind::Bind => ReplyKind::SearchDone,
                    ReplyKind::SearchDone => ReplyKind::Bind,
                    _ => ReplyKind::Compare,
                };
                self.codec.reply(id, wrong, &Reply::SUCCESS, &[]);
                return Next::Go;
            }
            Fault::EndlessEntries => {
                self.count_unanswered(&message.op, ResultCode::SUCCESS);
                self.faults.endless = Some(id);
                return Next::Go;
            }
            Fault::StaleId => message.id = id_before,
            Fault::ForeignId => message.id = MessageId::new(FOREIGN_ID).unwrap_or(MessageId::MAX),
            _ => {}
        }
        let next = self.answer(kind, &message);
        match fault {
            Fault::Silence => {
                take(self.codec.outbound());
                return next.without_tls();
            }
            Fault::AnswerAndDrop => return Next::Drop,
            Fault::AnswerAndReset => {
                self.faults.resets = true;
                return Next::Drop;
            }
            Fault::CloseMidMessage => {
                self.cut();
                return Next::Close;
            }
            Fault::HalfThenSilence => {
                self.cut();
                return Next::Stall;
            }
            Fault::Garbage => {
                return self.replace_answer(b"HTTP/1.1 400 Bad Request\r\n\r\n\xff\xfe\x00\x80");
            }
            Fault::DeepNesting => return self.replace_answer(&deep_nesting(id)),
            Fault::HugeLength => {
                return self
                    .replace_answer(&[&[0x30, 0x84, 0x80, 0, 0, 0][..], &[0x04; 1024]].concat());
            }
            Fault::Hold(gate) => {
                let answer = take(self.codec.outbound());
                gate.hold(self.faults.late.0.clone(), answer);
                return next.without_tls();
            }
            Fault::Drip(gate) => {
                let answer = take(self.codec.outbound());
                for at in 0..answer.len() {
                    gate.hold(self.faults.late.0.clone(), answer.slice(at..=at));
                }
                return next.without_tls();
            }
            Fault::Reverse(count) => {
                let answer = take(self.codec.outbound());
                self.faults.kept.push(answer);
                if self.faults.kept.len() >= count {
                    for answer in std::mem::take(&mut self.faults.kept).into_iter().rev() {
                        self.put(&answer);
                    }
                }
                return next.without_tls();
            }
            Fault::Duplicate => {
                let answer = take(self.codec.outbound());
                let last = last_message(&answer);
                self.put(&answer);
                self.put(&last);
            }
            Fault::Append(bytes) => self.put(&bytes),
            _ => {}
        }
        next
    }

    /// Writes some more of entries without end.
    pub(crate) fn endless_entries(&mut self) {
        if let Some(id) = self.faults.endless {
            for _ in 0..ENTRIES_AT_ONCE {
                self.codec
                    .search_entry(id, "cn=again,dc=example,dc=com", [("cn", ["again"])], &[]);
            }
        }
    }

    /// An answer that is nothing but a result, to any kind of request.
    fn result(&mut self, id: MessageId, kind: Kind, reply_kind: ReplyKind, reply: &Reply<'_>) {
        match kind {
            Kind::Abandon | Kind::Unbind => {}
            Kind::StartTls => {
                self.codec
                    .extended_response(id, reply, Some(oid::START_TLS), None, &[])
            }
            _ => self.codec.reply(id, reply_kind, reply, &[]),
        }
    }

    /// Sends these bytes in place of the answer, and nothing after them.
    fn replace_answer(&mut self, bytes: &[u8]) -> Next {
        take(self.codec.outbound());
        self.put(bytes);
        Next::Stall
    }

    /// Cuts the last message of the answer in the middle.
    fn cut(&mut self) {
        let answer = take(self.codec.outbound());
        let kept = answer.len() - last_message(&answer).len().div_ceil(2);
        self.put(&answer.slice(..kept));
    }

    /// Sends raw bytes, behind what the codec holds.
    fn put(&mut self, bytes: &[u8]) {
        self.faults.raw.extend_from_slice(bytes);
    }

    /// Counts an operation that is not carried out.
    fn count_unanswered(&self, op: &Op<'_>, code: ResultCode) {
        let record = &self.shared().record;
        match op {
            Op::BindRequest(bind) => record.count_bind(bind.name, code),
            Op::SearchRequest(_) => record.count(|counters| counters.searches += 1),
            Op::CompareRequest(_) => record.count(|counters| counters.compares += 1),
            _ => {}
        }
    }
}

fn reply_kind(op: &Op<'_>) -> ReplyKind {
    match op {
        Op::BindRequest(_) => ReplyKind::Bind,
        Op::SearchRequest(_) => ReplyKind::SearchDone,
        Op::CompareRequest(_) => ReplyKind::Compare,
        Op::AddRequest(_) => ReplyKind::Add,
        Op::DelRequest(_) => ReplyKind::Delete,
        Op::ModifyDnRequest(_) => ReplyKind::ModifyDn,
        Op::ModifyRequest(_) => ReplyKind::Modify,
        _ => ReplyKind::Extended,
    }
}

/// Everything that waits to be written.
fn take(outbound: &mut Outbound) -> Bytes {
    let taken = Bytes::copy_from_slice(outbound.as_slice());
    outbound.consume(outbound.len());
    taken
}

/// The last of several messages.
fn last_message(answer: &Bytes) -> Bytes {
    let mut rest = BytesMut::from(&answer[..]);
    let mut last = Bytes::new();
    while let Ok(Some(frame)) = split_frame(&mut rest, &Limits::CLIENT) {
        last = frame;
    }
    last
}

/// Elements inside one another where an entry should be, each with a length that is right.
fn deep_nesting(id: MessageId) -> Vec<u8> {
    let mut nested = Vec::with_capacity(5 * NESTED_LEVELS);
    for above in 1..=NESTED_LEVELS {
        let [_, high, middle, low] = u32::try_from(5 * (NESTED_LEVELS - above))
            .unwrap_or(0)
            .to_be_bytes();
        nested.extend_from_slice(&[Tag::SEQUENCE.0, 0x83, high, middle, low]);
    }
    let mut message = Vec::new();
    Writer::new(&mut message).constructed(Tag::SEQUENCE, |out| {
        out.integer(Tag::INTEGER, id.get());
        out.primitive(Tag::application_constructed(4), &nested);
    });
    message
}

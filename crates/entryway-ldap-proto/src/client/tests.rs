//! A client connection against scripted replies, filed by what RFC 4511 says of it.

mod abandoning;
mod binding;
mod bounds;
mod ids;
mod matching;
mod secrets;
mod start_tls;

use super::*;
use crate::server::{self, Reply, ReplyKind};
use crate::{DerefAliases, RequestControl, SearchRequest};
use entryway_ldap_types::{AttributeName, Filter, Password, ResultCode, Scope};

/// A client, and a server that says whatever a test wants.
struct Pair {
    client: Connection,
    server: server::Connection,
}

fn search_request() -> SearchRequest {
    SearchRequest {
        base: "dc=example".into(),
        scope: Scope::Subtree,
        deref: DerefAliases::Never,
        size_limit: 2,
        time_limit: 3,
        types_only: false,
        filter: Filter::Equal(AttributeName::parse("uid").unwrap(), b"jdoe".to_vec()).into(),
        attributes: [AttributeName::parse("cn").unwrap()].into(),
    }
}

fn password() -> Password {
    Password::new(b"swordfish".to_vec()).unwrap()
}

const NO_CONTROLS: &[RequestControl] = &[];

impl Pair {
    fn new() -> Self {
        Self::with(Limits::CLIENT)
    }
    fn with(limits: Limits) -> Self {
        Self {
            client: Connection::new(limits),
            server: server::Connection::new(Limits::SERVER),
        }
    }
    fn search(&mut self) -> MessageId {
        self.client
            .search(&search_request(), 2, NO_CONTROLS)
            .unwrap()
    }
    fn bind(&mut self) -> MessageId {
        self.client
            .bind_simple("cn=x", &password(), NO_CONTROLS)
            .unwrap()
    }
    /// Takes the requests that the client wrote, as (id, name).
    fn requests(&mut self) -> Vec<(u32, &'static str)> {
        let mut bytes = BytesMut::from(self.client.outbound().as_slice());
        let length = bytes.len();
        self.client.outbound().consume(length);
        let mut requests = Vec::new();
        while let Some(frame) = self.server.next_frame(&mut bytes).unwrap() {
            let message = self.server.request(&frame).unwrap();
            requests.push((message.id.get(), message.op.name()));
        }
        assert!(bytes.is_empty());
        requests
    }
    /// What the client makes of the next frame that the server wrote with `say`.
    fn says(&mut self, say: impl FnOnce(&mut server::Connection)) -> Result<Event, ProtocolError> {
        say(&mut self.server);
        let frame = Bytes::copy_from_slice(self.server.outbound().as_slice());
        self.server.outbound().consume(frame.len());
        self.client.received(frame)
    }
    fn replies(&mut self, id: MessageId, kind: ReplyKind) -> Result<Event, ProtocolError> {
        self.says(|server| server.reply(id, kind, &Reply::SUCCESS, &[]))
    }
    fn sends_entry(&mut self, id: MessageId) -> Result<Event, ProtocolError> {
        self.says(|server| server.search_entry(id, "cn=x", [("cn", ["x"])], &[]))
    }
}

/// An event in words, as `Debug` has it: kind and id.
fn words(event: Result<Event, ProtocolError>) -> String {
    format!("{:?}", event.unwrap())
}

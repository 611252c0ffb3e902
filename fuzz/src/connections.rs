//! Both ends of a connection, fed a stream.

use crate::ldap::broken;
use bytes::BytesMut;
use entryway_ldap_proto::client::{self, Event};
use entryway_ldap_proto::message::Op;
use entryway_ldap_proto::server::{self, Reply, ReplyKind};
use entryway_ldap_proto::{DerefAliases, Limits, MessageId, SearchRequest};
use entryway_ldap_types::{AttributeName, Filter, Password, Scope};

/// Limits small enough that a fuzzer reaches them.
const SMALL: Limits = Limits {
    message_bytes: 4096,
    brief_message_bytes: 1024,
    urls: 4,
    side_replies: 4,
    outstanding: 8,
    abandoned: 4,
    ..Limits::CLIENT
};

/// Most entries of each search.
const MAX_ENTRIES: u32 = 3;

/// What can be asked.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Bind,
    Search,
    Compare,
    Modify,
    Extended,
}

/// What a client asked, and what came of it.
struct Asked {
    id: MessageId,
    kind: Kind,
    entries: u32,
    over: bool,
}

/// A client that asked what the first byte says believes only replies to that, one last one each.
pub fn client_connection(bytes: &[u8]) {
    let [script, chunk, stream @ ..] = bytes else {
        return;
    };
    let mut client = client::Connection::new(SMALL);
    let mut asked: Vec<Asked> = submit(&mut client, *script);
    let mut input = BytesMut::new();
    for part in stream.chunks(usize::from(*chunk).max(1)) {
        input.extend_from_slice(part);
        loop {
            match client.receive(&mut input) {
                Ok(Some(event)) => note(&event, &mut asked),
                Ok(None) => break,
                Err(_) => return ended(&mut client),
            }
            let open = asked.iter().filter(|asked| !asked.over).count();
            assert_eq!(
                client.outstanding(),
                open,
                "what is outstanding is what was not answered"
            );
        }
        // A message over the limit is refused by its header, so no more than one waits here.
        assert!(input.len() <= SMALL.message_bytes + 255);
    }
}

/// Submits what `script` says; what of it waits for an answer.
fn submit(client: &mut client::Connection, script: u8) -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut ask = |kind, id: Result<MessageId, client::SubmitError>| match id {
        Ok(id) => asked.push(Asked {
            id,
            kind,
            entries: 0,
            over: false,
        }),
        Err(_) => broken("a script cannot be submitted"),
    };
    let (Ok(uid), Ok(password)) = (
        AttributeName::parse("uid"),
        Password::new(b"secret".to_vec()),
    ) else {
        broken("a script cannot be built")
    };
    match script {
        0..64 => ask(Kind::Bind, client.bind_simple("cn=x", &password, &[])),
        64..96 => ask(Kind::Extended, client.start_tls()),
        _ => {
            let request = SearchRequest {
                base: "".into(),
                scope: Scope::Subtree,
                deref: DerefAliases::Never,
                size_limit: 0,
                time_limit: 0,
                types_only: false,
                filter: Filter::Present(uid.clone()).into(),
                attributes: [].into(),
            };
            for _ in 0..3 {
                ask(Kind::Search, client.search(&request, MAX_ENTRIES, &[]));
            }
            ask(Kind::Compare, client.compare("cn=x", &uid, b"x", &[]));
            ask(Kind::Modify, client.modify("cn=x", &[], &[]));
            ask(Kind::Extended, client.extended("1.2.3", None, &[]));
            if script & 1 == 1 {
                // The second search is given up: what still comes for it is no event of ours.
                let given_up = asked.remove(1);
                assert_eq!(client.abandon(given_up.id), Ok(true));
            }
        }
    }
    asked
}

/// Whether an event says something about what was asked.
fn fits(event: &Event, kind: Kind) -> bool {
    match event {
        Event::Entry { .. }
        | Event::Reference { .. }
        | Event::SearchDone { .. }
        | Event::SearchOverflow { .. }
        | Event::UnreadableEntry { .. } => kind == Kind::Search,
        Event::BindDone { .. } => kind == Kind::Bind,
        Event::CompareDone { .. } => kind == Kind::Compare,
        Event::ModifyDone { .. } => kind == Kind::Modify,
        Event::ExtendedDone { .. } => kind == Kind::Extended,
        Event::Intermediate { .. } => true,
        Event::Stale(_) | Event::NoticeOfDisconnection { .. } | Event::UnknownNotice { .. } => {
            false
        }
    }
}

fn note(event: &Event, asked: &mut [Asked]) {
    if matches!(event, Event::Stale(_)) {
        return;
    }
    let Some(id) = event.id() else { return };
    let Some(asked) = asked.iter_mut().find(|asked| asked.id == id) else {
        broken("an event for something never asked")
    };
    assert!(!asked.over, "an event after the last");
    assert!(
        fits(event, asked.kind),
        "a reply was taken for the answer to another question"
    );
    asked.over = event.is_final();
    if matches!(event, Event::Entry { .. }) {
        asked.entries += 1;
        assert!(asked.entries <= MAX_ENTRIES, "more entries than allowed");
    }
}

/// After an error nothing is taken and nothing is sent.
fn ended(client: &mut client::Connection) {
    assert!(client.must_close());
    assert!(client.bind_anonymous(&[]).is_err());
    let written = client.outbound().len();
    assert!(
        client
            .receive(&mut BytesMut::from(&b"\x30\x05\x02\x01\x01\x42\x00"[..]))
            .is_err()
    );
    assert_eq!(client.outbound().len(), written);
}

/// A server decodes requests or refuses them; its answers are read by a client as what they are.
pub fn server_connection(bytes: &[u8]) {
    let limits = Limits {
        message_bytes: 4096,
        ..Limits::SERVER
    };
    let mut server = server::Connection::new(limits);
    let mut input = BytesMut::from(bytes);
    while let Ok(Some(frame)) = server.next_frame(&mut input) {
        let Ok(message) = server.request(&frame) else {
            break;
        };
        assert!(message.id != MessageId::UNSOLICITED && message.op.is_request());
        let (id, kind) = match message.op {
            Op::BindRequest(_) => (message.id, ReplyKind::Bind),
            Op::SearchRequest(search) => {
                let names: Vec<_> = search
                    .attributes
                    .map(|name| (name, [search.base]))
                    .collect();
                server.search_entry(message.id, search.base, names, &[]);
                (message.id, ReplyKind::SearchDone)
            }
            Op::ModifyRequest(_) => (message.id, ReplyKind::Modify),
            Op::AddRequest(_) => (message.id, ReplyKind::Add),
            Op::DelRequest(_) => (message.id, ReplyKind::Delete),
            Op::ModifyDnRequest(_) => (message.id, ReplyKind::ModifyDn),
            Op::CompareRequest(_) => (message.id, ReplyKind::Compare),
            Op::ExtendedRequest(_) => (message.id, ReplyKind::Extended),
            Op::UnbindRequest | Op::AbandonRequest(_) => continue,
            _ => broken("a response was taken for a request"),
        };
        server.reply(id, kind, &Reply::SUCCESS, &[]);
    }
    let mut written = BytesMut::from(server.outbound().as_slice());
    while !written.is_empty() {
        let Ok(Some(frame)) = entryway_ldap_proto::split_frame(&mut written, &Limits::CLIENT)
        else {
            broken("an answer is no frame")
        };
        let answer = entryway_ldap_proto::Message::decode(&frame, &Limits::CLIENT);
        assert!(answer.is_ok_and(|answer| !answer.op.is_request()));
    }
}

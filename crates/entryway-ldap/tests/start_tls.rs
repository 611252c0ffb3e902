//! StartTLS with somebody in between: whatever they answer, add or leave out, no request follows in clear.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // functions beside `#[test]` ones

mod support;

use bytes::BytesMut;
use entryway_ldap::{
    LdapError, SearchRole, Security, Server, ServerSettings, ServiceBind, Step, TlsFailure,
};
use entryway_ldap_proto::server::{Connection, Reply, ReplyKind};
use entryway_ldap_proto::{Limits, MessageId, Op, oid};
use entryway_ldap_types::ResultCode;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::identity::Authority;
use support::{password, request, secure, settings, soon};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SERVICE: &str = "the-service-password";
const PERSON: &str = "the-persons-password";

/// Answers the first message of each connection with these bytes, or with none, and goes on as `then` says.
/// Remembers all that the clients sent.
struct Between {
    address: SocketAddr,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

#[derive(Clone, Copy)]
enum Then {
    /// Reads on and says nothing more.
    Listen,
    /// Sends this once the client has sent something more.
    Inject(&'static [u8]),
}

impl Between {
    async fn start(answer: fn(MessageId) -> Vec<u8>, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sent = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let all = Arc::clone(&sent);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let number = {
                    let mut all = all.lock().unwrap();
                    all.push(Vec::new());
                    all.len() - 1
                };
                let all = Arc::clone(&all);
                let note = move |bytes: &[u8]| all.lock().unwrap()[number].extend_from_slice(bytes);
                tokio::spawn(play(socket, answer, then, note));
            }
        });
        Self { address, sent }
    }

    fn server(
        &self,
        authority: &Authority,
        change: impl FnOnce(&mut ServerSettings),
    ) -> Arc<Server> {
        let mut settings = settings(self.address);
        settings.service_bind = ServiceBind::Simple {
            dn: "cn=service".to_owned(),
            password: Arc::new(password(SERVICE)),
        };
        // Not even where passwords may leave in clear does a refusal make them.
        settings.clear_text_passwords = true;
        secure(&mut settings, Security::StartTls(authority.client()));
        change(&mut settings);
        Server::new(settings)
    }

    /// On every connection: StartTLS alone, or followed by TLS records; never a password.
    fn check_sent(&self, tls_follows: bool) {
        let sent = self.sent.lock().unwrap();
        assert!(!sent.is_empty());
        for bytes in &*sent {
            for secret in [SERVICE, PERSON] {
                let found = bytes
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes());
                assert!(!found, "a password left");
            }
            let rest = behind_start_tls(bytes);
            if tls_follows {
                assert_eq!(rest.first(), Some(&0x16), "a handshake follows: {rest:?}");
            } else {
                assert!(rest.is_empty(), "nothing follows: {rest:?}");
            }
        }
    }
}

async fn play(
    mut socket: TcpStream,
    answer: fn(MessageId) -> Vec<u8>,
    then: Then,
    note: impl Fn(&[u8]),
) {
    let connection = Connection::new(Limits::SERVER);
    let mut input = BytesMut::new();
    let mut seen = 0;
    let id = loop {
        if socket.read_buf(&mut input).await.unwrap_or(0) == 0 {
            return;
        }
        note(&input[seen..]);
        seen = input.len();
        if let Some(frame) = connection.next_frame(&mut input.clone()).unwrap() {
            break connection.request(&frame).unwrap().id;
        }
    };
    let _ = socket.write_all(&answer(id)).await;
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = socket.read(&mut buffer).await {
        note(&buffer[..count]);
        if let Then::Inject(bytes) = then {
            let _ = socket.write_all(bytes).await;
        }
    }
}

/// What stands behind the StartTLS request that must be first.
fn behind_start_tls(bytes: &[u8]) -> Vec<u8> {
    let connection = Connection::new(Limits::SERVER);
    let mut input = BytesMut::from(bytes);
    let frame = connection.next_frame(&mut input).unwrap().unwrap();
    let message = connection.request(&frame).unwrap();
    let is_start_tls = match message.op {
        Op::ExtendedRequest(asked) => asked.name == oid::START_TLS,
        _ => false,
    };
    assert!(is_start_tls, "StartTLS comes first");
    input.to_vec()
}

fn extended(id: MessageId, code: ResultCode) -> Vec<u8> {
    let mut connection = Connection::new(Limits::SERVER);
    connection.reply(id, ReplyKind::Extended, &Reply::new(code, "no"), &[]);
    connection.outbound().as_slice().to_vec()
}

fn bound(id: MessageId) -> Vec<u8> {
    let mut connection = Connection::new(Limits::SERVER);
    let reply = Reply::new(ResultCode::SUCCESS, "");
    connection.reply(id, ReplyKind::Bind, &reply, &[]);
    connection.outbound().as_slice().to_vec()
}

fn next(id: MessageId) -> MessageId {
    MessageId::new(id.get() + 1).unwrap()
}

/// Asks in both kinds of connections; neither gets through.
async fn check(server: &Server, expected: impl Fn(&LdapError) -> bool) {
    let error = server
        .search(SearchRole::FindLogin, &request("cn=jane"), soon())
        .await
        .unwrap_err();
    assert!(expected(error.underlying()), "{error:?}");
    let failure = server
        .bind_as("cn=jane", &password(PERSON), soon())
        .await
        .unwrap_err();
    assert!(!failure.written, "{failure:?}");
    assert!(expected(failure.cause.underlying()), "{failure:?}");
}

/// What a stripper answers, whose hope is that the client goes on without.
#[tokio::test]
async fn whatever_refuses_start_tls_ends_the_connection() {
    for answer in [
        (|id| extended(id, ResultCode::UNAVAILABLE)) as fn(MessageId) -> Vec<u8>,
        |id| extended(id, ResultCode::PROTOCOL_ERROR),
        |id| extended(id, ResultCode::OPERATIONS_ERROR),
        |id| extended(id, ResultCode::REFERRAL),
        |id| extended(id, ResultCode(13)),
        |id| extended(id, ResultCode(4_000)),
    ] {
        let between = Between::start(answer, Then::Listen).await;
        let server = between.server(&Authority::new(), |_| {});
        check(&server, |error| {
            matches!(
                error,
                LdapError::Tls(
                    TlsFailure::StartTlsRefused { .. } | TlsFailure::StartTlsNotOffered { .. }
                )
            )
        })
        .await;
        between.check_sent(false);
    }
}

/// A request that never arrived, or whose answer was taken away.
#[tokio::test]
async fn silence_after_start_tls_is_waited_for_and_no_longer() {
    let between = Between::start(|_| Vec::new(), Then::Listen).await;
    let server = between.server(&Authority::new(), |settings| {
        settings.timeouts.connect = Duration::from_millis(100);
    });
    check(&server, |error| {
        matches!(
            error,
            LdapError::TimedOut {
                step: Step::StartTls
            }
        )
    })
    .await;
    between.check_sent(false);
}

/// Somebody says yes to both ends and then speaks clear text to ours.
#[tokio::test]
async fn a_yes_without_tls_is_no_tls() {
    for injected in [
        &b"0\x0c\x02\x01\x02a\x07\n\x01\x00\x04\x00\x04\x00"[..],
        b"220 hello\r\n",
    ] {
        let between = Between::start(
            |id| extended(id, ResultCode::SUCCESS),
            Then::Inject(injected),
        )
        .await;
        let server = between.server(&Authority::new(), |_| {});
        check(&server, |error| {
            matches!(error, LdapError::Tls(TlsFailure::NoTls))
        })
        .await;
        between.check_sent(true);
    }
}

/// Answers to what was not asked yet, before, with and after the answer to StartTLS; and one under another id.
#[tokio::test]
async fn injected_answers_end_the_connection() {
    for answer in [
        (|id| [extended(id, ResultCode::SUCCESS), bound(next(id))].concat())
            as fn(MessageId) -> Vec<u8>,
        |id| [bound(next(id)), extended(id, ResultCode::SUCCESS)].concat(),
        |id| [extended(id, ResultCode::SUCCESS), b"0".to_vec()].concat(),
        |id| extended(next(id), ResultCode::SUCCESS),
        bound,
    ] {
        let between = Between::start(answer, Then::Listen).await;
        let server = between.server(&Authority::new(), |_| {});
        check(&server, |error| matches!(error, LdapError::Protocol(_))).await;
        let sent = between.sent.lock().unwrap().clone();
        assert!(!sent.is_empty());
        for bytes in sent {
            // Of a handshake, at most the hello had left.
            let rest = behind_start_tls(&bytes);
            assert!(rest.is_empty() || rest[0] == 0x16, "{rest:?}");
        }
    }
}

//! Replies that are signed together, from the connector's desk to the hub that verifies them.

use super::*;
use crate::inner::receive;
use crate::pump::hello;
use crate::sign::PeerKey;
use crate::socket::WebSocketBytes;
use bytes::BytesMut;
use entryway_bridge::link::{HubEvent, HubLink, Limits};
use entryway_bridge::{Octets, SIGNED_TOGETHER, STATED_OUTCOME};
use std::collections::{HashMap, HashSet};

/// As many as the connector of tests takes.
const MANY: usize = 8;

#[tokio::test]
async fn a_hub_verifies_replies_that_are_signed_together() {
    let node = Node::start(Pace::default()).await;
    let identity = identity(node.credential(DAY));
    let kept = Running::start(node.address, identity, Pace::default());
    let tunnel = node.tunnel().await;
    let mut asking = JoinSet::new();
    for _ in 0..MANY {
        let tunnel = Arc::clone(&tunnel);
        let deadline = Instant::now() + SOON;
        let body = Bytes::from_static(b"wait");
        asking.spawn(async move { tunnel.ask(Method::Login, body, deadline).await });
    }
    kept.desk.works_on(MANY).await;
    kept.desk.released.send_replace(true);
    let mut signatures = HashSet::new();
    for reply in asking.join_all().await {
        let reply = reply.unwrap();
        assert_eq!(reply.body(), "wait");
        assert!(!reply.proof().beside.is_alone());
        signatures.insert(reply.proof().signature);
    }
    assert_eq!(signatures.len(), 1);
}

/// Asks [`MANY`] questions as a hub does that can what `capabilities` says; the frames of the replies must be ones that it
/// knows. How many of them are signed together, and how many state an outcome.
async fn asked_by_one_that_can(capabilities: &[&str]) -> (usize, usize) {
    let node = Node::start(Pace::default()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let identity = identity(node.credential(DAY));
    let kept = Running::start(listener.local_addr().unwrap(), identity, Pace::default());
    let (tcp, _) = listener.accept().await.unwrap();
    let io = accept_hdr_async(tcp, upgraded).await.unwrap().into_inner();
    let leaf = node.book.authority.issue_hub(SystemTime::now(), DAY);
    let tls = hub_tls(&leaf.unwrap(), node.book.authority.certificate()).unwrap();
    let socket = WebSocketBytes::upgraded(io).await;
    let (mut stream, peer) = receive(socket, "plant-a", tls).await.unwrap();
    let peer = peer.unwrap();
    let key = PeerKey::of(&peer).unwrap();
    let greeting = Hello {
        capabilities: capabilities.iter().copied().map(Text::cut).collect(),
        ..hello("a hub")
    };
    let mut link = HubLink::new(&greeting, true, Limits::default());
    let mut input = BytesMut::new();
    let mut questions = HashMap::new();
    let (mut replied, mut with_others, mut stated) = (0, 0, 0);
    while replied < MANY {
        match link.receive(&mut input).unwrap() {
            None => {
                let out = link.outbound().split();
                stream.write_all(&out).await.unwrap();
                stream.flush().await.unwrap();
                let read = timeout(SOON, stream.read_buf(&mut input)).await;
                assert_ne!(read.unwrap().unwrap(), 0);
            }
            Some(HubEvent::Hello(_)) => {
                let book = &node.book;
                link.welcome(&book.admit(&peer, &greeting).await.unwrap())
                    .unwrap();
            }
            Some(HubEvent::Report(_)) => {
                for number in 0..MANY {
                    let nonce = Octets([u8::try_from(number).unwrap(); 16]);
                    let (id, request) =
                        link.request(Method::Login, nonce, 60_000, b"wait").unwrap();
                    let question = Question {
                        site: site(),
                        connector: number_of(&peer),
                        nonce,
                        method: Method::Login,
                        request,
                    };
                    questions.insert(id, question);
                }
                let out = link.outbound().split();
                stream.write_all(&out).await.unwrap();
                stream.flush().await.unwrap();
                kept.desk.works_on(MANY).await;
                kept.desk.released.send_replace(true);
            }
            Some(HubEvent::Replied(id, reply)) => {
                replied += 1;
                with_others += usize::from(!reply.proof.beside.is_alone());
                stated += usize::from(reply.stated.is_some());
                assert!(reply.verify(&questions[&id], &key).is_ok());
            }
            Some(_) => {}
        }
    }
    (with_others, stated)
}

fn number_of(peer: &PeerIdentity) -> ConnectorId {
    ConnectorId::parse(&peer.connector).unwrap()
}

#[tokio::test]
async fn only_a_hub_that_names_it_gets_replies_that_are_signed_together_or_state_an_outcome() {
    let both = [SIGNED_TOGETHER, STATED_OUTCOME];
    for (capabilities, expected) in [
        (&[][..], (0, 0)),
        (&[SIGNED_TOGETHER], (MANY, 0)),
        (&[STATED_OUTCOME], (0, MANY)),
        (&both, (MANY, MANY)),
    ] {
        assert_eq!(asked_by_one_that_can(capabilities).await, expected);
    }
}

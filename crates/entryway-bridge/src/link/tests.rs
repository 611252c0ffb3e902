//! Both ends, alone and against each other.

mod properties;

use super::*;
use crate::frame::{Frame, MAX_PAYLOAD};
use crate::message::{
    self, Ability, Bye, ByeCode, Certificates, Counting, Enrol, Enrolled, Hello, Method, Ready,
    RefusalCode, Renew, Renewed, Report, RequestHead, Standing, Welcome,
};
use crate::{Beside, ConnectorId, Octets, Opaque, Proof, SignedReply, SiteName, Text, VERSIONS};
use bytes::BytesMut;

fn hello() -> Hello {
    Hello {
        versions: VERSIONS.to_vec(),
        capabilities: Vec::new(),
        software: Text::cut("test"),
        time_ms: 1,
        counted_in: None,
    }
}

fn welcome() -> Welcome {
    Welcome {
        site: SiteName::parse("plant-a").unwrap(),
        connector: ConnectorId::from_bits([1; 10]),
        node: Text::cut("one"),
        nodes: vec![],
        standing: Standing::Active,
        wanted: vec![Ability::Password],
    }
}

fn report(max_in_flight: u16) -> Report {
    let ready = |ability| Ready {
        ability,
        not_because: None,
    };
    Report {
        ready: vec![ready(Ability::Password), ready(Ability::Lookups)],
        draining: false,
        max_in_flight,
        started_ms: 1,
        software: Text::cut("test"),
        certificate_url: None,
    }
}

fn reply(body: Vec<u8>) -> SignedReply {
    SignedReply {
        time_ms: 1,
        proof: Proof {
            signature: Octets([7; 64]),
            beside: Beside::default(),
        },
        stated: None,
        body: body.into(),
    }
}

/// Two ends, joined.
struct Pair {
    hub: HubLink,
    connector: ConnectorLink,
    at_hub: BytesMut,
    at_connector: BytesMut,
}

impl Pair {
    fn new(limits: Limits) -> Self {
        Self {
            hub: HubLink::new(&hello(), true, limits),
            connector: ConnectorLink::new(&hello(), false, limits),
            at_hub: BytesMut::new(),
            at_connector: BytesMut::new(),
        }
    }
    /// Welcomed, and reported.
    fn open(limits: Limits, in_flight: u16) -> Self {
        let mut pair = Self::new(limits);
        pair.hub_reads();
        pair.connector_reads();
        pair.hub.welcome(&welcome()).unwrap();
        pair.connector_reads();
        pair.connector.report(&report(in_flight)).unwrap();
        pair.hub_reads();
        pair
    }
    /// What is written at the connector comes to the hub.
    fn hub_reads(&mut self) -> Vec<HubEvent> {
        let mut events = Vec::new();
        loop {
            let written = self.connector.outbound().split();
            if written.is_empty() {
                return events;
            }
            self.at_hub.extend_from_slice(&written);
            while let Some(event) = self.hub.receive(&mut self.at_hub).unwrap() {
                events.push(event);
            }
        }
    }
    fn connector_reads(&mut self) -> Vec<ConnectorEvent> {
        let written = self.hub.outbound().split();
        self.at_connector.extend_from_slice(&written);
        let mut events = Vec::new();
        while let Some(event) = self.connector.receive(&mut self.at_connector).unwrap() {
            events.push(event);
        }
        events
    }
    fn ask(&mut self, method: Method, body: &[u8]) -> Result<(RequestId, [u8; 32]), NotAsked> {
        self.hub.request(method, Octets([3; 16]), 1000, body)
    }
}

#[test]
fn a_question_and_its_answer_cross() {
    let mut pair = Pair::open(Limits::default(), 4);
    let (id, digest) = pair.ask(Method::Login, b"who?").unwrap();
    let asked = pair.connector_reads();
    let [ConnectorEvent::Asked(asked_id, delivered)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(*asked_id, id);
    assert_eq!(delivered.body, "who?");
    assert_eq!(delivered.digest, digest, "both ends know what was asked");
    assert_eq!(delivered.head.method, Method::Login);
    pair.connector.reply(id, reply(b"you".to_vec())).unwrap();
    let events = pair.hub_reads();
    let [HubEvent::Replied(replied, answer)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!((*replied, &answer.body[..]), (id, &b"you"[..]));
    assert_eq!(
        (pair.hub.outstanding(), pair.connector.outstanding()),
        (0, 0)
    );
    assert_eq!(
        pair.connector.reply(id, reply(vec![])),
        Err(Unsent::NotWaited)
    );
}

#[test]
fn nothing_is_asked_before_a_report_or_beyond_it() {
    let mut pair = Pair::new(Limits::default());
    pair.hub_reads();
    pair.hub.welcome(&welcome()).unwrap();
    assert_eq!(pair.ask(Method::Login, b""), Err(NotAsked::NotReady));
    pair.connector_reads();
    let no_lookups = Report {
        ready: report(1).ready.into_iter().take(1).collect(),
        ..report(1)
    };
    pair.connector.report(&no_lookups).unwrap();
    pair.hub_reads();
    assert_eq!(pair.ask(Method::Lookup, b""), Err(NotAsked::NotReady));
    assert!(pair.ask(Method::Login, b"").is_ok());
    assert_eq!(pair.ask(Method::Login, b""), Err(NotAsked::Busy));
    let long = vec![0; MAX_REQUEST + 1];
    let mut pair = Pair::open(Limits::default(), 4);
    assert_eq!(pair.ask(Method::Login, &long), Err(NotAsked::TooLong));
}

#[test]
fn a_long_reply_comes_as_the_hub_has_room_and_short_ones_pass_it() {
    let limits = Limits::default();
    let mut pair = Pair::open(limits, 8);
    let ids: Vec<RequestId> = (0..4)
        .map(|_| pair.ask(Method::Lookup, b"all").unwrap().0)
        .collect();
    pair.connector_reads();
    for id in &ids[..3] {
        pair.connector
            .reply(*id, reply(vec![1; MAX_REPLY]))
            .unwrap();
    }
    pair.connector.reply(ids[3], reply(vec![2; 5])).unwrap();
    let first = pair.hub_reads();
    assert!(
        matches!(first.as_slice(), [HubEvent::Replied(id, _)] if *id == ids[3]),
        "the short one waits for none of the others: {first:?}"
    );
    let mut ended = Vec::new();
    for _ in 0..20 {
        pair.connector_reads();
        for event in pair.hub_reads() {
            let HubEvent::Replied(id, reply) = event else {
                panic!("{event:?}");
            };
            assert_eq!(reply.body.len(), MAX_REPLY);
            ended.push(id);
        }
    }
    assert_eq!(ended.len(), 3);
    assert!(pair.connector.reply(ids[0], reply(vec![])).is_err());
}

#[test]
fn a_reply_that_is_too_long_is_not_sent_and_the_request_waits() {
    let mut pair = Pair::open(Limits::default(), 4);
    let (id, _) = pair.ask(Method::Lookup, b"").unwrap();
    pair.connector_reads();
    let long = reply(vec![0; MAX_REPLY + 1]);
    assert_eq!(pair.connector.reply(id, long), Err(Unsent::TooLong));
    assert!(pair.connector.give_up(id) && !pair.connector.give_up(id));
    let events = pair.hub_reads();
    assert!(matches!(events.as_slice(), [HubEvent::GivenUp(given_up)] if *given_up == id));
}

#[test]
fn a_hub_that_takes_no_long_replies_has_few_of_them_wait() {
    let limits = Limits {
        unsent: 2 * MAX_REPLY,
        ..Limits::default()
    };
    let mut pair = Pair::open(limits, 8);
    let ids: Vec<RequestId> = (0..5)
        .map(|_| pair.ask(Method::Lookup, b"all").unwrap().0)
        .collect();
    pair.connector_reads();
    let long = || reply(vec![1; MAX_REPLY]);
    for id in &ids[..2] {
        pair.connector.reply(*id, long()).unwrap();
    }
    assert_eq!(pair.connector.reply(ids[2], long()), Err(Unsent::NoRoom));
    assert!(pair.connector.give_up(ids[2]));
    // One that crosses at once waits for nobody, whatever the hub does with the others.
    let login = reply(vec![2; REPLY_WINDOW]);
    pair.connector.reply(ids[3], login).unwrap();
    for _ in 0..20 {
        pair.hub_reads();
        pair.connector_reads();
    }
    pair.connector.reply(ids[4], long()).unwrap();
}

#[test]
fn a_cancelled_request_keeps_its_place_until_both_know() {
    let mut pair = Pair::open(Limits::default(), 1);
    let (id, _) = pair.ask(Method::Login, b"").unwrap();
    assert_eq!(pair.hub.oldest_cancelled(), None);
    assert!(pair.hub.cancel(id) && !pair.hub.cancel(id));
    assert_eq!(pair.hub.outstanding(), 0);
    assert_eq!(pair.hub.oldest_cancelled(), Some(id));
    assert_eq!(pair.ask(Method::Login, b""), Err(NotAsked::Busy));
    let events = pair.connector_reads();
    assert!(
        matches!(events.as_slice(), [ConnectorEvent::Asked(..), ConnectorEvent::Cancelled(gone)] if *gone == id)
    );
    assert!(pair.hub_reads().is_empty(), "its end was the cancel");
    assert_eq!(pair.hub.oldest_cancelled(), None);
    assert!(pair.ask(Method::Login, b"").is_ok());
}

#[test]
fn a_connector_refuses_what_is_beyond_its_report() {
    let mut pair = Pair::open(Limits::default(), 2);
    let (one, _) = pair.ask(Method::Login, b"one").unwrap();
    let (two, _) = pair.ask(Method::Login, b"two").unwrap();
    // Crosses with the requests.
    pair.connector.report(&report(1)).unwrap();
    assert_eq!(pair.connector_reads().len(), 1);
    let events = pair.hub_reads();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, HubEvent::Refused(id, RefusalCode::Busy) if *id == two)),
        "{events:?}"
    );
    pair.connector.drain();
    pair.connector.reply(one, reply(vec![])).unwrap();
    assert!(pair.connector.is_drained());
    let events = pair.hub_reads();
    assert!(
        matches!(
            events.as_slice(),
            [HubEvent::Draining, HubEvent::Replied(..)]
        ),
        "{events:?}"
    );
    assert_eq!(pair.ask(Method::Login, b""), Err(NotAsked::Draining));
    assert!(pair.hub.is_drained());
}

#[test]
fn what_crossed_with_a_drain_is_refused() {
    let mut pair = Pair::open(Limits::default(), 2);
    let (id, _) = pair.ask(Method::Login, b"one").unwrap();
    pair.connector.drain();
    assert!(pair.connector_reads().is_empty());
    let events = pair.hub_reads();
    assert!(
        matches!(events.as_slice(), [HubEvent::Draining, HubEvent::Refused(refused, RefusalCode::Draining)] if *refused == id)
    );
}

#[test]
fn what_was_not_written_was_certainly_not_delivered() {
    let mut pair = Pair::open(Limits::default(), 4);
    let (written, _) = pair.ask(Method::Login, b"one").unwrap();
    let before = pair.hub.outbound().len();
    let (begun, _) = pair.ask(Method::Login, b"two").unwrap();
    let (unwritten, _) = pair.ask(Method::Login, b"three").unwrap();
    let (cancelled, _) = pair.ask(Method::Login, b"four").unwrap();
    pair.hub.cancel(cancelled);
    // One byte of the second is as good as all of it.
    let _ = pair.hub.outbound().split_to(before + 1);
    let expected = [
        (written, Ended::Lost),
        (begun, Ended::Lost),
        (unwritten, Ended::Unwritten),
    ];
    assert_eq!(pair.hub.end(), expected);
    assert!(pair.hub.end().is_empty());
    assert!(pair.hub.outbound().is_empty(), "nor is it delivered later");
    assert_eq!(pair.ask(Method::Login, b""), Err(NotAsked::Ended));
}

#[test]
fn pings_come_back_and_a_bye_is_the_last_word() {
    let mut pair = Pair::open(Limits::default(), 4);
    pair.hub.ping(7);
    pair.connector.ping(8);
    assert!(matches!(pair.hub_reads().as_slice(), []));
    let events = pair.connector_reads();
    assert!(
        matches!(events.as_slice(), [ConnectorEvent::Pong(8)]),
        "{events:?}"
    );
    assert!(matches!(pair.hub_reads().as_slice(), [HubEvent::Pong(7)]));
    pair.hub.bye(&Bye::new(ByeCode::Revoked, "gone"));
    pair.hub.bye(&Bye::new(ByeCode::Done, "twice"));
    pair.hub.ping(9);
    let events = pair.connector_reads();
    assert!(
        matches!(events.as_slice(), [ConnectorEvent::Bye(bye)] if bye.code == ByeCode::Revoked)
    );
    assert!(pair.connector.is_ended() && pair.hub.is_ended());
}

#[test]
fn whoever_has_no_certificate_may_enrol_and_nothing_else() {
    let mut hub = HubLink::new(&hello(), false, Limits::default());
    let mut connector = ConnectorLink::new(&hello(), true, Limits::default());
    let pass = |hub: &mut HubLink, connector: &mut ConnectorLink| {
        let mut input = connector.outbound().split();
        let mut events = Vec::new();
        while let Some(event) = hub.receive(&mut input).unwrap() {
            events.push(event);
        }
        events
    };
    let enrol = || Enrol {
        secret: Octets([1; 16]),
        request: Opaque::new(vec![1]).unwrap(),
        name: Text::cut("one"),
        software: Text::cut("test"),
    };
    assert!(connector.enrol(&enrol()).is_err(), "before the hub's hello");
    connector.receive(&mut hub.outbound().split()).unwrap();
    connector.enrol(&enrol()).unwrap();
    assert!(hub.welcome(&welcome()).is_err());
    let events = pass(&mut hub, &mut connector);
    assert!(matches!(
        events.as_slice(),
        [HubEvent::Hello(_), HubEvent::Enrol(_)]
    ));
    let nobody = hub.request(Method::Login, Octets([0; 16]), 1, b"");
    assert_eq!(nobody, Err(NotAsked::NotReady));
    assert!(connector.report(&report(1)).is_err());
    let enrolled = Enrolled {
        site: SiteName::parse("plant-a").unwrap(),
        connector: ConnectorId::from_bits([1; 10]),
        chain: vec![],
        authority: Opaque::new(vec![]).unwrap(),
        nodes: vec![],
    };
    hub.enrolled(&enrolled).unwrap();
    let event = connector.receive(&mut hub.outbound().split()).unwrap();
    assert!(
        matches!(event, Some(ConnectorEvent::Enrolled(_))),
        "{event:?}"
    );
    // One with a certificate does not enrol.
    let mut hub = HubLink::new(&hello(), true, Limits::default());
    let mut input = BytesMut::new();
    Frame::write(&mut input, Kind::Hello, 0, &[&message::write(&hello())]);
    Frame::write(&mut input, Kind::Enrol, 0, &[&message::write(&enrol())]);
    assert!(hub.receive(&mut input).unwrap().is_some());
    assert_eq!(
        hub.receive(&mut input).unwrap_err(),
        LinkError::Unexpected(Kind::Enrol, "out of turn")
    );
}

#[test]
fn a_certificate_is_renewed_within() {
    let mut pair = Pair::open(Limits::default(), 4);
    let renew = Renew {
        request: Opaque::new(vec![1]).unwrap(),
    };
    assert!(
        pair.hub.renewed(&Renewed { chain: vec![] }).is_err(),
        "nobody asked"
    );
    pair.connector.renew(&renew).unwrap();
    assert!(pair.connector.renew(&renew).is_err());
    assert!(matches!(pair.hub_reads().as_slice(), [HubEvent::Renew(_)]));
    pair.hub.refuse_renewal(RefusalCode::Unavailable).unwrap();
    let events = pair.connector_reads();
    assert!(matches!(
        events.as_slice(),
        [ConnectorEvent::RenewalRefused(_)]
    ));
    pair.connector.renew(&renew).unwrap();
    pair.hub_reads();
    pair.hub.renewed(&Renewed { chain: vec![] }).unwrap();
    assert!(matches!(
        pair.connector_reads().as_slice(),
        [ConnectorEvent::Renewed(_)]
    ));
}

#[test]
fn ends_without_a_version_in_common_say_so() {
    let later = Hello {
        versions: vec![2, 3],
        ..hello()
    };
    let mut hub = HubLink::new(&later, true, Limits::default());
    let mut connector = ConnectorLink::new(&hello(), false, Limits::default());
    let error = connector.receive(&mut hub.outbound().split()).unwrap_err();
    assert_eq!(error, LinkError::Version(vec![2, 3]));
    let mut said = connector.outbound().split();
    let mut byes = Vec::new();
    while let Some(frame) = crate::split_frame(&mut said).unwrap() {
        if frame.kind == Kind::Bye {
            byes.push(message::read::<Bye>("bye", &frame.payload).unwrap().code);
        }
    }
    assert_eq!(byes, [ByeCode::Version]);
}

/// What a hub that is open makes of frames that do not belong there.
fn refused(kind: Kind, id: u64, payload: &[u8]) -> LinkError {
    let mut pair = Pair::open(Limits::default(), 4);
    pair.ask(Method::Login, b"").unwrap();
    let mut input = BytesMut::new();
    Frame::write(&mut input, kind, id, &[payload]);
    let error = pair.hub.receive(&mut input).expect_err("out of place");
    assert!(pair.hub.is_ended());
    let mut ping = BytesMut::new();
    Frame::write(&mut ping, Kind::Ping, 0, &[&[0; 8]]);
    assert!(pair.hub.receive(&mut ping).unwrap().is_none());
    error
}

#[test]
fn a_hub_takes_nothing_that_it_did_not_ask_for() {
    let head = |length| {
        message::write(&ReplyHead {
            time_ms: 1,
            signature: Octets([0; 64]),
            beside: Beside::default(),
            stated: None,
            length,
        })
    };
    for (kind, id, payload) in [
        (Kind::Hello, 0, message::write(&hello())),
        (Kind::Welcome, 0, message::write(&welcome())),
        (Kind::Request, 1, vec![]),
        (Kind::Credit, 1, vec![0; 4]),
        (Kind::Reply, 2, head(1)),
        (Kind::Reply, 0, head(1)),
        (Kind::Body, 1, vec![1]),
        (Kind::Body, 9, vec![1]),
        (Kind::Cancel, 9, vec![]),
        (Kind::Refused, 9, br#"{"code":"busy"}"#.to_vec()),
        (Kind::Enrol, 0, vec![]),
        (Kind::Enrolled, 0, vec![]),
        (Kind::Renewed, 0, vec![]),
        (Kind::Ping, 0, vec![1]),
    ] {
        let error = refused(kind, id, &payload);
        assert!(
            matches!(error, LinkError::Unexpected(found, _) if found == kind),
            "{error:?}"
        );
    }
    let long = refused(Kind::Reply, 1, &head(u32::MAX));
    assert_eq!(long, LinkError::TooMuch("a reply"));
    assert!(matches!(
        refused(Kind::Reply, 1, b"{}"),
        LinkError::Malformed(_)
    ));
    assert!(matches!(
        refused(Kind::Report, 0, b"{}"),
        LinkError::Malformed(_)
    ));
}

#[test]
fn a_reply_is_not_longer_than_it_said() {
    let mut pair = Pair::open(Limits::default(), 4);
    let (id, _) = pair.ask(Method::Login, b"").unwrap();
    let head = ReplyHead {
        time_ms: 1,
        signature: Octets([0; 64]),
        beside: Beside::default(),
        stated: None,
        length: 2,
    };
    let mut input = BytesMut::new();
    Frame::write(&mut input, Kind::Reply, id.0, &[&message::write(&head)]);
    Frame::write(&mut input, Kind::Body, id.0, &[b"abc"]);
    let error = pair.hub.receive(&mut input).unwrap_err();
    assert_eq!(error, LinkError::TooMuch("a reply's body"));
    assert_eq!(pair.hub.end(), [(id, Ended::Unwritten)]);
}

#[test]
fn whoever_pings_and_does_not_read_is_left() {
    let mut pair = Pair::open(Limits::default(), 4);
    let mut input = BytesMut::new();
    let error = loop {
        Frame::write(&mut input, Kind::Ping, 0, &[&[0; 8]]);
        match pair.connector.receive(&mut input) {
            Ok(None) => {
                assert!(pair.connector.outbound().len() < Limits::default().outbound + 1024)
            }
            Ok(event) => panic!("{event:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!(error, LinkError::TooMuch("what must be answered"));
}

#[test]
fn whoever_speaks_of_itself_without_end_is_left() {
    let mut pair = Pair::open(Limits::default(), 4);
    // Once when it opened.
    for _ in 1..TOLD_MAX {
        pair.connector.report(&report(3)).unwrap();
        assert_eq!(pair.hub_reads().len(), 1);
    }
    pair.hub.ping(1);
    for _ in 0..TOLD_MAX {
        pair.connector.report(&report(3)).unwrap();
        assert_eq!(pair.hub_reads().len(), 1);
    }
    let mut input = BytesMut::new();
    Frame::write(&mut input, Kind::Renew, 0, &[]);
    let error = pair.hub.receive(&mut input).unwrap_err();
    assert_eq!(error, LinkError::TooMuch("what a connector says of itself"));
    assert!(pair.hub.is_ended());
}

#[test]
fn requests_that_are_too_much_end_a_connection() {
    let open = || Pair::open(Limits::default(), 0);
    let head = |length| {
        message::write(&RequestHead {
            method: Method::Login,
            nonce: Octets([0; 16]),
            deadline_ms: 1,
            length,
        })
    };
    let mut pair = open();
    let mut input = BytesMut::new();
    for id in 1..=300 {
        Frame::write(&mut input, Kind::Request, id, &[&head(9)]);
    }
    let error = loop {
        match pair.connector.receive(&mut input) {
            Ok(event) => assert!(event.is_none() && !input.is_empty(), "{event:?}"),
            Err(error) => break error,
        }
    };
    assert_eq!(error, LinkError::TooMuch("what is refused"));
    for (ids, payload) in [([2, 2], head(0)), ([2, 1], head(0))] {
        let mut pair = open();
        let mut input = BytesMut::new();
        for id in ids {
            Frame::write(&mut input, Kind::Request, id, &[&payload]);
        }
        let error = pair.connector.receive(&mut input).unwrap_err();
        assert!(
            matches!(error, LinkError::Unexpected(Kind::Request, _)),
            "{error:?}"
        );
    }
    let mut input = BytesMut::new();
    Frame::write(&mut input, Kind::Request, 1, &[&head(u32::MAX)]);
    let error = open().connector.receive(&mut input).unwrap_err();
    assert_eq!(error, LinkError::TooMuch("a request"));
}

#[test]
fn no_message_outgrows_a_frame() {
    // As JSON writes what takes most room there.
    let nodes = vec![Text::cut(&"\u{1}".repeat(240)); message::NODES_MAX];
    let der = Opaque::new(vec![0; 4096]).unwrap();
    let largest = Enrolled {
        site: SiteName::parse(&"a".repeat(63)).unwrap(),
        connector: ConnectorId::from_bits([1; 10]),
        chain: vec![der.clone(); 2],
        authority: der,
        nodes,
    };
    assert!(message::write(&largest).len() <= MAX_PAYLOAD);
}

#[test]
fn a_connector_hears_in_how_many_stores_before_it_is_welcome_and_again() {
    let mut pair = Pair::new(Limits::default());
    assert_eq!(pair.hub.counting(&Counting { stores: 2 }), Err(OutOfTurn));
    pair.hub_reads();
    pair.connector_reads();
    pair.hub.counting(&Counting { stores: 2 }).unwrap();
    pair.hub.welcome(&welcome()).unwrap();
    let heard = pair.connector_reads();
    assert!(
        matches!(
            heard.as_slice(),
            [
                ConnectorEvent::Counting(Counting { stores: 2 }),
                ConnectorEvent::Welcome(_)
            ]
        ),
        "{heard:?}"
    );
    pair.hub.counting(&Counting { stores: 3 }).unwrap();
    let heard = pair.connector_reads();
    assert!(
        matches!(
            heard.as_slice(),
            [ConnectorEvent::Counting(Counting { stores: 3 })]
        ),
        "{heard:?}"
    );
    // Nobody enrols and is told that.
    let mut pair = Pair {
        hub: HubLink::new(&hello(), false, Limits::default()),
        connector: ConnectorLink::new(&hello(), true, Limits::default()),
        at_hub: BytesMut::new(),
        at_connector: BytesMut::new(),
    };
    pair.hub_reads();
    pair.connector_reads();
    assert_eq!(pair.hub.counting(&Counting { stores: 2 }), Err(OutOfTurn));
}

#[test]
fn certificates_are_spoken_of_with_whoever_has_the_capability() {
    let url = || Text::new("https://cert.plant-a.example:8444");
    let told = Certificates {
        issuer: Text::new("https://login.corp.example"),
        urls: url().into_iter().collect(),
    };
    let reported = Report {
        certificate_url: url(),
        ..report(4)
    };
    let able = Hello {
        capabilities: vec![Text::cut(message::CERTIFICATE_LOGIN)],
        ..hello()
    };
    for (of_hub, of_connector) in [
        (&able, &able),
        (&able, &hello()),
        (&hello(), &able),
        (&hello(), &hello()),
    ] {
        let mut pair = Pair {
            hub: HubLink::new(of_hub, true, Limits::default()),
            connector: ConnectorLink::new(of_connector, false, Limits::default()),
            at_hub: BytesMut::new(),
            at_connector: BytesMut::new(),
        };
        assert_eq!(pair.hub.certificates(&told), Err(OutOfTurn));
        pair.hub_reads();
        pair.connector_reads();
        pair.hub.welcome(&welcome()).unwrap();
        pair.hub.certificates(&told).unwrap();
        let heard = pair.connector_reads();
        let heard = heard.into_iter().find_map(|event| match event {
            ConnectorEvent::Certificates(told) => Some(told),
            _ => None,
        });
        let says = |hello: &Hello| !hello.capabilities.is_empty();
        assert_eq!(heard, says(of_connector).then(|| told.clone()));
        pair.connector.report(&reported).unwrap();
        pair.hub_reads();
        let seen = pair
            .hub
            .report()
            .and_then(|seen| seen.certificate_url.clone());
        assert_eq!(seen, url().filter(|_| says(of_hub)));
    }
}

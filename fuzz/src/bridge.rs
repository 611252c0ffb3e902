//! Both ends of a tunnel, fed a stream, and the texts that people and pages bring.

use crate::ldap::broken;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::BytesMut;
use entryway_bridge::link::{
    ConnectorEvent, ConnectorLink, HubEvent, HubLink, Limits, MAX_REPLY, MAX_REQUEST, REPLY_WINDOW,
    RequestId,
};
use entryway_bridge::message::{
    Ability, CERTIFICATE_LOGIN, Certificates, ChallengeAsked, ChallengeOutcome, FURTHER_MAX, Hello,
    LoginAsked, LookupAnswer, Method, Outcome, Ready, Report, Standing, Welcome, read, write,
};
use entryway_bridge::{
    Assertion, Beside, Challenge, ConnectorId, Frame, Kind, MAX_PAYLOAD, Octets, SiteName, Stated,
    Text, Ticket, VERSIONS, unpad,
};

/// Requests that the hub has open.
const IN_FLIGHT: u16 = 4;

const LIMITS: Limits = Limits {
    in_flight: IN_FLIGHT,
    reply_budget: 0,
    unsent: 4 * MAX_REPLY,
    outbound: 4096,
};

fn hello() -> Hello {
    Hello {
        versions: VERSIONS.to_vec(),
        capabilities: vec![Text::cut(CERTIFICATE_LOGIN)],
        software: Text::cut("fuzz"),
        counted_in: None,
        time_ms: 0,
    }
}

fn report() -> Report {
    let ready = |ability| Ready {
        ability,
        not_because: None,
    };
    Report {
        ready: [Ability::Password, Ability::Lookups].map(ready).into(),
        draining: false,
        max_in_flight: IN_FLIGHT,
        started_ms: 0,
        software: Text::cut("fuzz"),
        certificate_url: Some(Text::cut("https://cert.plant-a.example:8444")),
    }
}

fn welcome() -> Option<Welcome> {
    Some(Welcome {
        site: SiteName::parse("plant-a").ok()?,
        connector: ConnectorId::from_bits([0; 10]),
        node: Text::cut("one"),
        nodes: Vec::new(),
        standing: Standing::Active,
        wanted: Vec::new(),
    })
}

/// What the first bytes say is fed to the one end or the other, cut as they say, after a greeting or as it is.
pub fn bridge(bytes: &[u8]) {
    texts(bytes);
    let [script, cut, stream @ ..] = bytes else {
        return;
    };
    let cut = usize::from(*cut).max(1);
    match script & 1 {
        0 => hub(script & 2 != 0, stream, cut),
        _ => connector(script & 2 != 0, stream, cut),
    }
}

fn greeted(kind: Kind, message: &[u8]) -> BytesMut {
    let mut input = BytesMut::new();
    Frame::write(&mut input, Kind::Hello, 0, &[&write(&hello())]);
    Frame::write(&mut input, kind, 0, &[message]);
    input
}

/// Each request that was asked has at most one end, and what is buffered has its bound.
fn hub(greet: bool, stream: &[u8], cut: usize) {
    let mut hub = HubLink::new(&hello(), true, LIMITS);
    let mut asked: Vec<RequestId> = Vec::new();
    let mut input = BytesMut::new();
    if greet {
        input = greeted(Kind::Ping, &[0; 8]);
        let opened = hub.receive(&mut input);
        let Some(welcome) = welcome() else {
            broken("a welcome cannot be built")
        };
        assert!(opened.is_ok() && hub.welcome(&welcome).is_ok());
        Frame::write(&mut input, Kind::Report, 0, &[&write(&report())]);
        while let Ok(Some(_)) = hub.receive(&mut input) {}
        for method in [Method::Login, Method::Lookup, Method::Revalidate] {
            match hub.request(method, Octets([0; 16]), 1000, b"{}") {
                Ok((id, _)) => asked.push(id),
                Err(_) => broken("a hub that was reported to asks nothing"),
            }
        }
        // The third is given up: it had its end.
        assert!(asked.pop().is_some_and(|id| hub.cancel(id)));
    }
    let over = |id: RequestId, asked: &mut Vec<RequestId>| {
        let Some(at) = asked.iter().position(|open| *open == id) else {
            broken("an end for what was not asked, or a second one")
        };
        asked.remove(at);
    };
    for part in stream.chunks(cut) {
        input.extend_from_slice(part);
        loop {
            match hub.receive(&mut input) {
                Ok(Some(
                    HubEvent::Replied(id, _) | HubEvent::Refused(id, _) | HubEvent::GivenUp(id),
                )) => over(id, &mut asked),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    assert!(hub.is_ended());
                    assert_eq!(hub.end().len(), asked.len());
                    return;
                }
            }
        }
        assert!(input.len() <= MAX_PAYLOAD + 255 + 13);
        assert!(hub.is_ended() || hub.outstanding() == asked.len());
    }
    assert_eq!(hub.end().len(), asked.len());
}

/// A question that comes is whole, and no more come at a time than were welcome.
fn connector(greet: bool, stream: &[u8], cut: usize) {
    let mut connector = ConnectorLink::new(&hello(), false, LIMITS);
    let mut input = BytesMut::new();
    if greet {
        let Some(welcome) = welcome() else {
            broken("a welcome cannot be built")
        };
        input = greeted(Kind::Welcome, &write(&welcome));
        while let Ok(Some(_)) = connector.receive(&mut input) {}
        assert!(connector.report(&report()).is_ok());
    }
    let mut open = 0usize;
    for part in stream.chunks(cut) {
        input.extend_from_slice(part);
        loop {
            match connector.receive(&mut input) {
                Ok(Some(ConnectorEvent::Asked(_, delivered))) => {
                    assert_eq!(delivered.body.len(), delivered.head.length as usize);
                    assert!(delivered.body.len() <= MAX_REQUEST);
                    open += 1;
                    assert!(open <= usize::from(IN_FLIGHT));
                }
                Ok(Some(ConnectorEvent::Cancelled(_))) => open -= 1,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => return assert!(connector.is_ended()),
            }
        }
        assert!(connector.outbound().len() <= LIMITS.outbound + 2 * MAX_PAYLOAD);
    }
}

/// What is read is written as what it was.
fn texts(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(ticket) = Ticket::parse(text)
    {
        let again = Ticket::parse(&ticket.to_text());
        assert!(again.is_ok_and(|again| again.secret() == ticket.secret()));
    }
    // As it stands in an address, and what is written in it.
    let encoded = URL_SAFE_NO_PAD.encode(bytes);
    for text in [std::str::from_utf8(bytes).ok(), Some(encoded.as_str())] {
        if let Some(assertion) = text.and_then(Assertion::read) {
            let text = assertion.to_text();
            let again = Assertion::read(&text).map(|again| again.to_text());
            assert_eq!(again, Some(text));
        }
    }
    if let Ok(told) = read::<Certificates>("certificates", bytes) {
        let again = read::<Certificates>("certificates", &write(&told));
        assert!(again.is_ok_and(|again| again == told));
    }
    if let Some(beside) = Beside::read(bytes.to_vec()) {
        assert_eq!(beside.as_slice(), bytes);
        let again = read::<Beside>("beside", &write(&beside));
        assert!(again.is_ok_and(|again| again == beside));
    }
    if let Ok(stated) = read::<Stated>("stated", bytes) {
        let again = read::<Stated>("stated", &write(&stated));
        assert!(again.is_ok_and(|again| again == stated));
    }
    if let Some(password) = unpad(bytes) {
        assert!(password.len() + 2 <= bytes.len());
    }
    if let Ok(outcome) = read::<Outcome>("outcome", bytes) {
        assert!(read::<Outcome>("outcome", &write(&outcome)).is_ok());
    }
    if let Ok(challenge) = read::<Challenge>("challenge", bytes) {
        let again = read::<Challenge>("challenge", &write(&challenge));
        assert!(again.is_ok_and(|again| again == challenge));
    }
    if let Ok(asked) = read::<ChallengeAsked>("challenge", bytes) {
        assert!(usize::from(asked.further) <= FURTHER_MAX);
        let again = read::<ChallengeAsked>("challenge", &write(&asked));
        assert!(again.is_ok_and(|again| again == asked));
    }
    if let Ok(outcome) = read::<ChallengeOutcome>("challenge", bytes) {
        if let ChallengeOutcome::Issued { further, .. } = &outcome {
            assert!(further.len() <= FURTHER_MAX);
        }
        let again = read::<ChallengeOutcome>("challenge", &write(&outcome));
        assert!(again.is_ok_and(|again| again == outcome));
    }
    if let Ok(asked) = read::<LoginAsked>("login", bytes) {
        assert!(read::<LoginAsked>("login", &write(&asked)).is_ok());
    }
    if let Some(answer) = LookupAnswer::read(&bytes.to_vec().into()) {
        assert_eq!(LookupAnswer::read(&answer.to_bytes()), Some(answer));
    }
    const { assert!(REPLY_WINDOW <= MAX_REQUEST) };
}

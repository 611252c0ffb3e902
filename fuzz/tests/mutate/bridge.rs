//! Seeds of the tunnel: what each end says to the other, and texts.

use bytes::BytesMut;
use entryway_bridge::message::{Bye, ByeCode, Method, RefusalCode, Refused, RequestHead, write};
use entryway_bridge::{Frame, Kind, Octets, Ticket};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        Ticket::new(*b"sixteen bytes !!", b"x").to_text().as_bytes().to_vec(),
        br#"{"outcome":"refused"}"#.to_vec(),
        br#"{"further":31}"#.to_vec(),
        challenge(),
        br#"{"outcome":"accept","session":{"subject":"staff:1","name":"jdoe","authenticated_at_ms":1}}"#.to_vec(),
        b"\0\0\0\x1d{\"status\":200,\"headers\":[]}xx".to_vec(),
        assertion(),
    ];
    // To a hub that has asked 1 and 2: byte 1 says how the stream is cut.
    for (script, stream) in [
        (2, to_hub()),
        (3, to_connector()),
        (0, to_hub()),
        (1, to_connector()),
    ] {
        for cut in [255, 7] {
            seeds.push([&[script, cut][..], &stream].concat());
        }
    }
    seeds
}

fn challenge() -> Vec<u8> {
    let (key, id, signature) = ("A".repeat(87), "A".repeat(11), "A".repeat(86));
    let text = format!(
        r#"{{"outcome":"issued","challenge":{{"version":1,"suite":"P256-HKDF-SHA256-AES128GCM","site":"plant-a","connector":"aaaaaaaaaaaaaaaa","key":"{key}","key_id":"{id}","key_from_ms":1,"key_until_ms":2,"key_signature":"{signature}","nonce":"AAEC","nonce_until_ms":3}},"further":["AAED","AAEE"]}}"#
    );
    text.into_bytes()
}

fn assertion() -> Vec<u8> {
    let signature = "A".repeat(86);
    format!(
        r#"{{"site":"plant-a","connector":"aeaqcaibaeaqcaib","login_id":"0000000000000007","time_ms":1,"said":{{"outcome":"accept","token":"t"}},"signature":"{signature}"}}"#
    )
    .into_bytes()
}

fn to_hub() -> Vec<u8> {
    let signature = "A".repeat(86);
    let reply = |length| format!(r#"{{"time_ms":1,"signature":"{signature}","length":{length}}}"#);
    // Signed together with one other.
    let beside = format!(
        r#"{{"time_ms":1,"signature":"{signature}","beside":"{}","stated":{{"login_id":"0000000000000007","outcome":"accept","subject":"s:1","name":"jane"}},"length":5}}"#,
        "A".repeat(44)
    );
    let mut out = BytesMut::new();
    Frame::write(&mut out, Kind::Reply, 1, &[beside.as_bytes()]);
    Frame::write(&mut out, Kind::Pong, 0, &[&[0; 8]]);
    Frame::write(&mut out, Kind::Body, 1, &[b"abc"]);
    Frame::write(&mut out, Kind::Reply, 2, &[reply(70_000).as_bytes()]);
    Frame::write(&mut out, Kind::Body, 1, &[b"de"]);
    Frame::write(&mut out, Kind::Body, 2, &[&[7; 300]]);
    Frame::write(&mut out, Kind::Cancel, 2, &[]);
    let code = RefusalCode::Busy;
    Frame::write(&mut out, Kind::Refused, 3, &[&write(&Refused { code })]);
    Frame::write(&mut out, Kind::Drain, 0, &[]);
    Frame::write(
        &mut out,
        Kind::Bye,
        0,
        &[&write(&Bye::new(ByeCode::Done, "x"))],
    );
    out.to_vec()
}

fn to_connector() -> Vec<u8> {
    let mut out = BytesMut::new();
    for id in 1..=6 {
        let head = RequestHead {
            method: Method::Login,
            nonce: Octets([1; 16]),
            deadline_ms: 100,
            length: 4,
        };
        Frame::write(&mut out, Kind::Request, id, &[&write(&head)]);
        Frame::write(&mut out, Kind::Body, id, &[b"{"]);
        Frame::write(&mut out, Kind::Body, id, &[b"  }"]);
    }
    Frame::write(&mut out, Kind::Cancel, 2, &[]);
    Frame::write(&mut out, Kind::Credit, 1, &[&[0, 0, 1, 0]]);
    let told = br#"{"issuer":"https://login.corp.example","urls":[]}"#;
    Frame::write(&mut out, Kind::Certificates, 0, &[told]);
    Frame::write(&mut out, Kind::Ping, 0, &[&[0; 8]]);
    Frame::write(&mut out, Kind::Drain, 0, &[]);
    out.to_vec()
}

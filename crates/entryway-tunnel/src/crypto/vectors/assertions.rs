//! Vectors of what a connector asserts of whoever has shown it a certificate.

use super::{Holder, REPLY_TIME, connector, hex, site};
use crate::sign::IdentitySigner;
use aws_lc_rs::digest::{SHA256, digest};
use entryway_bridge::message::{Code, Token};
use entryway_bridge::ports::Verifier;
use entryway_bridge::{AssertedTo, Asserting, Assertion, Said};
use entryway_login::LoginId;
use serde_json::{Value, json};

const ISSUER: &str = "https://login.corp.example";
/// What a browser brought; a hub alone reads it.
const SEALED: &str = "AAECAwQFBgcICQoLDA0ODw";

/// What is signed of an assertion, in other words than the library's.
fn asserted(login_id: &str, outcome: &str, with: &str) -> Vec<u8> {
    let page = digest(&SHA256, SEALED.as_bytes());
    let connector = connector();
    let fields = [
        b"entryway certificate login v1",
        &b"plant-a"[..],
        connector.as_str().as_bytes(),
        ISSUER.as_bytes(),
        page.as_ref(),
        login_id.as_bytes(),
        &REPLY_TIME.to_be_bytes(),
        outcome.as_bytes(),
        with.as_bytes(),
    ];
    let mut statement = Vec::new();
    for field in fields {
        statement.extend_from_slice(&u16::try_from(field.len()).unwrap().to_be_bytes());
        statement.extend_from_slice(field);
    }
    statement
}

pub(super) fn write(signer: &IdentitySigner) -> Vec<Value> {
    let token = Token::new("a token of the connector's".to_owned()).unwrap();
    let told = [
        Said::Accept { token },
        Said::Refused {
            code: Code::cut("certificate_revoked"),
        },
        Said::NoCertificate {},
    ];
    let login_id = LoginId::from_bits(0x0102_0304_0506_0708);
    told.into_iter()
        .map(|said| {
            let asserting = Asserting {
                site: site(),
                connector: connector(),
                login_id,
                time_ms: REPLY_TIME,
                said: said.clone(),
            };
            let to = AssertedTo {
                audience: ISSUER,
                sealed: SEALED,
            };
            let (assertion, digest) = asserting.sign(to, signer).unwrap();
            let (outcome, with) = match &said {
                Said::Accept { token } => ("accept", token.expose()),
                Said::Refused { code } => ("refused", code.as_str()),
                _ => ("no_certificate", ""),
            };
            json!({
                "audience": ISSUER, "sealed": SEALED, "login_id": login_id.to_string(), "time_ms": REPLY_TIME,
                "outcome": outcome, "with": with, "statement": hex(&asserted(&login_id.to_string(), outcome, with)),
                "statement_digest": hex(&digest), "text": assertion.to_text(),
            })
        })
        .collect()
}

/// One of them is what its statement says, for its page and its hub alone.
pub(super) fn check(vector: &Value, identity: &Holder) {
    let text = |key: &str| vector[key].as_str().unwrap();
    let statement = asserted(text("login_id"), text("outcome"), text("with"));
    assert_eq!(hex(&statement), text("statement"));
    let digest = digest(&SHA256, &statement);
    assert_eq!(hex(digest.as_ref()), text("statement_digest"));
    let verify = |audience, sealed, now_ms| {
        let to = AssertedTo { audience, sealed };
        let read = Assertion::read(text("text")).unwrap();
        let keys: [&dyn Verifier; 1] = [identity];
        read.verify(to, &site(), &keys, now_ms)
    };
    let (audience, sealed) = (text("audience"), text("sealed"));
    let verified = verify(audience, sealed, REPLY_TIME).unwrap();
    assert_eq!(hex(verified.statement_digest()), text("statement_digest"));
    assert_eq!(verified.connector(), &connector());
    assert_eq!(verified.login_id().to_string(), text("login_id"));
    match verified.said() {
        Said::Accept { token } => {
            assert_eq!(("accept", token.expose()), (text("outcome"), text("with")))
        }
        Said::Refused { code } => {
            assert_eq!(("refused", code.as_str()), (text("outcome"), text("with")))
        }
        other => assert_eq!(text("outcome"), "no_certificate", "{other:?}"),
    }
    let other_page = format!("{sealed}x");
    assert!(verify(audience, &other_page, REPLY_TIME).is_err());
    assert!(verify("https://other.example", sealed, REPLY_TIME).is_err());
    assert!(verify(audience, sealed, REPLY_TIME + 10 * 60_000).is_err());
}

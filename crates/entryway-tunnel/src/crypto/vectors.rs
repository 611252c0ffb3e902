//! Vectors that the page's script and any second implementation are checked with:
//! `crates/entryway-bridge/tests/vectors.json`. Written anew with `UPDATE_GOLDEN=1`, with new keys and ciphertexts.

mod assertions;

use super::seal::{PageSeal, SecretKey};
use crate::identity::ConnectorKey;
use crate::sign::IdentitySigner;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use entryway_bridge::message::Method;
use entryway_bridge::ports::{Seal as _, Verifier};
use entryway_bridge::{
    Beside, Challenge, ConnectorId, Kept, Octets, Proof, Purpose, Question, SealNonce, Sealed,
    SealingKey, SignedReply, SiteName, Stated, Statement, Text, Ticket, Unsigned, pad, sign,
    sign_together, unpad,
};
use entryway_login::LoginId;
use serde_json::{Value, json};
use std::path::Path;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

/// Whoever holds the point of the identity key.
struct Holder(Vec<u8>);

impl Verifier for Holder {
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.0);
        key.verify(statement, signature).is_ok()
    }
}

fn site() -> SiteName {
    SiteName::parse("plant-a").unwrap()
}

fn connector() -> ConnectorId {
    ConnectorId::from_bits(*b"connector!")
}

/// Asked of the same connector: another by each nonce.
fn question_with(nonce: u8) -> Question {
    Question {
        nonce: Octets([nonce; 16]),
        ..question()
    }
}

/// Three replies: what has nothing beside it goes up as it is.
const TOGETHER: [u8; 3] = [2, 3, 4];

fn write_together() -> Value {
    let identity = ConnectorKey::generate().unwrap();
    let signer = IdentitySigner::of(&identity).unwrap();
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &identity.pkcs8()).unwrap();
    let stated = TOGETHER.map(|nonce| Unsigned::of(&question_with(nonce), REPLY_TIME, REPLY));
    let all: Vec<&Unsigned> = stated.iter().collect();
    let proofs = sign_together(&site(), &connector(), &all, &signer).unwrap();
    let besides = proofs.iter().map(|proof| hex(proof.beside.as_slice()));
    json!({
        "about": "The reply of `reply` to its nonce and to two others, signed together.",
        "identity_key": hex(pair.public_key().as_ref()),
        "nonces": TOGETHER.map(|nonce| hex(&[nonce; 16])),
        "statement_digests": stated.each_ref().map(|stated| hex(stated.digest())),
        "root": hex(&root_of_three(stated.each_ref().map(|stated| &stated.digest()[..]))),
        "signature": hex(&proofs[0].signature.0),
        "beside": besides.collect::<Vec<_>>(),
    })
}

/// What is kept of a reply that lets somebody in.
fn kept() -> Kept {
    Kept {
        question: question(),
        time_ms: REPLY_TIME,
        body: digest(&SHA256, LETS_IN).as_ref().try_into().unwrap(),
        stated: Stated {
            login_id: LoginId::from_bits(0x0102_0304_0506_0708),
            outcome: Text::cut("accept"),
            code: None,
            subject: Some(Text::cut("staff:1")),
            name: Some(Text::cut("jane")),
        },
    }
}

fn write_stated(signer: &IdentitySigner) -> Value {
    let kept = kept();
    let stated = Some(Box::new(kept.stated.clone()));
    let unsigned = Unsigned::stating(&question(), REPLY_TIME, LETS_IN, stated);
    json!({
        "about": "To the question of `reply`, with what came of it stated apart: the statement is made of what is kept, without the body.",
        "stated": kept.stated, "time_ms": REPLY_TIME, "body": String::from_utf8_lossy(LETS_IN),
        "body_digest": hex(&kept.body), "statement_digest": hex(unsigned.digest()),
        "signature": hex(&unsigned.sign(signer).unwrap().signature.0),
    })
}

fn verify_stated(vector: &Value, identity: &Holder) {
    let made: Stated = serde_json::from_value(vector["stated"].clone()).unwrap();
    let body = vector["body"].as_str().unwrap();
    let body_digest = digest(&SHA256, body.as_bytes());
    assert_eq!(hex(body_digest.as_ref()), vector["body_digest"]);
    let kept = Kept {
        question: question(),
        time_ms: vector["time_ms"].as_u64().unwrap(),
        body: unhex(&vector["body_digest"]).try_into().unwrap(),
        stated: made,
    };
    assert_eq!(kept, self::kept());
    assert_eq!(hex(&kept.digest()), vector["statement_digest"]);
    let proof = Proof {
        signature: Octets(unhex(&vector["signature"]).try_into().unwrap()),
        beside: Beside::default(),
    };
    assert!(kept.is_proved(&proof, identity));
    let reply = SignedReply {
        time_ms: kept.time_ms,
        proof,
        stated: Some(Box::new(kept.stated.clone())),
        body: Bytes::from(body.to_owned()),
    };
    let verified = reply.verify(&question(), identity).unwrap();
    assert_eq!(verified.kept(), Some(&kept));
}

/// Line by line as the document says it.
fn root_of_three(digests: [&[u8]; 3]) -> Vec<u8> {
    let sha256 = |parts: &[&[u8]]| digest(&SHA256, &parts.concat()).as_ref().to_vec();
    let [one, two, three] = digests.map(|reply| sha256(&[&[0], reply]));
    let pair = sha256(&[&[1], &one, &two]);
    sha256(&[&[1], &pair, &three])
}

fn question() -> Question {
    let head =
        br#"{"method":"login","nonce":"AgICAgICAgICAgICAgICAg","deadline_ms":5000,"length":2}"#;
    Question {
        site: site(),
        connector: connector(),
        nonce: Octets([2; 16]),
        method: Method::Login,
        request: Question::digest_of(head, b"{}"),
    }
}

const REPLY: &[u8] = br#"{"outcome":"refused"}"#;
const LETS_IN: &[u8] = br#"{"outcome":"accept","session":{"subject":"staff:1","name":"jane","authenticated_at_ms":1800000000000}}"#;
const REPLY_TIME: u64 = 1_800_000_000_000;

fn write() -> Value {
    let identity = ConnectorKey::generate().unwrap();
    let signer = IdentitySigner::of(&identity).unwrap();
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &identity.pkcs8()).unwrap();
    let (secret, point) = SecretKey::generate().unwrap();
    let key = SealingKey {
        point,
        from_ms: 1_800_000_000_000,
        until_ms: 1_800_086_520_000,
    };
    let signature = Challenge::sign_key(&site(), &connector(), &key, &signer).unwrap();
    let nonce = SealNonce::new((0..40).collect()).unwrap();
    let challenge = Challenge::new(
        &site(),
        connector(),
        &key,
        signature,
        nonce,
        1_800_000_120_000,
    );
    let longest = "é".repeat(512);
    let sealings: Vec<Value> = [
        (Purpose::Login, "grafana", "jdoe", "swordfish"),
        (Purpose::Old, "portal", "Zoë@corp.example", "pässwörd \u{1f41f}"),
        (Purpose::New, "portal", "Zoë@corp.example", ""),
        (Purpose::Login, "", "jdoe", longest.as_str()),
    ]
    .into_iter()
    .map(|(purpose, audience, login_name, password)| {
        let bound = challenge.bind(purpose, audience, login_name);
        let padded = pad(password.as_bytes()).unwrap();
        let (enc, ciphertext) = PageSeal
            .seal(&challenge.key.0, &bound.info, &bound.aad, &padded)
            .unwrap();
        let sealed = Sealed {
            connector: connector(),
            key_id: challenge.key_id,
            nonce: challenge.nonce.clone(),
            enc,
            ciphertext,
        };
        json!({
            "purpose": purpose.as_str(), "audience": audience, "login_name": login_name, "password": password,
            "info": hex(&bound.info), "aad": hex(&bound.aad), "plaintext": hex(&padded), "sealed": sealed,
        })
    })
    .collect();
    let reply = Bytes::from_static(REPLY);
    let (signed, stated) = sign(&question(), REPLY_TIME, reply, &signer).unwrap();
    let question = question();
    let ticket = Ticket::new(*b"sixteen bytes !!", b"a certificate");
    json!({
        "about": "Vectors of docs/connector-protocol.md. Keys of tests: they open nothing. Bytes are in hexadecimal, but within `challenge` and `sealed`, where they are as they travel.",
        "identity_key": hex(pair.public_key().as_ref()),
        "sealing_key": { "private": hex(&secret.bytes()), "public": hex(&point) },
        "challenge": challenge,
        "sealings": sealings,
        "reply": {
            "site": question.site, "connector": question.connector, "nonce": hex(&question.nonce.0),
            "method": "login", "request_digest": hex(&question.request), "time_ms": REPLY_TIME,
            "body": String::from_utf8_lossy(REPLY), "statement_digest": hex(&stated),
            "signature": hex(&signed.proof.signature.0),
        },
        "reply_stated": write_stated(&signer),
        "replies_together": write_together(),
        "assertions": assertions::write(&signer),
        "ticket": {
            "text": &*ticket.to_text(), "secret": hex(ticket.secret()),
            "authority_certificate": hex(b"a certificate"),
        },
    })
}

#[test]
fn the_vectors_are_of_this_protocol() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../entryway-bridge/tests/vectors.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = serde_json::to_string_pretty(&write()).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let identity = Holder(unhex(&vectors["identity_key"]));
    let secret = SecretKey::from_bytes(&unhex(&vectors["sealing_key"]["private"]));
    let challenge: Challenge = serde_json::from_value(vectors["challenge"].clone()).unwrap();
    assert_eq!(challenge.verify(&site(), &connector(), &identity), Ok(()));
    assert_eq!(hex(&challenge.key.0), vectors["sealing_key"]["public"]);
    let sealings = vectors["sealings"].as_array().unwrap();
    assert_eq!(sealings.len(), 4);
    for vector in sealings {
        let text = |key: &str| vector[key].as_str().unwrap();
        let purpose = [Purpose::Login, Purpose::Old, Purpose::New]
            .into_iter()
            .find(|purpose| purpose.as_str() == text("purpose"))
            .unwrap();
        let bound = challenge.bind(purpose, text("audience"), text("login_name"));
        assert_eq!(hex(&bound.info), text("info"));
        assert_eq!(hex(&bound.aad), text("aad"));
        let password = text("password").as_bytes();
        assert_eq!(hex(&pad(password).unwrap()), text("plaintext"));
        let sealed: Sealed = serde_json::from_value(vector["sealed"].clone()).unwrap();
        let ciphertext = sealed.ciphertext.as_slice();
        let opened = secret.open(&sealed.enc.0, &bound.info, &bound.aad, ciphertext);
        assert_eq!(unpad(&opened.unwrap()), Some(password));
    }
    let reply = &vectors["reply"];
    assert_eq!(hex(&question().request), reply["request_digest"]);
    let signed = SignedReply {
        time_ms: reply["time_ms"].as_u64().unwrap(),
        proof: Proof {
            signature: Octets(unhex(&reply["signature"]).try_into().unwrap()),
            beside: Beside::default(),
        },
        stated: None,
        body: Bytes::from(reply["body"].as_str().unwrap().to_owned()),
    };
    let verified = signed.verify(&question(), &identity).unwrap();
    assert_eq!(hex(verified.statement_digest()), reply["statement_digest"]);
    verify_stated(&vectors["reply_stated"], &identity);
    verify_together(&vectors["replies_together"]);
    let asserted = vectors["assertions"].as_array().unwrap();
    assert_eq!(asserted.len(), 3);
    for vector in asserted {
        assertions::check(vector, &identity);
    }
    let ticket = Ticket::parse(vectors["ticket"]["text"].as_str().unwrap()).unwrap();
    assert_eq!(hex(ticket.secret()), vectors["ticket"]["secret"]);
    assert!(ticket.is_for(&unhex(&vectors["ticket"]["authority_certificate"])));
}

fn verify_together(vector: &Value) {
    let identity = Holder(unhex(&vector["identity_key"]));
    let list = |key: &str| vector[key].as_array().unwrap().iter().map(unhex);
    let digests: Vec<Vec<u8>> = list("statement_digests").collect();
    let digests: [&[u8]; 3] = std::array::from_fn(|at| &digests[at][..]);
    let root = root_of_three(digests);
    assert_eq!(hex(&root), vector["root"]);
    let signature: [u8; 64] = unhex(&vector["signature"]).try_into().unwrap();
    let stated = Statement::of("entryway replies v1")
        .with(site().as_str().as_bytes())
        .with(connector().as_str().as_bytes())
        .with(&root);
    assert!(identity.is_signature(stated.as_slice(), &signature));
    for ((nonce, beside), digest) in TOGETHER.into_iter().zip(list("beside")).zip(digests) {
        let proof = Proof {
            signature: Octets(signature),
            beside: Beside::read(beside).unwrap(),
        };
        let reply = SignedReply {
            time_ms: REPLY_TIME,
            proof,
            stated: None,
            body: Bytes::from_static(REPLY),
        };
        let verified = reply.verify(&question_with(nonce), &identity).unwrap();
        assert_eq!(verified.statement_digest(), digest);
    }
}

/// Line 1 of a page's work in other words than the library's: the statement that a key is signed over.
#[test]
fn a_statement_is_as_the_document_says() {
    let info = entryway_bridge::sealed_info(&site(), &connector(), &Octets([7; 8]));
    let mut expected = b"\0\x1bentryway sealed password v1\0\x07plant-a\0\x10".to_vec();
    expected.extend_from_slice(connector().as_str().as_bytes());
    expected.extend_from_slice(b"\0\x08\x07\x07\x07\x07\x07\x07\x07\x07");
    assert_eq!(info, expected);
    let encoded = URL_SAFE_NO_PAD.encode([2; 16]);
    assert_eq!(encoded, "AgICAgICAgICAgICAgICAg");
}

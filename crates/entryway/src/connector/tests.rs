//! A hub's questions, without a tunnel: what is opened, what is told, and what is refused.

mod answers;
mod lookups;
mod readiness;

use super::Desk;
use crate::kept::Kept;
use crate::live::Live;
use crate::sources;
use aws_lc_rs::digest::{SHA256, digest};
use entryway_bridge::link::Delivered;
use entryway_bridge::message::{
    ChallengeAsked, ChallengeOutcome, ChangeAsked, Demand, FURTHER_MAX, LoginAsked, LookupAnswer,
    LookupAsked, LookupVerb, Method, Outcome, RequestHead, RevalidateAsked, SealRefusal, Token,
    read, write,
};
use entryway_bridge::ports::{KeyUnusable, Seal as _, Signer, Verifier};
use entryway_bridge::{
    Challenge, ConnectorId, Octets, Opaque, Purpose, Question, SealNonce, Sealed, SignedReply,
    SiteName, Text, VerifiedReply, pad,
};
use entryway_ldap_types::Password;
use entryway_login::LoginId;
use entryway_store::{Details, NewAccount, NewPassword};
use entryway_tunnel::connector::SigningDesk;
use entryway_tunnel::crypto::PageSeal;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const BASE: &str = r#"
[login]
ldap = "disabled"
reject_after = "50ms"
[store]
url = "memory:"
"#;

/// A key of tests: its signature is a digest of its number and of what is signed.
struct Key(u8);

impl Key {
    fn over(&self, statement: &[u8]) -> [u8; 64] {
        let mut signature = [self.0; 64];
        signature[..32].copy_from_slice(digest(&SHA256, statement).as_ref());
        signature
    }
}

impl Signer for Key {
    fn sign(&self, statement: &[u8]) -> Result<[u8; 64], KeyUnusable> {
        Ok(self.over(statement))
    }
}

impl Verifier for Key {
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool {
        self.over(statement) == *signature
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A site with one connector, as its hub sees it.
struct Site {
    desk: Desk,
    live: Arc<Live>,
    asked: AtomicU64,
    signing: Arc<SigningDesk>,
}

fn site() -> SiteName {
    SiteName::parse("plant-a").expect("a name")
}

fn connector() -> ConnectorId {
    ConnectorId::from_bits([1; 10])
}

impl Site {
    async fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("entryway.toml");
        std::fs::write(&file, format!("{BASE}{text}")).expect("written");
        let loaded = sources::load(&file)
            .map_err(|report| report.summary())
            .expect("a configuration");
        let kept = Arc::new(Kept::open(&loaded.settings).await.expect("a store"));
        let account = NewAccount {
            name: "ada".to_owned(),
            password: NewPassword::Clear(password("swordfish")),
            enabled: true,
            details: Details {
                uid: Some(1042),
                gid: Some(100),
                home: Some("/home/ada".to_owned()),
                ..Details::default()
            },
        };
        kept.store
            .accounts()
            .add(account)
            .await
            .expect("an account");
        let live = Arc::new(Live::start(loaded, kept, Vec::new()).expect("a gateway"));
        let desk = Desk::new(Arc::clone(&live), site(), connector(), None).expect("keys");
        Self::of(desk, live)
    }

    fn of(desk: Desk, live: Arc<Live>) -> Self {
        let signing = SigningDesk::together(site(), connector(), Arc::new(Key(1)));
        Self {
            desk,
            live,
            asked: AtomicU64::new(1),
            signing: Arc::new(signing),
        }
    }

    /// The reply as it comes, and what was asked.
    async fn ask(
        &self,
        method: Method,
        message: &impl Serialize,
    ) -> (Option<SignedReply>, Question) {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&number.to_be_bytes());
        let body = write(message);
        let head = RequestHead {
            method,
            nonce: Octets(nonce),
            deadline_ms: 30_000,
            length: u32::try_from(body.len()).expect("short"),
        };
        let question = Question {
            site: site(),
            connector: connector(),
            nonce: head.nonce,
            method,
            request: Question::digest_of(&write(&head), &body),
        };
        let delivered = Delivered {
            head,
            digest: question.request,
            body: body.into(),
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        let signing = Arc::clone(&self.signing);
        let reply = (self.desk).answer(&delivered, question.clone(), deadline, signing);
        (reply.await, question)
    }
    async fn verified(&self, method: Method, message: &impl Serialize) -> VerifiedReply {
        let (reply, question) = self.ask(method, message).await;
        let reply = reply.expect("a reply");
        reply.verify(&question, &Key(1)).expect("a signature")
    }
    async fn outcome(&self, method: Method, message: &impl Serialize) -> Outcome {
        let reply = self.verified(method, message).await;
        read("outcome", reply.body()).expect("an outcome")
    }
    async fn challenge(&self) -> Challenge {
        let (challenge, further) = self.challenges(0).await;
        assert_eq!(further, []);
        challenge
    }
    async fn challenges(&self, further: u16) -> (Challenge, Vec<SealNonce>) {
        let asked = ChallengeAsked { further };
        let reply = self.verified(Method::Challenge, &asked).await;
        match read("challenge", reply.body()).expect("an answer") {
            ChallengeOutcome::Issued { challenge, further } => {
                assert_eq!(challenge.verify(&site(), &connector(), &Key(1)), Ok(()));
                (*challenge, further)
            }
            ChallengeOutcome::NoVerdict {} => panic!("no challenge"),
        }
    }
    async fn login(&self, name: &str, password: &str) -> Outcome {
        let challenge = self.challenge().await;
        let asked = asked(&challenge, name, password);
        self.outcome(Method::Login, &asked).await
    }
    /// What is on record of a login.
    async fn record(&self, id: LoginId) -> Option<serde_json::Value> {
        let record = self.live.kept().store.audit().get(id.bits()).await;
        let record = record.expect("a store")?;
        Some(serde_json::from_slice(&record.body).expect("JSON"))
    }
}

fn password(text: &str) -> Arc<Password> {
    Arc::new(Password::new(text.as_bytes().to_vec()).expect("a password"))
}

fn seal(
    challenge: &Challenge,
    purpose: Purpose,
    audience: &str,
    name: &str,
    password: &str,
) -> Sealed {
    let bound = challenge.bind(purpose, audience, name);
    let padded = pad(password.as_bytes()).expect("short");
    let (enc, ciphertext) = PageSeal
        .seal(&challenge.key.0, &bound.info, &bound.aad, &padded)
        .expect("sealed");
    Sealed {
        connector: challenge.connector,
        key_id: challenge.key_id,
        nonce: challenge.nonce.clone(),
        enc,
        ciphertext,
    }
}

fn asked(challenge: &Challenge, name: &str, password: &str) -> LoginAsked {
    LoginAsked {
        login_id: crate::ids::draw(),
        login_name: Text::cut(name),
        sealed: seal(challenge, Purpose::Login, "grafana", name, password),
        audience: Text::cut("grafana"),
        client_address: None,
        device: None,
        wants_groups: false,
    }
}

#[tokio::test]
async fn somebody_is_let_in_and_both_records_name_the_same_reply() {
    let site = Site::with("[connector.release]\nfields = ['uid']\n").await;
    let asked = asked(&site.challenge().await, "ada", "swordfish");
    let reply = site.verified(Method::Login, &asked).await;
    let outcome = read::<Outcome>("outcome", reply.body()).expect("an outcome");
    let Outcome::Accept {
        session,
        revalidation,
        device,
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!((session.name.as_str(), session.uid), ("ada", Some(1042)));
    assert!(session.subject.starts_with("local:"));
    // What is not released does not leave.
    assert_eq!(
        (session.gid, session.home, session.domain),
        (None, None, None)
    );
    assert!(revalidation.is_some() && device.is_some());
    let record = site.record(asked.login_id).await.expect("a record");
    assert_eq!(record["reply"], hex(reply.statement_digest()));
    assert_eq!(record["signature"], hex(reply.proof().signature.as_slice()));
    assert_eq!(record["caller"], "grafana");
    assert_eq!(record["decision"], "accept");
    let text = record.to_string();
    assert!(!text.contains("swordfish"));
    assert!(!text.contains(revalidation.expect("one").expose()));
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_the_same_bytes() {
    let site = Site::with("").await;
    let refused = async |name: &str| {
        let asked = asked(&site.challenge().await, name, "halibut");
        let began = Instant::now();
        let reply = site.verified(Method::Login, &asked).await;
        assert!(
            began.elapsed() >= Duration::from_millis(50),
            "held as every refusal"
        );
        assert!(site.record(asked.login_id).await.is_some());
        reply.body().clone()
    };
    let (unknown, wrong) = (refused("nobody").await, refused("ada").await);
    assert_eq!(unknown, wrong);
    assert_eq!(unknown, br#"{"outcome":"refused"}"#.as_slice());
}

#[tokio::test]
async fn a_site_that_tells_reasons_tells_them_and_no_profile() {
    let site = Site::with("[connector.release]\nreasons = true\nfields = ['uid']\n").await;
    let outcome = write(&site.login("ada", "halibut").await);
    assert_eq!(
        outcome,
        br#"{"outcome":"refused","reason":"wrong_password"}"#
    );
    let outcome = site.login("nobody", "halibut").await;
    assert!(
        matches!(outcome, Outcome::Refused { reason: Some(code) } if code.as_str() == "unknown_login")
    );
}

#[tokio::test]
async fn what_is_replayed_foreign_altered_or_old_is_refused_and_told_and_nothing_is_tried() {
    let site = Site::with("").await;
    let refused = async |asked: &LoginAsked, expected: SealRefusal| {
        let reply = site.verified(Method::Login, asked).await;
        let outcome = read::<Outcome>("outcome", reply.body()).expect("an outcome");
        assert!(
            matches!(&outcome, Outcome::SealRefused { why } if *why == expected),
            "{outcome:?}"
        );
        // Both records have it, and nobody was looked for.
        let record = site.record(asked.login_id).await.expect("a record");
        assert_eq!(record["reply"], hex(reply.statement_digest()));
        assert_eq!(record["signature"], hex(reply.proof().signature.as_slice()));
        assert_eq!(record["fault"], "seal_expired", "{record}");
        assert_eq!(record["login_name"], asked.login_name.as_str());
        assert_eq!(record["trace"].as_array().map(Vec::len), Some(2));
    };
    let fresh = async || asked(&site.challenge().await, "ada", "swordfish");
    let mut replayed = fresh().await;
    let accepted = site.outcome(Method::Login, &replayed).await;
    assert!(matches!(accepted, Outcome::Accept { .. }), "{accepted:?}");
    replayed.login_id = crate::ids::draw();
    refused(&replayed, SealRefusal::Replayed).await;
    let mut name = fresh().await;
    name.login_name = Text::cut("eve");
    refused(&name, SealRefusal::Foreign).await;
    let mut audience = fresh().await;
    audience.audience = Text::cut("wiki");
    refused(&audience, SealRefusal::Foreign).await;
    let mut altered = fresh().await;
    let mut bytes = altered.sealed.ciphertext.as_slice().to_vec();
    bytes[0] ^= 1;
    altered.sealed.ciphertext = Opaque::new(bytes).expect("as long");
    refused(&altered, SealRefusal::Foreign).await;
    let mut connector = fresh().await;
    connector.sealed.connector = ConnectorId::from_bits([2; 10]);
    refused(&connector, SealRefusal::Foreign).await;
    // Sealed for the connector as it was before it was started again.
    let before = Site::with("").await;
    let old = asked(&before.challenge().await, "ada", "swordfish");
    refused(&old, SealRefusal::UnknownKey).await;
}

#[tokio::test]
async fn further_nonces_open_one_login_each() {
    let site = Site::with("").await;
    let (challenge, further) = site.challenges(3).await;
    let of = |nonce: &SealNonce| challenge.with_nonce(nonce.clone(), challenge.nonce_until_ms);
    let mut all: Vec<Challenge> = further.iter().map(of).collect();
    all.push(challenge.clone());
    assert_eq!(all.len(), 4);
    for challenge in &all {
        let mut asked = asked(challenge, "ada", "swordfish");
        let outcome = site.outcome(Method::Login, &asked).await;
        assert!(matches!(outcome, Outcome::Accept { .. }), "{outcome:?}");
        asked.login_id = crate::ids::draw();
        let outcome = site.outcome(Method::Login, &asked).await;
        let why = SealRefusal::Replayed;
        assert!(matches!(outcome, Outcome::SealRefused { why: found } if found == why));
    }
    // More than any answer has is no question.
    let most = u16::try_from(FURTHER_MAX).expect("few");
    assert_eq!(site.challenges(most).await.1.len(), FURTHER_MAX);
    let more = ChallengeAsked { further: most + 1 };
    assert!(site.ask(Method::Challenge, &more).await.0.is_none());
}

#[tokio::test]
async fn a_reply_is_of_its_question_alone() {
    let site = Site::with("").await;
    let (first, question) = site
        .ask(Method::Challenge, &ChallengeAsked::default())
        .await;
    let (second, other) = site
        .ask(Method::Challenge, &ChallengeAsked::default())
        .await;
    let (first, second) = (first.expect("a reply"), second.expect("a reply"));
    assert!(first.clone().verify(&other, &Key(1)).is_err());
    assert!(second.verify(&question, &Key(1)).is_err());
    assert!(first.clone().verify(&question, &Key(2)).is_err());
    let mut altered = first.clone();
    altered.body = br#"{"outcome":"changed"}"#.as_slice().into();
    assert!(altered.verify(&question, &Key(1)).is_err());
    assert!(first.verify(&question, &Key(1)).is_ok());
}

#[tokio::test]
async fn what_is_no_question_has_no_answer() {
    let site = Site::with("").await;
    for method in Method::ALL {
        let (reply, _) = site.ask(method, &"nonsense").await;
        assert!(reply.is_none(), "{method}");
    }
}

#[tokio::test]
async fn a_password_is_changed_once_and_in_nobodys_sight() {
    let site = Site::with("").await;
    let change = async |old: &str, new: &str| {
        let challenge = site.challenge().await;
        let seal = |purpose, password| seal(&challenge, purpose, "portal", "ada", password);
        let asked = ChangeAsked {
            login_id: crate::ids::draw(),
            login_name: Text::cut("ada"),
            sealed: seal(Purpose::Old, old),
            sealed_new: seal(Purpose::New, new),
            audience: Text::cut("portal"),
            client_address: None,
            device: None,
        };
        let outcome = site.outcome(Method::ChangePassword, &asked).await;
        let other = ChangeAsked {
            login_id: crate::ids::draw(),
            ..asked.clone()
        };
        let again = site.outcome(Method::ChangePassword, &other).await;
        let record = site.record(other.login_id).await.expect("a record");
        assert_eq!(record["kind"], "password_change", "{record}");
        let why = SealRefusal::Replayed;
        assert!(
            matches!(again, Outcome::SealRefused { why: told } if told == why),
            "{again:?}"
        );
        let record = site
            .record(asked.login_id)
            .await
            .expect("a record")
            .to_string();
        assert!(
            !record.contains("swordfish") && !record.contains("halibut"),
            "{record}"
        );
        outcome
    };
    let refused = change("a guess", "halibut").await;
    assert!(
        matches!(refused, Outcome::Refused { reason: None }),
        "{refused:?}"
    );
    // What the person has to know to go on is told by a site that tells no reasons, too.
    let malformed = change("swordfish", "hali\0but").await;
    assert!(
        matches!(&malformed, Outcome::Refused { reason: Some(code) } if code.as_str() == "new_password_malformed"),
        "{malformed:?}"
    );
    let changed = change("swordfish", "halibut").await;
    assert!(matches!(changed, Outcome::Changed {}), "{changed:?}");
    let old = site.login("ada", "swordfish").await;
    assert!(matches!(old, Outcome::Refused { .. }), "{old:?}");
    let new = site.login("ada", "halibut").await;
    assert!(matches!(new, Outcome::Accept { .. }), "{new:?}");
}

#[tokio::test]
async fn somebody_is_asked_about_again_by_what_their_login_left() {
    let site = Site::with("").await;
    let Outcome::Accept {
        session,
        revalidation,
        ..
    } = site.login("ada", "swordfish").await
    else {
        panic!("not let in");
    };
    let again = async |token: &str| {
        let asked = RevalidateAsked {
            login_id: crate::ids::draw(),
            token: Token::new(token.to_owned()).expect("short"),
            audience: Text::cut("grafana"),
            client_address: None,
            wants_groups: false,
        };
        let reply = site.verified(Method::Revalidate, &asked).await;
        let record = site.record(asked.login_id).await.expect("a record");
        assert_eq!(record["kind"], "revalidation");
        assert!(record["reply"].is_string());
        read::<Outcome>("outcome", reply.body()).expect("an outcome")
    };
    let token = revalidation.expect("a token");
    match again(token.expose()).await {
        Outcome::Accept { session: again, .. } => assert_eq!(again.subject, session.subject),
        other => panic!("{other:?}"),
    }
    let strange = again("not of this site").await;
    assert!(
        matches!(strange, Outcome::Refused { reason: None }),
        "{strange:?}"
    );
}

#[tokio::test]
async fn look_ups_that_the_site_does_not_release_are_forbidden() {
    let site = Site::with("").await;
    let asked = LookupAsked {
        verb: LookupVerb::Get,
        path: Text::cut("people?q=ada"),
        body: None,
        accept: None,
        if_none_match: None,
        audience: Text::cut("portal"),
    };
    let reply = site.verified(Method::Lookup, &asked).await;
    let answer = LookupAnswer::read(reply.body()).expect("an answer");
    assert_eq!((answer.head.status, answer.body.len()), (403, 0));
}

#[test]
fn what_a_directory_demands_is_told() {
    let demand = Demand::ChangePassword;
    let text = write(&Outcome::Challenge { demand });
    assert_eq!(
        text,
        br#"{"outcome":"challenge","demand":"change_password"}"#
    );
}

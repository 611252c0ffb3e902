//! What leaves is what is on record.

use super::*;
use crate::connector::answer::Answer;
use crate::told::Telling as _;
use entryway_login::{Decided, Decision, Fault, Trace};
use entryway_tunnel::{ConnectorKey, IdentitySigner};
use serde_json::Value;

/// Counts what it signs: each signature is another.
struct Counting(AtomicU64);

impl Signer for Counting {
    fn sign(&self, _: &[u8]) -> Result<[u8; 64], KeyUnusable> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let mut signature = [0; 64];
        signature[..8].copy_from_slice(&number.to_be_bytes());
        Ok(signature)
    }
}

fn without_verdict(fault: Fault) -> Decided {
    Decided {
        id: crate::ids::draw(),
        decision: Decision::Indeterminate(fault),
        trace: Trace::default(),
        took: Duration::ZERO,
        tokens: None,
        settle: Vec::new(),
    }
}

/// As where somebody is asked about again while no directory answers: the last answer stands, and the hub is told that
/// there is no verdict.
#[tokio::test]
async fn in_an_outage_the_reply_that_is_on_record_is_the_one_that_leaves() {
    let site = Site::with("").await;
    let (_, question) = site
        .ask(Method::Challenge, &ChallengeAsked::default())
        .await;
    let key = Arc::new(Counting(AtomicU64::new(1)));
    let settings = Arc::clone(site.live.now().connector());
    let desk = Arc::new(SigningDesk::alone(Arc::clone(&key) as _));
    let answer = Answer::new(question, desk, settings);
    let fault = Fault::DirectoryUnreachable;
    let told = answer.tell(&without_verdict(fault)).await.expect("a reply");
    let sent = answer
        .about_fault(crate::ids::draw(), fault)
        .await
        .expect("a reply");
    assert_eq!(sent.proof, told.proof);
    assert_eq!(key.0.load(Ordering::Relaxed), 2);
    // A decision that was withdrawn since is another one.
    let told = answer.tell(&without_verdict(fault)).await.expect("a reply");
    let sent = answer
        .about_fault(crate::ids::draw(), Fault::StoreUnavailable)
        .await
        .expect("a reply");
    assert_ne!(sent.proof, told.proof);
}

#[tokio::test]
async fn replies_that_leave_together_are_each_proved_by_what_is_on_record() {
    let site = Site::with("").await;
    // Refused before anybody is looked for: they are decided in one turn.
    let foreign = async |name: &str| LoginAsked {
        login_name: Text::cut("eve"),
        ..asked(&site.challenge().await, name, "swordfish")
    };
    let (one, other) = (foreign("ada").await, foreign("bob").await);
    let (first, second) = tokio::join!(
        site.verified(Method::Login, &one),
        site.verified(Method::Login, &other)
    );
    assert_eq!(first.proof().signature, second.proof().signature);
    assert_ne!(first.proof().beside, second.proof().beside);
    for (asked, reply) in [(one, first), (other, second)] {
        let record = site.record(asked.login_id).await.expect("a record");
        assert_eq!(record["reply"], hex(reply.statement_digest()));
        assert_eq!(record["signature"], hex(reply.proof().signature.as_slice()));
        assert_eq!(record["beside"], hex(reply.proof().beside.as_slice()));
    }
    // Alone there is nothing beside it.
    let alone = foreign("ada").await;
    site.verified(Method::Login, &alone).await;
    let record = site.record(alone.login_id).await.expect("a record");
    assert_eq!(record.get("beside"), None);
}

/// What the hub gets and what the site keeps are made of the same, and each decision here fits what was stated of it.
#[tokio::test]
async fn a_record_of_the_connector_can_be_checked_with_nothing_else() {
    let key = ConnectorKey::generate().expect("a key");
    let signer = IdentitySigner::of(&key).expect("a signer");
    let mut site = Site::with("").await;
    let by_a_key = Arc::new(SigningDesk::alone(Arc::new(signer)).stating());
    let of_tests = Arc::clone(&site.signing);
    for (password, decision) in [("swordfish", "accept"), ("wrong", "reject")] {
        site.signing = Arc::clone(&of_tests);
        let asked = asked(&site.challenge().await, "ada", password);
        site.signing = Arc::clone(&by_a_key);
        let (reply, _) = site.ask(Method::Login, &asked).await;
        let stated = reply.expect("a reply").stated.expect("an outcome");
        assert_eq!(stated.login_id, asked.login_id);
        let record = site.record(asked.login_id).await.expect("a record");
        assert_eq!(record["decision"], decision);
        assert_eq!(record["stated"]["outcome"], stated.outcome.as_str());
        let look = |record: &Value| crate::audit::look(record, asked.login_id).expect("signed");
        let looked = look(&record).known(&[key.fingerprint()]);
        assert_eq!(looked.json().verdict, "verified", "{record}");
        let mut altered = record.clone();
        altered["decision"] = serde_json::json!("challenge");
        assert!(look(&altered).is_misfit());
    }
    // The seal that was refused, too.
    site.signing = of_tests;
    let foreign = LoginAsked {
        login_name: Text::cut("eve"),
        ..asked(&site.challenge().await, "ada", "swordfish")
    };
    site.signing = by_a_key;
    site.ask(Method::Login, &foreign).await;
    let record = site.record(foreign.login_id).await.expect("a record");
    let looked = crate::audit::look(&record, foreign.login_id).expect("signed");
    assert_eq!(looked.json().verdict, "unknown_key", "{record}");
}

/// A hub of before reads no outcome beside the body, and the record says so.
#[tokio::test]
async fn a_hub_that_does_not_take_it_gets_no_outcome_beside_the_body() {
    let site = Site::with("").await;
    let asked = asked(&site.challenge().await, "ada", "swordfish");
    let (reply, _) = site.ask(Method::Login, &asked).await;
    assert_eq!(reply.expect("a reply").stated, None);
    let record = site.record(asked.login_id).await.expect("a record");
    let looked = crate::audit::look(&record, asked.login_id).expect("signed");
    assert_eq!(looked.json().verdict, "not_recomputable");
}

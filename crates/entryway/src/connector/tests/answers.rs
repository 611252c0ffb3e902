//! What leaves is what is on record.

use super::*;
use crate::connector::answer::Answer;
use crate::told::Telling as _;
use entryway_login::{Decided, Decision, Fault, Trace};

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
    let sent = answer.about_fault(fault).await.expect("a reply");
    assert_eq!(sent.proof, told.proof);
    assert_eq!(key.0.load(Ordering::Relaxed), 2);
    // A decision that was withdrawn since is another one.
    let told = answer.tell(&without_verdict(fault)).await.expect("a reply");
    let sent = answer
        .about_fault(Fault::StoreUnavailable)
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

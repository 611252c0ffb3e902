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
    let answer = Answer::new(question, Arc::clone(&key) as _, settings);
    let fault = Fault::DirectoryUnreachable;
    let told = answer.tell(&without_verdict(fault)).expect("a reply");
    let sent = answer.about_fault(fault).expect("a reply");
    assert_eq!(sent.signature.0, told.signature);
    assert_eq!(key.0.load(Ordering::Relaxed), 2);
    // A decision that was withdrawn since is another one.
    let told = answer.tell(&without_verdict(fault)).expect("a reply");
    let sent = answer
        .about_fault(Fault::StoreUnavailable)
        .expect("a reply");
    assert_ne!(sent.signature.0, told.signature);
}

use super::*;
use aws_lc_rs::digest::{SHA256, digest};
use entryway_bridge::message::{Method, Outcome, write};
use entryway_bridge::ports::Verifier;
use entryway_bridge::{Octets, Roots};
use entryway_login::LoginId;
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use tokio::task::JoinSet;

/// Whoever has it "signs"; it counts how often, and can break.
struct Key {
    signed: AtomicUsize,
    is_broken: bool,
}

impl Key {
    fn new(is_broken: bool) -> Arc<Self> {
        let signed = AtomicUsize::new(0);
        Arc::new(Self { signed, is_broken })
    }
    fn over(statement: &[u8]) -> [u8; 64] {
        let mut signature = [7; 64];
        signature[..32].copy_from_slice(digest(&SHA256, statement).as_ref());
        signature
    }
}

impl Signer for Key {
    fn sign(&self, statement: &[u8]) -> Result<[u8; 64], KeyUnusable> {
        self.signed.fetch_add(1, Ordering::Relaxed);
        match self.is_broken {
            true => Err(KeyUnusable),
            false => Ok(Self::over(statement)),
        }
    }
}

impl Verifier for Key {
    fn is_signature(&self, statement: &[u8], signature: &[u8; 64]) -> bool {
        Self::over(statement) == *signature
    }
}

fn site() -> SiteName {
    SiteName::parse("plant-a").unwrap()
}

fn connector() -> ConnectorId {
    ConnectorId::from_bits([1; 10])
}

fn together(key: &Arc<Key>) -> Arc<SigningDesk> {
    let signer = Arc::clone(key) as Arc<dyn Signer>;
    Arc::new(SigningDesk::together(site(), connector(), signer))
}

fn question(number: u8) -> Question {
    Question {
        site: site(),
        connector: connector(),
        nonce: Octets([number; 16]),
        method: Method::Login,
        request: [number; 32],
    }
}

type Made = Result<(SignedReply, [u8; 32]), KeyUnusable>;

/// So many replies that are ready at the same time.
async fn at_once(desk: &Arc<SigningDesk>, count: u8) -> Vec<(Question, Made)> {
    let mut making = JoinSet::new();
    for number in 0..count {
        let desk = Arc::clone(desk);
        making.spawn(async move {
            let question = question(number);
            let made = desk.sign(&question, Bytes::from_static(b"answer")).await;
            (question, made)
        });
    }
    making.join_all().await
}

/// Each is proved by itself, by the digest that the connector keeps.
fn all_proved(made: Vec<(Question, Made)>, key: &dyn Verifier) -> HashSet<Octets<64>> {
    let (mut roots, mut signatures) = (Roots::default(), HashSet::new());
    for (question, made) in made {
        let (reply, digest) = made.unwrap();
        signatures.insert(reply.proof.signature);
        let verified = reply.verify_with(&question, key, &mut roots).unwrap();
        assert_eq!(verified.statement_digest(), &digest);
    }
    signatures
}

#[tokio::test]
async fn what_is_ready_at_once_has_one_signature_and_what_comes_later_another() {
    let key = Key::new(false);
    let desk = together(&key);
    for turn in 1..=2 {
        let made = at_once(&desk, 64).await;
        assert_eq!(made.len(), 64);
        assert_eq!(all_proved(made, &*key).len(), 1);
        assert_eq!(key.signed.load(Ordering::Relaxed), turn);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_several_threads_there_are_fewer_signatures_than_replies() {
    let key = Key::new(false);
    let made = at_once(&together(&key), 64).await;
    let signed = key.signed.load(Ordering::Relaxed);
    assert_eq!(all_proved(made, &*key).len(), signed);
    assert!(signed < 64, "{signed}");
}

#[tokio::test]
async fn one_that_comes_alone_is_signed_alone() {
    let key = Key::new(false);
    for desk in [together(&key), Arc::new(SigningDesk::alone(key.clone()))] {
        for (_, made) in at_once(&desk, 1).await {
            assert!(made.unwrap().0.proof.beside.is_alone());
        }
    }
}

#[tokio::test]
async fn for_a_hub_that_does_not_take_it_each_is_signed_alone() {
    let key = Key::new(false);
    let desk = Arc::new(SigningDesk::alone(key.clone()));
    let made = at_once(&desk, 8).await;
    assert_eq!(all_proved(made, &*key).len(), 8);
    assert_eq!(key.signed.load(Ordering::Relaxed), 8);
}

#[tokio::test]
async fn whoever_was_first_and_goes_leaves_the_others_their_signature() {
    let key = Key::new(false);
    let desk = together(&key);
    let (first, second) = (question(1), question(2));
    let mut going = Box::pin(desk.sign(&first, Bytes::new()));
    let mut staying = Box::pin(desk.sign(&second, Bytes::new()));
    for making in [&mut going, &mut staying] {
        let mut context = Context::from_waker(Waker::noop());
        assert!(making.as_mut().poll(&mut context).is_pending());
    }
    drop(going);
    let (reply, _) = staying.await.unwrap();
    assert!(reply.proof.beside.is_alone());
    assert!(reply.verify(&second, &*key).is_ok());
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_told_to_everybody_who_waits() {
    let made = at_once(&together(&Key::new(true)), 3).await;
    assert_eq!(made.len(), 3);
    assert!(made.iter().all(|(_, made)| made == &Err(KeyUnusable)));
}

/// One signature for the body and what it comes to, and nothing beside the body for a hub of before.
#[tokio::test]
async fn what_came_of_a_login_is_stated_for_a_hub_that_takes_it() {
    let outcome = Outcome::Refused { reason: None };
    let stated = || Stated::of(LoginId::from_bits(7), &outcome);
    let body = Bytes::from(write(&outcome));
    for takes in [true, false] {
        let key = Key::new(false);
        let desk = SigningDesk::alone(key.clone());
        let desk = match takes {
            true => desk.stating(),
            false => desk,
        };
        let signed = desk.state(&question(1), body.clone(), stated()).await;
        let signed = signed.unwrap();
        assert_eq!(key.signed.load(Ordering::Relaxed), 1);
        let sent = signed.reply.stated.as_deref();
        assert_eq!(sent, stated().filter(|_| takes).as_ref());
        let verified = signed.reply.verify(&question(1), &*key).unwrap();
        assert_eq!(verified.statement_digest(), &signed.digest);
        assert_eq!(verified.kept(), signed.kept.as_deref());
        assert_eq!(verified.kept().is_some(), takes);
    }
}

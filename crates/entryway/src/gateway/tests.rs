use super::Gateway;
use crate::kept::Kept;
use crate::witness::{Kind, Submitted, Witness};
use crate::world::World;
use crate::{compose, ids, sources};
use entryway_ldap_types::Password;
use entryway_login::{
    Asserted, AssertedSays, Attempt, Decided, Decision, Fault, LoginId, LoginPolicy, LoginService,
    Reason, ReplyProof, SubmittedPassword,
};
use entryway_store::{Details, NewAccount, NewPassword};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const REJECT_AFTER: Duration = Duration::from_secs(1);

/// A gateway that knows nobody, asks nobody and holds `held_max` refusals.
async fn gateway(held_max: usize) -> Gateway {
    gateway_seen_by(held_max, Vec::new()).await
}

async fn gateway_seen_by(held_max: usize, witnesses: Vec<Arc<dyn Witness>>) -> Gateway {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("entryway.toml");
    let text = "[login]\nldap = \"disabled\"\nreject_after = \"1s\"\n[store]\nurl = \"memory:\"\n";
    std::fs::write(&file, text).expect("written");
    let loaded = sources::load(&file)
        .map_err(|report| report.summary())
        .expect("a configuration");
    let composed = compose::compose(&loaded.settings).expect("no domains");
    let kept = Arc::new(Kept::open(&loaded.settings).await.expect("a store"));
    let world = World::new(&loaded.settings, composed.domains, composed.os, kept);
    let policy = Arc::clone(&loaded.settings.policy);
    assert_eq!(policy.reject_after, REJECT_AFTER);
    Gateway::holding(held_max, policy, loaded.places.into(), world, witnesses)
}

async fn decide(gateway: &Gateway) -> Decision {
    decide_within(gateway, Duration::from_secs(30)).await
}

fn password(text: &str) -> Arc<Password> {
    Arc::new(Password::new(text.as_bytes().to_vec()).expect("a password"))
}

async fn decide_within(gateway: &Gateway, time: Duration) -> Decision {
    let attempt = attempt("nobody", "guess", time);
    gateway.login(attempt).await.decision
}

fn attempt(name: &str, text: &str, time: Duration) -> Attempt {
    let started = Instant::now();
    Attempt {
        id: ids::draw(),
        login_name: name.to_owned(),
        password: SubmittedPassword::Given(password(text)),
        client_address: None,
        device: None,
        wants_groups: false,
        caller: None,
        at: SystemTime::now(),
        started,
        deadline: started + time,
    }
}

/// One login more than could be held is no verdict at all: answered at once, it would say what it was by its time.
#[tokio::test]
async fn a_refusal_that_cannot_be_held_is_no_verdict() {
    let gateway = gateway(1).await;
    let began = Instant::now();
    let holding = gateway.clone();
    let first = tokio::spawn(async move { decide(&holding).await });
    while gateway.held() == 0 {
        assert!(!first.is_finished(), "never held");
        tokio::task::yield_now().await;
    }
    let second = decide(&gateway).await;
    assert!(
        matches!(second, Decision::Indeterminate(Fault::Overloaded)),
        "{second:?}"
    );
    // Nor is anything else, that would have been no refusal: "overloaded" does not tell them apart.
    let late = decide_within(&gateway, Duration::ZERO).await;
    assert!(
        matches!(late, Decision::Indeterminate(Fault::Overloaded)),
        "{late:?}"
    );
    let first = first.await.expect("a decision");
    assert!(
        matches!(first, Decision::Reject(Reason::UnknownLogin)),
        "{first:?}"
    );
    assert!(began.elapsed() >= REJECT_AFTER);
    assert_eq!(gateway.held(), 0);
    let late = decide_within(&gateway, Duration::ZERO).await;
    assert!(
        matches!(late, Decision::Indeterminate(Fault::Deadline)),
        "{late:?}"
    );
    let third = decide(&gateway).await;
    assert!(matches!(third, Decision::Reject(_)), "there is room again");
}

/// The site has held what it refused, and what was asked for at a time is held from then on. What is refused here is held
/// here.
#[tokio::test]
async fn a_refusal_by_a_sites_certificate_login_is_held_once() {
    const AGO_MS: u64 = 5_000;
    let gateway = gateway(1).await;
    let refused = || AssertedSays::Refused("refused".to_owned());
    let is_held = async |says: AssertedSays, ago_ms: u64| {
        let mut attempt = attempt("nobody", "unread", Duration::from_secs(30));
        let before = ids::submitted_ms(attempt.id);
        attempt.id = LoginId::from_bits(attempt.id.bits() - (ago_ms << 24));
        assert_eq!(before.abs_diff(ids::submitted_ms(attempt.id)), ago_ms);
        let began = attempt.started;
        let asserted = Asserted {
            site: "plant-a".into(),
            connector: "one".into(),
            proof: ReplyProof {
                digest: [0; 32],
                signature: Box::new([]),
                beside: Box::default(),
                stated: None,
            },
            says,
        };
        let decided = gateway.decide_asserted(attempt, asserted).await;
        assert!(matches!(decided.decision, Decision::Reject(_)));
        began.elapsed() >= REJECT_AFTER
    };
    assert!(!is_held(refused(), AGO_MS).await);
    assert!(is_held(AssertedSays::LetIn("token".into()), AGO_MS).await);
    // A site that holds nothing, and one whose clock is ahead.
    assert!(is_held(refused(), 0).await);
}

#[derive(Default)]
struct Seen(Mutex<Vec<(Kind, &'static str)>>);

impl Witness for Seen {
    fn decided(&self, submitted: &Submitted, decided: &Decided, _policy: &LoginPolicy) {
        let code = decided.decision.row().code;
        self.0.lock().push((submitted.kind, code));
    }
}

/// As a login is: with room, held when it is refused, on record, and seen.
#[tokio::test]
async fn a_change_of_a_password_is_followed_as_a_login_is() {
    let seen = Arc::new(Seen::default());
    let gateway = gateway_seen_by(1, vec![Arc::clone(&seen) as _]).await;
    let account = NewAccount {
        name: "ada".to_owned(),
        password: NewPassword::Clear(password("swordfish")),
        enabled: true,
        details: Details {
            uid: Some(1),
            gid: Some(1),
            home: Some("/home/ada".to_owned()),
            ..Details::default()
        },
    };
    let accounts = gateway.kept().store.accounts();
    accounts.add(account).await.expect("an account");
    let change = async |old: &str, new: &str| {
        let attempt = attempt("ada", old, Duration::from_secs(30));
        let (id, new) = (attempt.id, SubmittedPassword::Given(password(new)));
        let decided = gateway.change(attempt, new, ()).await;
        let audit = gateway.kept().store.audit();
        let record = audit
            .get(id.bits())
            .await
            .expect("a store")
            .expect("a record");
        let body = String::from_utf8(record.body).expect("JSON");
        assert!(body.contains(r#""kind":"password_change""#), "{body}");
        assert!(!body.contains("swordfish") && !body.contains("halibut"));
        decided.decision.row().code
    };
    let began = Instant::now();
    assert_eq!(change("a guess", "halibut").await, "wrong_password");
    assert!(began.elapsed() >= REJECT_AFTER);
    assert_eq!(change("swordfish", "halibut").await, "changed");
    let refused = Instant::now();
    assert_eq!(change("swordfish", "another").await, "wrong_password");
    assert!(refused.elapsed() >= REJECT_AFTER);
    let login = attempt("ada", "halibut", Duration::from_secs(30));
    let decided = gateway.login(login).await;
    assert!(
        matches!(decided.decision, Decision::Accept(_)),
        "{decided:?}"
    );
    let expected = [
        (Kind::PasswordChange, "wrong_password"),
        (Kind::PasswordChange, "changed"),
        (Kind::PasswordChange, "wrong_password"),
        (Kind::Login, "accept"),
    ];
    assert_eq!(*seen.0.lock(), expected);
}

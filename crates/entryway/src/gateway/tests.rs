use super::Gateway;
use crate::kept::Kept;
use crate::world::World;
use crate::{compose, ids, sources};
use entryway_ldap_types::Password;
use entryway_login::{Attempt, Decision, Fault, LoginService, Reason, SubmittedPassword};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const REJECT_AFTER: Duration = Duration::from_secs(1);

/// A gateway that knows nobody, asks nobody and holds `held_max` refusals.
async fn gateway(held_max: usize) -> Gateway {
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
    Gateway::holding(held_max, policy, loaded.places.into(), world, Vec::new())
}

async fn decide(gateway: &Gateway) -> Decision {
    decide_within(gateway, Duration::from_secs(30)).await
}

async fn decide_within(gateway: &Gateway, time: Duration) -> Decision {
    let started = Instant::now();
    let password = Password::new(b"guess".to_vec()).expect("a password");
    let attempt = Attempt {
        id: ids::draw(),
        login_name: "nobody".to_owned(),
        password: SubmittedPassword::Given(Arc::new(password)),
        client_address: None,
        device: None,
        wants_groups: false,
        caller: None,
        at: SystemTime::now(),
        started,
        deadline: started + time,
    };
    gateway.login(attempt).await.decision
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

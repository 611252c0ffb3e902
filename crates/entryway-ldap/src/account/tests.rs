use super::*;
use entryway_ldap_types::ResultCode;

/// Nothing waits for so long unless something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

fn refused() -> LdapError {
    LdapError::ServiceBindRefused {
        code: ResultCode::INVALID_CREDENTIALS,
        diagnostic: String::new(),
    }
}

fn pair() -> (Credentials, Credentials) {
    let (one, other) = (Credentials::default(), Credentials::default());
    other.share(&one);
    (one, other)
}

/// Whether the password may be sent, and that it is the refusal that is told if not.
fn may(credentials: &Credentials, now: Instant) -> bool {
    let checked = credentials.check(&Arc::from("dc1:389"), now);
    if let Err(error) = &checked {
        assert_eq!(error.code(), "suspended");
        assert_eq!(error.underlying().code(), "service_bind_refused");
    }
    checked.is_ok()
}

#[test]
fn two_that_refuse_the_password_are_asked_again_as_rarely_as_one() {
    let (one, other) = pair();
    let mut now = Instant::now();
    one.refused("x:389", &refused(), now);
    assert!(may(&other, now), "each may say so itself");
    other.refused("x:389", &refused(), now);
    let mut pause = PACE_REFUSED.first;
    for _ in 0..6 {
        let before = now + pause - Duration::from_millis(1);
        assert!(!may(&one, before) && !may(&other, before));
        now += pause;
        assert!(may(&one, now) && may(&other, now));
        one.refused("x:389", &refused(), now);
        assert!(!may(&other, now));
        pause = PACE_REFUSED.after(pause);
    }
    let another = Credentials::default();
    another.refused("x:389", &refused(), Instant::now());
    another.succeeded("x:389");
    assert!(!may(&other, now), "another account");
}

#[test]
fn a_server_that_takes_the_password_goes_on_and_lets_the_others_try() {
    let (one, other) = pair();
    let now = Instant::now();
    one.succeeded("x:389");
    other.refused("x:389", &refused(), now);
    assert!(may(&one, now) && !may(&other, now));
    one.refused("x:389", &refused(), now);
    assert!(!may(&one, now));
    other.succeeded("x:389");
    assert!(may(&one, now) && may(&other, now));
}

#[tokio::test]
async fn of_two_that_try_again_at_once_one_is_refused_and_the_other_never_asks() {
    let (one, other) = pair();
    for refusing in [&one, &other] {
        refusing.refused("x:389", &refused(), Instant::now());
    }
    if let Some(refusal) = &mut *one.account().refused.lock() {
        refusal.until = Instant::now();
    }
    let address = Arc::from("dc1:389");
    let (answer, answered) = tokio::sync::oneshot::channel::<()>();
    let first = one.bind(&address, PATIENCE, async {
        let _ = answered.await;
        Err(refused())
    });
    let second = other.bind(&address, PATIENCE, async { Ok(()) });
    let (first, second, ()) = tokio::join!(first, second, async {
        tokio::task::yield_now().await;
        let _ = answer.send(());
    });
    assert_eq!(
        first.map_err(|error| error.code()),
        Err("service_bind_refused")
    );
    assert_eq!(second.map_err(|error| error.code()), Err("suspended"));
}

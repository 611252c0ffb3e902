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
    other.share(&one.account());
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
        let before = now + pause + LATER - Duration::from_millis(1);
        assert!(!may(&one, before) && !may(&other, before));
        now += pause + LATER;
        assert!(may(&one, now) && may(&other, now));
        one.refused("x:389", &refused(), now);
        assert!(!may(&other, now));
        pause = PACE_REFUSED.after(pause);
    }
    let another = Credentials::default();
    another.refused("x:389", &refused(), Instant::now());
    another.succeeded(&Arc::from("x:389"));
    assert!(!may(&other, now), "another account");
}

#[test]
fn a_server_that_takes_the_password_goes_on_and_lets_the_others_try() {
    let (one, other) = pair();
    let now = Instant::now();
    one.succeeded(&Arc::from("x:389"));
    other.refused("x:389", &refused(), now);
    assert!(may(&one, now) && !may(&other, now));
    one.refused("x:389", &refused(), now);
    assert!(!may(&one, now));
    other.succeeded(&Arc::from("x:389"));
    assert!(may(&one, now) && may(&other, now));
}

#[tokio::test]
async fn of_two_that_try_again_at_once_one_is_refused_and_the_other_never_asks() {
    let (one, other) = pair();
    for refusing in [&one, &other] {
        refusing.refused("x:389", &refused(), Instant::now());
    }
    if let Some(refusal) = &mut one.account().known.lock().refused {
        refusal.until = Instant::now() - LATER;
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

#[test]
fn after_two_refusals_nobody_else_is_asked_but_who_took_the_password() {
    let all: [Credentials; 4] = std::array::from_fn(|_| Credentials::default());
    let [one, two, three, proven] = &all;
    for other in [two, three, proven] {
        other.share(&one.account());
    }
    let now = Instant::now();
    one.refused("x:389", &refused(), now);
    two.refused("x:389", &refused(), now);
    assert!(!may(three, now) && !may(proven, now));
    let later = now + PACE_REFUSED.first;
    assert!(may(three, later), "the pause is over");
    // Replicas lag behind: who took the password goes on with it.
    proven.succeeded(&Arc::from("x:389"));
    one.refused("x:389", &refused(), later);
    two.refused("x:389", &refused(), later);
    assert!(!may(three, later) && may(proven, later));
}

#[test]
fn who_took_the_password_goes_on_with_it_when_it_is_made_anew() {
    let all: [Credentials; 3] = std::array::from_fn(|_| Credentials::default());
    let [good, one, two] = &all;
    let account = good.account();
    one.share(&account);
    two.share(&account);
    good.succeeded(&Arc::from("good:389"));
    let now = Instant::now();
    one.refused("one:389", &refused(), now);
    two.refused("two:389", &refused(), now);
    let anew = |address: &str| {
        let server = Credentials::default();
        server.go_on(&account, [&Arc::from(address)].into_iter());
        server
    };
    let good_anew = anew("good:389");
    assert!(may(&good_anew, now));
    assert!(!may(&anew("one:389"), now) && !may(&anew("other:389"), now));
    // Until it refuses it too.
    good_anew.refused("good:389", &refused(), now);
    two.refused("two:389", &refused(), now);
    assert!(!may(&anew("good:389"), now) && !may(good, now));
}

#[test]
fn a_password_that_was_right_is_refused_twice_and_then_withheld_from_all() {
    let all: [Credentials; 4] = std::array::from_fn(|_| Credentials::default());
    for credentials in &all {
        credentials.share(&all[0].account());
        credentials.succeeded(&Arc::from("x:389"));
    }
    let now = Instant::now();
    let mut sent = 0;
    for credentials in &all {
        if may(credentials, now) {
            sent += 1;
            credentials.refused("x:389", &refused(), now);
        }
    }
    assert_eq!(sent, 2);
}

#[test]
fn after_the_pause_those_that_did_not_refuse_go_first_and_then_who_did_so_longest_ago() {
    let all: [Credentials; 3] = std::array::from_fn(|_| Credentials::default());
    let addresses: [Arc<str>; 3] = ["one:389", "two:389", "good:389"].map(Arc::from);
    let may = |at: usize, now| all[at].check(&addresses[at], now).is_ok();
    let refuse = |at: usize, now| all[at].refused(&addresses[at], &refused(), now);
    for other in &all {
        other.share(&all[0].account());
    }
    let now = Instant::now();
    refuse(0, now);
    refuse(1, now);
    let over = now + PACE_REFUSED.first;
    assert_eq!([0, 1, 2].map(|at| may(at, over)), [false, false, true]);
    // Where nothing was heard of it, the others try again.
    assert_eq!(
        [0, 1].map(|at| may(at, over + LATER)),
        [true, false],
        "one refused it before the other"
    );
    refuse(0, over + LATER);
    let over = over + LATER + PACE_REFUSED.after(PACE_REFUSED.first);
    assert_eq!([0, 1, 2].map(|at| may(at, over)), [false, false, true]);
    assert_eq!(
        [0, 1].map(|at| may(at, over + LATER)),
        [false, true],
        "and now it is the other's turn"
    );
    all[2].succeeded(&addresses[2]);
    assert_eq!([0, 1, 2].map(|at| may(at, over)), [true, true, true]);
}

/// Polls all to their ends, in their order.
async fn all_end<F: Future>(mut binds: Vec<std::pin::Pin<Box<F>>>) {
    std::future::poll_fn(|cx| {
        binds.retain_mut(|bind| bind.as_mut().poll(cx).is_pending());
        if binds.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

#[tokio::test]
async fn servers_that_took_a_password_that_is_changed_are_asked_twice_whatever_their_roles() {
    let sent = AtomicU64::new(0);
    let all: Vec<Credentials> = (0..4).map(|_| Credentials::default()).collect();
    let addresses: Vec<Arc<str>> = (0..4).map(|at| format!("dc{at}:389").into()).collect();
    for (credentials, address) in all.iter().zip(&addresses) {
        credentials.share(&all[0].account());
        credentials.succeeded(address);
        // As if it were a while ago.
        *credentials.took_at.lock() = Instant::now().checked_sub(FRESH);
    }
    let mut binds = Vec::new();
    for _role in 0..3 {
        for (credentials, address) in all.iter().zip(&addresses) {
            binds.push(Box::pin(credentials.bind(address, PATIENCE, async {
                sent.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Err(refused())
            })));
        }
    }
    all_end(binds).await;
    assert_eq!(sent.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_directory_that_delays_what_it_refuses_is_asked_twice_too() {
    let answers = tokio::sync::Semaphore::new(0);
    let sent = AtomicU64::new(0);
    let all: Vec<Credentials> = (0..5).map(|_| Credentials::default()).collect();
    let addresses: Vec<Arc<str>> = (0..5).map(|at| format!("dc{at}:389").into()).collect();
    let mut binds = Vec::new();
    for (credentials, address) in all.iter().zip(&addresses) {
        credentials.share(&all[0].account());
        binds.push(Box::pin(credentials.bind(address, PATIENCE, async {
            sent.fetch_add(1, Ordering::Relaxed);
            let _ = answers.acquire().await;
            Err(refused())
        })));
    }
    let mut binds = pin!(all_end(binds));
    assert!(timeout(TURN * 4, &mut binds).await.is_err());
    assert_eq!(sent.load(Ordering::Relaxed), 2);
    answers.add_permits(2);
    binds.await;
    assert_eq!(sent.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn servers_that_swallow_binds_hold_up_a_good_one_for_its_patience_at_most() {
    let all: [Credentials; 3] = std::array::from_fn(|_| Credentials::default());
    let address = Arc::from("dc1:389");
    for other in &all {
        other.share(&all[0].account());
    }
    let [one, two, good] = &all;
    let started = Instant::now();
    let one = one.bind(&address, PATIENCE, std::future::pending());
    let two = two.bind(&address, PATIENCE, std::future::pending());
    let answered = good.bind(&address, TURN * 5, async { Ok(()) });
    tokio::select! {
        biased;
        _ = one => panic!("it has no answer"),
        _ = two => panic!("it has no answer"),
        bound = answered => assert!(bound.is_ok()),
    }
    assert!((TURN * 5..PATIENCE).contains(&started.elapsed()));
}

#[tokio::test]
async fn of_many_that_send_it_for_the_first_time_two_do() {
    let sent = AtomicU64::new(0);
    let all: Vec<Credentials> = (0..6).map(|_| Credentials::default()).collect();
    let address = Arc::from("dc1:389");
    let binds = all.iter().map(|credentials| {
        credentials.share(&all[0].account());
        credentials.bind(&address, PATIENCE, async {
            sent.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Err(refused())
        })
    });
    all_end(binds.map(Box::pin).collect()).await;
    assert_eq!(sent.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn one_that_says_nothing_holds_nobody_up_for_long() {
    let (silent, good) = pair();
    let address = Arc::from("dc1:389");
    let started = Instant::now();
    let swallowed = silent.bind(&address, PATIENCE, std::future::pending());
    let answered = good.bind(&address, PATIENCE, async { Ok(()) });
    tokio::select! {
        biased;
        _ = swallowed => panic!("it has no answer"),
        bound = answered => assert!(bound.is_ok()),
    }
    assert!((TURN..PATIENCE).contains(&started.elapsed()));
    // And who has taken the password waits for nobody.
    let mut swallowed = pin!(silent.bind(&address, PATIENCE, std::future::pending()));
    let mut again = pin!(good.bind(&address, PATIENCE, async { Ok(()) }));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(swallowed.as_mut().poll(&mut cx).is_pending());
    assert!(again.as_mut().poll(&mut cx).is_ready());
}

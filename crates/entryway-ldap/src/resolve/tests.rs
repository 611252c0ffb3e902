use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn check_order(addresses: &[&str], shunned: Option<&str>, expected: &[&str]) {
    let addresses: Vec<_> = addresses.iter().map(|it| ip(it)).collect();
    let expected: Vec<_> = expected.iter().map(|it| ip(it)).collect();
    assert_eq!(in_order(&addresses, shunned.map(ip)), expected);
}

#[test]
fn rfc8305_4_families_take_turns_and_the_first_stays_first() {
    check_order(&[], None, &[]);
    check_order(&["10.0.0.1", "10.0.0.2"], None, &["10.0.0.1", "10.0.0.2"]);
    check_order(
        &["fd00::1", "fd00::2", "fd00::3", "10.0.0.1"],
        None,
        &["fd00::1", "10.0.0.1", "fd00::2", "fd00::3"],
    );
    check_order(
        &["10.0.0.1", "10.0.0.2", "fd00::1"],
        None,
        &["10.0.0.1", "fd00::1", "10.0.0.2"],
    );
    check_order(&["10.0.0.1", "10.0.0.1"], None, &["10.0.0.1"]);
}

#[test]
fn what_did_not_serve_is_tried_last() {
    check_order(
        &["10.0.0.1", "10.0.0.2"],
        Some("10.0.0.1"),
        &["10.0.0.2", "10.0.0.1"],
    );
    check_order(&["10.0.0.1"], Some("10.0.0.1"), &["10.0.0.1"]);
    check_order(&["10.0.0.1"], Some("10.0.0.9"), &["10.0.0.1"]);
}

#[test]
fn no_host_has_more_than_a_few_addresses() {
    let many: Vec<_> = (0..200)
        .map(|last| IpAddr::from([10, 0, 0, last]))
        .collect();
    assert_eq!(in_order(&many, None).len(), ADDRESSES);
}

/// Answers what it is sent, in turn; waits where nothing was. Counts its calls.
fn resolver() -> (
    Arc<Resolver>,
    mpsc::Sender<io::Result<Vec<IpAddr>>>,
    Arc<AtomicUsize>,
) {
    let (answers, given) = mpsc::channel();
    let given = Mutex::new(given);
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let lookup = move |_: &str| {
        counted.fetch_add(1, Ordering::SeqCst);
        let answer = given.lock().recv();
        answer.unwrap_or_else(|_| Err(io::Error::other("the test is over")))
    };
    (Resolver::with(Arc::new(lookup)), answers, calls)
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

#[tokio::test]
async fn those_who_come_meanwhile_wait_for_the_same_look_up() {
    let (resolver, answers, calls) = resolver();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let resolver = Arc::clone(&resolver);
            tokio::spawn(async move { resolver.addresses("dc1", soon()).await })
        })
        .collect();
    tokio::task::yield_now().await;
    answers.send(Ok(vec![ip("10.0.0.1")])).unwrap();
    for waiter in waiting {
        assert_eq!(waiter.await.unwrap().unwrap(), [ip("10.0.0.1")]);
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_resolver_that_hangs_keeps_one_thread_however_often_it_is_asked() {
    let (resolver, _answers, calls) = resolver();
    for _ in 0..10 {
        let limit = Instant::now() + Duration::from_millis(5);
        let found = resolver.addresses("dc1", limit).await;
        assert!(matches!(found, Err(Unresolved::TimedOut)), "{found:?}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn without_dns_the_addresses_of_before_are_used() {
    let (resolver, answers, _) = resolver();
    answers.send(Ok(vec![ip("10.0.0.1")])).unwrap();
    assert!(resolver.addresses("dc1", soon()).await.is_ok());
    answers.send(Err(io::Error::other("no such host"))).unwrap();
    let found = resolver.addresses("dc1", soon()).await.unwrap();
    assert_eq!(found, [ip("10.0.0.1")]);
    // It hangs: the rest of the time is left for dialling.
    let begun = Instant::now();
    let limit = begun + Duration::from_secs(4);
    let found = resolver.addresses("dc1", limit).await.unwrap();
    assert_eq!(found, [ip("10.0.0.1")]);
    assert!(Instant::now() < limit, "{:?}", begun.elapsed());
    // It answers late: the next one knows.
    answers.send(Ok(vec![ip("10.0.0.2")])).unwrap();
    answers.send(Ok(vec![ip("10.0.0.2")])).unwrap();
    let end = soon();
    while resolver.addresses("dc1", soon()).await.unwrap() != [ip("10.0.0.2")] {
        assert!(Instant::now() < end);
        let _ = answers.send(Ok(vec![ip("10.0.0.2")]));
    }
}

#[tokio::test]
async fn a_name_that_is_not_known_at_all_says_why() {
    let (resolver, answers, _) = resolver();
    answers.send(Err(io::Error::other("no such host"))).unwrap();
    let found = resolver.addresses("dc1", soon()).await;
    assert!(matches!(found, Err(Unresolved::Failed(_))), "{found:?}");
    answers.send(Ok(Vec::new())).unwrap();
    // The thread before may still be about to end: then its answer is shared once more.
    let end = soon();
    while !matches!(
        resolver.addresses("dc1", soon()).await,
        Err(Unresolved::NoAddress)
    ) {
        assert!(Instant::now() < end);
    }
}

#[tokio::test]
async fn an_address_needs_no_resolver() {
    let (resolver, _answers, calls) = resolver();
    let found = resolver.addresses("fd00::1", soon()).await.unwrap();
    assert_eq!(found, [ip("fd00::1")]);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}

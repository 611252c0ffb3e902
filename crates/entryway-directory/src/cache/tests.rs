use super::*;
use futures_util::FutureExt as _;
use std::convert::Infallible;

fn cache(life: Duration, most: usize) -> Arc<Cache<u32, u32>> {
    Cache::new(life, &Room::new(most))
}

const LONG: Duration = Duration::from_secs(600);

fn soon() -> Instant {
    Instant::now() + LONG
}

async fn get(cache: &Cache<u32, u32>, key: u32, value: u32) -> u32 {
    let answer = cache
        .get(
            key,
            soon(),
            |_| Some(1),
            async || Ok::<_, Infallible>(value),
        )
        .await;
    match answer {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

#[tokio::test]
async fn what_was_asked_is_told_again_and_no_more_than_that_is_kept() {
    let cache = cache(LONG, 2);
    assert_eq!(get(&cache, 1, 10).await, 10);
    assert_eq!(get(&cache, 1, 11).await, 10);
    for key in 2..=9 {
        get(&cache, key, key).await;
    }
    let figures = cache.figures();
    assert_eq!(
        (figures.hits, figures.misses, figures.evicted, figures.kept),
        (1, 9, 7, 2)
    );
    assert_eq!(cache.kept.lock().slots.len(), 2);
    assert_eq!(get(&cache, 1, 12).await, 12);
    assert_eq!(get(&cache, 9, 90).await, 9);
}

#[tokio::test]
async fn nothing_is_kept_for_no_time_or_in_no_room() {
    for cache in [cache(Duration::ZERO, 9), cache(LONG, 0)] {
        assert_eq!(get(&cache, 1, 10).await, 10);
        assert_eq!(get(&cache, 1, 11).await, 11);
        assert_eq!(cache.figures().hits, 0);
    }
}

#[tokio::test]
async fn a_failure_is_not_kept_and_leaves_nothing_behind() {
    let cache = cache(LONG, 9);
    let failed = cache
        .get(1, soon(), |_| Some(1), async || Err::<u32, _>("down"))
        .await;
    assert_eq!(failed, Err("down"));
    assert!(cache.kept.lock().slots.is_empty());
    let part = cache
        .get(1, soon(), |_| None, async || Ok::<_, Infallible>(5))
        .await;
    assert_eq!(part, Ok(5));
    assert!(cache.kept.lock().slots.is_empty());
    assert_eq!(get(&cache, 1, 6).await, 6);
}

#[tokio::test]
async fn many_who_want_one_thing_ask_once() {
    let cache = cache(LONG, 9);
    let (send, receive) = tokio::sync::oneshot::channel();
    let first = {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move {
            let ask = async || receive.await.map_err(|_| "gone");
            cache.get(1, soon(), |_| Some(1), ask).await
        })
    };
    while cache.figures().misses == 0 {
        tokio::task::yield_now().await;
    }
    let others: Vec<_> = (0..20)
        .map(|at| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { get(&cache, 1, 100 + at).await })
        })
        .collect();
    while cache.figures().shared < 20 {
        tokio::task::yield_now().await;
    }
    send.send(7).unwrap();
    assert_eq!(first.await.unwrap(), Ok(7));
    for other in others {
        assert_eq!(other.await.unwrap(), 7);
    }
    assert_eq!((cache.figures().misses, cache.figures().hits), (1, 20));
}

#[tokio::test]
async fn who_goes_away_while_asking_leaves_the_asking_to_the_next() {
    let cache = cache(LONG, 9);
    let never = cache.get(
        1,
        soon(),
        |_| Some(1),
        async || std::future::pending::<Result<u32, Infallible>>().await,
    );
    assert!(Box::pin(never).now_or_never().is_none());
    assert!(cache.kept.lock().slots.is_empty(), "no place for it");
    assert_eq!(get(&cache, 1, 8).await, 8);
}

#[tokio::test]
async fn who_has_waited_long_enough_asks_alone() {
    let cache = cache(LONG, 9);
    let mut never = Box::pin(cache.get(
        1,
        soon(),
        |_| Some(1),
        async || std::future::pending::<Result<u32, Infallible>>().await,
    ));
    assert!((&mut never).now_or_never().is_none());
    let impatient = cache.get(
        1,
        Instant::now(),
        |_| Some(1),
        async || Ok::<_, Infallible>(9),
    );
    assert_eq!(impatient.await, Ok(9));
}

#[tokio::test]
async fn an_answer_is_as_old_as_the_oldest_of_what_it_is_made_of() {
    let life = Duration::from_secs(60);
    let cache = cache(life, 9);
    let made = async |value: u32, age: Duration| {
        let since = Instant::now().checked_sub(age).unwrap();
        let ask = async || Ok::<_, Infallible>((value, since));
        let got = cache.get_since(1, soon(), |_| Some(1), ask).await;
        got.unwrap()
    };
    assert_eq!(made(1, life - Duration::from_millis(1)).await, 1);
    // Its own life has hardly begun, and that of what it is made of is over.
    while cache.figures().misses < 2 {
        made(2, Duration::ZERO).await;
    }
    assert_eq!(made(3, Duration::ZERO).await, 2);
    let figures = cache.figures();
    assert!(figures.oldest_hit < life, "{figures:?}");
}

#[tokio::test]
async fn caches_of_one_room_share_it_and_the_oldest_answer_goes() {
    let room = Room::new(4);
    let (one, other) = (Cache::new(LONG, &room), Cache::new(LONG, &room));
    for key in 1..=3 {
        get(&one, key, key).await;
    }
    for key in 1..=3 {
        get(&other, key, key).await;
    }
    let kept = |cache: &Cache<u32, u32>| (cache.figures().kept, cache.figures().evicted);
    assert_eq!((kept(&one), kept(&other)), ((1, 2), (3, 0)));
    assert_eq!(get(&one, 3, 30).await, 3);
    assert_eq!(get(&other, 1, 10).await, 1);
    // What is larger than the room is not kept, and takes none from the others.
    let large = one.get(9, soon(), |_| Some(5), async || Ok::<_, Infallible>(9));
    assert_eq!(large.await, Ok(9));
    assert_eq!((kept(&one).0, kept(&other).0), (1, 3));
}

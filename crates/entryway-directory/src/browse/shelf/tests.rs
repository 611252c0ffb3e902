use super::*;
use crate::browse::list::{Building, NewRow};
use entryway_ldap_types::ResultCode;
use entryway_login::Subject;
use entryway_lookup::EntryId;
use std::future::ready;
use tokio::sync::oneshot;

const MINUTE: Duration = Duration::from_secs(60);

fn shelf(refresh: Duration, index_max: usize) -> Shelf {
    let policy = BrowsePolicy {
        page_size: 100,
        refresh,
        index_max,
    };
    Shelf::new(policy, 1)
}

fn key(below: Option<&str>) -> Key {
    Key {
        domain: 0,
        below: below.map(|dn| Dn::parse(dn).unwrap()),
        kind: RowKind::Person,
    }
}

fn kept(rows: usize, missing: Vec<Missing>) -> Kept {
    let mut building = Building::new("staff", RowKind::Person, usize::MAX);
    for number in 0..rows {
        let id = EntryId::from_subject(Subject(format!("staff:{number}"))).unwrap();
        assert!(building.push(&NewRow {
            id: &id,
            name: "Jane",
            description: None,
            mail: None,
            dn: "uid=1",
        }));
    }
    Kept {
        list: building.in_order(),
        missing,
        since: Instant::now(),
        as_of: SystemTime::now(),
        spent: Spent::default(),
    }
}

fn wanted(anew: bool) -> Wanted {
    Wanted {
        anew,
        due: Instant::now() + MINUTE,
    }
}

fn rows(told: &Told) -> Option<usize> {
    told.kept.as_ref().map(|kept| kept.list.len())
}

/// A reading that ends when it is told to.
fn slow() -> (
    oneshot::Sender<Result<Kept, Missing>>,
    impl FnOnce(Arc<AtomicU32>) -> ReadingOf,
) {
    let (tell, told) = oneshot::channel();
    (tell, move |came: Arc<AtomicU32>| -> ReadingOf {
        came.store(7, Ordering::Relaxed);
        Box::pin(async move { told.await.unwrap() })
    })
}

type ReadingOf = std::pin::Pin<Box<dyn Future<Output = Result<Kept, Missing>> + Send>>;

fn never(_: Arc<AtomicU32>) -> std::future::Ready<Result<Kept, Missing>> {
    panic!("nothing is read")
}

#[tokio::test]
async fn a_list_is_read_once_and_told_until_it_is_old() {
    let shelf = shelf(MINUTE, 1000);
    let told = shelf
        .list(key(None), wanted(false), |_| ready(Ok(kept(3, Vec::new()))))
        .await;
    assert_eq!(
        (rows(&told), told.missing, told.waited),
        (Some(3), None, true)
    );
    let told = shelf.list(key(None), wanted(false), never).await;
    assert_eq!(
        (rows(&told), told.missing, told.waited),
        (Some(3), None, false)
    );
    let told = shelf
        .list(key(None), wanted(true), |_| ready(Ok(kept(4, Vec::new()))))
        .await;
    assert_eq!(rows(&told), Some(4));
    let figures = shelf.figures();
    assert_eq!((figures.lists, figures.rows), (1, 4));
}

/// What changed since the reading under way began may not be in it.
#[tokio::test]
async fn who_wants_it_anew_is_not_told_what_was_being_read_before() {
    let shelf = shelf(MINUTE, 1000);
    let (end, read) = slow();
    let first = shelf.list(key(None), wanted(false), read);
    let anew = async {
        let read = |_| ready(Ok(kept(4, Vec::new())));
        shelf.list(key(None), wanted(true), read).await
    };
    let (first, anew, ()) = tokio::join!(biased; first, anew, async {
        assert!(end.send(Ok(kept(3, Vec::new()))).is_ok());
    });
    assert_eq!((rows(&first), rows(&anew)), (Some(3), Some(4)));
}

#[tokio::test]
async fn a_list_is_read_anew_no_more_often_than_a_directory_bears() {
    let shelf = shelf(MINUTE, 1000);
    let read = |rows| move |_| ready(Ok(kept(rows, Vec::new())));
    shelf.list(key(None), wanted(false), read(3)).await;
    let told = shelf.list(key(None), wanted(true), read(4)).await;
    assert_eq!((rows(&told), told.waited), (Some(4), true));
    let told = shelf.list(key(None), wanted(true), never).await;
    assert_eq!((rows(&told), told.waited), (Some(4), false));
    // Each list by itself.
    let told = shelf.list(key(Some("ou=a")), wanted(true), read(5)).await;
    assert_eq!(rows(&told), Some(5));
}

#[tokio::test]
async fn who_cannot_wait_is_told_so_and_the_next_one_has_the_list() {
    let shelf = shelf(MINUTE, 1000);
    let (end, read) = slow();
    let soon = Wanted {
        anew: false,
        due: Instant::now() + Duration::from_millis(20),
    };
    let told = shelf.list(key(None), soon, read).await;
    assert_eq!(rows(&told), None);
    assert_eq!(told.missing, Some(Missing::BeingRead(7)));
    // The reading goes on, and nobody begins another.
    let next = shelf.list(key(None), wanted(false), never);
    let (told, ()) = tokio::join!(next, async {
        assert!(end.send(Ok(kept(2, Vec::new()))).is_ok());
    });
    assert_eq!((rows(&told), told.missing), (Some(2), None));
}

#[tokio::test]
async fn who_goes_away_takes_nothing_from_the_others() {
    let shelf = shelf(MINUTE, 1000);
    let (end, read) = slow();
    {
        let asking = shelf.list(key(None), wanted(false), read);
        let gone = tokio::time::timeout(Duration::from_millis(10), asking).await;
        assert!(gone.is_err());
    }
    assert!(end.send(Ok(kept(2, Vec::new()))).is_ok());
    let told = shelf.list(key(None), wanted(false), never).await;
    assert_eq!(rows(&told), Some(2));
}

#[tokio::test]
async fn an_old_list_is_better_than_none_and_says_that_it_is() {
    let shelf = shelf(MINUTE, 1000);
    let refused = Missing::Refused(ResultCode::OPERATIONS_ERROR);
    let told = shelf
        .list(key(None), wanted(false), |_| ready(Err(refused)))
        .await;
    assert_eq!((rows(&told), told.missing), (None, Some(refused)));
    assert_eq!(shelf.figures().lists, 0);
    shelf
        .list(key(None), wanted(false), |_| ready(Ok(kept(3, Vec::new()))))
        .await;
    let told = shelf
        .list(key(None), wanted(true), |_| ready(Err(refused)))
        .await;
    assert_eq!((rows(&told), told.missing), (Some(3), Some(refused)));
}

#[tokio::test]
async fn a_list_in_use_is_read_again_before_anybody_has_to_wait() {
    // In the last quarter of its time at once: it began to be read three quarters ago.
    let shelf = shelf(MINUTE, 1000);
    let begun = Instant::now().checked_sub(MINUTE / 6 * 5).unwrap();
    shelf
        .list(key(None), wanted(false), |_| {
            ready(Ok(Kept {
                since: begun,
                ..kept(3, Vec::new())
            }))
        })
        .await;
    let (end, read) = slow();
    let told = shelf.list(key(None), wanted(false), read).await;
    assert_eq!((rows(&told), told.waited), (Some(3), false));
    assert!(end.send(Ok(kept(5, Vec::new()))).is_ok());
    let told = shelf.list(key(None), wanted(false), never);
    // The new one is there as soon as its reading has ended.
    assert_eq!(rows(&told.await), Some(3));
    while shelf.figures().rows != 5 {
        tokio::task::yield_now().await;
    }
    // One that is too old is waited for.
    let old = Instant::now().checked_sub(MINUTE * 2).unwrap();
    let told = shelf
        .list(key(Some("ou=a")), wanted(false), |_| {
            ready(Ok(Kept {
                since: old,
                ..kept(3, Vec::new())
            }))
        })
        .await;
    assert_eq!(rows(&told), Some(3));
    let told = shelf
        .list(key(Some("ou=a")), wanted(false), |_| {
            ready(Ok(kept(6, Vec::new())))
        })
        .await;
    assert_eq!((rows(&told), told.waited), (Some(6), true));
}

#[tokio::test]
async fn a_list_with_a_passing_gap_is_soon_read_again() {
    let shelf = shelf(Duration::from_secs(3600), 1000);
    let passing = vec![Missing::Refused(ResultCode::BUSY)];
    let lasting = vec![Missing::ServerLimit(500)];
    for (missing, expected) in [(passing, 4), (lasting, 3)] {
        let below = format!("ou={expected}");
        let begun = Instant::now().checked_sub(MINUTE).unwrap();
        let first = shelf
            .list(key(Some(&below)), wanted(false), |_| {
                ready(Ok(Kept {
                    since: begun,
                    ..kept(3, missing)
                }))
            })
            .await;
        assert_eq!(rows(&first), Some(3));
        let second = shelf
            .list(key(Some(&below)), wanted(false), |_| {
                ready(Ok(kept(4, Vec::new())))
            })
            .await;
        assert_eq!(rows(&second), Some(expected));
    }
}

#[tokio::test]
async fn lists_below_entries_make_room_for_each_other_and_not_for_flat_ones() {
    let shelf = shelf(MINUTE, 100);
    let read = |rows| move |_| ready(Ok(kept(rows, Vec::new())));
    shelf.list(key(None), wanted(false), read(90)).await;
    for name in ["ou=a", "ou=b"] {
        shelf.list(key(Some(name)), wanted(false), read(40)).await;
    }
    // It is asked for again: the other one has waited longest.
    shelf.list(key(Some("ou=a")), wanted(false), never).await;
    shelf.list(key(Some("ou=c")), wanted(false), read(40)).await;
    assert_eq!(shelf.figures().rows, 90 + 80);
    for name in [None, Some("ou=a"), Some("ou=c")] {
        shelf.list(key(name), wanted(false), never).await;
    }
}

#[tokio::test]
async fn there_is_room_for_so_many_readings_and_then_it_is_said() {
    let shelf = shelf(MINUTE, 1000);
    let mut ends = Vec::new();
    let past = Wanted {
        anew: false,
        due: Instant::now(),
    };
    for number in 0..WAITING {
        let (end, read) = slow();
        ends.push(end);
        let told = shelf
            .list(key(Some(&format!("ou={number}"))), past, read)
            .await;
        assert_eq!(rows(&told), None);
    }
    let told = shelf.list(key(Some("ou=last")), wanted(false), never).await;
    assert_eq!(told.missing, Some(Missing::Unanswered(Fault::Overloaded)));
    for end in ends {
        assert!(end.send(Ok(kept(1, Vec::new()))).is_ok());
    }
    let (end, read) = slow();
    assert!(end.send(Ok(kept(1, Vec::new()))).is_ok());
    while shelf.shared.domains[0].waiting.load(Ordering::Relaxed) == WAITING {
        tokio::task::yield_now().await;
    }
    let told = shelf.list(key(Some("ou=last")), wanted(false), read).await;
    assert_eq!(rows(&told), Some(1));
}

#[tokio::test]
async fn a_reading_that_dies_is_told_of() {
    let shelf = shelf(MINUTE, 1000);
    let told = shelf
        .list(key(None), wanted(false), |_| async {
            panic!("a reading that dies")
        })
        .await;
    assert_eq!(told.missing, Some(Missing::Unanswered(Fault::Overloaded)));
    let told = shelf
        .list(key(None), wanted(false), |_| ready(Ok(kept(1, Vec::new()))))
        .await;
    assert_eq!(rows(&told), Some(1));
}

use super::*;
use std::collections::HashSet;

#[test]
fn rfc4511_4_1_1_1_ids_count_up_from_1() {
    let mut pair = Pair::new();
    let ids: Vec<_> = (0..3).map(|_| pair.search().get()).collect();
    assert_eq!(ids, [1, 2, 3]);
}

#[test]
fn what_was_refused_used_no_id() {
    let mut pair = Pair::new();
    let deep = (0..40).fold(Filter::clone(&search_request().filter), |inner, _| {
        Filter::Not(Box::new(inner))
    });
    let request = SearchRequest {
        filter: deep.into(),
        ..search_request()
    };
    let limit = Filter::MAX_DEPTH;
    let error = SubmitError::Encode(crate::EncodeError::FilterDepth { limit });
    assert_eq!(pair.client.search(&request, 1, NO_CONTROLS), Err(error));
    let request = SearchRequest {
        base: "x".repeat(17 << 20).into(),
        ..search_request()
    };
    let found = pair.client.search(&request, 1, NO_CONTROLS);
    assert!(matches!(
        found,
        Err(SubmitError::Encode(crate::EncodeError::TooLong { .. }))
    ));
    assert!(pair.client.is_idle(), "nothing was written");
    assert_eq!(pair.search().get(), 1);
}

#[test]
fn ids_wrap_and_pass_over_those_in_use() {
    let mut pair = Pair::new();
    let (kept, abandoned) = (pair.search(), pair.search());
    pair.client.abandon(abandoned).unwrap();
    pair.client.last_id = MessageId::new(MessageId::MAX.get() - 1).unwrap();
    let ids: Vec<_> = (0..3).map(|_| pair.search().get()).collect();
    // 1 is outstanding and 2 is abandoned; 3 was the abandon's own, and is free.
    assert_eq!(ids, [0x7fff_ffff, 3, 4]);
    assert_eq!(
        words(pair.replies(kept, ReplyKind::SearchDone)),
        "search done of message 1"
    );
    pair.client.last_id = MessageId::MAX;
    assert_eq!(pair.search().get(), 1, "free again");
}

#[test]
fn the_outstanding_are_counted() {
    let mut pair = Pair::with(Limits {
        outstanding: 2,
        ..Limits::CLIENT
    });
    let first = pair.search();
    pair.search();
    assert_eq!(
        pair.client.search(&search_request(), 1, NO_CONTROLS),
        Err(SubmitError::TooMany { limit: 2 })
    );
    pair.replies(first, ReplyKind::SearchDone).unwrap();
    pair.search();
}

/// Thousands of searches, given up and answered at random around the wrap: whatever is answered is
/// what was asked and not given up, and no id means two things at once.
#[test]
fn no_id_means_two_things_at_once() {
    let mut pair = Pair::new();
    let mut random = 0x9e37_79b9_7f4a_7c15u64;
    let mut draw = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let (mut waiting, mut given_up) = (Vec::new(), Vec::new());
    for _ in 0..20_000 {
        if draw(150) == 0 {
            // Round after round, so that new ids run into old ones.
            pair.client.last_id = MessageId::new(MessageId::MAX.get() - draw(10) as u32).unwrap();
        }
        match draw(4) {
            0 | 1 if waiting.len() < 200 => {
                let id = pair.search();
                let in_use: HashSet<_> = waiting.iter().chain(&given_up).collect();
                assert!(!in_use.contains(&id), "message {id} is in use");
                waiting.push(id);
            }
            2 if !waiting.is_empty() && given_up.len() < 500 => {
                let id = waiting.swap_remove(draw(waiting.len()));
                assert_eq!(pair.client.abandon(id), Ok(true));
                given_up.push(id);
            }
            _ if draw(2) == 0 && !given_up.is_empty() => {
                let id = given_up.swap_remove(draw(given_up.len()));
                assert_eq!(
                    words(pair.replies(id, ReplyKind::SearchDone)),
                    format!("stale of message {id}")
                );
            }
            _ if !waiting.is_empty() => {
                let id = waiting.swap_remove(draw(waiting.len()));
                assert_eq!(
                    words(pair.replies(id, ReplyKind::SearchDone)),
                    format!("search done of message {id}")
                );
            }
            _ => {}
        }
        let written = pair.client.outbound().len();
        pair.client.outbound().consume(written);
        assert_eq!(pair.client.outstanding(), waiting.len());
    }
    assert!(pair.client.wrapped);
}

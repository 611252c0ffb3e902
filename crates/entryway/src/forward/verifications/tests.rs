use super::*;

const STATE: State = State {
    accounts: (1, 1),
    changes: 0,
};

fn shown<'a>(name: &'a str, password: &'a str) -> Shown<'a> {
    Shown {
        name,
        password: password.as_bytes(),
        address: None,
    }
}

fn lasting(life: Duration) -> Arc<Verifications> {
    Arc::new(Verifications::new(life).unwrap())
}

fn jane() -> Verified {
    Verified::Person(Arc::new(Person::named("staff:1", "jdoe")))
}

/// What is found, in a word; a login that is new ends as it is told.
fn found(
    of: &Arc<Verifications>,
    shown: &Shown<'_>,
    state: State,
    end: Option<Verified>,
) -> &'static str {
    match of.find(shown, state) {
        Found::Known(Verified::Person(_)) => "right",
        Found::Known(Verified::Nobody) => "wrong",
        Found::Known(Verified::SealedOnly) => "sealed",
        Found::Known(Verified::Unknown) => "unknown",
        Found::Waiting(_) => "waiting",
        Found::Full => "full",
        Found::New(ticket, _) => {
            if let Some(end) = end {
                let remember = !matches!(end, Verified::Unknown);
                ticket.settle(end, remember);
            }
            "new"
        }
    }
}

#[test]
fn right_and_wrong_are_remembered_and_outages_are_not() {
    let of = lasting(Duration::from_secs(60));
    let right = shown("jdoe", "right");
    assert_eq!(found(&of, &right, STATE, Some(jane())), "new");
    assert_eq!(found(&of, &right, STATE, None), "right");
    let wrong = shown("jdoe", "wrong");
    assert_eq!(found(&of, &wrong, STATE, Some(Verified::Nobody)), "new");
    assert_eq!(found(&of, &wrong, STATE, None), "wrong");
    let down = shown("jdoe", "down");
    assert_eq!(found(&of, &down, STATE, Some(Verified::Unknown)), "new");
    assert_eq!(found(&of, &down, STATE, None), "new");
    // A login that never ended is none either.
    assert_eq!(found(&of, &down, STATE, None), "new");
}

#[test]
fn everything_that_was_shown_counts() {
    let of = lasting(Duration::from_secs(60));
    let elsewhere = Shown {
        address: Some([203, 0, 113, 9].into()),
        ..shown("jdoe", "right")
    };
    assert_eq!(
        found(&of, &shown("jdoe", "right"), STATE, Some(jane())),
        "new"
    );
    for other in [
        shown("jdoer", "ight"),
        shown("jdo", "eright"),
        shown("JDOE", "right"),
        shown("jdoe", "right "),
        shown("jdoe", ""),
        elsewhere,
    ] {
        assert_eq!(found(&of, &other, STATE, Some(Verified::Nobody)), "new");
    }
    assert_eq!(found(&of, &shown("jdoe", "right"), STATE, None), "right");
}

#[test]
fn another_state_of_passwords_begins_anew() {
    let of = lasting(Duration::from_secs(60));
    let right = shown("jdoe", "right");
    assert_eq!(found(&of, &right, STATE, Some(jane())), "new");
    for state in [
        State {
            changes: 1,
            ..STATE
        },
        State {
            accounts: (1, 2),
            ..STATE
        },
        State {
            accounts: (2, 1),
            ..STATE
        },
    ] {
        assert_eq!(found(&of, &right, state, Some(Verified::Nobody)), "new");
        assert_eq!(found(&of, &right, state, None), "wrong");
    }
}

#[test]
fn what_is_over_is_asked_again() {
    let of = lasting(Duration::ZERO);
    let right = shown("jdoe", "right");
    assert_eq!(found(&of, &right, STATE, Some(jane())), "new");
    assert_eq!(found(&of, &right, STATE, Some(jane())), "new");
}

#[tokio::test]
async fn whoever_comes_with_the_same_waits_for_one_login() {
    let of = lasting(Duration::from_secs(60));
    let wrong = shown("jdoe", "stale");
    let Found::New(ticket, own) = of.find(&wrong, STATE) else {
        panic!("nobody was there before")
    };
    let others: Vec<_> = (0..40)
        .map(|_| match of.find(&wrong, STATE) {
            Found::Waiting(waiting) => waiting.outcome(),
            _ => panic!("a login is under way"),
        })
        .collect();
    ticket.settle(Verified::Nobody, true);
    assert!(matches!(own.outcome().await, Verified::Nobody));
    for told in others {
        assert!(matches!(told.await, Verified::Nobody));
    }
    assert_eq!(found(&of, &wrong, STATE, None), "wrong");
}

#[tokio::test]
async fn a_login_that_breaks_off_is_an_outage_for_all_who_wait() {
    let of = lasting(Duration::from_secs(60));
    let right = shown("jdoe", "right");
    let Found::New(ticket, own) = of.find(&right, STATE) else {
        panic!("nobody was there before")
    };
    drop(ticket);
    assert!(matches!(own.outcome().await, Verified::Unknown));
    assert_eq!(found(&of, &right, STATE, Some(jane())), "new");
}

#[test]
fn a_login_of_an_earlier_state_overwrites_nothing() {
    let of = lasting(Duration::from_secs(60));
    let right = shown("jdoe", "right");
    let Found::New(earlier, _) = of.find(&right, STATE) else {
        panic!("nobody was there before")
    };
    let state = State {
        changes: 1,
        ..STATE
    };
    assert_eq!(found(&of, &right, state, Some(Verified::Nobody)), "new");
    earlier.settle(jane(), true);
    assert_eq!(found(&of, &right, state, None), "wrong");
}

#[test]
fn memory_has_an_end_and_logins_under_way_put_no_outcome_out() {
    let of = lasting(Duration::from_secs(60));
    for number in 0..2 * MOST {
        let name = number.to_string();
        assert_eq!(
            found(&of, &shown(&name, "x"), STATE, Some(Verified::Nobody)),
            "new"
        );
    }
    assert_eq!(of.kept.lock().known.len(), MOST);
    let begin = |name: &str| match of.find(&shown(name, "x"), STATE) {
        Found::New(ticket, _) => ticket,
        _ => panic!("nobody was there before"),
    };
    let mut under_way: Vec<_> = (0..MOST_UNDER_WAY)
        .map(|number| begin(&format!("u{number}")))
        .collect();
    assert_eq!(found(&of, &shown("late", "x"), STATE, None), "full");
    assert_eq!(found(&of, &shown("u7", "x"), STATE, None), "waiting");
    // Each outcome is still there: the one that ends first, too.
    for number in MOST..2 * MOST {
        let name = number.to_string();
        assert_eq!(found(&of, &shown(&name, "x"), STATE, None), "wrong");
    }
    // One that has ended makes room for another.
    under_way.pop();
    under_way.push(begin("late"));
    drop(under_way);
    assert!(of.kept.lock().under_way.is_empty());
    assert_eq!(of.kept.lock().known.len(), MOST);
}

use super::*;
use entryway_oidc::GroupNames;

fn last(groups: usize) -> Last {
    let person = Person {
        groups: Some(GroupNames {
            names: vec!["a group with a name".into(); groups],
            partial: false,
        }),
        ..Person::named("staff:1", "jdoe")
    };
    Last {
        at: Instant::now(),
        token: "younger".into(),
        person: Arc::new(person),
    }
}

#[test]
fn what_is_remembered_is_bounded_and_what_is_forgotten_makes_room() {
    let answers = LastAnswers::default();
    let mut count = 0;
    // Each about half a megabyte.
    while {
        answers.remember(&format!("token {count}"), last(12_000));
        answers.of(&format!("token {count}")).is_some()
    } {
        count += 1;
        assert!(count < 100, "it is never full");
    }
    assert!(count > 10, "{count}");
    answers.forget("token 0");
    answers.remember("another", last(12_000));
    assert!(answers.of("another").is_some());
    // The same one again takes its own place.
    answers.remember("another", last(12_000));
    assert!(answers.of("another").is_some());
    let known = answers.0.lock();
    let bytes: usize = known
        .of
        .iter()
        .map(|(token, last)| last.weight(token))
        .sum();
    assert_eq!(known.bytes, bytes);
}

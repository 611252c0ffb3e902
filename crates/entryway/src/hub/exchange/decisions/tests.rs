use super::Decisions;
use std::cell::Cell;

#[test]
fn what_was_read_before_a_decision_does_not_count_after_it() {
    let (decisions, counts) = (Decisions::default(), Cell::new("active"));
    let read = decisions.number();
    decisions.decide(|| counts.set("draining"));
    assert!(!decisions.hear(read, || counts.set("active")));
    assert!(!decisions.confirm(read, || counts.set("active")));
    assert_eq!(counts.get(), "draining");
    // Read anew, it is what was decided.
    assert!(decisions.hear(decisions.number(), || counts.set("read anew")));
    assert_eq!(counts.get(), "read anew");
}

#[test]
fn whoever_has_read_before_news_reads_again_and_a_thousand_who_look_need_not() {
    let (decisions, counts) = (Decisions::default(), Cell::new(0));
    let read = decisions.number();
    for look in 1..=1000 {
        assert!(decisions.confirm(read, || counts.set(look)));
    }
    assert!(decisions.hear(read, || counts.set(2000)));
    assert!(!decisions.confirm(read, || counts.set(3000)));
    assert_eq!(counts.get(), 2000);
}

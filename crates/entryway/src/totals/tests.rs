use super::*;

fn named(totals: &Totals, number: usize) -> ServerTotals {
    let server = format!("ldaps://dc{number}").into();
    totals.of(&"staff".into(), ServerSource::Servers, &server)
}

fn kept(totals: &Totals) -> usize {
    totals.0.lock().len()
}

#[test]
fn what_nobody_counts_with_is_let_go_of_when_there_is_much() {
    let totals = Totals::default();
    let in_use: Vec<_> = (0..8).map(|number| named(&totals, number)).collect();
    for number in 8..MANY {
        named(&totals, number);
    }
    assert_eq!(kept(&totals), MANY);
    // One that is there already needs no room.
    named(&totals, MANY - 1);
    assert_eq!(kept(&totals), MANY);
    let new = named(&totals, MANY);
    assert_eq!(kept(&totals), in_use.len() + 1);
    // The same name has the same counters, so that somebody else holds them too; another name has others.
    drop(new);
    let again = named(&totals, 0);
    drop(in_use);
    assert!(again.is_shared());
    assert_eq!(kept(&totals), 9);
}

#[test]
fn a_server_of_another_domain_or_source_is_another() {
    let totals = Totals::default();
    let server: Arc<str> = "ldaps://dc1".into();
    for (domain, source) in [
        ("staff", ServerSource::Servers),
        ("staff", ServerSource::Cards),
        ("staff", ServerSource::Referrals),
        ("guests", ServerSource::Servers),
    ] {
        totals.of(&domain.into(), source, &server);
    }
    assert_eq!(kept(&totals), 4);
}

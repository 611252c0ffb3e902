use super::*;

fn at(address: &str) -> Option<IpAddr> {
    Some(address.parse().unwrap())
}

#[test]
fn one_network_keeps_nobody_out_but_itself() {
    let places = Arc::<Places>::default();
    for (mine, same, other) in [
        ("192.0.2.1", "192.0.2.200", "192.0.3.1"),
        ("::ffff:198.51.100.1", "198.51.100.9", "198.51.101.9"),
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
    ] {
        let mut held: Vec<_> = (0..SHARE).map(|_| places.take(at(mine)).unwrap()).collect();
        assert!(places.take(at(same)).is_none(), "{same}");
        assert!(places.take(at(other)).is_some(), "{other}");
        assert!(places.take(None).is_some());
        held.pop();
        assert!(places.take(at(same)).is_some(), "{same}");
    }
    assert!(places.0.lock().shares.is_empty());
}

#[test]
fn there_are_so_many_in_all_and_each_counts_at_once() {
    let places = Arc::<Places>::default();
    let mut held: Vec<_> = (0..ALL)
        .map(|count| places.take(at(&format!("10.0.{count}.1"))).unwrap())
        .collect();
    assert!(places.take(at("10.1.0.1")).is_none());
    assert!(places.take(None).is_none());
    held.pop();
    assert!(places.take(at("10.1.0.1")).is_some());
}

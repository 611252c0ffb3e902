use super::{FORWARDED_FOR, PeerAddress, client_address};
use entryway_login::AddressRange;
use http::{HeaderValue, Request};
use std::net::IpAddr;

const TRUSTED: [&str; 3] = ["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7"];

fn found(peer: &str, lines: &[&[u8]]) -> Option<IpAddr> {
    let trusted = TRUSTED.map(|range| AddressRange::parse(range).expect("a range"));
    let mut request = Request::new(());
    for line in lines {
        let value = HeaderValue::from_bytes(line).expect("a header's value");
        request.headers_mut().append(FORWARDED_FOR, value);
    }
    let peer = PeerAddress(peer.parse().expect("a socket's address"));
    request.extensions_mut().insert(peer);
    client_address(&request.into_parts().0, &trusted)
}

fn check(peer: &str, lines: &[&[u8]], expected: &str) {
    let expected: IpAddr = expected.parse().expect("an address");
    assert_eq!(found(peer, lines), Some(expected), "{peer} {lines:?}");
}

#[test]
fn nobody_else_is_believed() {
    check("198.51.100.4:999", &[], "198.51.100.4");
    check("198.51.100.4:999", &[b"203.0.113.9"], "198.51.100.4");
    check("192.0.2.8:999", &[b"203.0.113.9"], "192.0.2.8");
    check("[2001:db8:2::1]:999", &[b"203.0.113.9"], "2001:db8:2::1");
}

#[test]
fn a_trusted_proxy_names_the_client() {
    check("10.1.2.3:999", &[], "10.1.2.3");
    check("10.1.2.3:999", &[b"203.0.113.9"], "203.0.113.9");
    check("192.0.2.7:999", &[b" 203.0.113.9\t"], "203.0.113.9");
    check("[2001:db8:1::5]:999", &[b"2001:db8:2::1"], "2001:db8:2::1");
    // A listener on both families has IPv4 peers in IPv6 clothes.
    check("[::ffff:10.1.2.3]:999", &[b"203.0.113.9"], "203.0.113.9");
    check("10.1.2.3:999", &[b"::ffff:203.0.113.9"], "203.0.113.9");
}

#[test]
fn the_last_address_that_is_not_trusted_counts() {
    check("10.1.2.3:999", &[b"203.0.113.9, 10.9.9.9"], "203.0.113.9");
    check(
        "10.1.2.3:999",
        &[b"203.0.113.9,192.0.2.7,2001:db8:1::5"],
        "203.0.113.9",
    );
    check(
        "10.1.2.3:999",
        &[b"127.0.0.1, 198.51.100.4, 203.0.113.9"],
        "203.0.113.9",
    );
    check(
        "10.1.2.3:999",
        &[b"10.0.0.1, 203.0.113.9, 10.9.9.9"],
        "203.0.113.9",
    );
    // Each line goes on where the one before it ends.
    check(
        "10.1.2.3:999",
        &[b"198.51.100.4", b"203.0.113.9, 10.9.9.9", b"10.9.9.8"],
        "203.0.113.9",
    );
    check("10.1.2.3:999", &[b"10.5.5.5, 10.9.9.9"], "10.5.5.5");
}

#[test]
fn ports_and_brackets_are_passed_over() {
    check("10.1.2.3:999", &[b"203.0.113.9:4711"], "203.0.113.9");
    check("10.1.2.3:999", &[b"[2001:db8:2::1]:4711"], "2001:db8:2::1");
    check("10.1.2.3:999", &[b"[2001:db8:2::1]"], "2001:db8:2::1");
    check(
        "10.1.2.3:999",
        &[b"203.0.113.9, 10.9.9.9:80"],
        "203.0.113.9",
    );
}

#[test]
fn nonsense_where_an_address_is_looked_for_leaves_the_peer() {
    for junk in [
        "",
        ",",
        "unknown",
        "_hidden",
        "203.0.113",
        "203.0.113.9:",
        "203.0.113.9:99999",
        "[203.0.113.9]",
        "2001:db8:2::1%eth0",
        "[2001:db8:2::1",
        "203.0.113.9 198.51.100.4",
        "for=203.0.113.9",
        "010.0.0.1",
        "203.0.113.9,",
        "203.0.113.9, junk, 10.9.9.9",
    ] {
        check("10.1.2.3:999", &[junk.as_bytes()], "10.1.2.3");
    }
    check("10.1.2.3:999", &[b"203.0.113.9\xff"], "10.1.2.3");
}

#[test]
fn nonsense_before_the_client_is_the_clients_own_affair() {
    check("10.1.2.3:999", &[b"junk, 203.0.113.9"], "203.0.113.9");
    check(
        "10.1.2.3:999",
        &[b"\xff\xfe", b"203.0.113.9"],
        "203.0.113.9",
    );
    check(
        "10.1.2.3:999",
        &[b"\xff, 203.0.113.9, 10.9.9.9"],
        "203.0.113.9",
    );
}

#[test]
fn without_a_connection_there_is_no_address() {
    let (head, ()) = Request::new(()).into_parts();
    assert_eq!(client_address(&head, &[]), None);
}

use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(range: &str, address: &str, expected: bool) {
    let range = AddressRange::parse(range).unwrap();
    assert_eq!(
        range.contains(address.parse().unwrap()),
        expected,
        "{range}"
    );
}

#[test]
fn blocks_hold_their_addresses() {
    check("10.0.0.0/8", "10.255.0.1", true);
    check("10.0.0.0/8", "11.0.0.0", false);
    check("0.0.0.0/0", "203.0.113.9", true);
    check("192.0.2.7", "192.0.2.7", true);
    check("192.0.2.7", "192.0.2.8", false);
    check("192.0.2.6/31", "192.0.2.7", true);
    check("2001:db8::/32", "2001:db8:1::1", true);
    check("2001:db8::/32", "2001:db9::1", false);
    check("::1", "::1", true);
    check("::/0", "2001:db8::1", true);
}

#[test]
fn ipv4_in_ipv6_is_ipv4() {
    check("10.0.0.0/8", "::ffff:10.1.2.3", true);
    check("::ffff:10.0.0.0/104", "10.1.2.3", true);
    check("::ffff:10.0.0.0/104", "::ffff:11.1.2.3", false);
    check("::ffff:10.0.0.1", "10.0.0.1", true);
    check("::/0", "10.0.0.1", false);
    check("::/0", "::ffff:10.0.0.1", false);
    check("0.0.0.0/0", "2001:db8::1", false);
    check("::ffff:0:0/96", "10.0.0.1", true);
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    let error = AddressRange::parse(text).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_is_no_range_says_why() {
    for text in [
        "",
        "host.example",
        "10.0.0",
        "10.0.0.0 /8",
        "/8",
        "10.0.0.*",
    ] {
        let expected = format!("expected an address or a block like `10.0.0.0/8`, found `{text}`");
        check_error(text, &expected);
    }
    for (text, max, found) in [
        ("10.0.0.0/33", 32, "33"),
        ("10.0.0.0/+8", 32, "+8"),
        ("10.0.0.0/08", 32, "08"),
        ("10.0.0.0/", 32, ""),
        ("10.0.0.0/255.0.0.0", 32, "255.0.0.0"),
        ("::/129", 128, "129"),
        ("::/300", 128, "300"),
    ] {
        let expected = format!("expected a number from 0 to {max} after `/`, found `{found}`");
        check_error(text, &expected);
    }
    for (text, block) in [
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("10.1.2.3/0", "0.0.0.0/0"),
        ("2001:db8::1/64", "2001:db8::/64"),
        ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
    ] {
        let expected =
            format!("expected the first address of the block, `{block}`, found `{text}`");
        check_error(text, &expected);
    }
}

proptest! {
    #[test]
    fn a_block_holds_what_shares_its_bits(network: u32, prefix in 0u8..=32, other: u32, flip in 0u32..32) {
        let block = AddressRange::around(Ipv4Addr::from_bits(network).into(), prefix).unwrap();
        prop_assert_eq!(AddressRange::parse(&block.to_string()), Ok(block));
        for other in [other, network ^ (1 << flip)] {
            let shares = (0..u32::from(prefix)).all(|bit| (network ^ other) >> (31 - bit) & 1 == 0);
            prop_assert_eq!(block.contains(Ipv4Addr::from_bits(other).into()), shares);
        }
    }
}

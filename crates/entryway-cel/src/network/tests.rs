use super::*;

fn check(block: &str, address: &str, expected: bool) {
    let network = Network::parse(block).unwrap();
    assert_eq!(
        network.holds(address.parse().unwrap()),
        expected,
        "{address} in {block}"
    );
}

#[test]
fn addresses_in_blocks() {
    check("10.0.0.0/8", "10.255.255.255", true);
    check("10.0.0.0/8", "11.0.0.0", false);
    check("0.0.0.0/0", "255.1.1.1", true);
    check("0.0.0.0/0", "2001:db8::1", false);
    check("192.0.2.1", "192.0.2.1", true);
    check("192.0.2.1/32", "192.0.2.2", false);
    check("10.0.0.0/8", "::ffff:10.1.1.1", true);
    check("2001:db8::/32", "2001:db8:ffff::1", true);
    check("2001:db8::/32", "2001:db9::1", false);
    check("::/0", "2001:db9::1", true);
    check("::/0", "10.0.0.1", false);
    check("::1", "::1", true);
}

#[test]
fn what_is_no_block() {
    let refused = |text: &str, expected: &str| {
        assert_eq!(Network::parse(text), Err(expected.to_owned()), "{text}");
    };
    let address = "expected an address such as `10.0.0.0/8`";
    refused("", address);
    refused("10.0.0/8", address);
    refused("example.com", address);
    refused("10.0.0.0/", "expected a prefix from 0 to 32");
    refused("10.0.0.0/33", "expected a prefix from 0 to 32");
    refused("10.0.0.0/+8", "expected a prefix from 0 to 32");
    refused("10.0.0.0/8/8", "expected a prefix from 0 to 32");
    refused("::/129", "expected a prefix from 0 to 128");
    refused("10.0.0.1/8", "expected no bits behind the prefix `/8`");
    refused("10.0.0.1/0", "expected no bits behind the prefix `/0`");
}

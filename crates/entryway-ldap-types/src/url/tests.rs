use super::*;
use proptest::prelude::*;

/// Parsed and written again.
#[track_caller]
fn check(text: &str, expected: &str) {
    let url = LdapUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(url.to_string(), expected);
    assert_eq!(LdapUrl::parse(expected), Ok(url));
}

#[track_caller]
fn check_host(text: &str, expected: (Scheme, &str, u16)) {
    let url = LdapUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(
        (url.scheme, url.host.as_str(), url.port),
        expected,
        "{text}"
    );
}

#[track_caller]
fn check_error(text: &str, expected: &str) {
    assert_eq!(
        LdapUrl::parse(text).map_err(|error| error.to_string()),
        Err(expected.to_owned()),
        "{text}"
    );
}

#[test]
fn servers_as_they_are_configured() {
    check_host(
        "ldap://dc1.corp.example",
        (Scheme::Ldap, "dc1.corp.example", 389),
    );
    check_host(
        "LDAPS://dc1.corp.example",
        (Scheme::Ldaps, "dc1.corp.example", 636),
    );
    check_host("ldap://dc1:3389/", (Scheme::Ldap, "dc1", 3389));
    check_host("ldaps://127.0.0.1:1636", (Scheme::Ldaps, "127.0.0.1", 1636));
    check_host("ldap://dc1:", (Scheme::Ldap, "dc1", 389));
    check_host(
        "ldap://_my-host%2eexample.",
        (Scheme::Ldap, "_my-host.example.", 389),
    );
    check_host("ldap:///dc=x", (Scheme::Ldap, "", 389));
}

#[test]
fn rfc3986_3_2_2_ipv6_addresses() {
    check_host("ldap://[::1]", (Scheme::Ldap, "::1", 389));
    check_host(
        "ldaps://[2001:db8::7]:1636/c=GB",
        (Scheme::Ldaps, "2001:db8::7", 1636),
    );
    check("ldap://[2001:db8::7]:389/c=GB", "ldap://[2001:db8::7]/c=GB");
    check_error(
        "ldap://::1",
        "expected `[` before an IPv6 address at byte 7 of the address",
    );
    check_error(
        "ldap://[::1",
        "expected `]` after the IPv6 address that begins at byte 7 of the address",
    );
    check_error(
        "ldap://[::1]x",
        "expected `:` or `/` at byte 12 of the address",
    );
    check_error(
        "ldap://[dc1]",
        "expected an IPv6 address at byte 8 of the address",
    );
    check_error(
        "ldap://[fe80::1%25eth0]",
        "expected an IPv6 address at byte 8 of the address",
    );
}

#[test]
fn rfc4516_4_examples() {
    let url = |text: &str| LdapUrl::parse(text).unwrap();
    let dn = |text: &str| Dn::parse(text).unwrap();

    let found = url("ldap://ldap1.example.net/o=University%20of%20Michigan,c=US?postalAddress");
    assert_eq!(found.dn, dn("o=University of Michigan,c=US"));
    assert_eq!(
        found.attributes,
        [AttributeName::parse("postalAddress").unwrap()]
    );
    assert_eq!((found.scope, found.filter), (Scope::Base, None));

    let found = url(
        "ldap://ldap1.example.net:6666/o=University%20of%20Michigan,c=US??sub?(cn=Babs%20Jensen)",
    );
    assert_eq!((found.port, found.scope), (6666, Scope::Subtree));
    assert_eq!(
        found.filter,
        Some(Filter::parse("(cn=Babs Jensen)").unwrap())
    );
    assert!(found.attributes.is_empty());

    assert_eq!(
        url("LDAP://ldap1.example.com/c=GB?objectClass?ONE").scope,
        Scope::OneLevel
    );
    assert_eq!(
        url("ldap://ldap2.example.com/o=Question%3f,c=US?mail").dn,
        dn("o=Question?,c=US")
    );
    // In four escaped NULs the filter's backslashes are written `%5c`.
    assert_eq!(
        url("ldap://ldap3.example.com/o=Babsco,c=US???(four-octet=%5c00%5c00%5c00%5c04)").filter,
        Some(Filter::parse("(four-octet=\\00\\00\\00\\04)").unwrap())
    );
    assert_eq!(
        url("ldap://ldap.example.com/o=An%20Example%5C2C%20Inc.,c=US").dn,
        dn("o=An Example\\2C Inc.,c=US")
    );
    // Three ways to write the same.
    assert_eq!(
        url("ldap://ldap.example.net"),
        url("ldap://ldap.example.net/")
    );
    assert_eq!(
        url("ldap://ldap.example.net/"),
        url("ldap://ldap.example.net/?")
    );
    assert_eq!(
        url("ldap:///??sub??e-bindname=cn=Manager%2cdc=example%2cdc=com").scope,
        Scope::Subtree
    );
    check_error(
        "ldap:///??sub??!e-bindname=cn=Manager%2cdc=example%2cdc=com",
        "a critical extension, none is supported, at byte 15 of the address",
    );
    check_error(
        "ldap:///??sub??x-a,%21x-b",
        "a critical extension, none is supported, at byte 19 of the address",
    );
}

#[test]
fn written_as_short_as_possible() {
    check("ldap://h:389/???", "ldap://h");
    check("ldaps://h:389/", "ldaps://h:389");
    check("ldap://h/dc=x?*?base", "ldap://h/dc=x");
    check(
        "ldap://h/dc=x?cn,sn;lang-de?one?(cn=*)",
        "ldap://h/dc=x?cn,sn;lang-de?one?(cn=*)",
    );
    check("ldap://h/??sub", "ldap://h/??sub");
    check(
        "ldap://h/o=%C3%A4 b%3f%23%25?",
        "ldap://h/o=%C3%A4%20b%3F%23%25",
    );
    check("ldap://h/o=ä", "ldap://h/o=%C3%A4");
}

#[test]
fn malformed_addresses_say_where() {
    check_error(
        "",
        "expected `ldap://` or `ldaps://` at byte 0 of the address",
    );
    check_error(
        "dc1",
        "expected `ldap://` or `ldaps://` at byte 0 of the address",
    );
    check_error(
        "http://dc1",
        "expected `ldap://` or `ldaps://` at byte 0 of the address",
    );
    check_error(
        "ldapi://%2ftmp%2fx",
        "expected `ldap://` or `ldaps://` at byte 0 of the address",
    );
    check_error(
        "ldap:dc1",
        "expected `ldap://` or `ldaps://` at byte 0 of the address",
    );
    check_error(
        "ldap://user:x@dc1",
        "expected a host without a user name, found `@` at byte 13 of the address",
    );
    check_error(
        "ldap://dc 1",
        "expected letters, digits, `-`, `.` or `_` in a host name at byte 9 of the address",
    );
    check_error(
        "ldap://dc%2f1",
        "expected letters, digits, `-`, `.` or `_` in a host name at byte 9 of the address",
    );
    check_error(
        "ldap://%64%2f",
        "expected letters, digits, `-`, `.` or `_` in a host name at byte 10 of the address",
    );
    check_error(
        "ldap://bücher",
        "expected a host name in its ASCII form (`xn--…`) at byte 8 of the address",
    );
    check_error(
        "ldap://:389",
        "expected a host before the port at byte 7 of the address",
    );
    check_error(
        "ldap://h:0",
        "expected a port from 1 to 65535 at byte 9 of the address",
    );
    check_error(
        "ldap://h:65536",
        "expected a port from 1 to 65535 at byte 9 of the address",
    );
    check_error(
        "ldap://h:+1",
        "expected a port number at byte 9 of the address",
    );
    check_error(
        "ldap://h?cn",
        "expected `/` before `?` at byte 8 of the address",
    );
    check_error(
        "ldap://h/%zz",
        "expected two hexadecimal digits after `%` at byte 9 of the address",
    );
    check_error(
        "ldap://h/a%2",
        "expected two hexadecimal digits after `%` at byte 10 of the address",
    );
    check_error(
        "ldap://h/%41%ff",
        "expected UTF-8 behind the `%` escapes, found other bytes at byte 12 of the address",
    );
    check_error(
        "ldap://h/dc=x\0",
        "a control character at byte 13 of the address",
    );
    check_error(
        "ldap://h/dc=x#y",
        "expected `%23`, found `#` at byte 13 of the address",
    );
}

#[test]
fn malformed_parts_say_where() {
    check_error("ldap://h/%64c", "expected `=` at byte 13 of the address");
    check_error(
        "ldap://h/?c%20n",
        "expected an attribute name at byte 10 of the address",
    );
    check_error(
        "ldap://h/?cn,,sn",
        "expected an attribute name at byte 13 of the address",
    );
    check_error(
        "ldap://h/?cn,*",
        "expected an attribute name at byte 13 of the address",
    );
    check_error(
        "ldap://h/??all",
        "expected `base`, `one` or `sub` at byte 11 of the address",
    );
    check_error(
        "ldap://h/???%28cn=x",
        "expected `)` at byte 19 of the address",
    );
    check_error(
        "ldap://h/?????x",
        "expected `%3f`, found `?` at byte 13 of the address",
    );
}

proptest! {
    #[test]
    fn any_url_survives_its_text(
        port in 1u16..,
        rdns in prop::collection::vec("[a-z]{1,3}=[a-zA-Z0-9?#%&/ä]{0,6}", 0..4),
        attributes in prop::collection::vec("[a-z]{1,4}(;[a-z]{1,2})?", 0..3),
        value in prop::option::of(prop::collection::vec(any::<u8>(), 0..8)),
        scope in prop_oneof![Just(Scope::Base), Just(Scope::OneLevel), Just(Scope::Subtree)],
    ) {
        // A `#` at the beginning of a value would be the mark of a hexadecimal one.
        let dn = Dn::parse(&rdns.join(",").replace("=#", "=")).map_err(|error| TestCaseError::reject(error.to_string()))?;
        let attributes: Vec<_> = attributes.iter().map(|name| AttributeName::parse(name).unwrap()).collect();
        let filter = value.map(|value| Filter::Equal(AttributeName::from_static("cn"), value));
        let url = LdapUrl { scheme: Scheme::Ldaps, host: "h".to_owned(), port, dn, attributes, scope, filter };
        prop_assert_eq!(LdapUrl::parse(&url.to_string()), Ok(url));
    }

    #[test]
    fn any_text_is_read_or_refused_where_it_is_wrong(
        text in "(ldaps?://)?([a-z0-9:@\\[\\]%/?#=,()&*! äé\u{0}]|%[0-9a-f]{2}){0,30}"
    ) {
        match LdapUrl::parse(&text) {
            Ok(url) => prop_assert_eq!(LdapUrl::parse(&url.to_string()), Ok(url)),
            Err(error) => prop_assert!(error.at <= text.len() && text.is_char_boundary(error.at), "{}", error),
        }
    }
}

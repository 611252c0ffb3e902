use super::is_named;
use http::{HeaderMap, Version, header};

fn check(version: Version, hosts: &[&str], expected: bool) {
    let mut headers = HeaderMap::new();
    for host in hosts {
        headers.append(header::HOST, host.parse().expect("a value"));
    }
    assert_eq!(is_named(version, &headers), expected, "{hosts:?}");
}

#[test]
fn rfc9112_3_2_exactly_one_host() {
    check(Version::HTTP_11, &["gateway.corp.example:8389"], true);
    check(Version::HTTP_11, &["[::1]:8389"], true);
    check(Version::HTTP_11, &[""], true);
    check(Version::HTTP_11, &[], false);
    check(Version::HTTP_11, &["a", "a"], false);
    check(Version::HTTP_11, &["a b"], false);
    check(Version::HTTP_11, &["somebody@a"], false);
    check(Version::HTTP_11, &["a/b"], false);
    check(Version::HTTP_10, &[], true);
    check(Version::HTTP_10, &["a", "b"], false);
    check(Version::HTTP_2, &[], true);
}

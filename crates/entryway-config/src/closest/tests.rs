use super::{closest, distance};

#[test]
fn distances() {
    for (left, right, expected) in [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "", 3),
        ("serverz", "servers", 1),
        ("sevrers", "servers", 1),
        ("kitten", "sitting", 3),
    ] {
        assert_eq!(distance(left, right), expected, "{left} {right}");
        assert_eq!(distance(right, left), expected, "{right} {left}");
    }
}

#[test]
fn only_likely_words_are_offered() {
    let known = ["servers", "base", "bind", "encrypt", "netbios_name"];
    for (found, expected) in [
        ("server", Some("servers")),
        ("Base", Some("base")),
        ("netbios-name", Some("netbios_name")),
        ("encypt", Some("encrypt")),
        ("b", None),
        ("colour", None),
    ] {
        assert_eq!(closest(found, known), expected, "{found}");
    }
}

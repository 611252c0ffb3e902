use super::*;

fn check_base(here: &str, there: &str, expected: Option<&str>) {
    let found = base_there(&here.into(), &Dn::parse(there).unwrap());
    assert_eq!(found.as_deref(), expected, "{there} from {here}");
}

#[test]
fn a_search_never_leaves_its_base() {
    let people = "ou=people,dc=corp";
    check_base(people, "", Some(people));
    check_base(people, "ou=people,dc=corp", Some(people));
    check_base(people, "OU=People,dc=corp", Some("OU=People,dc=corp"));
    check_base(
        people,
        "ou=north,ou=people,dc=corp",
        Some("ou=north,ou=people,dc=corp"),
    );
    check_base(people, "dc=corp", Some(people));
    check_base(people, "ou=machines,dc=corp", None);
    check_base(people, "dc=evil", None);
}

fn check_host(port: Option<u16>, url: &str, expected: bool) {
    let host = FollowedHost {
        host: "dc3.corp.example".to_owned(),
        port,
    };
    assert_eq!(host.is(&LdapUrl::parse(url).unwrap()), expected, "{url}");
}

#[test]
fn a_host_is_followed_at_its_usual_ports_or_at_the_one_that_was_named() {
    check_host(None, "ldap://dc3.corp.example/dc=corp", true);
    check_host(None, "ldaps://DC3.Corp.example", true);
    check_host(None, "ldap://dc3.corp.example:3389", false);
    check_host(None, "ldap://dc4.corp.example", false);
    check_host(None, "ldap://dc3.corp.example.evil.test", false);
    check_host(Some(3389), "ldap://dc3.corp.example:3389", true);
    check_host(Some(3389), "ldap://dc3.corp.example", false);
}

#[test]
fn of_what_a_server_sends_a_little_is_told() {
    let two: [Box<str>; 2] = ["ldap://dc3/".into(), "ldap://dc4/".into()];
    assert_eq!(shown(&two), "ldap://dc3/ ldap://dc4/");
    let many = vec![Box::from("ldap://dc3/dc=\u{fc}"); 100_000];
    assert!(shown(&many).len() < SHOWN + 8);
    let long: [Box<str>; 1] = ["\u{fc}".repeat(1 << 20).into()];
    assert_eq!(
        shown(&long),
        format!("{}\u{2026}", "\u{fc}".repeat(SHOWN / 2))
    );
}

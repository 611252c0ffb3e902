use super::*;

fn source(trusted: &[&str]) -> SrvSource {
    SrvSource {
        domain: "Corp.example".to_owned(),
        name_servers: Vec::new(),
        trusted_hosts: trusted.iter().map(|&it| it.to_owned()).collect(),
    }
}

fn service(priority: u16, weight: u16, target: &str, ttl: u64) -> Service {
    Service {
        priority,
        weight,
        port: 636,
        target: target.to_owned(),
        ttl: Duration::from_secs(ttl),
    }
}

fn check_trust(trusted: &[&str], host: &str, expected: bool) {
    assert_eq!(source(trusted).trusts(host), expected, "{host}");
}

#[test]
fn a_target_lies_under_the_domain_or_was_named() {
    check_trust(&[], "dc1.corp.example", true);
    check_trust(&[], "corp.example", true);
    check_trust(&[], "dc1.site.corp.example", true);
    check_trust(&[], "evilcorp.example", false);
    check_trust(&[], "corp.example.evil.test", false);
    check_trust(&[], "dc1.elsewhere.example", false);
    check_trust(&["dc1.Elsewhere.example"], "dc1.elsewhere.example", true);
    check_trust(&["*.elsewhere.example"], "dc1.elsewhere.example", true);
    check_trust(&["*.elsewhere.example"], "a.dc1.elsewhere.example", false);
    check_trust(&["*.elsewhere.example"], "elsewhere.example", false);
    check_trust(&["*"], "dc1.elsewhere.example", false);
}

#[test]
fn what_no_certificate_could_name_is_no_target() {
    let services = vec![
        service(0, 0, "dc1.corp.example", 600),
        service(0, 0, "dc\n2.corp.example", 600),
        service(0, 0, "10.0.0.1", 600),
        service(0, 0, "", 600),
        service(0, 0, "DC1.corp.example", 600),
    ];
    let found = source(&[])
        .judge("_ldaps._tcp.corp.example", Scheme::Ldaps, services)
        .unwrap();
    let hosts: Vec<_> = found.targets.iter().map(|it| &*it.host).collect();
    assert_eq!(hosts, ["dc1.corp.example"]);
    assert_eq!(
        found.refused,
        ["`dc\\n2.corp.example:636`", "`10.0.0.1:636`"]
    );
}

#[test]
fn where_none_counts_it_is_said_which() {
    let services = vec![service(0, 0, "dc1.evil.test", 600)];
    let error = source(&[])
        .judge("_ldap._tcp.corp.example", Scheme::Ldap, services)
        .unwrap_err();
    assert_eq!(
        error.in_words(),
        "_ldap._tcp.corp.example names servers outside `Corp.example` alone: `dc1.evil.test:636`"
    );
}

/// What is used and what is refused, where `_ldaps._tcp` and `_ldap._tcp` name these.
fn check_choice(ldaps: &[&str], ldap: &[&str], used: &[&str], refused: &[&str]) {
    let services = |targets: &[&str]| -> Vec<Service> {
        targets.iter().map(|it| service(0, 0, it, 600)).collect()
    };
    let found = source(&[])
        .choose(
            ("_ldaps._tcp.corp.example", services(ldaps)),
            ("_ldap._tcp.corp.example", services(ldap)),
        )
        .unwrap();
    let of_used = |it: &SrvTarget| format!("{}://{}", it.scheme, it.host);
    let found_used: Vec<_> = found.targets.iter().map(of_used).collect();
    assert_eq!(found_used, used);
    assert_eq!(found.refused, refused);
}

#[test]
fn ldaps_is_for_hosts_alone_that_ldap_names_too() {
    let own = "dc1.corp.example";
    check_choice(&[own], &[], &["ldaps://dc1.corp.example"], &[]);
    check_choice(&[], &[own], &["ldap://dc1.corp.example"], &[]);
    check_choice(
        &["DC1.corp.example"],
        &[own],
        &["ldaps://dc1.corp.example"],
        &[],
    );
    // Under the domain, as every machine that joined it is.
    let strange = "laptop7.corp.example";
    check_choice(
        &[strange, own],
        &[own],
        &["ldaps://dc1.corp.example"],
        &["`laptop7.corp.example:636`"],
    );
    check_choice(
        &[strange],
        &[own],
        &["ldap://dc1.corp.example"],
        &["`laptop7.corp.example:636`"],
    );
    // "No such service" is about LDAPS, and no host.
    check_choice(&[""], &[own], &["ldap://dc1.corp.example"], &[]);
    check_choice(&[own], &[""], &["ldaps://dc1.corp.example"], &[]);
}

fn check_ask_after(ttls: &[u64], expected: u64) {
    let services = ttls.iter().enumerate();
    let services = services
        .map(|(at, ttl)| service(0, 0, &format!("dc{at}.corp.example"), *ttl))
        .collect();
    let found = source(&[]).judge("_ldap._tcp.corp.example", Scheme::Ldap, services);
    assert_eq!(found.unwrap().ask_after, Duration::from_secs(expected));
}

#[test]
fn an_answer_is_asked_for_again_after_its_time_within_bounds() {
    check_ask_after(&[600, 300], 300);
    check_ask_after(&[0], 30);
    check_ask_after(&[86_400], 3600);
}

/// The order of these records, when this is drawn each time.
fn check_order(records: &[(u16, u16, &str)], drawn: &[u32], expected: &[&str]) {
    let records = records
        .iter()
        .map(|&(priority, weight, host)| {
            let target = SrvTarget {
                scheme: Scheme::Ldap,
                host: host.to_owned(),
                port: 389,
            };
            (priority, weight, target)
        })
        .collect();
    let mut drawn = drawn.iter();
    let order = in_order(records, &mut |most| {
        let drawn = *drawn.next().unwrap();
        assert!(drawn <= most);
        drawn
    });
    let hosts: Vec<_> = order.iter().map(|it| &*it.host).collect();
    assert_eq!(hosts, expected);
}

#[test]
fn rfc2782_priority_decides_and_within_one_the_weights() {
    let records = [(20, 0, "c"), (10, 60, "a"), (10, 40, "b")];
    check_order(&records, &[0, 0, 0], &["a", "b", "c"]);
    check_order(&records, &[60, 0, 0], &["a", "b", "c"]);
    check_order(&records, &[61, 0, 0], &["b", "a", "c"]);
    check_order(&records, &[100, 60, 0], &["b", "a", "c"]);
    // One without a weight is drawn by a zero alone.
    let records = [(10, 50, "a"), (10, 0, "z")];
    check_order(&records, &[0, 0], &["z", "a"]);
    check_order(&records, &[1, 0], &["a", "z"]);
}

#[test]
fn weights_are_what_they_say_in_the_long_run() {
    let target = |host: &str| SrvTarget {
        scheme: Scheme::Ldap,
        host: host.to_owned(),
        port: 389,
    };
    let mut first = 0;
    for _ in 0..4000 {
        let records = vec![(0, 30, target("a")), (0, 10, target("b"))];
        let order = in_order(records, &mut random_up_to);
        first += u32::from(order.first().is_some_and(|it| it.host == "a"));
    }
    // Three of four, give or take eleven standard deviations.
    assert!((2700..3300).contains(&first), "{first}");
}

use super::*;
use crate::support::{bare, domain, entry, searching, template};
use crate::trace::NameForm;
use crate::{LockoutPolicy, NamedDomain};
use entryway_ldap_types::Dn;
use std::time::Duration;

fn by_suffix() -> Route {
    Route {
        login: "JDoe@corp.example".to_owned(),
        user: "JDoe".to_owned(),
        suffix: "corp.example".to_owned(),
        named: Some(NamedDomain {
            domain: DomainId(0),
            form: NameForm::Suffix,
        }),
        site: None,
        tries: vec![DomainId(0)],
    }
}

fn check_filter(by: By, domain: &DomainPolicy, route: &Route, expected: &str) {
    let operation = operation(
        by,
        DomainId(0),
        domain,
        route,
        false,
        Instant::now() + Duration::from_secs(1),
    )
    .unwrap();
    assert_eq!(operation.filter.to_string(), expected);
}

#[test]
fn a_suffix_that_chose_the_domain_is_not_searched_for() {
    let staff = domain("staff");
    check_filter(
        By::Name,
        &staff,
        &by_suffix(),
        "(&(objectClass=person)(uid=JDoe))",
    );
    check_filter(
        By::Name,
        &staff,
        &bare("a@b"),
        "(&(objectClass=person)(uid=a@b))",
    );
}

#[test]
fn a_whole_filter_gets_what_was_typed() {
    let staff = searching(domain("staff"), |people| {
        people.search_attribute = None;
        people.filter = template("(|(uid={user})(mail={login})(dc={suffix}))");
        people.by_email = Some(template("(mail={login})"));
    });
    check_filter(
        By::Name,
        &staff,
        &by_suffix(),
        "(|(uid=JDoe)(mail=JDoe@corp.example)(dc=corp.example))",
    );
    check_filter(By::Mail, &staff, &by_suffix(), "(mail=JDoe@corp.example)");
}

#[test]
fn a_mail_search_has_the_whole_address_even_beside_a_search_attribute() {
    let staff = searching(domain("staff"), |people| {
        people.by_email = Some(template("(mail={login})"))
    });
    check_filter(By::Mail, &staff, &by_suffix(), "(mail=JDoe@corp.example)");
}

#[test]
fn the_case_of_the_domain_is_applied() {
    let mut staff = domain("staff");
    staff.login_name_case = NameCase::Lower;
    check_filter(
        By::Name,
        &staff,
        &bare("JÖRG"),
        "(&(objectClass=person)(uid=jörg))",
    );
    staff.login_name_case = NameCase::Upper;
    check_filter(
        By::Name,
        &staff,
        &bare("jörg"),
        "(&(objectClass=person)(uid=JÖRG))",
    );
}

#[test]
fn what_is_typed_stays_a_value() {
    check_filter(
        By::Name,
        &domain("staff"),
        &bare("*"),
        "(&(objectClass=person)(uid=\\2a))",
    );
    check_filter(
        By::Name,
        &domain("staff"),
        &bare("a)(uid=*"),
        "(&(objectClass=person)(uid=a\\29\\28uid=\\2a))",
    );
}

#[test]
fn without_mail_logins_there_is_no_mail_search() {
    check_not_asked(
        By::Mail,
        &domain("staff"),
        &bare("jdoe"),
        NotAsked::NoSuchSearch,
    );
}

fn check_not_asked(by: By, domain: &DomainPolicy, route: &Route, expected: NotAsked) {
    let asked = operation(by, DomainId(0), domain, route, false, Instant::now());
    assert_eq!(
        asked.map(|operation| operation.filter.to_string()),
        Err(expected)
    );
}

#[test]
fn a_part_that_the_name_lacks_widens_no_filter() {
    for filter in [
        "(&(uid={user})(ou={suffix}*))",
        "(&(uid={user})(ou=*{suffix}*))",
        "(&(uid={user})(ou={suffix}))",
        "(|(uid={user})(!(ou={suffix})))",
    ] {
        let staff = searching(domain("staff"), |people| {
            people.search_attribute = None;
            people.filter = template(filter);
            people.by_email = Some(template(filter));
        });
        for by in [By::Name, By::Mail] {
            check_not_asked(
                by,
                &staff,
                &bare("jdoe"),
                NotAsked::NoSuchPart(Placeholder::Suffix),
            );
        }
    }
}

#[test]
fn a_blank_user_or_login_widens_no_filter_either() {
    for (filter, expected) in [
        ("(uid={user}*)", Placeholder::User),
        ("(uid={login}*)", Placeholder::Login),
    ] {
        let staff = searching(domain("staff"), |people| {
            people.search_attribute = None;
            people.filter = template(filter);
        });
        for blank in ["", " "] {
            check_not_asked(
                By::Name,
                &staff,
                &bare(blank),
                NotAsked::NoSuchPart(expected.clone()),
            );
        }
    }
}

#[test]
fn a_filter_that_no_name_fills() {
    let staff = searching(domain("staff"), |people| {
        people.search_attribute = None;
        people.filter = FilterTemplate::parse("(uid={text})", &[Placeholder::Text]).unwrap();
    });
    check_not_asked(By::Name, &staff, &bare("jdoe"), NotAsked::Unfillable);
}

const JDOE: &str = "uid=jdoe,ou=people,dc=staff";
const JROE: &str = "uid=jroe,ou=people,dc=staff";

/// What the entries and the code of one server mean, in short.
fn judged(dns: &[&str], code: ResultCode) -> String {
    judged_under("OU=People, DC=Staff", Scope::Subtree, dns, code)
}

fn judged_under(base: &str, scope: Scope, dns: &[&str], code: ResultCode) -> String {
    let staff = searching(domain("staff"), |people| {
        people.base = Dn::parse(base).unwrap();
        people.scope = scope;
    });
    let entries = dns.iter().map(|dn| entry(dn, &[])).collect();
    let served = Served {
        server: "ldaps://dc1".into(),
        entries,
        code,
        diagnostic: "because".to_owned(),
        lockout: LockoutPolicy::default(),
        active_directory: false,
        passed_over: Vec::new(),
    };
    let (conclusion, _) = judge(Some(served), &[], &staff.people, false);
    match conclusion {
        Conclusion::One(found) => format!("{} from {}", found.entry.dn_text, found.server),
        Conclusion::Nobody => "nobody".to_owned(),
        Conclusion::Refuse(reason) => format!("{reason:?}"),
        Conclusion::Down(fault) => format!("down: {fault:?}"),
        Conclusion::NoAnswer(fault) => format!("{fault:?}"),
    }
}

#[test]
fn what_entries_and_codes_mean() {
    let check = |dns: &[&str], code, expected: &str| {
        assert_eq!(judged(dns, code), expected, "{dns:?} {code}")
    };
    check(
        &[JDOE],
        ResultCode::SUCCESS,
        "uid=jdoe,ou=people,dc=staff from ldaps://dc1",
    );
    check(&[], ResultCode::SUCCESS, "nobody");
    check(&[JDOE, JROE], ResultCode::SUCCESS, "AmbiguousLogin");
    check(
        &[JDOE, JROE],
        ResultCode::SIZE_LIMIT_EXCEEDED,
        "AmbiguousLogin",
    );
    check(&[JDOE], ResultCode::SIZE_LIMIT_EXCEEDED, "AmbiguousLogin");
    check(
        &[],
        ResultCode::SIZE_LIMIT_EXCEEDED,
        "DirectoryRefusedOperation",
    );
    check(&[], ResultCode::NO_SUCH_OBJECT, "DirectoryRefusedOperation");
    check(
        &[JDOE],
        ResultCode::NO_SUCH_OBJECT,
        "DirectoryRefusedOperation",
    );
    for code in [1, 3, 10, 11, 50, 52, 53, 80, 4096] {
        check(&[], ResultCode(code), "DirectoryRefusedOperation");
        check(&[JDOE], ResultCode(code), "DirectoryRefusedOperation");
    }
}

#[test]
fn an_entry_outside_the_base_is_not_an_answer() {
    let outside = "uid=jdoe,ou=people,dc=elsewhere";
    assert_eq!(
        judged(&[outside], ResultCode::SUCCESS),
        "DirectoryProtocolError"
    );
    assert_eq!(
        judged(&[JDOE, outside], ResultCode::SUCCESS),
        "DirectoryProtocolError"
    );
}

#[test]
fn an_entry_outside_the_scope_is_not_an_answer() {
    let base = "ou=people,dc=staff";
    let check = |scope, dn: &str, within: bool| {
        let judged = judged_under(base, scope, &[dn], ResultCode::SUCCESS);
        assert_eq!(
            judged != "DirectoryProtocolError",
            within,
            "{dn} {scope:?}: {judged}"
        );
    };
    let below = "uid=jdoe,ou=gone,ou=people,dc=staff";
    check(Scope::OneLevel, JDOE, true);
    check(Scope::OneLevel, below, false);
    check(Scope::OneLevel, base, false);
    check(Scope::OneLevel, "uid=jdoe,ou=robots,dc=staff", false);
    check(Scope::OneLevel, "dc=staff", false);
    check(Scope::Subtree, JDOE, true);
    check(Scope::Subtree, below, true);
    check(Scope::Subtree, base, true);
    check(Scope::Base, base, true);
    check(Scope::Base, JDOE, false);
}

#[test]
fn an_entry_without_a_name_is_not_an_answer() {
    for base in ["", "ou=people,dc=staff"] {
        for scope in [Scope::Base, Scope::OneLevel, Scope::Subtree] {
            for nameless in ["", "  "] {
                assert_eq!(
                    judged_under(base, scope, &[nameless], ResultCode::SUCCESS),
                    "DirectoryProtocolError",
                    "{nameless:?} under {base:?} {scope:?}"
                );
            }
        }
    }
    assert_eq!(
        judged_under("", Scope::Subtree, &[JDOE], ResultCode::SUCCESS),
        "uid=jdoe,ou=people,dc=staff from ldaps://dc1"
    );
}

fn check_fault(faults: &[ServerFault], is_over: bool, expected: Fault) {
    let tried: Vec<_> = faults
        .iter()
        .map(|fault| ServerTry {
            server: "s".into(),
            fault: *fault,
            cause: String::new(),
        })
        .collect();
    assert_eq!(
        fault_of(&tried, is_over),
        expected,
        "{faults:?}, over: {is_over}"
    );
}

#[test]
fn the_fault_of_a_domain_whose_servers_all_failed() {
    use ServerFault::{Protocol, ServiceBindRefused, TimedOut, TlsUntrusted, Unreachable};
    let always = |faults: &[ServerFault], expected| {
        check_fault(faults, false, expected);
        check_fault(faults, true, expected);
    };
    always(&[Unreachable], Fault::DirectoryUnreachable);
    always(
        &[Unreachable, ServiceBindRefused],
        Fault::DirectoryRefusedServiceBind,
    );
    always(&[TlsUntrusted, TlsUntrusted], Fault::TlsUntrusted);
    always(&[TlsUntrusted, Unreachable], Fault::DirectoryUnreachable);
    always(&[TimedOut, Protocol], Fault::DirectoryUnreachable);
    always(&[Protocol], Fault::DirectoryProtocolError);
}

#[test]
fn a_deadline_is_told_only_when_it_has_passed() {
    use ServerFault::TimedOut;
    check_fault(&[TimedOut, TimedOut], true, Fault::Deadline);
    check_fault(&[TimedOut, TimedOut], false, Fault::DirectoryUnreachable);
    check_fault(&[], true, Fault::Deadline);
    check_fault(&[], false, Fault::DirectoryUnreachable);
}

fn check_restriction(filter: &str, by_email: Option<&str>, expected: &str) {
    let staff = searching(domain("staff"), |people| {
        people.filter = template(filter);
        people.by_email = by_email.map(template);
    });
    let restriction = restriction(&staff.people).map(|filter| filter.to_string());
    assert_eq!(restriction.as_deref(), Some(expected));
}

#[test]
fn whom_a_filter_lets_in_whatever_they_are_called() {
    check_restriction(
        "(&(objectClass=person)(uid={login}))",
        None,
        "(&(objectClass=person)(uid=*))",
    );
    check_restriction(
        "(&(o=x)(|(uid={user})(mail=*{suffix})))",
        None,
        "(&(o=x)(|(uid=*)(mail=*)))",
    );
    check_restriction(
        "(|(uid~={login})(uid>={login})(uid<={login})(uid:caseExactMatch:={login}))",
        None,
        "(|(uid=*)(uid=*)(uid=*)(uid=*))",
    );
    check_restriction("(:caseExactMatch:={login})", None, "(objectClass=*)");
    check_restriction(
        "(uid={login})",
        Some("(mail={login})"),
        "(|(uid=*)(mail=*))",
    );
}

#[test]
fn what_excludes_a_name_excludes_nobody_and_what_excludes_others_still_does() {
    check_restriction(
        "(&(uid={login})(!(|(cn={login})(o=gone))))",
        None,
        "(&(uid=*)(!(|(cn=\\00anybody)(o=gone))))",
    );
    check_restriction("(!(!(uid={login})))", None, "(!(!(uid=*)))");
}

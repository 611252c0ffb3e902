use super::*;
use crate::support::{domain, policy};

/// staff (CORP, corp.example), partners (partner.example), vault (no default domain).
fn three_domains() -> LoginPolicy {
    let mut staff = domain("staff");
    staff.suffixes = vec!["corp.example".to_owned(), "mueller.example".to_owned()];
    staff.netbios_name = Some("CORP".to_owned());
    let mut partners = domain("partners");
    partners.suffixes = vec!["partner.example".to_owned()];
    let mut policy = policy(vec![staff, partners, domain("vault")]);
    policy.default_domains = vec![DomainId(0), DomainId(1)];
    policy
}

fn route(typed: &str) -> Result<Route, RouteError> {
    Route::of(&LoginName::parse(typed).unwrap(), None, &three_domains())
}

/// `login user suffix`, how the domain was named, and the domains asked.
fn check(typed: &str, parts: (&str, &str, &str), form: Option<NameForm>, tries: &[usize]) {
    let route = route(typed).unwrap_or_else(|error| panic!("{typed}: {error:?}"));
    assert_eq!(
        (
            route.login.as_str(),
            route.user.as_str(),
            route.suffix.as_str()
        ),
        parts,
        "{typed}"
    );
    assert_eq!(
        route.named.as_ref().map(|named| named.form),
        form,
        "{typed}"
    );
    assert_eq!(
        route.tries,
        tries.iter().copied().map(DomainId).collect::<Vec<_>>(),
        "{typed}"
    );
}

#[test]
fn a_bare_name_goes_to_the_default_domains() {
    check("jdoe", ("jdoe", "jdoe", ""), None, &[0, 1]);
    check(" jdoe ", (" jdoe ", " jdoe ", ""), None, &[0, 1]);
}

#[test]
fn a_slash_names_a_domain() {
    check(
        "staff/jdoe",
        ("jdoe", "jdoe", ""),
        Some(NameForm::Slash),
        &[0],
    );
    check(
        "VAULT/jdoe",
        ("jdoe", "jdoe", ""),
        Some(NameForm::Slash),
        &[2],
    );
    check("staff/a/b", ("a/b", "a/b", ""), Some(NameForm::Slash), &[0]);
    check(
        "staff/CORP\\jdoe",
        ("CORP\\jdoe", "CORP\\jdoe", ""),
        Some(NameForm::Slash),
        &[0],
    );
    check(
        "vault/jdoe@corp.example",
        ("jdoe@corp.example", "jdoe", "corp.example"),
        Some(NameForm::Slash),
        &[2],
    );
}

#[test]
fn a_backslash_names_a_domain_or_its_netbios_name() {
    check(
        "CORP\\jdoe",
        ("jdoe", "jdoe", ""),
        Some(NameForm::Backslash),
        &[0],
    );
    check(
        "corp\\jdoe",
        ("jdoe", "jdoe", ""),
        Some(NameForm::Backslash),
        &[0],
    );
    check(
        "partners\\jdoe",
        ("jdoe", "jdoe", ""),
        Some(NameForm::Backslash),
        &[1],
    );
    check(
        "CORP\\a\\b",
        ("a\\b", "a\\b", ""),
        Some(NameForm::Backslash),
        &[0],
    );
}

#[test]
fn a_listed_suffix_names_a_domain() {
    check(
        "jdoe@corp.example",
        ("jdoe@corp.example", "jdoe", "corp.example"),
        Some(NameForm::Suffix),
        &[0],
    );
    check(
        "jdoe@PARTNER.example",
        ("jdoe@PARTNER.example", "jdoe", "PARTNER.example"),
        Some(NameForm::Suffix),
        &[1],
    );
    check(
        "j@d@corp.example",
        ("j@d@corp.example", "j@d", "corp.example"),
        Some(NameForm::Suffix),
        &[0],
    );
    check(
        "jdoe@MUELLER.example",
        ("jdoe@MUELLER.example", "jdoe", "MUELLER.example"),
        Some(NameForm::Suffix),
        &[0],
    );
}

#[test]
fn blanks_and_last_dots_do_not_change_where_a_name_belongs() {
    let as_written = ("jdoe@corp.example", "jdoe", "corp.example");
    for typed in [
        "jdoe@corp.example ",
        "jdoe@corp.example.",
        " jdoe @ corp.example. ",
        "jdoe@corp.example..\u{a0}",
    ] {
        check(typed, as_written, Some(NameForm::Suffix), &[0]);
    }
    check(
        " staff /jdoe",
        ("jdoe", "jdoe", ""),
        Some(NameForm::Slash),
        &[0],
    );
    check(
        "corp \\ jdoe",
        (" jdoe", " jdoe", ""),
        Some(NameForm::Backslash),
        &[0],
    );
}

#[test]
fn an_unlisted_suffix_is_part_of_a_bare_name() {
    check(
        "jane@mail.example",
        ("jane@mail.example", "jane", "mail.example"),
        None,
        &[0, 1],
    );
}

#[test]
fn an_unknown_domain_is_refused() {
    for (typed, domain) in [
        ("nowhere/jdoe", "nowhere"),
        ("CORP/jdoe", "CORP"),
        ("nowhere\\jdoe", "nowhere"),
        ("staff x /jdoe", "staff x"),
        ("staff./jdoe", "staff."),
    ] {
        assert_eq!(
            route(typed),
            Err(RouteError::UnknownDomain(domain.to_owned())),
            "{typed}"
        );
    }
}

#[test]
fn an_empty_half_is_refused() {
    for typed in [
        "/jdoe",
        "staff/",
        "staff/ ",
        " /jdoe",
        "/",
        "\\jdoe",
        "CORP\\",
        "@corp.example",
        "jdoe@",
        "jdoe@ .",
        "@",
        "staff/@x",
        "staff/jdoe@",
    ] {
        assert!(
            matches!(route(typed), Err(RouteError::EmptyHalf(_))),
            "{typed}"
        );
    }
}

/// A site of its own names beside the domains, which has an application of its own.
fn with_a_site() -> LoginPolicy {
    let mut policy = three_domains();
    policy.sites = vec![SitePolicy {
        name: "plant-a".into(),
        suffixes: vec!["plant-a.example".to_owned()],
        clients: vec!["wiki".to_owned()],
        applications: None,
        lookups: Vec::new(),
        enabled: true,
        takes: crate::SiteTakes::default(),
        rule: crate::RuleId(1),
    }];
    policy
}

/// The site, and what it is asked for.
#[track_caller]
fn check_site(typed: &str, caller: &str, expected: Option<&str>) {
    let policy = with_a_site();
    let found = policy.site_of_name(typed, Some(caller));
    let found = found.map(|(site, login)| (site.name.to_string(), login));
    let expected = expected.map(|login| ("plant-a".to_owned(), login.to_owned()));
    assert_eq!(found, expected, "{typed:?} at {caller}");
}

#[test]
fn a_site_is_asked_for_what_was_typed() {
    check_site("plant-a/jane", "portal", Some("jane"));
    check_site(" Plant-A /jane", "portal", Some("jane"));
    check_site("plant-a/jane ", "portal", Some("jane "));
    check_site("plant-a\\ jane", "portal", Some(" jane"));
    check_site(
        "jane@plant-a.example",
        "portal",
        Some("jane@plant-a.example"),
    );
    // A seal is for the name as it was typed: the site reads it as it is read here.
    check_site(
        "jane@Plant-A.example. ",
        "portal",
        Some("jane@Plant-A.example. "),
    );
    check_site("jane", "client wiki", Some("jane"));
    check_site("jane", "portal", None);
    check_site("staff/jane", "client wiki", None);
    check_site("jane@corp.example", "client wiki", None);
}

#[test]
fn no_password_is_of_use_to_a_name_that_nobody_has() {
    let policy = with_a_site();
    let long = format!("{}@plant-a.example", "j".repeat(250));
    for typed in [
        "plant-x/jane",
        "plant-x\\jane",
        "plant-a/",
        "@plant-a.example",
        " ",
        "a\tb",
        &long,
    ] {
        let whose = policy.whose(typed, Some("client wiki"));
        assert!(matches!(whose, Whose::Nobody), "{typed:?} {whose:?}");
    }
    assert!(matches!(policy.whose("jane@x.example", None), Whose::Here));
}

#[test]
fn a_name_says_where_it_belongs_by_a_separator_or_a_suffix() {
    let says = |typed| says_where(typed, ["plant-a.example"]);
    for typed in [
        "staff/jdoe",
        "CORP\\jdoe",
        "x/y@z",
        "j@plant-a.example",
        "j@PLANT-A.example. ",
    ] {
        assert!(says(typed), "{typed}");
    }
    for typed in ["jdoe", "j@mail.example", "j@", "plant-a.example"] {
        assert!(!says(typed), "{typed}");
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// What an elbow, a paste or a telephone's keyboard leaves at the ends of a name.
    fn blanks() -> impl Strategy<Value = String> {
        "[ \u{a0}\u{2009}\u{3000}\t]{0,3}"
    }

    fn any_case(text: &'static str) -> impl Strategy<Value = String> {
        prop::collection::vec(any::<bool>(), text.len()).prop_map(move |upper| {
            let chars = text.chars().zip(upper);
            chars
                .map(|(char, upper)| {
                    if upper {
                        char.to_ascii_uppercase()
                    } else {
                        char
                    }
                })
                .collect()
        })
    }

    fn spelled() -> impl Strategy<Value = String> {
        let user = "[a-zA-Z0-9.ä -]{0,6}[a-z]";
        let prefixed = (
            blanks(),
            any_case("plant-a"),
            blanks(),
            "[/\\\\]",
            blanks(),
            user,
            blanks(),
        )
            .prop_map(|(a, site, b, separator, c, user, d)| {
                format!("{a}{site}{b}{separator}{c}{user}{d}")
            });
        let suffixed = (
            blanks(),
            user,
            blanks(),
            blanks(),
            any_case("plant-a.example"),
            "[. ]{0,3}",
            blanks(),
        )
            .prop_map(|(a, user, b, c, suffix, dots, d)| {
                format!("{a}{user}{b}@{c}{suffix}{dots}{d}")
            });
        prop_oneof![prefixed, suffixed]
    }

    proptest! {
        /// However a site's name is spelled, nobody here is asked for its password.
        #[test]
        fn no_spelling_of_a_sites_name_belongs_here(typed in spelled(), caller in "(client wiki|portal)") {
            let policy = with_a_site();
            let whose = policy.whose(&typed, Some(&caller));
            prop_assert!(!matches!(whose, Whose::Here), "{:?}", typed);
            // A tab is no part of any name.
            if !typed.contains('\t') {
                prop_assert!(matches!(whose, Whose::Site(..)), "{:?}", typed);
            }
            // And no choice of a domain changes it.
            prop_assert!(says_where(&typed, ["corp.example", "plant-a.example"]), "{:?}", typed);
        }
    }
}

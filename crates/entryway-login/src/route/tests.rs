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
        ("staff /jdoe", "staff "),
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

use super::*;
use crate::routes;

#[track_caller]
fn text(encoded: &str, expected: Option<&str>) {
    assert_eq!(decoded(encoded, true).as_deref(), expected, "{encoded}");
}

#[test]
fn rfc3986_2_1_percent_encoding() {
    text("jane", Some("jane"));
    text("jane+doe", Some("jane doe"));
    text("jane%20doe%2B", Some("jane doe+"));
    text("%c3%A9", Some("é"));
    text("%00", Some("\0"));
    for broken in ["%", "%4", "%zz", "%+1", "%ff", "%c3", "a%c3%28"] {
        text(broken, None);
    }
    assert_eq!(decoded("a+b", false).as_deref(), Some("a+b"));
}

#[track_caller]
fn check(query: &str, expected: Result<(), &str>) {
    let found = Query::read(Some(query), &routes::PEOPLE).map(|_| ());
    let found = found.map_err(|refusal| refusal.code().to_owned());
    assert_eq!(found, expected.map_err(str::to_owned), "{query}");
}

#[test]
fn what_is_not_understood_is_refused() {
    check("q=jane&limit=5", Ok(()));
    check("&&q=jane&", Ok(()));
    check("", Err("parameter_missing"));
    check("limit=5", Err("parameter_missing"));
    check("q=jane&Limit=5", Err("unknown_parameter"));
    check("q=jane&q=jim", Err("parameter_twice"));
    check("q=%ff", Err("bad_encoding"));
    check("%ff=1", Err("bad_query"));
    for limit in [
        "0",
        "",
        "-1",
        "+5",
        "5.0",
        "0x5",
        " 5",
        "99999999999999999999",
    ] {
        let limit = limit.replace('+', "%2B").replace(' ', "%20");
        check(&format!("q=jane&limit={limit}"), Err("out_of_bounds"));
    }
    check("q=jane&all_domains=yes", Err("bad_value"));
    check(&format!("q={}", "a".repeat(MOST)), Err("bad_query"));
}

#[test]
fn ids_are_read_in_one_spelling() {
    let of = |path: &str| id(path, &routes::PERSON).map_err(|refusal| refusal.code().to_owned());
    assert!(of("/api/v1/people/staff:1").is_ok());
    assert_eq!(of("/api/v1/people/staff%3A1"), of("/api/v1/people/staff:1"));
    for bad in [
        "staff",
        "%ff",
        "%",
        "staff:",
        ":1",
        "staff:~2",
        "staff:a%2Fb",
        "staff:a%00b",
    ] {
        let found = of(&format!("/api/v1/people/{bad}"));
        assert_eq!(found, Err("bad_id".to_owned()), "{bad}");
    }
}

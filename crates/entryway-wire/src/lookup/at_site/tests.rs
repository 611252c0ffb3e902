use super::*;
use entryway_login::{RuleId, SiteTakes};
use serde_json::{Value, json};

fn site() -> SitePolicy {
    SitePolicy {
        name: "plant-a".into(),
        suffixes: Vec::new(),
        clients: Vec::new(),
        applications: None,
        lookups: Vec::new(),
        enabled: true,
        takes: SiteTakes {
            mail_domains: vec!["plant-a.example".to_owned()],
            accounts: false,
            attributes: vec!["department".to_owned()],
        },
        rule: RuleId(1),
    }
}

fn placed(shape: &str, told: &Value, site: &SitePolicy) -> SiteAnswer {
    let read = SiteAnswer::read(shape, told.to_string().as_bytes());
    let mut answer = read.unwrap_or_else(|| panic!("{shape}: {told}"));
    answer.place(Whose {
        site,
        connector: "aaaa",
    });
    answer
}

fn json_of(answer: &SiteAnswer) -> Value {
    serde_json::from_slice(&answer.to_json().unwrap()).unwrap()
}

#[track_caller]
fn check(shape: &str, told: Value, expected: Value) {
    assert_eq!(json_of(&placed(shape, &told, &site())), expected, "{shape}");
}

fn jane() -> Value {
    json!({ "id": "staff:1", "kind": "person", "name": "Jane Doe", "description": "Sales",
        "mail": "jane@plant-a.example", "login_name": "jane", "domain": "staff", "dn": "uid=jane,dc=a" })
}

fn jane_here() -> Value {
    json!({ "id": "plant-a:staff:1", "kind": "person", "name": "Jane Doe", "description": "Sales",
        "mail": "jane@plant-a.example", "login_name": "plant-a/jane", "domain": "plant-a/staff", "dn": "uid=jane,dc=a" })
}

fn group() -> Value {
    json!({ "id": "staff:g", "kind": "group", "name": "admins", "domain": "staff", "dn": "cn=admins" })
}

fn group_here() -> Value {
    json!({ "id": "plant-a:staff:g", "kind": "group", "name": "plant-a/admins", "domain": "plant-a/staff", "dn": "cn=admins" })
}

fn gap(domain: &str) -> Value {
    json!([{ "domain": domain, "code": "limit", "text": "there are more", "may_pass": false }])
}

#[test]
fn people_and_groups_are_those_of_sessions() {
    check(
        "matches",
        json!({ "matches": [jane(), group()], "next": "abc", "partial": true, "gaps": gap("staff") }),
        json!({ "matches": [jane_here(), group_here()], "next": "aaaa.abc", "partial": true, "gaps": gap("plant-a/staff") }),
    );
    check(
        "resolved",
        json!({ "results": [{ "query": "jane", "outcome": "matched", "matches": [jane()], "partial": false }] }),
        json!({ "results": [{ "query": "jane", "outcome": "matched", "matches": [jane_here()], "partial": false }] }),
    );
    check(
        "group_entry",
        json!({ "group": group(), "gid": 7, "partial": false }),
        json!({ "group": group_here(), "partial": false }),
    );
    check(
        "groups_of",
        json!({ "entry": jane(), "groups": [{ "group": group(), "gid": 0, "path": [{ "name": "all", "id": "staff:a" }, { "name": "…" }] }], "partial": false }),
        json!({ "entry": jane_here(), "groups": [{ "group": group_here(), "path": [{ "name": "plant-a/all", "id": "plant-a:staff:a" }, { "name": "…" }] }], "partial": false }),
    );
    check(
        "members",
        json!({ "group": group(), "members": [{ "entry": jane() }], "next": "n", "partial": false,
            "unresolved": [{ "value": "uid=x", "why": "not_found", "count": 1, "path": [{ "name": "all" }] }] }),
        json!({ "group": group_here(), "members": [{ "entry": jane_here() }], "next": "aaaa.n", "partial": false,
            "unresolved": [{ "value": "uid=x", "why": "not_found", "count": 1, "path": [{ "name": "plant-a/all" }] }] }),
    );
}

#[test]
fn pages_and_address_books_lead_on_through_the_hub() {
    check(
        "browsed",
        json!({ "domains": [{ "name": "staff", "base": "dc=a", "page_size": 100 }] }),
        json!({ "domains": [{ "name": "plant-a/staff", "base": "dc=a", "page_size": 100 }] }),
    );
    let rows = |id: &str, name: &str| {
        json!([
            { "kind": "group", "id": id, "name": name, "dn": "cn=admins" },
            { "kind": "container", "id": id, "name": "people", "dn": "ou=people" },
        ])
    };
    let page = |rows: Value, next: &str, previous: &str| {
        json!({ "rows": rows, "offset": 0, "total": 9, "next": next, "previous": previous,
            "as_of": "2026-11-29T12:00:00Z", "partial": false })
    };
    check(
        "page",
        page(rows("staff:g", "admins"), "n", "p"),
        page(
            rows("plant-a:staff:g", "plant-a/admins"),
            "aaaa.n",
            "aaaa.p",
        ),
    );
    check(
        "address_books",
        json!({ "address_books": [{ "name": "all", "domains": ["staff"], "fields": ["mail"], "min_length": 3, "shown": 10, "max": 100 }] }),
        json!({ "address_books": [{ "name": "all", "domains": ["plant-a/staff"], "fields": ["mail"], "min_length": 3, "shown": 10, "max": 100 }] }),
    );
    check(
        "address_book_page",
        json!({ "entries": [{ "id": "staff:1", "domain": "staff", "name": "Jane", "group": "Sales", "fields": { "title": "Dr", "mail": "jane@plant-a.example" } }], "next": "n", "partial": false }),
        json!({ "entries": [{ "id": "plant-a:staff:1", "domain": "plant-a/staff", "name": "Jane", "group": "Sales", "fields": { "title": "Dr", "mail": "jane@plant-a.example" } }], "next": "aaaa.n", "partial": false }),
    );
    assert_eq!(site_cursor("aaaa.n.x"), Some(("aaaa", "n.x")));
    assert_eq!(site_cursor("start"), None);
}

#[test]
fn what_is_not_taken_of_a_session_is_not_taken_here() {
    let mut foreign = jane();
    foreign["mail"] = "chief@headquarters.example".into();
    let mut expected = jane_here();
    expected.as_object_mut().unwrap().remove("mail");
    check(
        "person",
        json!({ "person": foreign, "attributes": { "Department": ["Sales"], "uidNumber": ["0"] } }),
        json!({ "person": expected, "attributes": { "Department": ["Sales"] } }),
    );
    for (mail, stays) in [
        ("jane@plant-a.example", true),
        ("jane@plant-a.example, j.doe@Plant-A.example", true),
        ("jane@plant-a.example, chief@headquarters.example", false),
        ("jane@plant-a.example <chief@headquarters.example>", false),
    ] {
        let card = json!({ "id": "staff:1", "name": "Jane", "fields": { "Mail": mail, "title": "Dr" }, "has_photo": true, "partial": false });
        let told = json_of(&placed("card", &card, &site()));
        assert_eq!(told["fields"].get("Mail").is_some(), stays, "{mail}");
        assert_eq!(told["fields"]["title"], "Dr");
    }
    let own = SitePolicy {
        takes: SiteTakes {
            accounts: true,
            ..site().takes
        },
        ..site()
    };
    let told = json!({ "group": group(), "gid": 7, "partial": false });
    assert_eq!(json_of(&placed("group_entry", &told, &own))["gid"], 7);
}

#[test]
fn whoever_reads_groups_alone_is_told_who_is_in_one_and_no_more() {
    let named = json!({ "id": "plant-a:staff:1", "kind": "person", "name": "Jane Doe", "domain": "plant-a/staff" });
    let told = json!({ "group": group(), "members": [{ "entry": jane() }, { "entry": group() }], "partial": false,
        "unresolved": [{ "value": "uid=x", "why": "not_found", "count": 1 }] });
    let mut answer = placed("members", &told, &site());
    answer.leave_names();
    assert_eq!(
        json_of(&answer),
        json!({ "group": group_here(), "members": [{ "entry": named }, { "entry": group_here() }], "partial": false,
            "unresolved": [{ "why": "not_found", "count": 1 }] })
    );
    let told = json!({ "entry": jane(), "groups": [], "partial": false });
    let mut answer = placed("groups_of", &told, &site());
    answer.leave_names();
    assert_eq!(json_of(&answer)["entry"], named);
}

#[test]
fn a_result_stands_for_what_was_asked_and_there_is_one_for_each() {
    let result = json!({ "query": "jane", "outcome": "no_match", "matches": [], "partial": false });
    let mut answer = placed("resolved", &json!({ "results": [result] }), &site());
    assert!(answer.answers(&["plant-a/jane".to_owned()]));
    assert_eq!(json_of(&answer)["results"][0]["query"], "plant-a/jane");
    assert!(!answer.answers(&["a".to_owned(), "b".to_owned()]));
    assert!(!answer.answers(&[]));
}

#[test]
fn what_is_no_answer_is_not_read() {
    let mut twice = jane().to_string();
    twice.insert_str(1, "\"name\":\"x\",");
    for (shape, told) in [
        ("person", "<html>".to_owned()),
        ("person", String::new()),
        ("person", json!([]).to_string()),
        ("person", json!({ "person": jane() }).to_string()),
        (
            "person",
            format!("{{\"person\":{twice},\"attributes\":{{}}}}"),
        ),
        (
            "person",
            json!({ "person": jane(), "attributes": { "a": "b" } }).to_string(),
        ),
        (
            "person",
            "{\"person\":{},\"attributes\":{\"a\":[],\"a\":[]}}".to_owned(),
        ),
        (
            "matches",
            json!({ "matches": [{ "id": "no id" }], "partial": false }).to_string(),
        ),
        (
            "matches",
            json!({ "matches": [], "partial": "no" }).to_string(),
        ),
        (
            "resolved",
            json!({ "results": [{ "query": "q", "outcome": "<b>", "matches": [], "partial": false }] }).to_string(),
        ),
        ("html", "{}".to_owned()),
    ] {
        assert!(
            SiteAnswer::read(shape, told.as_bytes()).is_none(),
            "{shape}: {told}"
        );
    }
    // A later version may say more.
    let more = json!({ "domains": [], "more": { "a": [1] } });
    let answer = placed("browsed", &more, &site());
    assert_eq!(json_of(&answer), json!({ "domains": [] }));
}

#[test]
fn a_card_is_told_in_other_forms_with_its_fields_in_order() {
    let told = "{\"id\":\"staff:1\",\"name\":\"Jane\",\"fields\":{\"title\":\"Dr\",\"mail\":\"jane@plant-a.example\",\"alpha\":\"x\"},\"has_photo\":true,\"partial\":false}";
    let mut answer = SiteAnswer::read("card", told.as_bytes()).unwrap();
    let site = site();
    answer.place(Whose {
        site: &site,
        connector: "aaaa",
    });
    let card = answer.card().unwrap();
    assert_eq!(card.id.to_string(), "plant-a:staff:1");
    let names: Vec<&str> = card.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(names, ["title", "mail", "alpha"]);
}

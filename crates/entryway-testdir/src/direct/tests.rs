use super::*;

const LDIF: &str = "\
dn: dc=example
objectClass: organization
dc: example

dn: uid=ann,dc=example
objectClass: person
uid: ann
userPassword: right

dn: uid=bob,dc=example
objectClass: person
uid: bob
";

fn directory() -> Directory {
    Directory::from_ldif(LDIF).unwrap()
}

fn found(filter: &str, attributes: &[&'static str], limit: usize) -> (Vec<String>, ResultCode) {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|name| AttributeName::from_static(name))
        .collect();
    let answer = directory().answer_search(
        "dc=example",
        Scope::Subtree,
        &filter.parse().unwrap(),
        &attributes,
        limit,
    );
    let entries = answer
        .entries
        .iter()
        .map(|entry| format!("{} {:?}", entry.dn_text, entry.attributes));
    (entries.collect(), answer.code)
}

#[test]
fn a_search_gives_what_it_names_up_to_its_limit() {
    let (entries, code) = found("(uid=ann)", &["uid", "userPassword"], 2);
    assert_eq!(entries, ["uid=ann,dc=example [uid (1 values)]"]);
    assert_eq!(code, ResultCode::SUCCESS);
    let (entries, code) = found("(objectClass=*)", &["uid"], 2);
    assert_eq!(entries.len(), 2);
    assert_eq!(code, ResultCode::SIZE_LIMIT_EXCEEDED);
    assert_eq!(found("(objectClass=*)", &["uid"], 0).0.len(), 3);
}

#[test]
fn a_bind_is_judged_as_behind_a_socket() {
    let check = |name: &str, password: &str, code: ResultCode| {
        let answer = directory().answer_bind(&Options::default(), name, password.as_bytes());
        assert_eq!(answer.code, code, "{name} {password}");
    };
    check("uid=ann,dc=example", "right", ResultCode::SUCCESS);
    check(
        "uid=ann,dc=example",
        "wrong",
        ResultCode::INVALID_CREDENTIALS,
    );
    check("uid=ann,dc=example", "", ResultCode::UNWILLING_TO_PERFORM);
    check(
        "uid=eve,dc=example",
        "right",
        ResultCode::INVALID_CREDENTIALS,
    );
}

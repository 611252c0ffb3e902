//! ID tokens and what is told of people.

use super::*;
use sha2::{Digest as _, Sha256, Sha512};

fn id_token(
    change: impl FnOnce(&mut ClientSettings),
    scope: &str,
    person: Person,
) -> (serde_json::Value, serde_json::Value, String) {
    let mut settings = confidential("app");
    change(&mut settings);
    let mut run = run(vec![settings]);
    run.world.log_in(BrowserSession {
        person: Arc::new(person),
        ..session("jane")
    });
    let code = run.code(&asking_with("app", "scope", scope));
    let answer = ok(run.redeem(&code));
    let (header, claims) = header_and_claims(answer.id_token.unwrap().expose());
    (header, claims, answer.access.expose().to_owned())
}

#[test]
fn core_2_the_required_claims_are_there() {
    let (header, claims, _) = id_token(|_| (), "openid", person("jane"));
    assert_eq!(header, json!({ "alg": "ES256", "kid": "es", "typ": "JWT" }));
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["sub"], "staff:jane-id");
    assert_eq!(claims["aud"], "app");
    assert_eq!(claims["exp"], NOW.0 + 300);
    assert_eq!(claims["iat"], NOW.0);
    assert_eq!(claims["sid"], "sid-of-jane");
}

#[test]
fn core_2_nonce_must_be_that_of_the_request_and_only_if_there_was_one() {
    let mut run = app();
    for (sent, expected) in [("n \u{e4}", json!("n \u{e4}")), ("", json!(null))] {
        let code = run.code(&asking_with("app", "nonce", sent));
        let answer = ok(run.redeem(&code));
        let (_, claims) = header_and_claims(answer.id_token.unwrap().expose());
        assert_eq!(claims["nonce"], expected);
    }
    check("nonce", &"n".repeat(1025), "sent invalid_request");
    check("nonce", "a\nb", "sent invalid_request");
}

#[test]
fn core_2_azp_is_left_out_where_the_audience_is_the_client_alone() {
    let (_, claims, _) = id_token(|_| (), "openid", person("jane"));
    assert_eq!(claims.get("azp"), None);
}

#[test]
fn core_3_1_3_6_at_hash_is_the_left_half_of_the_hash_of_the_algorithm() {
    for (algorithm, kid) in [
        (Algorithm::Es256, "es"),
        (Algorithm::Rs256, "rs"),
        (Algorithm::EdDsa, "ed"),
    ] {
        let (header, claims, access) = id_token(
            |app| app.id_token_algorithm = algorithm,
            "openid",
            person("jane"),
        );
        assert_eq!(
            (header["alg"].as_str(), header["kid"].as_str()),
            (Some(algorithm.as_str()), Some(kid))
        );
        let half = match algorithm {
            Algorithm::EdDsa => b64(&Sha512::digest(access)[..32]),
            _ => b64(&Sha256::digest(access)[..16]),
        };
        assert_eq!(claims["at_hash"], half, "{algorithm:?}");
    }
}

#[test]
fn core_5_4_claims_of_scopes_are_told_by_userinfo_and_in_the_id_token_only_on_demand() {
    let (_, claims, _) = id_token(|_| (), "openid profile email groups", person("jane"));
    for claim in ["name", "email", "groups", "preferred_username"] {
        assert_eq!(claims.get(claim), None, "{claim}");
    }
    let (_, claims, _) = id_token(
        |app| app.claims_in_id_token = true,
        "openid profile email groups",
        person("jane"),
    );
    assert_eq!(claims["name"], "jane Doe");
    assert_eq!(claims["email"], "jane@example.org");
    assert_eq!(claims["groups"], json!(["engineers"]));
}

#[test]
fn core_5_6_2_too_many_groups_are_told_by_a_link_and_never_by_a_part() {
    let many = |count: usize, partial| Person {
        groups: Some(GroupNames {
            names: (0..count).map(|at| format!("g{at}")).collect(),
            partial,
        }),
        ..person("jane")
    };
    let told = |person| id_token(|app| app.claims_in_id_token = true, "openid groups", person).1;
    assert_eq!(told(many(3, false))["groups"], json!(["g0", "g1", "g2"]));
    assert_eq!(told(many(0, false))["groups"], json!([]));
    let unknown = Person {
        groups: None,
        ..person("jane")
    };
    for person in [many(4, false), many(1, true), unknown] {
        let claims = told(person);
        assert_eq!(claims.get("groups"), None);
        assert_eq!(claims["_claim_names"], json!({ "groups": "groups" }));
        let endpoint = json!({ "groups": { "endpoint": format!("{ISSUER}/oidc/groups") } });
        assert_eq!(claims["_claim_sources"], endpoint);
    }
}

#[test]
fn own_rules_add_claims_and_never_those_of_the_protocol() {
    let (_, claims, _) = id_token(
        |app| app.claims_in_id_token = true,
        "openid team",
        person("jane"),
    );
    assert_eq!(claims["team"], "blue");
    assert_eq!(claims["iss"], ISSUER);
    assert!(is_reserved_claim("iss") && is_reserved_claim("groups") && !is_reserved_claim("team"));
}

#[test]
fn core_2_sub_must_not_exceed_255_ascii_characters_and_is_never_reassigned() {
    use entryway_login::Subject;
    let of = |text: &str| sub(&Subject(text.to_owned()));
    assert_eq!(
        of("staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        "staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301"
    );
    let long = format!("staff:dn:uid={}", "x".repeat(300));
    for text in [
        long.as_str(),
        "staff:dn:cn=J\u{fc}rg,dc=x",
        "staff:dn:cn=a b",
    ] {
        let sub = of(text);
        assert!(
            sub.len() <= 255 && sub.is_ascii() && sub.starts_with("sha256:"),
            "{sub}"
        );
        assert_eq!(sub, of(text));
    }
    assert_ne!(of("staff:dn:cn=a b"), of("staff:dn:cn=a c"));
}

#[test]
fn core_5_1_a_persons_claims_are_those_of_their_session() {
    use entryway_login::{
        Anchor, Group, Method, PasswordState, Session, SessionGroups, Source, Subject,
    };
    let group = |name: &str| Group {
        domain: "staff".into(),
        name: name.into(),
        dn: None,
        gid: None,
        path: Vec::new(),
    };
    let session = Session {
        subject: Subject("staff:1".into()),
        name: "jane".into(),
        login_name: "JANE@example.org".into(),
        source: Source::Local,
        domain: "staff".into(),
        dn: None,
        server: None,
        uid: None,
        gid: None,
        home: None,
        user_type: None,
        shell: None,
        system_user: None,
        user_class: None,
        template: None,
        groups: Some(SessionGroups {
            groups: vec![group("b"), group("a")],
            partial: true,
        }),
        email: Some("jane@example.org".into()),
        display_name: Some("Jane Doe".into()),
        attributes: vec![
            ("family_name".into(), vec!["Doe".into(), "Roe".into()]),
            ("picture".into(), Vec::new()),
        ],
        password: PasswordState::default(),
        authenticated_at: std::time::UNIX_EPOCH,
        method: Method::Password,
        anchor: Anchor::default(),
    };
    let person = Person::of(&session);
    assert_eq!(
        (person.subject.0.as_str(), person.name.as_str()),
        ("staff:1", "jane")
    );
    assert_eq!(person.display_name.as_deref(), Some("Jane Doe"));
    assert_eq!(
        (person.family_name.as_deref(), person.picture.as_deref()),
        (Some("Doe"), None)
    );
    assert_eq!(
        person.groups,
        Some(GroupNames {
            names: vec!["b".into(), "a".into()],
            partial: true
        })
    );
    assert_eq!(person.attributes, session.attributes);
}

#[test]
fn own_groups_of_several_directories_are_told_apart() {
    let provider = Provider {
        qualified_groups: true,
        ..provider()
    };
    let mut run = run_of(provider, vec![confidential("app")]);
    let mut jane = session("jane");
    let mut told = person("jane");
    told.groups = Some(GroupNames {
        names: vec!["admins".into(), "hidden ones".into()],
        partial: false,
    });
    jane.person = Arc::new(told);
    run.world.log_in(jane);
    let code = run.code(&asking_with("app", "scope", "openid groups"));
    let access = ok(run.redeem(&code)).access;
    let claims = ok(run.userinfo(bearer(access.expose())));
    assert_eq!(claims["groups"], json!(["staff/admins"]));
}

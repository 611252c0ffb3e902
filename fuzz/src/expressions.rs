//! Expressions and templates of the rules.

use bytes::Bytes;
use entryway_cel::{CompileError, MAX_BYTES, MAX_PRICE, compile_condition, compile_template};
use entryway_ldap_types::{Attribute, AttributeName, Dn, Entry};
use entryway_login::{Authority, Condition, DomainId, Facts, Group, Template};

/// A condition that compiles can be asked, and asked again, without a panic. One that does not compile says where.
pub fn condition(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match compile_condition(text) {
        Ok(condition) => {
            assert!(condition.price() <= MAX_PRICE);
            of_person(|facts| assert_eq!(condition.holds(facts), condition.holds(facts)));
        }
        Err(error) => assert_points_into(text, &error),
    }
}

/// A template that compiles gives a bounded text without control characters of the person's, or fails.
pub fn template(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match compile_template(text) {
        Ok(template) => {
            assert!(template.price() <= MAX_PRICE);
            let literal = text.chars().any(char::is_control);
            of_person(|facts| {
                if let Ok(rendered) = template.render(facts) {
                    assert!(literal || !rendered.chars().any(char::is_control));
                    assert!(rendered.len() <= 2 * MAX_BYTES);
                }
            });
        }
        Err(error) => assert_points_into(text, &error),
    }
}

/// A caret can be drawn.
fn assert_points_into(text: &str, error: &CompileError) {
    assert!(
        text.get(error.span.clone()).is_some(),
        "{text:?}: {error:?}"
    );
    let texts = error.hint.iter().chain([&error.message]);
    assert!(
        texts
            .into_iter()
            .all(|text| !text.is_empty() && !text.contains(char::is_control))
    );
}

fn of_person(look: impl Fn(&Facts<'_>)) {
    let attribute = |name, values: &[&'static [u8]]| Attribute {
        name: AttributeName::from_static(name),
        values: values.iter().copied().map(Bytes::from_static).collect(),
    };
    let entry = Entry {
        dn: Dn::default(),
        dn_text: "".into(),
        attributes: vec![
            attribute("mail", &[b"jdoe@corp.example"]),
            attribute("ou", &[b"12", "zoë\n".as_bytes()]),
            attribute("photo", &[b"\xff"]),
        ],
    };
    let groups = [Group {
        domain: "staff".into(),
        name: "Engineers".into(),
        dn: None,
        gid: Some(7),
        path: Vec::new(),
    }];
    look(&Facts {
        name: "jdoe",
        login_name: "JDoe",
        authority: Authority::Domain {
            id: DomainId(0),
            name: "staff",
        },
        entry: Some(&entry),
        uid: Some(1042),
        gid: None,
        own_gid: None,
        home: None,
        user_type: None,
        shell: Some("/bin/sh"),
        email: Some("jdoe@corp.example"),
        display_name: None,
        attributes: &[],
        groups: &groups,
        client_address: Some([10, 1, 2, 3].into()),
    });
}

use super::{IN_DIRECTORY, Shown, unused};

#[test]
fn what_an_account_beside_a_person_of_a_domain_has_for_nothing() {
    let check = |password: &str, expected: &[&str]| {
        let shown = Shown {
            name: "lou",
            enabled: true,
            password,
            uid: Some(4000),
            gid: Some(400),
            home: Some("/srv/lou"),
            shell: Some("/bin/sh"),
            user_type: Some("real"),
            email: None,
            display_name: Some("Lou"),
            subject: String::new(),
            created_at: String::new(),
            changed_at: String::new(),
        };
        assert_eq!(unused(&shown), expected, "{password}");
    };
    check(IN_DIRECTORY, &["shell", "type", "display name"]);
    check("argon2id", &[]);
}

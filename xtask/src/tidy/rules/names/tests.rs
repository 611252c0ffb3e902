use super::check;
use crate::tidy::rules::tests::finds;

#[test]
fn types_and_modules_are_found() {
    finds(
        check,
        Vec::new(),
        &[(
            "crates/x/src/a.rs",
            "pub struct LoginManager;\nmod utils;\n",
        )],
        &["crates/x/src/a.rs:1 names", "crates/x/src/a.rs:2 names"],
    );
    finds(
        check,
        Vec::new(),
        &[("crates/x/src/auth.rs", "")],
        &["crates/x/src/auth.rs:0 names"],
    );
}

#[test]
fn longer_words_are_not() {
    finds(
        check,
        Vec::new(),
        &[(
            "crates/x/src/a.rs",
            "struct Author;\nenum Authority {}\n// struct Manager\n",
        )],
        &[],
    );
}

#[test]
fn http_has_handlers() {
    finds(
        check,
        Vec::new(),
        &[("crates/entryway-web/src/a.rs", "struct LoginHandler;")],
        &[],
    );
    finds(
        check,
        Vec::new(),
        &[("crates/entryway-ldap/src/a.rs", "struct LoginHandler;")],
        &["crates/entryway-ldap/src/a.rs:1 names"],
    );
}

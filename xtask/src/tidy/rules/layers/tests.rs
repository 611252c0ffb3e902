use super::check;
use crate::tidy::rules::tests::{finds, package};

#[test]
fn only_one_crate_dials() {
    let code = "let s = TcpStream::connect(a);";
    finds(
        check,
        vec![package("entryway-ldap", &[])],
        &[("crates/entryway-ldap/src/a.rs", code)],
        &[],
    );
    finds(
        check,
        vec![package("entryway-web", &[])],
        &[("crates/entryway-web/src/a.rs", code)],
        &["crates/entryway-web/src/a.rs:1 dials"],
    );
}

#[test]
fn only_the_binary_prints() {
    let code = "println!(\"x\");";
    finds(
        check,
        vec![package("entryway", &[])],
        &[("crates/entryway/src/a.rs", code)],
        &[],
    );
    finds(
        check,
        vec![package("entryway-ldap", &[])],
        &[("crates/entryway-ldap/src/a.rs", code)],
        &["crates/entryway-ldap/src/a.rs:1 prints"],
    );
}

#[test]
fn only_the_web_chooses_statuses() {
    finds(
        check,
        vec![package("entryway", &[])],
        &[("crates/entryway/src/a.rs", "use http::StatusCode;")],
        &["crates/entryway/src/a.rs:1 statuses"],
    );
}

#[test]
fn only_the_configuration_knows_toml() {
    finds(
        check,
        vec![
            package("entryway-config", &["toml"]),
            package("entryway-web", &["dev:toml"]),
        ],
        &[],
        &[],
    );
    finds(
        check,
        vec![package("entryway-web", &["toml"])],
        &[],
        &["crates/entryway-web/Cargo.toml:0 toml"],
    );
}

#[test]
fn only_the_store_knows_sql() {
    finds(
        check,
        vec![package("entryway-web", &["sqlx"])],
        &[],
        &["crates/entryway-web/Cargo.toml:0 sql"],
    );
}

#[test]
fn directory_and_web_are_apart_through_others_too() {
    let apart = vec![
        package("entryway-web", &["entryway-wire"]),
        package("entryway-wire", &[]),
        package("entryway-directory", &[]),
    ];
    finds(check, apart, &[], &[]);
    let together = vec![
        package("entryway-web", &["entryway-wire"]),
        package("entryway-wire", &["entryway-directory"]),
        package("entryway-directory", &[]),
    ];
    finds(
        check,
        together,
        &[],
        &["crates/entryway-web/Cargo.toml:0 apart"],
    );
}

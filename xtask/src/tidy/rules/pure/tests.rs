use super::check;
use crate::tidy::rules::tests::{finds, package};

const LIB: &str = "crates/entryway-login/src/lib.rs";

#[test]
fn dependencies_are_listed() {
    finds(
        check,
        vec![package("entryway-login", &["thiserror", "dev:proptest"])],
        &[],
        &[],
    );
    finds(
        check,
        vec![package("entryway-login", &["tokio"])],
        &[],
        &["crates/entryway-login/Cargo.toml:0 pure-dependencies"],
    );
}

#[test]
fn sockets_files_and_clocks_are_found() {
    let login = || vec![package("entryway-login", &[])];
    finds(
        check,
        login(),
        &[(LIB, "use std::net::IpAddr;\nuse std::time::Instant;\n")],
        &[],
    );
    finds(
        check,
        login(),
        &[(LIB, "use std::net::{IpAddr, TcpStream};")],
        &["crates/entryway-login/src/lib.rs:1 pure"],
    );
    finds(
        check,
        login(),
        &[(LIB, "\nfn f() { std::fs::read(p) }")],
        &["crates/entryway-login/src/lib.rs:2 pure"],
    );
    finds(
        check,
        login(),
        &[(LIB, "let now = Instant::now();")],
        &["crates/entryway-login/src/lib.rs:1 pure"],
    );
}

#[test]
fn words_in_comments_and_tests_are_not_found() {
    let login = vec![package("entryway-login", &[])];
    let text =
        "// std::fs and Instant::now are banned\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
    finds(
        check,
        login,
        &[
            (LIB, text),
            ("crates/entryway-login/tests/a.rs", "use std::fs;"),
        ],
        &[],
    );
}

#[test]
fn other_crates_may() {
    finds(
        check,
        vec![package("entryway-config", &["toml"])],
        &[("crates/entryway-config/src/lib.rs", "use std::fs;")],
        &[],
    );
}

#[test]
fn serialisation_is_found() {
    finds(
        check,
        vec![package("entryway-login", &[])],
        &[(LIB, "#[derive(Serialize)]\nstruct A;")],
        &["crates/entryway-login/src/lib.rs:1 pure-serialised"],
    );
}

use super::check;
use crate::tidy::rules::tests::finds;

#[track_caller]
fn one(text: &str, expected: &[&str]) {
    finds(
        check,
        Vec::new(),
        &[("crates/x/tests/a.rs", text)],
        expected,
    );
}

#[test]
fn marks_and_macros_are_found() {
    one("fn f() { todo!() }", &["crates/x/tests/a.rs:1 unfinished"]);
    one("// FIXME later", &["crates/x/tests/a.rs:1 unfinished"]);
    one("#[ignore]\nfn f() {}", &["crates/x/tests/a.rs:1 skips"]);
}

#[test]
fn sleeps_are_found_unless_time_is_paused() {
    one("thread::sleep(d);", &["crates/x/tests/a.rs:1 sleeps"]);
    one(
        "tokio::time::sleep(d).await;",
        &["crates/x/tests/a.rs:1 sleeps"],
    );
    one("tokio::time::pause();\ntokio::time::sleep(d).await;", &[]);
    finds(
        check,
        Vec::new(),
        &[("crates/x/src/a.rs", "tokio::time::sleep(d).await;")],
        &[],
    );
}

use super::check;
use crate::tidy::rules::tests::finds;

#[test]
fn a_file_of_500_lines_is_fine_and_one_more_asks_for_a_reason() {
    let path = "crates/x/src/a.rs";
    finds(check, Vec::new(), &[(path, &"\n".repeat(500))], &[]);
    finds(
        check,
        Vec::new(),
        &[(path, &"\n".repeat(501))],
        &["crates/x/src/a.rs:0 size"],
    );
    finds(
        check,
        Vec::new(),
        &[(path, &"\n".repeat(801))],
        &["crates/x/src/a.rs:0 size"],
    );
}

#[test]
fn tests_may_be_long() {
    finds(
        check,
        Vec::new(),
        &[("crates/x/src/a/tests.rs", &"\n".repeat(900))],
        &[],
    );
}

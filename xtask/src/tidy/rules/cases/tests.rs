use super::{BAD_CONFIG, MATRIX, REASONS, check};
use crate::tidy::rules::tests::finds;

const LIST: &str = "pub enum Reason {\n    /// Doc.\n    WrongPassword,\n}\n";

#[test]
fn a_reason_needs_a_row_and_a_test() {
    let test = (
        "crates/entryway-login/tests/flow.rs",
        "assert(Reason::WrongPassword)",
    );
    finds(
        check,
        Vec::new(),
        &[(REASONS, LIST), (MATRIX, "wrong_password  reject"), test],
        &[],
    );
    finds(
        check,
        Vec::new(),
        &[(REASONS, LIST), test],
        &["crates/entryway-login/src/reason.rs:3 cases"],
    );
    finds(
        check,
        Vec::new(),
        &[(REASONS, LIST), (MATRIX, "wrong_password")],
        &["crates/entryway-login/src/reason.rs:3 cases"],
    );
}

#[test]
fn a_code_needs_a_bad_file() {
    let code = (
        "crates/entryway-config/src/code.rs",
        "const A: &str = \"C001\";",
    );
    finds(
        check,
        Vec::new(),
        &[code],
        &["crates/entryway-config/src/:0 cases"],
    );
    finds(
        check,
        Vec::new(),
        &[code, (&format!("{BAD_CONFIG}a.stderr"), "error[C001]: x")],
        &[],
    );
}

use super::check;
use crate::tidy::rules::tests::finds;

#[test]
fn literals_are_found_in_the_product_and_not_in_tests() {
    finds(
        check,
        Vec::new(),
        &[("crates/x/src/a.rs", "let a = \"/tmp/x\";")],
        &["crates/x/src/a.rs:1 machine-paths"],
    );
    finds(
        check,
        Vec::new(),
        &[("crates/x/src/a/tests.rs", "let a = \"/tmp/x\";")],
        &[],
    );
}

#[test]
fn pages_are_searched_too() {
    finds(
        check,
        Vec::new(),
        &[("README.md", "cd /root/entryway")],
        &["README.md:1 machine-paths"],
    );
    finds(
        check,
        Vec::new(),
        &[("README.md", "see https://example.org/work/a")],
        &[],
    );
}

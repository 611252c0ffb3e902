use super::Source;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(Source::new("a.rs", text).code, expected);
}

#[test]
fn comments_are_blanked() {
    check("a // todo!()\nb", "a           \nb");
    check("a /* x /* y */ z */ b", "a                   b");
}

#[test]
fn literals_are_blanked() {
    check(
        r#"f("println!", 'x', '\'', b"y")"#,
        r#"f("        ", ' ', '  ', b" ")"#,
    );
    check(r##"f(r#"a"b"#)"##, r##"f(r#"   "#)"##);
    check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
}

#[test]
fn strings_are_kept_with_their_lines() {
    let source = Source::new("a.rs", "let a =\n\"/root/x\";");
    assert_eq!(source.strings, [(2, "/root/x".to_owned())]);
}

#[test]
fn items_under_cfg_test_are_test_code() {
    let source = Source::new(
        "a.rs",
        "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n",
    );
    let lines: Vec<usize> = source.product_lines().map(|(line, _)| line).collect();
    assert_eq!(lines, [1, 6]);
    assert!(Source::new("crates/x/tests/a.rs", "").is_test_line(1));
    assert!(Source::new("crates/x/src/a/tests.rs", "").is_test_line(1));
}

use super::*;

fn check(line: &str, expected: Result<Option<&str>, &str>) {
    let found = account(line).map(|new| {
        new.map(|new| {
            let Details {
                uid,
                gid,
                home,
                shell,
                display_name,
                ..
            } = new.details;
            let NewPassword::Hashed(hash) = new.password else {
                panic!("{line}: a hash");
            };
            format!(
                "{} {hash} {uid:?} {gid:?} {home:?} {shell:?} {display_name:?}",
                new.name
            )
        })
    });
    let found = found.as_ref().map(Option::as_deref).map_err(String::as_str);
    assert_eq!(found, expected, "{line}");
}

#[test]
fn lines() {
    check(
        "ann:{SSHA}abc",
        Ok(Some("ann {SSHA}abc None None None None None")),
    );
    check(
        "ann:{SSHA}abc:1042:100:Ann Other,Room 7:/home/ann:/bin/sh\r",
        Ok(Some(
            r#"ann {SSHA}abc Some(1042) Some(100) Some("/home/ann") Some("/bin/sh") Some("Ann Other")"#,
        )),
    );
    check(
        "ann:{SSHA}abc:::::",
        Ok(Some("ann {SSHA}abc None None None None None")),
    );
}

#[test]
fn lines_that_say_nothing() {
    for line in ["", "  ", "# ann:{SSHA}abc"] {
        check(line, Ok(None));
    }
}

#[test]
fn what_is_wrong_is_said_without_the_line() {
    check(
        "hunter2",
        Err("expected 2 or 7 fields between colons, found 1"),
    );
    check(
        "ann:hunter2:1:2",
        Err("expected 2 or 7 fields between colons, found 4"),
    );
    check(
        "ann:{SSHA}abc:hunter2:100:::",
        Err("its uid is no number from 0 to 4294967294"),
    );
}

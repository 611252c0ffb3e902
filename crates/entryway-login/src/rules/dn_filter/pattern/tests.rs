use super::*;

#[track_caller]
fn check(text: &str, exact: bool, expected: &str) {
    let found = match compile(text, exact) {
        Ok(Compiled::Whole(text)) => format!("whole {text}"),
        Ok(Compiled::Ending(text)) => format!("ending {text}"),
        Ok(Compiled::Free(_)) => "free".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expected, "{text}");
}

#[test]
fn literals_are_found_whatever_way_they_are_written() {
    check(".*,OU=People,dc=x", false, "ending ,OU=PEOPLE,DC=X");
    check(".*,ou=People,dc=x", true, "ending ,ou=People,dc=x");
    check(".*,ou=a\\.b", false, "ending ,OU=A.B");
    check(".*,ou=a\\\\2cb", false, "ending ,OU=A\\2CB");
    check(".*[,]ou=\\x61", false, "ending ,OU=A");
    check("^.*,dc=x$", false, "ending ,DC=X");
    check("(.*),dc=x", false, "ending ,DC=X");
    check(".*?,dc=x", false, "ending ,DC=X");
    check("uid=a,dc=x", false, "whole UID=A,DC=X");
    check(".*", false, "ending ");
    check("", false, "whole ");
    check(".*,ou=ÄΣς", false, "ending ,OU=ÄΣΣ");
    check("(?:.*),dc=x", true, "ending ,dc=x");
}

#[test]
fn everything_else_is_matched() {
    for text in [
        ".+,dc=x",
        ".*,ou=people,.*",
        ".*,ou=a.b",
        ".*,dc=x|.*,dc=y",
        "(?i).*,dc=x",
        "(?-i).*,dc=x",
        "[^,]*,dc=x",
        ".*,dc=x\\b",
        ".{0,5},dc=x",
        "(?m)^a$",
    ] {
        check(text, false, "free");
    }
    // In-line flags are in the tree already when case counts.
    check("(?-i).*,dc=X", true, "ending ,dc=X");
    check("(?i).*,dc=X", true, "free");
}

#[test]
fn what_cannot_be_used_says_why() {
    check(
        "a(b",
        false,
        "expected a regular expression, found unclosed group at byte 1",
    );
    check(
        "a)|(b",
        false,
        "expected a regular expression, found unopened group at byte 1",
    );
    check(
        "\\p{Nonsense}",
        false,
        "expected a regular expression, found Unicode property not found at byte 0",
    );
    check(
        "(a)\\1",
        true,
        "expected a regular expression, found backreferences are not supported at byte 3",
    );
    check(
        "(?:\\w{1000}){1000}",
        false,
        "expected a regular expression that compiles to at most 64 KiB, found a larger one (`\\d` and `\\w` know every script; `[0-9]` and `[a-z]` are small)",
    );
    // Short, and it would take a worker for a quarter of a second.
    check(
        "1[01]{2000}x",
        true,
        "expected a regular expression that compiles to at most 64 KiB, found a larger one (`\\d` and `\\w` know every script; `[0-9]` and `[a-z]` are small)",
    );
    check(
        &"a".repeat(4097),
        false,
        "expected a regular expression of at most 4096 bytes, found 4097",
    );
    check(
        &"a".repeat(4096),
        true,
        &format!("whole {}", "a".repeat(4096)),
    );
    let deep = format!("{}{}", "(".repeat(101), ")".repeat(101));
    assert!(matches!(
        compile(&deep, false),
        Err(PatternError::Malformed { .. })
    ));
    // As deep and as many as they come: read, not overflown.
    let deep = format!("{}[a-c]{}", "(".repeat(45), ")+".repeat(45));
    assert!(compile(&deep, false).is_ok());
}

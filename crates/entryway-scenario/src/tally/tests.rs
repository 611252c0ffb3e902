use super::{Counted, Tally};

fn check(text: &str, expected: Option<(usize, usize, usize)>) {
    let told = Counted::told(text).map(|it| (it.passed, it.failed, it.elsewhere));
    assert_eq!(told, expected, "{text}");
}

#[test]
fn the_last_line_is_counted() {
    check("  ok  x\n3 passed, 1 failed\n", Some((3, 1, 0)));
    check("3 passed, 0 failed, 2 not here", Some((3, 0, 2)));
    check("", None);
    check("error: many words\n", None);
    check("3 passed, 1 lost", None);
}

#[test]
fn topics_add_up() {
    let tally = Tally::new("in the process");
    tally.add("names.md", Counted::one(true));
    tally.add("names.md", Counted::one(false));
    tally.add("mail.md", Counted::one(true));
    let text = tally.to_string();
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[1], ["mail.md", "1", "0", "0"]);
    assert_eq!(lines[2], ["names.md", "1", "1", "0"]);
    assert_eq!(lines[3], ["all", "2", "topics", "2", "1", "0"]);
}

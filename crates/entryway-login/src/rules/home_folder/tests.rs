use super::*;
use proptest::prelude::*;

fn rows(classes: &[&str]) -> Vec<HomeFolder> {
    let row = |(at, class): (u32, &&str)| HomeFolder {
        class: (*class != "*").then(|| (*class).into()),
        prefix: format!("/home/{at}"),
        rule: RuleId(at),
    };
    (0..).zip(classes).map(row).collect()
}

#[track_caller]
fn check(classes: &[&str], class: Option<&str>, expected: Option<u32>) {
    let folders = HomeFolders::new(rows(classes));
    assert_eq!(folders.find(class).map(|row| row.rule.0), expected);
}

#[test]
fn the_row_of_the_class_goes_before_the_one_for_all() {
    check(&["*", "staff"], Some("staff"), Some(1));
    check(&["*", "staff"], Some("Staff"), Some(0));
    check(&["*", "staff"], Some("guests"), Some(0));
    check(&["*", "staff"], None, Some(0));
    check(&["staff"], Some("guests"), None);
    check(&["staff"], None, None);
    check(&[], Some("staff"), None);
}

#[test]
fn of_two_rows_for_one_class_the_first_counts() {
    check(&["staff", "staff", "*", "*"], Some("staff"), Some(0));
    check(&["staff", "staff", "*", "*"], None, Some(2));
}

/// Section 4, step 6, read aloud.
fn naive(rows: &[HomeFolder], class: Option<&str>) -> Option<u32> {
    let of = |class: Option<&str>| rows.iter().find(|row| row.class.as_deref() == class);
    let own = class.and_then(|class| of(Some(class)));
    own.or_else(|| of(None)).map(|row| row.rule.0)
}

proptest! {
    #[test]
    fn the_table_answers_as_the_rows_do(
        classes in prop::collection::vec(prop::sample::select(vec!["*", "a", "b", "c"]), 0..6)
    ) {
        let rows = rows(&classes);
        let folders = HomeFolders::new(rows.clone());
        for class in [None, Some("a"), Some("b"), Some("c"), Some("d")] {
            prop_assert_eq!(folders.find(class).map(|row| row.rule.0), naive(&rows, class));
        }
    }
}

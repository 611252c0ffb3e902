use super::*;
use proptest::prelude::*;

fn rows(templates: &[(&str, &str)]) -> Vec<AccountTemplate> {
    let row = |(at, (name, class)): (u32, &(&str, &str))| AccountTemplate {
        name: (*name).into(),
        class: (*class != "*").then(|| NamePattern::new(*class)),
        uid: None,
        gid: None,
        home: None,
        rule: RuleId(at),
    };
    (0..).zip(templates).map(row).collect()
}

const CLASSES: [&str; 4] = ["staff", "staff2", "guests", "a"];

#[track_caller]
fn check(templates: &[(&str, &str)], class: Option<&str>, expected: Option<u32>) {
    let templates = AccountTemplates::new(rows(templates), &CLASSES.map(Arc::from));
    assert_eq!(templates.find(class).map(|row| row.rule.0), expected);
}

#[test]
fn the_alphabetically_first_that_fits() {
    let both = [("B1", "staff"), ("A1", "st*")];
    check(&both, Some("staff"), Some(1));
    check(&both, Some("guests"), None);
    check(&both, None, None);
    check(&[("B1", "st*"), ("A1", "staff")], Some("staff"), Some(1));
    check(&[("B1", "st*"), ("A1", "staff")], Some("staff2"), Some(0));
}

#[test]
fn names_are_ordered_by_their_bytes() {
    check(&[("a", "*"), ("Z", "*")], Some("staff"), Some(1));
    check(&[("ä", "*"), ("z", "*")], Some("staff"), Some(1));
    check(&[("same", "*"), ("same", "*")], Some("staff"), Some(0));
}

#[test]
fn only_the_row_for_everybody_fits_a_person_without_a_class() {
    check(&[("A", "s*"), ("B", "*")], None, Some(1));
    check(&[("A", "?*"), ("B", "**")], None, None);
    check(&[("A", "?*"), ("B", "*")], Some("staff"), Some(0));
    check(&[("A", "*"), ("B", "staff")], Some("staff"), Some(0));
}

/// Section 4, step 7, read aloud.
fn naive(rows: &[AccountTemplate], class: Option<&str>) -> Option<u32> {
    let fits = |row: &&AccountTemplate| match (&row.class, class) {
        (None, _) => true,
        (Some(pattern), Some(class)) => pattern.matches(class),
        (Some(_), None) => false,
    };
    rows.iter()
        .filter(fits)
        .min_by_key(|row| row.name.as_bytes())
        .map(|row| row.rule.0)
}

proptest! {
    #[test]
    fn the_table_answers_as_the_rows_do(
        templates in prop::collection::vec(
            (
                prop::sample::select(vec!["A", "B", "a", "ä", "B1"]),
                prop::sample::select(vec!["*", "staff", "staff?", "s*", "*s", "guests", "?*"]),
            ),
            0..6,
        )
    ) {
        let rows = rows(&templates);
        let table = AccountTemplates::new(rows.clone(), &CLASSES.map(Arc::from));
        for class in CLASSES.map(Some).into_iter().chain([None]) {
            prop_assert_eq!(table.find(class).map(|row| row.rule.0), naive(&rows, class));
        }
    }
}

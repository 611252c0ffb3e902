use super::*;
use proptest::prelude::*;

fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

fn under(text: &str) -> DnMatch {
    DnMatch::Under(dn(text))
}

fn pattern(text: &str) -> DnMatch {
    DnMatch::Pattern {
        text: text.to_owned(),
        exact: false,
    }
}

fn exact(text: &str) -> DnMatch {
    DnMatch::Pattern {
        text: text.to_owned(),
        exact: true,
    }
}

fn rows(rows: Vec<(&str, DnMatch)>) -> Vec<DnFilter> {
    let row = |(at, (class, matches)): (u32, (&str, DnMatch))| DnFilter {
        class: (class != "*").then(|| class.into()),
        matches,
        rule: RuleId(at),
    };
    (0..).zip(rows).map(row).collect()
}

fn matched(rule: u32, applied: usize) -> DnVerdict {
    let rule = RuleId(rule);
    DnVerdict::Matched { rule, applied }
}

#[track_caller]
fn check(list: Vec<(&str, DnMatch)>, name: &str, class: Option<&str>, expected: DnVerdict) {
    let filters = DnFilters::new(rows(list)).unwrap();
    assert_eq!(filters.permits(&dn(name), class), expected, "{name}");
}

/// One row for everybody: whether it lets the name in.
#[track_caller]
fn check_one(row: DnMatch, name: &str, expected: bool) {
    let verdict = if expected {
        matched(0, 1)
    } else {
        DnVerdict::Refused { applied: 1 }
    };
    check(vec![("*", row)], name, None, verdict);
}

#[test]
fn rows_of_other_classes_do_not_count() {
    let list = || vec![("A", under("ou=a,dc=x")), ("A", under("dc=y"))];
    check(list(), "uid=1,dc=x", Some("B"), DnVerdict::NoFilter);
    check(list(), "uid=1,dc=x", Some("a"), DnVerdict::NoFilter);
    check(list(), "uid=1,dc=x", None, DnVerdict::NoFilter);
    check(
        list(),
        "uid=1,dc=x",
        Some("A"),
        DnVerdict::Refused { applied: 2 },
    );
    check(list(), "uid=1,dc=y", Some("A"), matched(1, 2));
    check(Vec::new(), "uid=1,dc=y", Some("A"), DnVerdict::NoFilter);
}

#[test]
fn a_row_for_all_lets_in_whom_the_class_row_does_not() {
    let list = || vec![("A", under("ou=a,dc=x")), ("*", under("dc=y"))];
    check(list(), "uid=1,dc=y", Some("A"), matched(1, 2));
    check(list(), "uid=1,ou=a,dc=x", Some("A"), matched(0, 2));
    check(
        list(),
        "uid=1,ou=a,dc=x",
        None,
        DnVerdict::Refused { applied: 1 },
    );
}

#[test]
fn the_first_row_that_matches_is_named() {
    let list = || {
        vec![
            ("*", pattern(".*,ou=b,.*")),
            ("A", pattern(".*,dc=x")),
            ("*", under("dc=x")),
            ("A", pattern("uid=1,.*")),
        ]
    };
    check(list(), "uid=1,ou=b,dc=x", Some("A"), matched(0, 4));
    check(list(), "uid=1,dc=x", Some("A"), matched(1, 4));
    check(list(), "uid=1,dc=x", None, matched(2, 2));
    check(list(), "uid=1,dc=y", Some("A"), matched(3, 4));
}

#[test]
fn a_subtree_is_compared_as_names_are() {
    check_one(under("OU = People , DC=x"), "uid=j,ou=people,dc=X", true);
    check_one(under("ou=people,dc=x"), "ou=people,dc=x", true);
    check_one(
        under("ou=people,dc=x"),
        "uid=j,ou=a\\,ou=people,dc=x",
        false,
    );
    check_one(under("ou=people,dc=x"), "uid=j\\,ou=people,dc=x", false);
    check_one(under("ou=people,dc=x"), "dc=x", false);
    check_one(under("ou=a\\, b,dc=x"), "uid=j,ou=A\\2c  b,dc=x", true);
    check_one(under(""), "uid=j,dc=x", true);
    check_one(under("2.5.4.11=people"), "uid=j,ou=people", true);
}

#[test]
fn an_expression_is_anchored_at_both_ends() {
    check_one(pattern("O=acme"), "uid=x,O=acme", false);
    check_one(pattern(".*O=acme"), "uid=x,O=acme", true);
    check_one(pattern(".*O=acme.*"), "uid=x,O=acme,c=de", true);
    check_one(pattern("uid=x"), "uid=x,o=acme", false);
    // Neither an alternative nor a comment gets at the anchors.
    check_one(pattern("uid=x|o=acme"), "uid=x,o=acme", false);
    check_one(pattern("(?x)o=acme # the customer"), "uid=x,o=acme", false);
    check_one(pattern("(?x).*o=acme # the customer"), "uid=x,o=acme", true);
}

#[test]
fn a_bare_comma_separates() {
    check_one(
        pattern(".*,ou=people,dc=x"),
        "uid=j\\,ou=people,dc=x",
        false,
    );
    check_one(
        pattern("[^,]+,ou=people,dc=x"),
        "uid=j\\, k,ou=people,dc=x",
        true,
    );
    check_one(pattern("cn=doe\\\\2c j,.*"), "CN=Doe\\, J,dc=x", true);
    check_one(pattern(".*, dc=x"), "uid=j, dc=x", false);
}

#[test]
fn case_counts_where_it_is_said() {
    let name = "UID=j,OU=People,dc=x";
    check_one(pattern(".*,ou=PEOPLE,.*"), name, true);
    check_one(exact(".*,ou=PEOPLE,.*"), name, false);
    check_one(exact(".*,ou=People,.*"), name, true);
    check_one(exact(".*,ou=People,dc=x"), name, true);
    check_one(exact(".*,ou=people,dc=x"), name, false);
    // Types have no case of their own.
    check_one(exact(".*,OU=People,dc=x"), name, false);
}

#[test]
fn case_is_that_of_every_script() {
    for end in ["", ".*"] {
        let ends = |text: &str| pattern(&format!(".*,ou={text}{end}"));
        check_one(ends("ÄRZTE"), "uid=j,ou=ärzte", true);
        check_one(ends("ΠΩΛΉΣΕΙΣ"), "uid=j,ou=Πωλήσεις", true);
        check_one(ends("İs"), "uid=j,ou=İS", true);
        check_one(ends("is"), "uid=j,ou=İS", false);
        check_one(ends("strasse"), "uid=j,ou=straße", false);
        check_one(ends("sales"), "uid=j,ou=ſales", false);
        check_one(ends("SALES"), "uid=j,ou=ſales", false);
    }
}

#[test]
fn an_unusable_expression_is_named() {
    let list = vec![
        ("A", under("dc=x")),
        ("A", pattern("(")),
        ("*", pattern("[")),
    ];
    let (rule, error) = DnFilters::new(rows(list)).unwrap_err();
    assert_eq!(rule, RuleId(1));
    assert_eq!(pattern("(").check(), Err(error));
    assert_eq!(under("dc=x").check(), Ok(()));
    assert!(pattern("[").check().is_err());
}

#[test]
fn what_is_tried_one_by_one_is_counted() {
    let list = vec![
        ("A", under("dc=x")),
        ("A", pattern(".+,dc=x")),
        ("*", pattern(".*,dc=x")),
        ("*", exact("uid=j,dc=x")),
        ("*", pattern(".*,ou=a,.*")),
    ];
    let filters = DnFilters::new(rows(list)).unwrap();
    assert_eq!(filters.len(), 5);
    let unindexed: Vec<u32> = filters.unindexed().map(|rule| rule.0).collect();
    assert_eq!(unindexed, [1, 4]);
}

/// Section 4, step 5, read aloud.
fn naive(rows: &[DnFilter], name: &Dn, class: Option<&str>) -> DnVerdict {
    let is_for = |row: &&DnFilter| row.class.is_none() || row.class.as_deref() == class;
    let applied = rows.iter().filter(is_for).count();
    if applied == 0 {
        return DnVerdict::NoFilter;
    }
    let text = name.normalized_keeping_case();
    let lets_in = |row: &&DnFilter| match &row.matches {
        DnMatch::Under(top) => name.is_under(top),
        DnMatch::Pattern {
            text: expression,
            exact,
        } => {
            let regex = |flags: &str| Regex::new(&format!("^(?s{flags}:{expression}\n)$")).unwrap();
            match exact {
                true => regex("x").is_match(&text),
                false => regex("xi").is_match(&text.replace('ſ', "\\c5\\bf")),
            }
        }
    };
    match rows.iter().filter(is_for).find(lets_in) {
        Some(row) => DnVerdict::Matched {
            rule: row.rule,
            applied,
        },
        None => DnVerdict::Refused { applied },
    }
}

/// Values and expressions that have much to do with each other; none has a blank, for the model's flag `x`.
const VALUES: [&str; 12] = [
    "people", "People", "a", "A", "a\\,b", "sales", "ſales", "K", "ως", "ΩΣ", "İ", "x",
];
const EXPRESSIONS: [&str; 22] = [
    "",
    ".*",
    ".+",
    ".*,ou=people,dc=x",
    ".*ou=PEOPLE,dc=x",
    "uid=a,ou=People,dc=x",
    ".*,ou=people,.*",
    "^.*,dc=x$",
    ".*,dc=x|.*,dc=a",
    "(?-i).*,ou=People,dc=x",
    "(?i).*,ou=people,dc=X",
    "uid=a\\\\2cb,.*",
    "(.*),ou=a",
    ".*?,dc=x",
    ".*,ou=k",
    ".*,ou=ωσ",
    ".*=ΩΣ",
    ".*,.*=ως",
    ".*,ou=sales",
    ".*sales.*",
    ".*,ou=i̇",
    ".*,ou=İ",
];

fn a_dn() -> impl Strategy<Value = String> {
    let level = (
        prop::sample::select(vec!["uid", "ou", "dc", "OU"]),
        prop::sample::select(VALUES.to_vec()),
    );
    let level = level.prop_map(|(attribute, value)| format!("{attribute}={value}"));
    prop::collection::vec(level, 0..4).prop_map(|levels| levels.join(","))
}

fn a_match() -> impl Strategy<Value = DnMatch> {
    prop_oneof![
        a_dn().prop_map(|text| under(&text)),
        (prop::sample::select(EXPRESSIONS.to_vec()), any::<bool>()).prop_map(|(text, exact)| {
            let text = text.to_owned();
            DnMatch::Pattern { text, exact }
        }),
    ]
}

proptest! {
    #[test]
    fn the_tables_answer_as_the_rows_do(
        list in prop::collection::vec((prop::sample::select(vec!["*", "A", "B"]), a_match()), 0..6),
        name in a_dn(),
        class in prop::sample::select(vec![None, Some("A"), Some("C")]),
    ) {
        let rows = rows(list);
        let name = dn(&name);
        let filters = DnFilters::new(rows.clone()).unwrap();
        prop_assert_eq!(filters.permits(&name, class), naive(&rows, &name, class));
    }

    #[test]
    fn any_expression_is_read_or_refused(text in "[a(){}|*+?.\\\\\\[\\]^$,=1-9xi:-]{0,24}", name in a_dn()) {
        let name = dn(&name);
        let list = rows(vec![("*", pattern(&text))]);
        if let Ok(filters) = DnFilters::new(list.clone()) && !text.contains('#') {
            prop_assert_eq!(filters.permits(&name, None), naive_unflagged(&list, &name));
        } else {
            prop_assert!(pattern(&text).check().is_err());
        }
    }
}

/// The same for one expression in which flags and comments may stand.
fn naive_unflagged(rows: &[DnFilter], name: &Dn) -> DnVerdict {
    let text = name.normalized_keeping_case().replace('ſ', "\\c5\\bf");
    let DnMatch::Pattern {
        text: expression, ..
    } = &rows[0].matches
    else {
        unreachable!("these rows are expressions");
    };
    let regex = Regex::new(&format!("^(?si:(?:{expression}\n)|(?:{expression}))$"));
    match regex.is_ok_and(|regex| regex.is_match(&text)) {
        true => matched(0, 1),
        false => DnVerdict::Refused { applied: 1 },
    }
}

/// The time that an expression takes is bounded by the name's length, too.
#[test]
fn an_endless_name_fits_no_expression() {
    let row = || pattern(".*[xy],dc=example");
    let name = |values: usize| format!("cn={},dc=example", "x".repeat(values));
    check_one(row(), &name(8_000), true);
    check_one(row(), &name(9_000), false);
    check_one(under("dc=example"), &name(9_000), true);
}

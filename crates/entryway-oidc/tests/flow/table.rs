//! What the specifications demand, `docs/openid.md`, names tests that there are, and every test here that is named
//! after a specification.

use super::names::{SOURCES, tests};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How the last column begins where no test shows what is demanded.
const UNSHOWN: [&str; 3] = ["Not shown by a test: ", "Not done: ", "Does not apply: "];

/// A page, by its tables.
struct Table<'t> {
    /// What the names of tests begin with, and the folder that this means.
    folders: BTreeMap<&'t str, &'t str>,
    /// The last cell of each row, with the number of its line.
    shown_by: Vec<(usize, &'t str)>,
}

fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.unwrap().to_owned()
}

fn read(page: &str) -> Table<'_> {
    let mut table = Table {
        folders: BTreeMap::new(),
        shown_by: Vec::new(),
    };
    let mut heading = "";
    for (number, line) in page.lines().enumerate() {
        if !line.starts_with('|') {
            heading = "";
            continue;
        }
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        match heading {
            "" => heading = cells[0],
            _ if cells[0].starts_with("---") => {}
            "section" => {
                assert_eq!(cells.len(), 3, "line {}", number + 1);
                table.shown_by.push((number + 1, cells[2]));
            }
            _ => {
                let folder = cells[1].trim_start_matches('[').split(']').next();
                table
                    .folders
                    .insert(cells[0].trim_matches('`'), folder.unwrap());
            }
        }
    }
    table
}

/// What stands in backticks and is the name of a test.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.filter(|text| text.contains("::"))
}

/// The function of that name, in the file of that module or in the tests beside it.
fn is_test(root: &Path, folders: &BTreeMap<&str, &str>, name: &str) -> bool {
    let Some((module, function)) = name.rsplit_once("::") else {
        return false;
    };
    let (prefix, module) = module.split_once("::").unwrap_or((module, ""));
    let Some(folder) = folders.get(prefix) else {
        return false;
    };
    let place = root.join(folder).join(module.replace("::", "/"));
    let files = [place.with_extension("rs"), place.join("tests.rs")];
    let texts = files
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok());
    let declared = format!("fn {function}(");
    texts.into_iter().any(|text| text.contains(&declared))
}

/// Everything that is wrong with a page.
fn complaints(root: &Path, page: &str) -> Vec<String> {
    let table = read(page);
    let mut complaints = Vec::new();
    for (line, cell) in &table.shown_by {
        let unshown = UNSHOWN.iter().any(|begin| cell.starts_with(begin));
        if !unshown && (!cell.starts_with('`') || names(cell).next().is_none()) {
            complaints.push(format!("line {line} neither names a test nor says why not"));
        }
        let wrong = names(cell).filter(|name| !is_test(root, &table.folders, name));
        complaints.extend(wrong.map(|name| format!("line {line}: there is no `{name}`")));
    }
    let named: Vec<_> = table
        .shown_by
        .iter()
        .flat_map(|(_, cell)| names(cell))
        .collect();
    for (module, test) in tests() {
        let of_a_specification = SOURCES.iter().any(|source| test.starts_with(source));
        let name = format!("flow::{module}::{test}");
        if of_a_specification && !named.contains(&name.as_str()) {
            complaints.push(format!("`{name}` is in no row"));
        }
    }
    complaints
}

#[test]
fn own_each_demand_has_its_tests_or_says_why_not() {
    let root = repository();
    let page = fs::read_to_string(root.join("docs/openid.md")).unwrap();
    let complaints = complaints(&root, &page);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let table = read(&page);
    assert!(table.shown_by.len() > 150, "{} rows", table.shown_by.len());
    for folder in table.folders.values() {
        assert!(root.join(folder).is_dir(), "{folder}");
    }
}

#[test]
fn own_a_table_that_is_wrong_is_noticed() {
    let page = "\
| names | are in | and show |
|---|---|---|
| `flow` | [crates/entryway-oidc/tests/flow](x) | x |

| section | what it demands | shown by |
|---|---|---|
| 1 | x | `flow::authorize::rfc9207_2_iss_must_be_in_every_answer` |
| 2 | x | `flow::authorize::rfc9207_2_iss_must_be_in_every` |
| 3 | x | `flow::token::rfc9207_2_iss_must_be_in_every_answer` |
| 4 | x | `other::authorize::rfc9207_2_iss_must_be_in_every_answer` |
| 5 | x | Not done: `this` |
| 6 | x | Done |
| 7 | x | `this` |
";
    let complaints = complaints(&repository(), page);
    let begins: Vec<_> = complaints
        .iter()
        .filter_map(|complaint| complaint.strip_prefix("line "))
        .map(|complaint| complaint.split([' ', ':']).next().unwrap())
        .collect();
    assert_eq!(begins, ["8", "9", "10", "12", "13"], "{complaints:?}");
    let missing = "`flow::pkce::rfc7636_appendix_b_the_example_fits` is in no row";
    assert!(complaints.iter().any(|complaint| complaint == missing));
    let there = "`flow::authorize::rfc9207_2_iss_must_be_in_every_answer` is in no row";
    assert!(!complaints.iter().any(|complaint| complaint == there));
}

use crate::{Document, LocalRow, Scenario, ScenarioError};
use entryway_login::KeptIn;

fn scenario(table: &str) -> Scenario {
    let text =
        format!("# T\n\n## S\n\n{table}\n\n| login | expected |\n|---|---|\n| a | accept |\n");
    let mut document = Document::parse("accounts.md", &text).unwrap();
    document.scenarios.remove(0)
}

fn rows(table: &str) -> Result<Vec<LocalRow>, ScenarioError> {
    scenario(table).local_rows()
}

#[test]
fn a_row_is_an_account_and_what_lets_somebody_in() {
    let table = "| account | password | imported hash | kept in | enabled | uid |\n|---|---|---|---|---|---|\n\
                 | bob | pw | {SSHA}x | store | false | 7 |\n| lou | | | directory | | |";
    let found = rows(table).unwrap();
    let [bob, lou] = &found[..] else {
        panic!("{} rows", found.len())
    };
    assert_eq!((&*bob.account.name, bob.account.uid), ("bob", Some(7)));
    assert!(!bob.account.enabled && lou.account.enabled);
    assert_eq!(bob.hash.as_deref(), Some("{SSHA}x"));
    assert_eq!(lou.account.password, KeptIn::Directory);
    assert_eq!(lou.password, None);
}

#[test]
fn an_account_of_the_system_has_all_that_the_user_database_has() {
    let whole = "| system account | password | uid | gid | home | shell |\n|---|---|---|---|---|---|\n\
                 | ann | pw | 7 | 8 | /home/ann | /bin/sh |";
    let found = scenario(whole).system_rows().unwrap();
    assert_eq!((&*found[0].account.name, found[0].account.gid), ("ann", 8));
    let partial = "| system account | password |\n|---|---|\n| ann | pw |";
    assert!(scenario(partial).system_rows().is_err());
}

/// A table of one account with this column, which is refused.
fn check(column: &str, cell: &str, expected: &str) {
    let table = format!("| account | password | {column} |\n|---|---|---|\n| bob | pw | {cell} |");
    let error = rows(&table).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains(expected) && error.contains(":7"), "{error}");
}

#[test]
fn a_cell_that_says_nothing_is_an_error() {
    check("kept in", "cellar", "`store` or `directory`");
    check("kept in", "directory", "none elsewhere");
    check("enabled", "maybe", "`true` or `false`");
    check("uid", "many", "a number");
    check("user type", "odd", "`real` or `virtual`");
}

/// What a live directory is asked about is the same.
#[test]
fn accounts_survive_being_written_again() {
    let table = "| account | password | home |\n|---|---|---|\n| bob | `\"a\\|b\"` | |\n| ann | pw | /home/ann |";
    let scenario = scenario(table);
    let again = Document::parse("again.md", &scenario.logins_alone()).unwrap();
    let cells = |scenario: &Scenario| {
        let cells = scenario
            .accounts
            .iter()
            .map(|account| account.cells.clone());
        cells.collect::<Vec<_>>()
    };
    assert_eq!(cells(&again.scenarios[0]), cells(&scenario));
    assert_eq!(scenario.accounts[0].get("password"), Some("a|b"));
}

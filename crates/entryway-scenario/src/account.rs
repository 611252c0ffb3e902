//! The accounts of a scenario: Entryway's own, and those of the operating system.

use crate::document::{Account, Scenario};
use crate::{Problem, ScenarioError};
use entryway_login::{KeptIn, LocalAccount, OsAccount, UserType};
use std::sync::Arc;

/// An account of Entryway's own, as its row has it.
#[derive(Clone)]
pub struct LocalRow {
    /// What a login sees.
    pub account: Arc<LocalAccount>,
    /// What lets somebody in; absent where the directory has it.
    pub password: Option<String>,
    /// The hash of that password which the account was imported with.
    pub hash: Option<String>,
}

/// An account of the operating system, as its row has it.
#[derive(Clone)]
pub struct SystemRow {
    /// What a login sees, where no operating system is asked.
    pub account: OsAccount,
    /// What lets somebody in.
    pub password: String,
}

impl Scenario {
    /// Its accounts of Entryway's own.
    ///
    /// # Errors
    ///
    /// The first cell that does not say what its column is for.
    pub fn local_rows(&self) -> Result<Vec<LocalRow>, ScenarioError> {
        let row = |account| local(&Row::new(&self.file, account));
        self.accounts.iter().map(row).collect()
    }
    /// Its accounts of the operating system.
    ///
    /// # Errors
    ///
    /// Likewise.
    pub fn system_rows(&self) -> Result<Vec<SystemRow>, ScenarioError> {
        let row = |account| system(&Row::new(&self.file, account));
        self.system_accounts.iter().map(row).collect()
    }
}

/// A row, and the document that it stands in.
struct Row<'a> {
    file: &'a str,
    account: &'a Account,
}

impl<'a> Row<'a> {
    fn new(file: &'a str, account: &'a Account) -> Self {
        Self { file, account }
    }
    fn bad(&self, column: &str, expected: &str) -> ScenarioError {
        let found = self.account.get(column).unwrap_or_default();
        ScenarioError {
            file: self.file.to_owned(),
            line: self.account.line,
            problem: Problem::Cell {
                column: column.to_owned(),
                what: format!("expected {expected}, found `{found}`"),
            },
        }
    }
    fn text(&self, column: &str) -> Option<String> {
        self.account.get(column).map(str::to_owned)
    }
    fn number(&self, column: &str) -> Result<Option<u32>, ScenarioError> {
        let parsed = self.account.get(column).map(str::parse);
        parsed.transpose().map_err(|_| self.bad(column, "a number"))
    }
}

fn local(row: &Row<'_>) -> Result<LocalRow, ScenarioError> {
    let kept_in = match row.account.get("kept in") {
        None | Some("store") => KeptIn::Store,
        Some("directory") => KeptIn::Directory,
        Some(_) => return Err(row.bad("kept in", "`store` or `directory`")),
    };
    let enabled = match row.account.get("enabled") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return Err(row.bad("enabled", "`true` or `false`")),
    };
    let password = row.text("password");
    if password.is_some() != (kept_in == KeptIn::Store) {
        let expected = "a password where it is kept in the store, and none elsewhere";
        return Err(row.bad("password", expected));
    }
    let user_type = row.account.get("user type").map(UserType::parse);
    let account = LocalAccount {
        id: row.account.line.to_string().into(),
        name: row.account.name().into(),
        password: kept_in,
        password_stamp: Box::default(),
        enabled,
        uid: row.number("uid")?,
        gid: row.number("gid")?,
        home: row.text("home"),
        shell: row.text("shell"),
        user_type: user_type
            .transpose()
            .map_err(|_| row.bad("user type", "`real` or `virtual`"))?,
        email: row.text("email"),
        display_name: row.text("display name"),
    };
    Ok(LocalRow {
        account: Arc::new(account),
        password,
        hash: row.text("imported hash"),
    })
}

fn system(row: &Row<'_>) -> Result<SystemRow, ScenarioError> {
    let needed = |column: &str| row.text(column).ok_or_else(|| row.bad(column, "something"));
    let number = |column: &str| {
        let number = row.number(column)?;
        number.ok_or_else(|| row.bad(column, "a number"))
    };
    Ok(SystemRow {
        account: OsAccount {
            name: row.account.name().to_owned(),
            uid: number("uid")?,
            gid: number("gid")?,
            home: needed("home")?,
            shell: needed("shell")?,
            display_name: String::new(),
        },
        password: needed("password")?,
    })
}

#[cfg(test)]
mod tests;

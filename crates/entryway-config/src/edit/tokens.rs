//! Callers of the API, written and taken out where the others are.

use super::{Draft, EditError};
use crate::closest::closest;
use crate::tree::Value;
use toml_edit::{Array, Table};

/// What a new `[[token]]` is made of. The token itself is not in it.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What the caller is called in logs.
    pub name: String,
    /// `sha256:…`.
    pub digest: String,
    /// What it may do, as it is written.
    pub scopes: Vec<String>,
    /// RFC 3339: from when on it does not hold.
    pub expires: Option<String>,
    /// For people.
    pub description: Option<String>,
}

impl Draft<'_> {
    /// Writes a caller behind the others, or at the end of the main file.
    ///
    /// # Errors
    ///
    /// When the callers are not written as rows. Whether a name is taken is the loader's affair.
    pub fn add_token(&mut self, new: &NewToken) -> Result<(), EditError> {
        let mut row = Table::new();
        row.insert("name", toml_edit::value(new.name.as_str()));
        row.insert("digest", toml_edit::value(new.digest.as_str()));
        let scopes: Array = new.scopes.iter().map(String::as_str).collect();
        row.insert("scopes", toml_edit::value(scopes));
        for (key, text) in [("expires", &new.expires), ("description", &new.description)] {
            if let Some(text) = text {
                row.insert(key, toml_edit::value(text.as_str()));
            }
        }
        let home = self.home(&["token"]);
        match self.documents.get_mut(home) {
            Some(document) => document.add_row("token", row),
            None => Ok(()),
        }
    }

    /// Takes a caller out.
    ///
    /// # Errors
    ///
    /// When there is none of that name.
    pub fn remove_token(&mut self, name: &str) -> Result<(), EditError> {
        let mut documents = self.documents.iter_mut();
        if documents.any(|document| document.take_row("token", name)) {
            return Ok(());
        }
        let names = self.token_names();
        let near = closest(name, names.iter().map(String::as_str)).map(str::to_owned);
        if near.as_deref() == Some(name) {
            return Err(EditError::ByHand {
                place: "token".to_owned(),
                why: format!("`{name}` is not written as a row `[[token]]`"),
            });
        }
        Err(EditError::NoSuch {
            kind: "token",
            name: name.to_owned(),
            near,
        })
    }

    fn token_names(&self) -> Vec<String> {
        let rows = self.root.get("token").map(|entry| &entry.node.value);
        let Some(Value::Array(rows)) = rows else {
            return Vec::new();
        };
        let name = |row: &crate::tree::Node| match &row.value {
            Value::Table(table) => match &table.get("name")?.node.value {
                Value::String(name) => Some(name.clone()),
                _ => None,
            },
            _ => None,
        };
        rows.iter().filter_map(name).collect()
    }
}

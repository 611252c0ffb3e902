//! Reading slapd's stats log: what the directory itself says it was asked.

use std::collections::BTreeMap;

/// One operation as slapd logged it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoggedOperation {
    /// A simple bind.
    Bind {
        /// The name as sent.
        dn: String,
        /// The result code; `None` while there is none.
        code: Option<u32>,
    },
    /// A search.
    Search {
        /// Where.
        base: String,
        /// The filter as slapd spells it.
        filter: String,
    },
}

/// Everything logged so far.
#[derive(Debug, Default)]
pub struct StatsLog {
    /// By run, connection and operation: a server that is started again counts from the beginning.
    operations: BTreeMap<(usize, u64, u64), LoggedOperation>,
    run: usize,
    open: i64,
}

impl StatsLog {
    /// Reads the texts of runs that are over, and of the one that is not.
    pub(super) fn of_runs(ended: &[String], text: &str) -> Self {
        let mut log = Self::default();
        for (run, text) in ended.iter().map(String::as_str).chain([text]).enumerate() {
            // What was open ended with its run.
            (log.run, log.open) = (run, 0);
            for line in text.lines() {
                log.line(line);
            }
        }
        log
    }

    fn line(&mut self, line: &str) {
        let Some(connection) = number_after(line, "conn=") else {
            return;
        };
        if line.contains(" ACCEPT from ") {
            self.open += 1;
        } else if line.contains(" closed") && line.contains(" fd=") {
            self.open -= 1;
        }
        let Some(operation) = number_after(line, " op=") else {
            return;
        };
        let key = (self.run, connection, operation);
        // A simple bind is logged twice: as asked (`method=128`) and as carried out (`mech=SIMPLE`).
        if line.contains(" BIND ") && line.contains(" method=128") {
            let dn = quoted_after(line, " BIND dn=\"").unwrap_or_default();
            self.operations
                .insert(key, LoggedOperation::Bind { dn, code: None });
        } else if line.contains(" SRCH base=") {
            let base = quoted_after(line, " SRCH base=\"").unwrap_or_default();
            let filter = line
                .split_once(" filter=\"")
                .map(|(_, rest)| rest.trim_end().trim_end_matches('"').to_owned())
                .unwrap_or_default();
            self.operations
                .insert(key, LoggedOperation::Search { base, filter });
        } else if line.contains(" RESULT ")
            && let Some(LoggedOperation::Bind { code, .. }) = self.operations.get_mut(&key)
        {
            *code = number_after(line, " err=").and_then(|code| u32::try_from(code).ok());
        }
    }

    /// Whether every connection it accepted has been closed again: nothing more can be logged of them.
    pub fn is_quiet(&self) -> bool {
        self.open == 0
    }

    /// All operations, connection by connection.
    pub fn operations(&self) -> impl Iterator<Item = &LoggedOperation> {
        self.operations.values()
    }

    /// The binds whose name is `dn`, with their result codes.
    pub fn binds_as(&self, dn: &str) -> Vec<Option<u32>> {
        self.operations()
            .filter_map(|operation| match operation {
                LoggedOperation::Bind { dn: bound, code } if bound.eq_ignore_ascii_case(dn) => {
                    Some(*code)
                }
                _ => None,
            })
            .collect()
    }

    /// The binds by anybody but `dn`.
    pub fn binds_but(&self, dn: &str) -> Vec<&LoggedOperation> {
        self.operations()
            .filter(|operation| matches!(operation, LoggedOperation::Bind { dn: bound, .. } if !bound.eq_ignore_ascii_case(dn)))
            .collect()
    }

    /// The filters of all searches for people. What is read of the directory itself and its policies, in the
    /// background, is left out.
    pub fn filters(&self) -> Vec<&str> {
        const BACKGROUND: [&str; 2] = ["(objectClass=*)", "(objectClass=pwdPolicy)"];
        self.operations()
            .filter_map(|operation| match operation {
                LoggedOperation::Search { filter, .. } => Some(filter.as_str()),
                LoggedOperation::Bind { .. } => None,
            })
            .filter(|filter| !BACKGROUND.contains(filter))
            .collect()
    }
}

fn number_after(line: &str, key: &str) -> Option<u64> {
    let (_, rest) = line.split_once(key)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn quoted_after(line: &str, key: &str) -> Option<String> {
    let (_, rest) = line.split_once(key)?;
    // Names are logged as sent, and a quote inside one is not escaped: the last quote closes.
    let (value, _) = rest.split_once("\" ").or_else(|| rest.rsplit_once('"'))?;
    Some(value.to_owned())
}

#[cfg(test)]
mod tests;

//! Markdown, as far as scenarios use it: headings, fenced blocks, tables and one comment. Everything
//! else is prose. What looks like one of these and is not understood is an error: a scenario that is
//! passed over shows nothing.

mod cell;
mod table;

use crate::document::{
    Account, Answering, Document, Ground, LdifBlock, Login, Scenario, ServerState,
};
use crate::{Problem, ScenarioError};
use std::sync::Arc;
use table::Table;

/// What stands under one heading.
#[derive(Default)]
struct Section {
    line: usize,
    title: String,
    grounds: Vec<Ground>,
    configuration: Option<String>,
    /// Its configuration stands for the shared one.
    alone: bool,
    ldif: Vec<LdifBlock>,
    servers: Vec<ServerState>,
    store_is_down: bool,
    system_is_down: bool,
    accounts: Vec<Account>,
    system_accounts: Vec<Account>,
    logins: Vec<Login>,
}

pub(crate) fn document(file: &str, text: &str) -> Result<Document, ScenarioError> {
    let mut reader = Reader {
        file,
        lines: text.lines().collect(),
        at: 0,
        title: None,
        shared: Section::default(),
        sections: Vec::new(),
    };
    reader.read()?;
    let Reader {
        title,
        shared,
        sections,
        ..
    } = reader;
    let failed = |line, what| ScenarioError {
        file: file.to_owned(),
        line,
        problem: Problem::Shape(what),
    };
    let title = title.ok_or_else(|| failed(1, "a document begins with `# Title`"))?;
    if let Some(login) = shared.logins.first() {
        return Err(failed(
            login.line,
            "a login stands under a `## Heading` of its own",
        ));
    }
    let file: Arc<str> = file.into();
    let scenarios = sections
        .into_iter()
        .map(|section| scenario(&file, &shared, section))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|line| failed(line, "there is no login under this heading"))?;
    if scenarios.is_empty() {
        return Err(failed(1, "there is no `## Heading` with logins"));
    }
    Ok(Document {
        file,
        title,
        scenarios,
    })
}

/// The line of a heading without logins is its error.
fn scenario(file: &Arc<str>, shared: &Section, own: Section) -> Result<Scenario, usize> {
    if own.logins.is_empty() {
        return Err(own.line);
    }
    let mut ldif = shared.ldif.clone();
    ldif.extend(own.ldif);
    let mut servers = shared.servers.clone();
    servers.extend(own.servers);
    let mut accounts = shared.accounts.clone();
    accounts.extend(own.accounts);
    let mut system_accounts = shared.system_accounts.clone();
    system_accounts.extend(own.system_accounts);
    let shared_configuration = shared.configuration.clone().filter(|_| !own.alone);
    let grounds = [own.grounds, shared.grounds.clone()]
        .into_iter()
        .find(|grounds| !grounds.is_empty());
    let is_ad = [&shared_configuration, &own.configuration]
        .into_iter()
        .flatten()
        .any(|text| text.contains("\"active-directory\""));
    let usual = || {
        let live = if is_ad {
            Ground::ActiveDirectory
        } else {
            Ground::OpenLdap
        };
        vec![Ground::InProcess, live]
    };
    Ok(Scenario {
        file: Arc::clone(file),
        line: own.line,
        title: own.title,
        grounds: grounds.unwrap_or_else(usual),
        shared_configuration,
        configuration: own.configuration,
        ldif,
        servers,
        store_is_down: own.store_is_down || shared.store_is_down,
        system_is_down: own.system_is_down || shared.system_is_down,
        accounts,
        system_accounts,
        logins: own.logins,
    })
}

struct Reader<'a> {
    file: &'a str,
    lines: Vec<&'a str>,
    /// The line to read next, from 0.
    at: usize,
    title: Option<String>,
    /// What stands before any `##`.
    shared: Section,
    sections: Vec<Section>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let line = self.lines.get(self.at).copied()?;
        self.at += 1;
        Some(line)
    }

    /// At the line that was read last.
    fn error(&self, problem: Problem) -> ScenarioError {
        self.error_at(self.at, problem)
    }

    fn error_at(&self, line: usize, problem: Problem) -> ScenarioError {
        ScenarioError {
            file: self.file.to_owned(),
            line,
            problem,
        }
    }

    fn read(&mut self) -> Result<(), ScenarioError> {
        while let Some(line) = self.next() {
            if let Some(title) = line.strip_prefix("# ") {
                if self.title.replace(title.trim().to_owned()).is_some() {
                    return Err(self.error(Problem::Shape("a document has one `# Title`")));
                }
            } else if let Some(title) = line.strip_prefix("## ") {
                self.sections.push(Section {
                    line: self.at,
                    title: title.trim().to_owned(),
                    ..Section::default()
                });
            } else if line.starts_with("```") {
                self.block(line)?;
            } else if line.starts_with('|') {
                self.table(line)?;
            } else if let Some(rest) = line.trim().strip_prefix("<!-- directories:") {
                self.grounds(rest)?;
            }
        }
        Ok(())
    }

    fn section(&mut self) -> &mut Section {
        match self.sections.last_mut() {
            Some(section) => section,
            None => &mut self.shared,
        }
    }

    fn grounds(&mut self, rest: &str) -> Result<(), ScenarioError> {
        let names = rest.trim().strip_suffix("-->").unwrap_or(rest);
        for name in names.split(',').map(str::trim) {
            match Ground::parse(name) {
                Some(ground) => self.section().grounds.push(ground),
                None => return Err(self.error(Problem::Ground(name.to_owned()))),
            }
        }
        Ok(())
    }

    fn block(&mut self, fence: &str) -> Result<(), ScenarioError> {
        let ticks = fence.len() - fence.trim_start_matches('`').len();
        let (marks, kind) = fence.split_at(ticks);
        let opened = self.at;
        let mut text = String::new();
        loop {
            let Some(line) = self.next() else {
                return Err(self.error_at(opened, Problem::OpenBlock));
            };
            if line.trim_end() == marks {
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        let mut words = kind.split_whitespace();
        let (first, rest) = (words.next(), words.collect::<Vec<_>>());
        match (first, &*rest) {
            (Some("toml"), [] | ["alone"]) => {
                let section = self.section();
                section.alone |= !rest.is_empty();
                section
                    .configuration
                    .get_or_insert_default()
                    .push_str(&text);
            }
            (Some("ldif"), servers) => {
                let servers = servers.iter().map(|server| (*server).to_owned()).collect();
                self.section().ldif.push(LdifBlock { servers, text });
            }
            (Some("given"), []) => {
                for (offset, line) in text.lines().enumerate() {
                    let section = self.section();
                    let whole = match line.trim() {
                        "the store is down" => &mut section.store_is_down,
                        "the operating system is down" => &mut section.system_is_down,
                        _ => {
                            let state = given(line).ok_or_else(|| {
                                self.error_at(opened + offset + 1, Problem::Given(line.to_owned()))
                            })?;
                            self.section().servers.push(state);
                            continue;
                        }
                    };
                    *whole = true;
                }
            }
            (Some("text"), []) => {}
            _ => {
                return Err(self.error_at(opened, Problem::Block(kind.trim().to_owned())));
            }
        }
        Ok(())
    }

    fn table(&mut self, head: &str) -> Result<(), ScenarioError> {
        let first = self.at;
        let mut lines = vec![(first, head)];
        while let Some(line) = self.lines.get(self.at).filter(|line| line.starts_with('|')) {
            self.at += 1;
            lines.push((self.at, line));
        }
        let table = Table::read(&lines).map_err(|(line, what)| self.error_at(line, what))?;
        match table.first_column() {
            "login" => {
                for row in table.rows() {
                    let login =
                        cell::login(&row).map_err(|problem| self.error_at(row.line, problem))?;
                    self.section().logins.push(login);
                }
            }
            kind @ ("account" | "system account") => {
                let is_system = kind == "system account";
                let columns: &[&str] = if is_system {
                    &cell::SYSTEM_COLUMNS
                } else {
                    &cell::ACCOUNT_COLUMNS
                };
                for row in table.rows() {
                    let account = cell::account(&row, columns)
                        .map_err(|problem| self.error_at(row.line, problem))?;
                    let section = self.section();
                    if is_system {
                        section.system_accounts.push(account);
                    } else {
                        section.accounts.push(account);
                    }
                }
            }
            // A table for the reader.
            _ => {}
        }
        Ok(())
    }
}

/// `server ldaps://dc1.eng.example is down`.
fn given(line: &str) -> Option<ServerState> {
    let mut words = line.split_whitespace();
    let (Some("server"), Some(server), Some("is"), Some(state), None) = (
        words.next(),
        words.next(),
        words.next(),
        words.next(),
        words.next(),
    ) else {
        return None;
    };
    let answering = match state {
        "down" => Answering::Down,
        "silent" => Answering::Silent,
        "garbled" => Answering::Garbled,
        "untrusted" => Answering::Untrusted,
        _ => return None,
    };
    Some(ServerState {
        server: server.to_owned(),
        answering,
    })
}

#[cfg(test)]
mod tests;

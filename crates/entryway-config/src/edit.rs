//! Changing the configuration where it is written: the order of its lines, its comments and its line
//! ends stay as they are.
//!
//! ```text
//! Sources ─ Draft::open ─▶ add, set, remove, set_default ─ finish: through the loader ─▶ Edited ─ write
//! ```
//!
//! Nothing is written before the loader has read the edited texts, with everything that they include
//! and with the environment. What is shown of a text, its secrets are blanked in.

mod changes;
mod clients;
mod diff;
mod document;
mod headers;
mod keys;
mod leaves;
mod names;
mod table;
mod tokens;
mod value;
mod verdict;
mod view;
mod write;

pub use changes::Change;
pub use clients::NewClient;
pub use tokens::NewToken;
pub use view::{DomainView, Domains, Origin, ValueView, domains};
pub use write::Lock;

use crate::closest::closest;
use crate::code::Code;
use crate::gather::gather;
use crate::place::Texts;
use crate::report::{Problems, Report};
use crate::sources::Sources;
use crate::tree::{Entry, Table, Value};
use document::Document;
use std::io;
use std::path::{Path, PathBuf};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The configuration does not load, or would not load afterwards.
    #[error("the configuration would not load")]
    NotLoaded(Report),
    /// Nothing of that name.
    #[error("there is no {kind} `{}`{}", name.escape_debug(), near.as_ref().map(|near| format!(", did you mean `{near}`?")).unwrap_or_default())]
    NoSuch {
        /// `domain`, `token` or `client`.
        kind: &'static str,
        /// As it was asked for.
        name: String,
        /// One that is nearly called so.
        near: Option<String>,
    },
    /// Something of that name is there already.
    #[error("there is a {kind} `{}` already ({place})", name.escape_debug())]
    Exists {
        /// `domain` or `client`.
        kind: &'static str,
        /// As it is written.
        name: String,
        /// `entryway.toml:12`.
        place: String,
    },
    /// Something still names the domain that should go.
    #[error("`{name}` is still named")]
    Named {
        /// As it is written.
        name: String,
        /// Each place with what stands there; never empty.
        places: Vec<String>,
    },
    /// A key or a value that cannot be set like this.
    #[error("`{}` cannot be set: {why}", key.escape_debug())]
    Key {
        /// As it was asked for.
        key: String,
        /// What was expected; never the value, which may be a secret.
        why: String,
    },
    /// It is not for a program to change.
    #[error("`{place}` has to be edited by hand: {why}")]
    ByHand {
        /// A file or a variable.
        place: String,
        /// What is in the way.
        why: String,
    },
    /// Somebody else wrote the file since it was read.
    #[error("`{}` was changed by somebody else meanwhile", file.display())]
    Changed {
        /// Which.
        file: PathBuf,
    },
    /// The system refuses.
    #[error("cannot write `{}`", file.display())]
    Write {
        /// Which.
        file: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// What a new domain is made of.
#[derive(Debug, Clone, Default)]
pub struct NewDomain {
    /// `ldaps://dc1.corp.example`, in order of preference.
    pub servers: Vec<String>,
    /// `dc=corp,dc=example`.
    pub base: String,
    /// The service account's name, and the file with its password as it is to be written.
    pub bind: Option<(String, String)>,
    /// Further settings below the domain, with their values as for [`Draft::set`].
    pub settings: Vec<(String, String)>,
    /// Whether bare names are looked up in it, after the domains that are default ones already.
    pub default: bool,
}

/// The files of a configuration, being edited.
pub struct Draft<'a> {
    sources: &'a Sources,
    /// The main file first.
    documents: Vec<Document>,
    /// Everything as it was written, the environment included.
    root: Table,
    texts: Texts,
    /// The keys that were written.
    written: Vec<Vec<String>>,
}

/// A finished edit: it loads, and is not written yet.
pub struct Edited {
    changes: Vec<Change>,
    /// Path, text before, text afterwards; only those that differ, in the order in which they are written.
    files: Vec<(PathBuf, String, String)>,
    fresh: Report,
    overridden: Vec<String>,
}

impl<'a> Draft<'a> {
    /// Reads every file.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or is no TOML, or is laid out so that it could not be kept.
    pub fn open(sources: &'a Sources) -> Result<Self, EditError> {
        const UNREAD: [Code; 5] = [
            Code::Syntax,
            Code::Unreadable,
            Code::Include,
            Code::Conflict,
            Code::Override,
        ];
        let (mut texts, problems) = (Texts::default(), Problems::default());
        let gathered = gather(sources, &mut texts, &problems);
        let unread = UNREAD.iter().any(|code| problems.has(*code));
        let Some(gathered) = gathered.filter(|_| !unread) else {
            return Err(EditError::NotLoaded(
                problems.guarded(&texts).into_report(texts),
            ));
        };
        let documents = gathered
            .files
            .iter()
            .map(|path| Document::read(path, sources.files.as_ref()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            sources,
            documents,
            root: gathered.root,
            texts,
            written: Vec::new(),
        })
    }

    /// Writes a domain into the main file.
    ///
    /// A domain that was the only one, and so the default one without a word, is written down as that:
    /// it would not be any more.
    ///
    /// # Errors
    ///
    /// When there is one of that name, or a key is not a domain's.
    pub fn add(&mut self, name: &str, new: &NewDomain) -> Result<(), EditError> {
        if let Some(entry) = self.domain(name) {
            return Err(EditError::Exists {
                kind: "domain",
                name: entry.key.clone(),
                place: self.texts.line_of(entry.key_place),
            });
        }
        let texts = |list: &[String]| {
            list.iter()
                .map(String::as_str)
                .collect::<toml_edit::Array>()
        };
        let mut values: Vec<(Vec<&str>, toml_edit::Value)> = vec![
            (vec!["servers"], texts(&new.servers).into()),
            (vec!["base"], new.base.as_str().into()),
        ];
        if let Some((dn, file)) = &new.bind {
            let mut password = toml_edit::InlineTable::new();
            password.insert("file", file.as_str().into());
            let mut bind = toml_edit::InlineTable::new();
            bind.insert("method", "simple".into());
            bind.insert("dn", dn.as_str().into());
            bind.insert("password", password.into());
            values.push((vec!["bind"], bind.into()));
        }
        for (key, value) in &new.settings {
            values.push(keys::assignment(key, value)?);
        }
        for (keys, value) in values {
            let keys: Vec<&str> = ["domain", name].into_iter().chain(keys).collect();
            self.put(0, &keys, value)?;
        }
        let written = view::written_order(&self.root);
        let is_written = written.is_some();
        let mut order = written.unwrap_or_else(|| view::only_domain(&self.root));
        if new.default {
            order.push(name.to_owned());
        }
        if new.default || (!is_written && !order.is_empty()) {
            self.set_default(&order)?;
        }
        Ok(())
    }

    /// Sets and unsets settings of a domain, each where it is written, or beside its neighbours.
    ///
    /// # Errors
    ///
    /// When there is no such domain, or a key is not a domain's.
    pub fn set(
        &mut self,
        name: &str,
        values: &[(String, String)],
        unset: &[String],
    ) -> Result<(), EditError> {
        let name = self.known(name)?;
        for key in unset {
            let keys = keys::setting(key)?;
            let keys: Vec<&str> = ["domain", &name].into_iter().chain(keys).collect();
            for document in &mut self.documents {
                document.take(&keys);
            }
        }
        for (key, value) in values {
            let (keys, value) = keys::assignment(key, value)?;
            let keys: Vec<&str> = ["domain", &name].into_iter().chain(keys).collect();
            self.put(self.home(&keys), &keys, value)?;
        }
        Ok(())
    }

    /// Takes a domain out of every file that it is written in.
    ///
    /// # Errors
    ///
    /// When there is no such domain, or something names it.
    pub fn remove(&mut self, name: &str) -> Result<(), EditError> {
        let name = self.known(name)?;
        let places = names::of(&self.root, &name, &self.texts);
        if !places.is_empty() {
            return Err(EditError::Named { name, places });
        }
        for document in &mut self.documents {
            document.take_named("domain", &name);
        }
        Ok(())
    }

    /// Sets the domains that bare names are looked up in, in this order.
    ///
    /// # Errors
    ///
    /// When the setting cannot be placed. Whether there are such domains is the loader's affair.
    pub fn set_default(&mut self, names: &[String]) -> Result<(), EditError> {
        let spelled = |name: &String| {
            let known = self.domain(name);
            known.map_or_else(|| name.clone(), |entry| entry.key.clone())
        };
        let list: toml_edit::Array = names.iter().map(spelled).collect();
        let keys = ["login", "default_domains"];
        self.put(self.home(&keys), &keys, list.into())
    }

    /// Has the loader read the edited texts.
    ///
    /// # Errors
    ///
    /// When the configuration would not load. A secret that cannot be had here, and could not before,
    /// is no reason: the daemon may have an environment that this command has not.
    pub fn finish(self) -> Result<Edited, EditError> {
        let files: Vec<_> = self
            .documents
            .iter()
            .rev()
            .filter_map(Document::edited)
            .collect();
        let after = verdict::with(self.sources, &files);
        let fresh = verdict::judge(self.sources, &after)?;
        let (changes, overridden) = changes::between(&self, &after);
        Ok(Edited {
            changes,
            files,
            fresh,
            overridden,
        })
    }

    fn put(
        &mut self,
        document: usize,
        keys: &[&str],
        value: toml_edit::Value,
    ) -> Result<(), EditError> {
        self.written
            .push(keys.iter().map(|key| (*key).to_owned()).collect());
        match self.documents.get_mut(document) {
            Some(document) => document.put(keys, value),
            None => Ok(()),
        }
    }

    /// The number of the file for a setting: where it stands, else where most of the tables around it
    /// stand, else the main one.
    fn home(&self, keys: &[&str]) -> usize {
        let depth = |document: &Document| document.depth(keys);
        let deepest = self.documents.iter().map(depth).max().unwrap_or(0);
        let index = self.documents.iter().position(|one| depth(one) == deepest);
        index.unwrap_or(0)
    }

    fn domain(&self, name: &str) -> Option<&Entry> {
        let entries = &view::domain_table(&self.root)?.entries;
        let exact = entries.iter().find(|entry| entry.key == name);
        exact.or_else(|| {
            entries
                .iter()
                .find(|entry| entry.key.eq_ignore_ascii_case(name))
        })
    }

    /// The name as it is written; domains compare without case.
    fn known(&self, name: &str) -> Result<String, EditError> {
        let Some(entry) = self.domain(name) else {
            let names = view::domain_table(&self.root).map(|table| &table.entries);
            let names = names.into_iter().flatten().map(|entry| entry.key.as_str());
            return Err(EditError::NoSuch {
                kind: "domain",
                name: name.to_owned(),
                near: closest(name, names).map(str::to_owned),
            });
        };
        let name = &entry.key;
        if self
            .documents
            .iter()
            .all(|one| one.depth(&["domain", name]) < 2)
        {
            return Err(EditError::ByHand {
                place: self.texts.line_of(entry.key_place),
                why: "the environment alone says that there is this domain".to_owned(),
            });
        }
        Ok(name.clone())
    }
}

impl Edited {
    /// What differs, setting by setting; empty when everything was as it should be already.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
    /// The files that are to be written.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, ..)| path.as_path())
    }
    /// Warnings that were not there before.
    pub fn fresh(&self) -> &Report {
        &self.fresh
    }
    /// Settings that were written and do not count, each with the variable that overrides it.
    pub fn overridden(&self) -> &[String] {
        &self.overridden
    }
    /// Line by line, as `diff -u` shows it; secrets are blanked.
    pub fn diff(&self) -> String {
        self.files
            .iter()
            .map(|(path, before, after)| diff::unified(path, before, after))
            .collect()
    }
    /// Writes each file in one step: whoever reads meanwhile sees the old text or the new one. A file
    /// keeps its mode and its owner, a symbolic link its target. Of several files, an included one is
    /// written before the main one.
    ///
    /// # Errors
    ///
    /// When a file was changed since it was read, before anything is written; and what the system says.
    pub fn write(&self) -> Result<(), EditError> {
        let ready = self
            .files
            .iter()
            .map(|(path, before, after)| write::Ready::new(path, before, after))
            .collect::<Result<Vec<_>, _>>()?;
        ready.into_iter().try_for_each(write::Ready::replace)
    }
}

/// The table under a key.
fn table_of<'a>(table: &'a Table, key: &str) -> Option<&'a Table> {
    match &table.get(key)?.node.value {
        Value::Table(inner) => Some(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

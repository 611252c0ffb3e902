//! The rows: user type ranges, user classes, DN filters, home folders and account templates.
//!
//! A row that names what does not exist is an error: a rule must not open by never matching.

pub(super) mod class;
pub(super) mod dn_filter;
pub(super) mod expression;
pub(super) mod group;
pub(super) mod range;
pub(super) mod template;

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::section::{Section, Text};
use std::sync::Arc;

/// The names of all user classes, enabled or not, as they are written.
#[derive(Default)]
pub(super) struct ClassNames<'a> {
    names: Vec<Text<'a>>,
}

impl<'a> ClassNames<'a> {
    pub(super) fn of(root: &Section<'a>) -> Self {
        // What is wrong with the rows themselves is reported where they are read.
        let rows = root.rows_quietly("user_class");
        let names = rows.into_iter().filter_map(|row| row.text_quietly("name"));
        Self {
            names: names.collect(),
        }
    }

    /// The class that a row is for: `None` for `*`. Reported, and `Err`, when there is no such class.
    pub(super) fn class(&self, written: Text<'a>, cx: &Context<'_>) -> Result<Option<&'a str>, ()> {
        if written.text == "*" {
            return Ok(None);
        }
        if let Some(known) = self.names.iter().find(|name| name.text == written.text) {
            return Ok(Some(known.text));
        }
        cx.push(self.unknown(written));
        Err(())
    }

    fn unknown(&self, written: Text<'_>) -> Diagnostic {
        let known = self.names.iter().map(|name| name.text);
        let hint = crate::closest::closest(written.text, known.clone())
            .map(|near| format!("did you mean `{near}`?"))
            .or_else(|| {
                (known.count() == 0)
                    .then(|| "there is no `[[user_class]]`: a row is for everybody, `*`".to_owned())
            });
        Diagnostic::new(
            Code::UnknownClass,
            format!("there is no user class `{}`", written.text.escape_debug()),
        )
        .at(written.place, "")
        .maybe_hint(hint)
    }

    pub(super) fn shared(&self) -> Vec<Arc<str>> {
        self.names.iter().map(|name| name.text.into()).collect()
    }
}

/// A row that comes behind one that takes everything from it.
pub(super) fn never_used(what: &str, row: Place, label: &str, first: Place) -> Diagnostic {
    Diagnostic::new(
        Code::NeverUsed,
        format!("this {what} is never given to anybody"),
    )
    .at(row, label)
    .also(first, "this one comes first")
}

//! The names of user classes, as other rows refer to them.
//!
//! A row for a class that nobody is ever of would open, or shut, by never applying: it is an error.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::section::{Section, Text};
use entryway_login::NamePattern;
use std::collections::HashMap;
use std::sync::Arc;

/// The user classes, enabled or not, as they are written.
#[derive(Default)]
pub(in crate::resolve) struct ClassNames<'a> {
    classes: Vec<Class<'a>>,
    /// The first of each name.
    by_name: HashMap<&'a str, usize>,
}

struct Class<'a> {
    name: Text<'a>,
    /// Where it is switched off.
    off: Option<Place>,
    /// A class before it that is everybody's.
    behind: Option<Place>,
    domain: Option<Text<'a>>,
}

/// Which classes a pattern fits.
pub(super) enum Fitting {
    None,
    /// Some, but nobody is ever of one.
    Unused,
    Some,
}

impl<'a> ClassNames<'a> {
    pub(in crate::resolve) fn of(root: &Section<'a>) -> Self {
        // What is wrong with the rows themselves is reported where they are read.
        let mut classes = Vec::new();
        let mut everybodys = None;
        for row in root.rows_quietly("user_class") {
            let off = (row.boolean_quietly("enabled") == Some(false))
                .then(|| row.written("enabled").unwrap_or(row.place));
            if let Some(name) = row.text_quietly("name") {
                classes.push(Class {
                    name,
                    off,
                    behind: everybodys,
                    domain: row.text_quietly("domain").filter(|of| of.text != "*"),
                });
            }
            if off.is_none() && everybodys.is_none() && is_everybodys(&row) {
                everybodys = Some(row.place);
            }
        }
        let mut by_name = HashMap::new();
        for (at, class) in classes.iter().enumerate() {
            by_name.entry(class.name.text).or_insert(at);
        }
        Self { classes, by_name }
    }

    /// The class that a row is for: `None` for `*`. Reported, and `Err`, when there is no such class, or when the row
    /// is enabled and nobody can be of it, anybody of `domain` if that is given.
    pub(in crate::resolve) fn class(
        &self,
        written: Text<'_>,
        enabled: bool,
        domain: Option<&str>,
        cx: &Context<'_>,
    ) -> Result<Option<&'a str>, ()> {
        if written.text == "*" {
            return Ok(None);
        }
        let Some(class) = self.find(written.text) else {
            cx.push(self.unknown(written));
            return Err(());
        };
        match class.nobodys(written, domain) {
            Some(problem) if enabled => {
                cx.push(problem);
                Err(())
            }
            _ => Ok(Some(class.name.text)),
        }
    }

    fn find(&self, name: &str) -> Option<&Class<'a>> {
        self.classes.get(*self.by_name.get(name)?)
    }

    /// Which classes a pattern fits.
    pub(super) fn fitting(&self, pattern: &NamePattern) -> Fitting {
        let used = |class: &Class<'_>| class.off.is_none() && class.behind.is_none();
        if let Some(name) = pattern.literal() {
            return match self.find(name) {
                Some(class) if used(class) => Fitting::Some,
                Some(_) => Fitting::Unused,
                None => Fitting::None,
            };
        }
        let mut fitting = Fitting::None;
        for class in &self.classes {
            if pattern.matches(class.name.text) {
                if used(class) {
                    return Fitting::Some;
                }
                fitting = Fitting::Unused;
            }
        }
        fitting
    }

    fn unknown(&self, written: Text<'_>) -> Diagnostic {
        let known = self.classes.iter().map(|class| class.name.text);
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
        let names = self.classes.iter().map(|class| class.name.text.into());
        names.collect()
    }
}

impl Class<'_> {
    /// Why a row for it would never apply.
    fn nobodys(&self, written: Text<'_>, domain: Option<&str>) -> Option<Diagnostic> {
        let name = self.name.text.escape_debug();
        let problem = |message: String| {
            Diagnostic::new(Code::UnknownClass, message)
                .at(written.place, "so this row would never apply")
        };
        if let Some(off) = self.off {
            return Some(
                problem(format!("user class `{name}` is switched off"))
                    .also(off, "here")
                    .hint("switch the class on, or this row off too"),
            );
        }
        if let Some(first) = self.behind {
            return Some(
                problem(format!("user class `{name}` is never given to anybody"))
                    .also(first, "everybody is of this one, which comes first"),
            );
        }
        let of = self.domain?;
        let domain = domain.filter(|domain| !domain.eq_ignore_ascii_case(of.text))?;
        Some(
            problem(format!("nobody of `{domain}` is of user class `{name}`"))
                .also(of.place, "it is for another domain"),
        )
    }
}

/// Whether a row has no criterion, or none that asks for anything.
fn is_everybodys(row: &Section<'_>) -> bool {
    let asks = |key: &&str| {
        let any = |text: Text<'_>| is_anything(text.text.trim());
        row.entry(key).is_some() && !row.text_quietly(key).is_some_and(any)
    };
    let criteria = ["domain", "users", "user_type", "group", "address"];
    row.entry("when").is_none() && !criteria.iter().any(asks)
}

/// `*`, or several: any number of any characters.
pub(super) fn is_anything(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*')
}

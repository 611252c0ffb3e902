//! A login's trace as text: one line a step, with what happened, and where that was decided.
//!
//! It shows the trace and decides nothing; what it cannot find in the trace it does not say.

mod rules;
mod session;
mod words;

use crate::columns::Row;
use crate::palette::Tone;
use entryway_ldap_types::AttributeName;
use entryway_login::{
    Decided, Decision, DomainId, HomeResult, MapOutcome, MapResult, MapTarget, NameForm,
    NamedDomain, Record, RuleId, TraceEntry,
};
pub(crate) use session::session_rows;
use std::sync::Arc;
pub(crate) use words::elapsed;
use words::{list, plain_or_quoted, target};

/// What a trace refers to without containing it.
pub(crate) struct Names<'a> {
    /// The domains' names, by [`DomainId`].
    pub(crate) domains: &'a [Arc<str>],
    /// Where a rule was written, as `entryway.toml:31`.
    pub(crate) place: &'a dyn Fn(RuleId) -> Option<String>,
}

impl Names<'_> {
    fn domain(&self, id: DomainId) -> &str {
        self.domains.get(id.0).map_or("?", |name| name)
    }

    /// ` (entryway.toml:31)`, or nothing.
    fn at(&self, rule: RuleId) -> String {
        (self.place)(rule).map_or_else(String::new, |place| format!(" ({place})"))
    }

    /// Where several rules were written; a run of lines in one file is `entryway.toml:31-34`.
    fn at_all(&self, rules: impl Iterator<Item = RuleId>) -> String {
        let places: Vec<_> = rules.filter_map(self.place).collect();
        words::merge(&places).map_or_else(String::new, |place| format!(" ({place})"))
    }
}

/// Every step of a login, and its end.
pub(crate) fn rows(decided: &Decided, names: &Names<'_>) -> Vec<Row> {
    let mut walk = Walk {
        names,
        rows: Vec::new(),
        domain: None,
        home: None,
    };
    for entry in &decided.trace.entries {
        walk.step(entry);
    }
    walk.rows.push(decision_row(decided));
    walk.rows
}

/// The last line: the verdict, what it means, and the id that the log shares.
pub(crate) fn decision_row(decided: &Decided) -> Row {
    let row = decided.decision.row();
    let (text, tone, meaning) = match &decided.decision {
        Decision::Accept(_) => ("accept".to_owned(), Tone::Good, None),
        Decision::WouldAccept(_) => (
            "accept, if the password is right".to_owned(),
            Tone::Good,
            None,
        ),
        Decision::Reject(_) => (
            format!("reject, {}", row.code),
            Tone::Bad,
            Some(row.operator),
        ),
        Decision::Challenge(_) | Decision::Indeterminate(_) => (
            format!("{}, {}", row.outcome.as_str(), row.code),
            Tone::Doubt,
            Some(row.operator),
        ),
    };
    let login = format!("login {}, {}", decided.id, elapsed(decided.took));
    let note = meaning.map_or_else(|| login.clone(), |meaning| format!("{meaning}; {login}"));
    Row::new("decision", text).tone(tone).note(note)
}

struct Walk<'a> {
    names: &'a Names<'a>,
    rows: Vec<Row>,
    /// The domain asked last: what follows speaks of it.
    domain: Option<DomainId>,
    /// The home that a map set.
    home: Option<String>,
}

impl Walk<'_> {
    fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    fn step(&mut self, entry: &TraceEntry) {
        match &entry.record {
            Record::NameRefused {
                login_name,
                problem,
                reason: _,
            } => {
                self.push(
                    Row::new("login name", plain_or_quoted(login_name))
                        .tone(Tone::Bad)
                        .note(problem),
                );
            }
            Record::NameRead {
                login_name,
                named,
                tries,
                rule,
            } => {
                let note = self.routed(named.as_ref(), tries, *rule);
                self.push(Row::new("login name", plain_or_quoted(login_name)).note(note));
            }
            Record::DomainUnknown { domain } => {
                self.push(
                    Row::new("domain", plain_or_quoted(domain))
                        .tone(Tone::Bad)
                        .note("no such domain is configured"),
                );
            }
            Record::Searched { domain, .. } => {
                self.domain = Some(*domain);
                self.rows
                    .extend(words::searched(&entry.record, entry.took, self.names));
            }
            Record::NotSearched {
                domain,
                placeholder,
                rule,
                by_email,
            } => {
                let by_mail = if *by_email { ", by mail" } else { "" };
                let place = self.names.at(*rule);
                let note = format!(
                    "the filter{by_mail} asks for `{placeholder}`, which the name lacks{place}"
                );
                self.push(Row::new(self.names.domain(*domain), "not searched").note(note));
            }
            Record::PasswordRefused => {
                self.push(
                    Row::new("password", "refused")
                        .tone(Tone::Bad)
                        .note("empty, far too long, or with control characters: nothing is asked"),
                );
            }
            Record::PasswordNotChecked => {
                self.push(
                    Row::new("password", "not checked").note("--password-stdin includes the bind"),
                );
            }
            Record::Bound { .. } | Record::BindUnanswered { .. } => {
                self.rows.extend(words::bound(&entry.record, entry.took));
            }
            Record::AccountRead { state } => self.push(words::account(*state)),
            Record::Named { name, from, rule } => self.named(name.as_deref(), from.as_ref(), *rule),
            Record::IdentityUnusable {
                part,
                from,
                problem,
                rule,
            } => {
                let note = format!("{from} {problem}{}", self.names.at(*rule));
                self.push(
                    Row::new(part.as_str(), "unusable")
                        .tone(Tone::Bad)
                        .note(note),
                );
            }
            Record::Mapped { maps } => self.mapped(maps),
            Record::Defaulted { filled, rule } => self.defaulted(filled, *rule),
            Record::Homed(home) => self.homed(home),
            Record::Required { missing, invalid } => self.required(missing, invalid),
            // The decision itself is shown from the decision.
            Record::Decided(_) => {}
            _ => self.rows.extend(rules::rows(entry, self.names)),
        }
    }

    fn routed(
        &self,
        named: Option<&NamedDomain>,
        tries: &[DomainId],
        rule: Option<RuleId>,
    ) -> String {
        if let Some(NamedDomain { domain, form }) = named {
            let domain = self.names.domain(*domain);
            return match form {
                NameForm::Slash => format!("names domain {domain} before the `/`"),
                NameForm::Backslash => format!("names domain {domain} before the `\\`"),
                NameForm::Suffix => format!("its suffix means domain {domain}"),
            };
        }
        if tries.is_empty() {
            return "no domain named, and none is asked by default".to_owned();
        }
        let tries = list(tries.iter().map(|id| self.names.domain(*id)));
        let place = rule.map_or_else(String::new, |rule| self.names.at(rule));
        format!("no domain named; tries {tries}{place}")
    }

    fn named(&mut self, name: Option<&str>, from: Option<&AttributeName>, rule: RuleId) {
        let place = self.names.at(rule);
        let source = from.map_or_else(|| "as typed".to_owned(), |from| format!("{from}{place}"));
        self.push(match name {
            Some(name) => Row::new("name", plain_or_quoted(name)).note(source),
            None => Row::new("name", "none")
                .tone(Tone::Bad)
                .note(format!("the entry has no {source}")),
        });
    }

    fn mapped(&mut self, maps: &[MapResult]) {
        let set: Vec<_> = maps
            .iter()
            .filter_map(|map| Some((map, as_text(map)?)))
            .collect();
        if set.is_empty() {
            self.push(Row::new("maps", "nothing").note("no enabled map gave a value"));
        }
        let mut rest = set.as_slice();
        while !rest.is_empty() {
            let (some, others) = rest.split_at(fitting(rest));
            let text = some
                .iter()
                .map(|(_, text)| text.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            let from = list(some.iter().map(|(map, _)| map.from.as_str()));
            let place = self.names.at_all(some.iter().map(|(map, _)| map.rule));
            let label = if rest.len() == set.len() { "maps" } else { "" };
            self.push(Row::new(label, text).note(format!("{from}{place}")));
            rest = others;
        }
        let home = maps.iter().find(|map| map.target == MapTarget::Home);
        self.home = home.and_then(|map| match &map.value {
            MapOutcome::Set(values) => values.first().cloned(),
            MapOutcome::Absent | MapOutcome::Invalid { .. } => None,
        });
        for map in maps {
            let place = self.names.at(map.rule);
            match &map.value {
                MapOutcome::Set(_) => {}
                MapOutcome::Absent => {
                    self.push(
                        Row::more(format!("no {}", target(&map.target)))
                            .tone(Tone::Quiet)
                            .note(format!("the entry has no {}{place}", map.from)),
                    );
                }
                MapOutcome::Invalid { problem, defaulted } => {
                    let then = if *defaulted {
                        "; the default takes its place"
                    } else {
                        ""
                    };
                    let row = Row::more(format!("{} unusable", target(&map.target)))
                        .note(format!("{}: {problem}{then}{place}", map.from));
                    self.push(row.tone(if *defaulted { Tone::Doubt } else { Tone::Bad }));
                }
            }
        }
    }

    fn defaulted(&mut self, filled: &[(MapTarget, String)], rule: RuleId) {
        if filled.is_empty() {
            return self.push(Row::new("defaults", "none needed"));
        }
        let text = filled
            .iter()
            .map(|(to, value)| format!("{}={}", target(to), plain_or_quoted(value)))
            .collect::<Vec<_>>();
        let domain = self.domain.map_or("?", |id| self.names.domain(id));
        let note = format!("domain {domain}{}", self.names.at(rule));
        self.push(Row::new("defaults", text.join(" ")).note(note));
    }

    fn homed(&mut self, home: &HomeResult) {
        let row = match home {
            HomeResult::AlreadySet => {
                Row::new("home", self.home.take().unwrap_or_default()).note("as mapped")
            }
            HomeResult::FromRow { home, rule } => Row::new("home", plain_or_quoted(home))
                .note(format!("home folder{}", self.names.at(*rule))),
            HomeResult::NoRow => Row::new("home", "none").note("no enabled home folder applies"),
            HomeResult::Refused { problem, rule } => Row::new("home", "refused")
                .tone(Tone::Bad)
                .note(format!("{problem}{}", self.names.at(*rule))),
        };
        self.push(row);
    }

    fn required(&mut self, missing: &[MapTarget], invalid: &[(MapTarget, String)]) {
        if missing.is_empty() && invalid.is_empty() {
            return self.push(Row::new("required", "complete"));
        }
        let mut label = "required";
        if !missing.is_empty() {
            let names = list(missing.iter().map(target));
            self.push(
                Row::new(label, format!("missing {names}"))
                    .tone(Tone::Bad)
                    .note("a session must have them"),
            );
            label = "";
        }
        for (to, problem) in invalid {
            self.push(
                Row::new(label, format!("{} unusable", target(to)))
                    .tone(Tone::Bad)
                    .note(problem),
            );
            label = "";
        }
    }
}

/// How many of these stand on one line and leave room for a note: at least one, if there is one.
fn fitting(set: &[(&MapResult, String)]) -> usize {
    const ROOM: usize = 26;
    let mut width = 0;
    let fit = set.iter().take_while(|(_, text)| {
        width += text.chars().count() + 1;
        width <= ROOM + 1
    });
    fit.count().max(1).min(set.len())
}

/// `uid=1042`, when the map set something.
fn as_text(map: &MapResult) -> Option<String> {
    let MapOutcome::Set(values) = &map.value else {
        return None;
    };
    let values = list(values.iter().map(|value| plain_or_quoted(value)));
    Some(format!("{}={values}", target(&map.target)))
}

#[cfg(test)]
mod tests;

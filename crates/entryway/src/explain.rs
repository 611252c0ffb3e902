//! An explained login as text: one line a step, with what happened, and where that was decided.
//!
//! It shows the explanation and decides nothing; what it cannot find there it does not say. A login that was decided
//! just now takes the same way as one on record: through the JSON of its explanation.

mod certificates;
mod live;
mod read;
mod rules;
mod session;
mod site;
mod throttle;
mod words;

use crate::columns::Row;
use crate::palette::Tone;
use entryway_login::{Decided, Decision, DomainId, RuleId};
pub(crate) use live::{explanation, recorded};
pub(crate) use read::Explained;
use read::{Event, Filled, Homed, Invalid, Local, Map, MapOutcome, Named, Outcome, Step};
pub(crate) use session::session_rows;
use std::sync::Arc;
pub(crate) use throttle::note_throttle;
pub(crate) use words::elapsed;
use words::{at, list, plain_or_quoted};

/// What a trace refers to without containing it.
pub(crate) struct Names<'a> {
    /// The domains' names, by [`DomainId`].
    pub(crate) domains: &'a [Arc<str>],
    /// Where a rule was written, as `entryway.toml:31`.
    pub(crate) place: &'a dyn Fn(RuleId) -> Option<String>,
    /// Whether the login is on record, so that its id leads back to it.
    pub(crate) is_recorded: bool,
}

/// Every step of a login that was decided just now, and its end.
pub(crate) fn rows(decided: &Decided, names: &Names<'_>) -> Vec<Row> {
    let name = |id: DomainId| names.domains.get(id.0).map(|name| &**name);
    let json = entryway_wire::explanation(decided, names.place, &name);
    let explained = serde_json::to_value(json).and_then(Explained::of);
    let mut rows = explained.map_or_else(|_| Vec::new(), |explained| steps(&explained));
    rows.push(match names.is_recorded {
        true => decision_row(decided),
        false => verdict_row(decided, "not on record"),
    });
    rows
}

/// Every step of a login, and its end.
pub(crate) fn explained_rows(explained: &Explained) -> Vec<Row> {
    let meaning = explained
        .trace
        .iter()
        .rev()
        .find_map(|step| match &step.event {
            Event::Decided { meaning } => Some(meaning.as_str()),
            _ => None,
        });
    // The reason's sentence speaks of a name and a password, and there are none.
    let meaning = match explained.is_revalidation() && explained.code() == "malformed_login" {
        true => Some("the token is none of ours"),
        false => meaning,
    };
    let end = end_row(
        &explained.decision,
        explained.code(),
        meaning.unwrap_or_default(),
        &format!("login {}, {}", explained.id, elapsed(explained.took())),
    );
    let mut rows = steps(explained);
    rows.push(end);
    rows
}

/// The last line: the verdict, what it means, and the id that the log shares.
pub(crate) fn decision_row(decided: &Decided) -> Row {
    verdict_row(decided, &format!("login {}", decided.id))
}

fn verdict_row(decided: &Decided, login: &str) -> Row {
    let row = decided.decision.row();
    let word = match &decided.decision {
        Decision::WouldAccept(_) => row.code,
        _ => row.outcome.as_str(),
    };
    let login = format!("{login}, {}", elapsed(decided.took));
    end_row(word, row.code, row.operator, &login)
}

fn end_row(decision: &str, code: &str, meaning: &str, login: &str) -> Row {
    let (text, tone) = match decision {
        "accept" => ("accept".to_owned(), Tone::Good),
        "changed" => ("changed".to_owned(), Tone::Good),
        "would_accept" => ("accept, if the password is right".to_owned(), Tone::Good),
        "reject" => (format!("reject, {code}"), Tone::Bad),
        _ => (format!("{decision}, {code}"), Tone::Doubt),
    };
    let note = match decision {
        "accept" | "would_accept" => login.to_owned(),
        _ if meaning.is_empty() => login.to_owned(),
        _ => format!("{meaning}; {login}"),
    };
    Row::new("decision", text).tone(tone).note(note)
}

fn steps(explained: &Explained) -> Vec<Row> {
    let mut walk = Walk {
        rows: Vec::new(),
        domain: None,
        home: None,
        ending: Ending::of(&explained.trace),
        skipped: None,
        is_local: false,
        is_again: explained.is_revalidation(),
        is_explained: explained.decision == "would_accept",
    };
    for step in &explained.trace {
        walk.step(step);
    }
    if explained.decision == "indeterminate" {
        walk.rows.extend(walk.skipped.map(no_verdict_without));
    }
    walk.rows
}

/// Why the "no" of whoever was asked later is no verdict.
fn no_verdict_without(domain: &str) -> Row {
    Row::new("skipped", domain).tone(Tone::Doubt).note(
        "it gave no answer and lets others be asked (`when_down`): their yes counts, their no does not",
    )
}

/// What later steps made of values that a map left out.
struct Ending<'a> {
    defaults: Vec<&'a str>,
    is_ranged: bool,
}

impl<'a> Ending<'a> {
    fn of(trace: &'a [Step]) -> Self {
        let filled = trace.iter().filter_map(|step| match &step.event {
            Event::Defaulted { filled, .. } => Some(filled),
            _ => None,
        });
        Self {
            defaults: filled.flatten().map(|filled| &*filled.target).collect(),
            is_ranged: (trace.iter()).any(|step| matches!(step.event, Event::TypeRanged { .. })),
        }
    }

    /// What stands where an unusable value was.
    fn in_place_of(&self, target: &str) -> &'static str {
        if self.defaults.contains(&target) {
            "; the default takes its place"
        } else if self.is_ranged && target == "user_type" {
            "; a range takes its place"
        } else {
            "; as if the entry had none"
        }
    }
}

struct Walk<'a> {
    rows: Vec<Row>,
    /// The domain asked last: what follows speaks of it.
    domain: Option<&'a str>,
    /// The home that a map or an account set, and which of them.
    home: Option<(&'a str, &'static str)>,
    ending: Ending<'a>,
    /// The first domain that gave no answer and was passed over.
    skipped: Option<&'a str>,
    /// No password was shown to anybody.
    is_explained: bool,
    /// A local account decides: what it does not say is built in.
    is_local: bool,
    /// A revalidation: what was typed at the login leads nowhere now.
    is_again: bool,
}

impl<'a> Walk<'a> {
    fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    fn step(&mut self, step: &'a Step) {
        match &step.event {
            Event::NameRefused {
                login_name,
                problem,
            } if self.is_again && login_name.is_empty() => {
                self.push(Row::new("token", "refused").tone(Tone::Bad).note(problem));
            }
            Event::NameRefused {
                login_name,
                problem,
            } => {
                self.push(
                    Row::new("login name", plain_or_quoted(login_name))
                        .tone(Tone::Bad)
                        .note(problem),
                );
            }
            Event::NameRead {
                login_name,
                named,
                tries,
                rule,
            } => {
                let note = match self.is_again {
                    true => asked_again(tries),
                    false => routed(named.as_ref(), tries, rule.as_deref()),
                };
                self.push(Row::new("login name", plain_or_quoted(login_name)).note(note));
            }
            Event::DomainUnknown { domain } => {
                self.push(
                    Row::new("domain", plain_or_quoted(domain))
                        .tone(Tone::Bad)
                        .note("no such domain is configured"),
                );
            }
            Event::Searched(searched) => {
                self.domain = Some(&searched.domain);
                if matches!(searched.outcome, Outcome::Unanswered { skipped: true }) {
                    self.skipped.get_or_insert(&searched.domain);
                }
                self.rows.extend(words::searched(searched, step.took));
            }
            Event::NotSearched {
                domain,
                placeholder,
                rule,
                by_email,
            } => {
                let by_mail = if *by_email { ", by mail" } else { "" };
                let place = at(rule.as_deref());
                let note = format!(
                    "the filter{by_mail} asks for `{placeholder}`, which the name lacks{place}"
                );
                self.push(Row::new(domain, "not searched").note(note));
            }
            Event::Named { name, from, rule } => {
                self.push(named(name.as_deref(), from.as_deref(), rule.as_deref()));
            }
            Event::IdentityUnusable {
                part,
                from,
                problem,
                rule,
            } => {
                let note = format!("{from} {problem}{}", at(rule.as_deref()));
                self.push(Row::new(part, "unusable").tone(Tone::Bad).note(note));
            }
            Event::Mapped { maps } => self.mapped(maps),
            Event::LocalLooked(Local::Decides { .. }) => {
                self.is_local = true;
                self.rows.extend(rules::rows(step));
            }
            Event::Throttled { .. } if self.is_explained => {
                self.rows.extend(rules::rows(step));
                let row = Row::more("a login now is refused").tone(Tone::Bad);
                self.push(row.note("whatever the password; the rest holds from then on"));
            }
            Event::FromAccount { values } => {
                self.home_of_account(values);
                let is_built_in = |filled: &Filled| {
                    matches!(
                        (&*filled.target, &*filled.value),
                        ("shell", "/bin/sh") | ("user_type", "virtual")
                    )
                };
                let note = match self.is_local && values.iter().any(is_built_in) {
                    true => "the account's own; `/bin/sh` and `virtual` unless it says otherwise",
                    false => "the account's own",
                };
                self.push(Row::new("account", words::set(values)).note(note));
            }
            Event::Defaulted { filled, rule } => self.defaulted(filled, rule.as_deref()),
            Event::Homed(home) => self.homed(home),
            Event::Required { missing, invalid } => self.required(missing, invalid),
            // The decision itself is shown from the decision.
            Event::Decided { .. } => {}
            _ => self.rows.extend(rules::rows(step)),
        }
    }

    fn mapped(&mut self, maps: &'a [Map]) {
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
            let places: Vec<_> = some
                .iter()
                .filter_map(|(map, _)| map.rule.clone())
                .collect();
            let place = at(words::merge(&places).as_deref());
            let label = if rest.len() == set.len() { "maps" } else { "" };
            self.push(Row::new(label, text).note(format!("{from}{place}")));
            rest = others;
        }
        let home = maps.iter().find(|map| map.target == "home");
        self.home = home.and_then(|map| match &map.outcome {
            MapOutcome::Set { values } => Some((values.first()?.as_str(), "as mapped")),
            MapOutcome::Absent | MapOutcome::Invalid { .. } => None,
        });
        let rows = maps.iter().filter_map(|map| not_set(map, &self.ending));
        self.rows.extend(rows);
    }

    fn home_of_account(&mut self, values: &'a [Filled]) {
        let home = values.iter().find(|filled| filled.target == "home");
        if let Some(home) = home {
            self.home = Some((&home.value, "the account's own"));
        }
    }

    fn defaulted(&mut self, filled: &[Filled], rule: Option<&str>) {
        if filled.is_empty() {
            return self.push(Row::new("defaults", "none needed"));
        }
        let note = match rule {
            Some(_) => format!("domain {}{}", self.domain.unwrap_or("?"), at(rule)),
            None => "built in".to_owned(),
        };
        self.push(Row::new("defaults", words::set(filled)).note(note));
    }

    fn homed(&mut self, home: &Homed) {
        let row = match home {
            Homed::AlreadySet => {
                let (home, from) = self.home.take().unwrap_or(("set", "by an earlier step"));
                Row::new("home", plain_or_quoted(home)).note(from)
            }
            Homed::FromRow { home, rule } => Row::new("home", plain_or_quoted(home))
                .note(format!("home folder{}", at(rule.as_deref()))),
            Homed::NoRow => Row::new("home", "none").note("no enabled home folder applies"),
            Homed::Refused { problem, rule } => Row::new("home", "refused")
                .tone(Tone::Bad)
                .note(format!("{problem}{}", at(rule.as_deref()))),
        };
        self.push(row);
    }

    fn required(&mut self, missing: &[String], invalid: &[Invalid]) {
        if missing.is_empty() && invalid.is_empty() {
            return self.push(Row::new("required", "complete"));
        }
        let mut label = "required";
        if !missing.is_empty() {
            self.push(
                Row::new(label, format!("missing {}", list(missing.iter())))
                    .tone(Tone::Bad)
                    .note("a session must have them"),
            );
            label = "";
        }
        for Invalid { target, problem } in invalid {
            self.push(
                Row::new(label, format!("{target} unusable"))
                    .tone(Tone::Bad)
                    .note(problem),
            );
            label = "";
        }
    }
}

/// Who has to say whether somebody is still welcome.
fn asked_again(tries: &[String]) -> String {
    if tries.is_empty() {
        return "was let in before; the local account is asked again".to_owned();
    }
    let tries = list(tries.iter());
    format!("was let in before; {tries} is asked again, for the same entry")
}

fn routed(named: Option<&Named>, tries: &[String], rule: Option<&str>) -> String {
    if let Some(Named { domain, form }) = named {
        return match form.as_str() {
            "slash" => format!("names domain {domain} before the `/`"),
            "backslash" => format!("names domain {domain} before the `\\`"),
            _ => format!("its suffix means domain {domain}"),
        };
    }
    if tries.is_empty() {
        return "no domain named, and none is asked by default".to_owned();
    }
    let tries = list(tries.iter());
    format!("no domain named; tries {tries}{}", at(rule))
}

fn named(name: Option<&str>, from: Option<&str>, rule: Option<&str>) -> Row {
    let place = at(rule);
    let source = from.map_or_else(|| "as typed".to_owned(), |from| format!("{from}{place}"));
    match name {
        Some(name) => Row::new("name", plain_or_quoted(name)).note(source),
        None => Row::new("name", "none")
            .tone(Tone::Bad)
            .note(format!("the entry has no {source}")),
    }
}

/// A map that set nothing, and why.
fn not_set(map: &Map, ending: &Ending<'_>) -> Option<Row> {
    let place = at(map.rule.as_deref());
    match &map.outcome {
        MapOutcome::Set { .. } => None,
        MapOutcome::Absent => Some(
            Row::more(format!("no {}", map.target))
                .tone(Tone::Quiet)
                .note(format!("the entry has no {}{place}", map.from)),
        ),
        MapOutcome::Invalid { problem, defaulted } => {
            let (then, tone) = if *defaulted {
                (ending.in_place_of(&map.target), Tone::Doubt)
            } else {
                ("", Tone::Bad)
            };
            let row = Row::more(format!("{} unusable", map.target))
                .note(format!("{}: {problem}{then}{place}", map.from));
            Some(row.tone(tone))
        }
    }
}

/// How many of these stand on one line and leave room for a note: at least one, if there is one.
fn fitting(set: &[(&Map, String)]) -> usize {
    const ROOM: usize = 26;
    let mut width = 0;
    let fit = set.iter().take_while(|(_, text)| {
        width += text.chars().count() + 1;
        width <= ROOM + 1
    });
    fit.count().max(1).min(set.len())
}

/// `uid=1042`, when the map set something.
fn as_text(map: &Map) -> Option<String> {
    let MapOutcome::Set { values } = &map.outcome else {
        return None;
    };
    let values = list(values.iter().map(|value| plain_or_quoted(value)));
    Some(format!("{}={values}", map.target))
}

#[cfg(test)]
mod tests;

//! The wording of passwords, accounts, groups, classes, filters and templates.

use super::certificates;
use super::read::{DnFiltered, Event, Group, LeftOut, Local, Os, Step};
use super::site;
use super::words::{self, at, bind_verdict, list, plain_or_quoted, set, time};
use crate::columns::Row;
use crate::palette::Tone;
use entryway_login::Reason;
use std::time::Duration;

/// The rows of a step that is a rule's or an account's; one that is not known is shown as it stands.
pub(super) fn rows(step: &Step) -> Vec<Row> {
    let took = step.took;
    match &step.event {
        Event::Throttled {
            bucket,
            limit,
            until,
        } => {
            let note = format!("{limit} failures {}", counted_by(bucket));
            let row = Row::new("throttle", format!("until {until}"));
            vec![row.tone(Tone::Bad).note(note)]
        }
        Event::StoreUnavailable { problem } => {
            let row = Row::new("store", "no answer").tone(Tone::Bad);
            vec![row.note(plain_or_quoted(problem))]
        }
        Event::LocalLooked(outcome) => vec![local(outcome)],
        Event::LocalVerified { verdict, continued } => {
            let (text, tone) = bind_verdict(verdict);
            let then = if *continued {
                "; the domains are asked all the same"
            } else {
                ""
            };
            let row = Row::new("password", format!("{text}{}", time(took)));
            vec![row.tone(tone).note(format!("the local account's{then}"))]
        }
        Event::OsAnswered(outcome) => vec![os(outcome, took)],
        Event::SiteNamed {
            login_name,
            site,
            form,
            rule,
        } => site::named(login_name, site, form, rule.as_deref()),
        Event::ClearRefused { site } => vec![site::clear(site)],
        Event::SiteAsserted(asserted) => site::asserted(asserted),
        Event::SiteAnswered(answer) => site::answered(answer, took),
        Event::SiteUnanswered {
            site,
            connector,
            written,
            cause,
        } => site::unanswered(site, connector.as_deref(), *written, cause, took),
        Event::PasswordRefused {
            login_name,
            problem,
        } => {
            let row = Row::new("password", "refused").tone(Tone::Bad);
            vec![
                Row::new("login name", plain_or_quoted(login_name)),
                row.note(format!("{problem}: nothing is asked")),
            ]
        }
        Event::PasswordNotChecked => {
            vec![Row::new("password", "not checked").note("--password-stdin includes the bind")]
        }
        Event::Bound(bound) => words::bound(bound, took),
        Event::BindUnanswered {
            server,
            written,
            cause,
        } => words::unanswered(server, *written, cause, took),
        Event::CertificateShown(certificate) => certificates::shown(certificate),
        Event::CertificateMapped { by, outcome, rule } => {
            vec![certificates::mapped(by, outcome, rule.as_deref())]
        }
        Event::NotForRealUsers => vec![
            Row::new("certificate", "not for real users")
                .tone(Tone::Bad)
                .note("certificate_login.real_users"),
        ],
        Event::ChangeRefused { problem } => {
            let row = Row::new("change", "not asked").tone(Tone::Bad);
            vec![row.note(problem)]
        }
        Event::ChangeAnswered(answered) => words::changed(answered, took),
        Event::ChangeUnanswered {
            server,
            written,
            cause,
        } => words::change_unanswered(server, *written, cause, took),
        Event::LocalChanged { verdict, problem } => {
            let (text, tone) = words::change_verdict(verdict);
            let row = Row::new("change", format!("{text}{}", time(took))).tone(tone);
            let said = problem
                .as_deref()
                .map(|said| Row::more(plain_or_quoted(said)));
            std::iter::once(row.note("the local account's"))
                .chain(said)
                .collect()
        }
        Event::AccountRead { state } => vec![words::account(state)],
        Event::Stopped { problem } => vec![Row::new("stopped", problem).tone(Tone::Doubt)],
        Event::SubjectCompared { same: true } => vec![Row::new("person", "the same")],
        Event::SubjectCompared { same: false } => {
            vec![Row::new("person", "somebody else").tone(Tone::Bad)]
        }
        Event::PasswordCompared { unchanged } => vec![compared(*unchanged)],
        Event::Carried {
            carried,
            left_out,
            rule,
        } => carried_rows(carried, left_out, rule.as_deref()),
        Event::TypeRanged { user_type, rule } => {
            let note = format!("range{}", at(rule.as_deref()));
            vec![Row::new("user type", user_type).note(note)]
        }
        Event::GroupsRead {
            groups,
            total,
            partial,
            needed,
            round_trips,
        } => {
            let mut rows = vec![counted(*total, *round_trips, took)];
            rows.extend(named(groups, *total));
            rows.extend(
                partial
                    .as_deref()
                    .map(|problem| may_be_more(problem, *needed)),
            );
            rows
        }
        Event::Classed {
            class: Some(name),
            of,
            rule,
        } => {
            let note = format!("first match of {of}{}", at(rule.as_deref()));
            vec![Row::new("user class", plain_or_quoted(name)).note(note)]
        }
        Event::Classed {
            class: None, of, ..
        } => vec![Row::new("user class", "none").note(format!("none of {of} fits"))],
        Event::RuleFailed { problem, rule } => {
            let label = match step.stage.as_str() {
                "template" => "template",
                _ => "user class",
            };
            let note = format!("{}{}", plain_or_quoted(problem), at(rule.as_deref()));
            let row = Row::new(label, "an expression fails").tone(Tone::Bad);
            vec![row.note(note)]
        }
        Event::DnFiltered(outcome) => vec![dn_filtered(outcome)],
        Event::Templated { name, values, rule } => vec![
            Row::new("template", plain_or_quoted(name)).note(at(rule.as_deref()).trim()),
            Row::more(set(values)).note("replaced; the user is virtual"),
        ],
        Event::TemplateUnresolved {
            name,
            target,
            problem,
            rule,
        } => {
            let text = format!("{} gives no {target}", plain_or_quoted(name));
            let note = format!("{}{}", plain_or_quoted(problem), at(rule.as_deref()));
            vec![Row::new("template", text).tone(Tone::Bad).note(note)]
        }
        Event::Unknown(json) => vec![Row::new(&step.stage, json).tone(Tone::Quiet)],
        _ => Vec::new(),
    }
}

/// Most groups that are named.
const GROUPS_SHOWN: usize = 12;

fn counted(total: usize, round_trips: u32, took: Option<Duration>) -> Row {
    let count = match total {
        0 => "none".to_owned(),
        1 => "1 group".to_owned(),
        _ => format!("{total} groups"),
    };
    let searches = if round_trips == 1 {
        "1 search".to_owned()
    } else {
        format!("{round_trips} searches")
    };
    Row::new("groups", format!("{count}{}", time(took))).note(searches)
}

fn named(groups: &[Group], total: usize) -> Option<Row> {
    let shown = groups.iter().take(GROUPS_SHOWN);
    let more = if total > GROUPS_SHOWN { ", …" } else { "" };
    let shown = list(shown.map(|group| group_with_path(&group.name, &group.path)));
    (!groups.is_empty()).then(|| Row::more(format!("{shown}{more}")))
}

/// `platform`; `engineers via platform` for one that the person is in because `platform` is.
pub(super) fn group_with_path(name: &str, path: &[String]) -> String {
    let name = plain_or_quoted(name);
    if path.is_empty() {
        return name;
    }
    let path: Vec<_> = path.iter().map(|group| plain_or_quoted(group)).collect();
    format!("{name} via {}", path.join(" > "))
}

fn may_be_more(problem: &str, needed: bool) -> Row {
    let more = if needed {
        "there may be more, and rules look at them"
    } else {
        "there may be more"
    };
    Row::more(more)
        .tone(Tone::Doubt)
        .note(plain_or_quoted(problem))
}

fn counted_by(bucket: &str) -> &str {
    match bucket {
        "address" => "from this address",
        "identity_and_network" => "for this person from this network",
        "identity" => "for this person",
        "identity_and_device" => "for this person from this device",
        other => other,
    }
}

fn local(outcome: &Local) -> Row {
    match outcome {
        Local::NoAccount => Row::new("local", "no account of this name"),
        Local::Decides { name, enabled } => {
            local_account(name, *enabled, "a local account decides")
        }
        Local::KeptInDirectory { name, enabled } => local_account(
            name,
            *enabled,
            "its password is in the directory: the domains decide",
        ),
        Local::LeftOut { name } => Row::new("local", plain_or_quoted(name))
            .note("left out: only domains let people in (`login.ldap`)"),
    }
}

fn local_account(name: &str, enabled: bool, says: &str) -> Row {
    let row = Row::new("local", plain_or_quoted(name));
    if enabled {
        row.note(says)
    } else {
        row.tone(Tone::Bad).note(format!("switched off; {says}"))
    }
}

fn os(outcome: &Os, took: Option<Duration>) -> Row {
    let time = time(took);
    match outcome {
        Os::Found { name } => Row::new("os", plain_or_quoted(name)).note("in the user database"),
        Os::Verified { name } => Row::new("os", format!("{}{time}", plain_or_quoted(name)))
            .tone(Tone::Good)
            .note("PAM lets this account in"),
        Os::NoAccount => Row::new("os", format!("no account of this name{time}")),
        Os::Refused { reason, words } => Row::new("os", format!("refused{time}"))
            .tone(Tone::Bad)
            .note(if words.is_empty() {
                let known = Reason::ALL.iter().find(|known| known.code() == reason);
                known.map_or_else(|| reason.clone(), |known| known.row().operator.to_owned())
            } else {
                plain_or_quoted(words)
            }),
        Os::MustChange => {
            Row::new("os", format!("password right, must be changed{time}")).tone(Tone::Doubt)
        }
        Os::NoVerdict { problem } => Row::new("os", format!("no verdict{time}"))
            .tone(Tone::Doubt)
            .note(plain_or_quoted(problem)),
    }
}

fn compared(unchanged: Option<bool>) -> Row {
    match unchanged {
        Some(true) => Row::new("password", "unchanged since the login"),
        Some(false) => Row::new("password", "changed since the login").tone(Tone::Bad),
        None => Row::new("password", "not compared")
            .note("the directory does not tell when it was changed"),
    }
}

fn carried_rows(carried: &[String], left_out: &[LeftOut], rule: Option<&str>) -> Vec<Row> {
    let text = if carried.is_empty() {
        "nothing".to_owned()
    } else {
        list(carried.iter())
    };
    let mut rows = vec![Row::new("attributes", text).note(at(rule).trim())];
    for LeftOut { attribute, problem } in left_out {
        let row = Row::more(format!("not {attribute}")).tone(Tone::Quiet);
        rows.push(row.note(problem));
    }
    rows
}

fn dn_filtered(outcome: &DnFiltered) -> Row {
    match outcome {
        DnFiltered::NoFilter => Row::new("DN filters", "none applies"),
        DnFiltered::Permitted { rule, of } => Row::new("DN filters", "passed").note(format!(
            "{} applied, matched{}",
            applied(*of),
            at(rule.as_deref())
        )),
        DnFiltered::Refused { of, rules } => {
            let more = if rules.len() < *of && !rules.is_empty() {
                ", …"
            } else {
                ""
            };
            let places = list(rules.iter());
            let note = format!(
                "{} applied, none matched{}",
                applied(*of),
                at_all(&places, more)
            );
            Row::new("DN filters", "refused").tone(Tone::Bad).note(note)
        }
    }
}

/// ` (entryway.toml:31, entryway.toml:40, …)`, or nothing.
fn at_all(places: &str, more: &str) -> String {
    if places.is_empty() {
        return String::new();
    }
    format!(" ({places}{more})")
}

fn applied(of: usize) -> String {
    if of == 1 {
        "1 row".to_owned()
    } else {
        format!("{of} rows")
    }
}

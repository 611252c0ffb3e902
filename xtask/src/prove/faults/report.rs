//! The tables.

use super::case::{Case, Promise, Size};
use super::figures::Figures;
use crate::prove::gateway::{DEADLINE, SLACK};
use std::time::Duration;

pub(super) fn tables(size: Size, rows: &[(Case, Figures)]) -> String {
    let mut out = include_str!("page.md")
        .replace("{rate}", &size.rate().to_string())
        .replace("{normal}", &size.normal().as_millis().to_string())
        .replace("{deadline}", &DEADLINE.as_secs().to_string())
        .replace("{slack}", &SLACK.as_millis().to_string());
    out.push_str(
        "\n| the first server | must be | logins | wrong verdicts | late | without a verdict | longest, ms | median at the end of the fault, ms | normal again after the fault, s | after the mend, s | first server has people again, s |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (case, figures) in rows {
        let promise = match case.promise {
            Promise::Unfelt => "unfelt",
            Promise::FailsOver => "survived",
            Promise::Outage => "said",
        };
        out.push_str(&format!(
            "| {} | {promise} | {} | {} | {} | {} | {:.0} | {} | {} | {} | {} |\n",
            case.title,
            figures.logins,
            figures.wrong.len(),
            figures.late.len(),
            faults(figures),
            millis(figures.longest),
            time(figures.settled),
            seconds(figures.normal_after_fault),
            seconds(figures.normal_after_mend),
            figures.back.map_or("never".to_owned(), |back| format!(
                "{:.1}",
                back.as_secs_f64()
            )),
        ));
    }
    out.push_str(
        "\n| the first server | wrong passwords refused | binds for each | most for one | refused service binds | p99 before, ms | p99 after, ms |\n\
         |---|--:|--:|--:|--:|--:|--:|\n",
    );
    for (case, figures) in rows {
        out.push_str(&format!(
            "| {} | {} | {:.3} | {} | {} | {} | {} |\n",
            case.title,
            figures.refused,
            figures.binds_per_refusal(),
            figures.most_binds,
            figures.refused_service_binds,
            time(figures.before),
            time(figures.after),
        ));
    }
    out
}

fn faults(figures: &Figures) -> String {
    let kinds: Vec<_> = figures
        .faults
        .iter()
        .map(|(fault, count)| format!("{count} `{fault}`"))
        .collect();
    match kinds.is_empty() {
        true => "0".to_owned(),
        false => kinds.join(", "),
    }
}

fn time(time: Option<Duration>) -> String {
    time.map_or("-".to_owned(), |time| format!("{:.1}", millis(time)))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// `-`: not while that lasted.
fn seconds(time: Option<Duration>) -> String {
    match time {
        Some(time) if time.is_zero() => "at once".to_owned(),
        Some(time) => format!("{:.1}", time.as_secs_f64()),
        None => "-".to_owned(),
    }
}

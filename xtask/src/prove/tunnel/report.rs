//! The table.

use super::Size;
use super::act::Act;
use super::load::Figures;
use std::fmt::Write;

pub(super) fn table(size: Size, rows: &[(Act, Figures)]) -> String {
    let mut out = include_str!("page.md")
        .replace("{rate}", &size.rate.to_string())
        .replace("{calm}", &size.calm.as_secs().to_string())
        .replace("{fault}", &size.fault.as_secs().to_string());
    for (act, figures) in rows {
        let faults: Vec<String> = figures
            .faults
            .iter()
            .map(|(code, count)| format!("{count} `{code}`"))
            .collect();
        let faults = if faults.is_empty() {
            "0".to_owned()
        } else {
            faults.join(", ")
        };
        let recovered = figures.recovered.map_or_else(
            || "not".to_owned(),
            |time| format!("{:.1}", time.as_secs_f64()),
        );
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {faults} | {:.1} | {:.1} | {recovered} | {} |",
            act.title(),
            figures.logins,
            figures.unanswered.len(),
            figures.wrong.len(),
            figures.longest.as_secs_f64(),
            figures.felt.as_secs_f64(),
            figures.most_binds,
        );
    }
    out
}

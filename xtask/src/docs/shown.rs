//! `docs/shown.md`: how many scenarios there are of what, where they run, and which shows each code and setting.

use entryway_config::setting_paths;
use entryway_login::{Challenge, Fault, Reason};
use entryway_scenario::{Coverage, Document, Ground, shown_elsewhere};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const HEAD: &str = "<!-- Written by `cargo xtask docs`. -->

# What the scenarios show

Each heading of a document in [scenarios](../scenarios/README.md) is a test. `./test` runs them all in each way that the first
table names, and each way prints such a table of what passed:

```text
cargo test -p entryway-scenario --test memory   on the login alone
cargo test -p entryway --test scenarios         in the process, over sockets
cargo test -p entryway --test live              OpenLDAP and Active Directory
```

`cargo xtask tidy` fails where this page is not what the documents say, and where a code or a setting has neither a scenario nor
a test.
";

/// So many documents are named for one code or setting.
const MOST: usize = 4;

/// A document with what it shows.
struct Shown {
    name: String,
    document: Document,
    coverage: Coverage,
}

/// The page. A document that does not read is left out: tidy names it.
pub(super) fn page(root: &Path) -> String {
    let shown = documents(root);
    let mut text = HEAD.to_owned();
    topics(&mut text, &shown);
    let reasons = Reason::ALL.map(|reason| reason.code());
    let challenges = Challenge::ALL.map(|challenge| challenge.row().code);
    let faults = Fault::ALL.map(|fault| fault.code());
    table(&mut text, "Reasons", &shown, reasons, |it, code| {
        it.reasons.contains(code)
    });
    table(&mut text, "Challenges", &shown, challenges, |it, code| {
        it.challenges.contains(code)
    });
    table(&mut text, "Faults", &shown, faults, |it, code| {
        it.faults.contains(code)
    });
    let settings: BTreeSet<&str> = setting_paths().collect();
    table(&mut text, "Settings", &shown, settings, |it, path| {
        it.settings.contains(path)
    });
    text
}

fn documents(root: &Path) -> Vec<Shown> {
    let files = fs::read_dir(root.join("scenarios")).into_iter().flatten();
    let mut names: Vec<String> = files
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".md") && name != "README.md")
        .collect();
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(root.join("scenarios").join(&name)).ok()?;
        let document = Document::parse(&name, &text).ok()?;
        let coverage = Coverage::of([&document]);
        Some(Shown {
            name,
            document,
            coverage,
        })
    };
    names.into_iter().filter_map(read).collect()
}

fn topics(text: &mut String, shown: &[Shown]) {
    text.push_str(
        "\n## Topics\n\n| topic | on the login alone | in the process | OpenLDAP | Active Directory |\n|---|---|---|---|---|\n",
    );
    let mut totals = [0; 4];
    for Shown { name, document, .. } in shown {
        let on = |ground| {
            let scenarios = document.scenarios.iter();
            scenarios
                .filter(|scenario| scenario.grounds.contains(&ground))
                .count()
        };
        let counts = [
            document.scenarios.len(),
            on(Ground::InProcess),
            on(Ground::OpenLdap),
            on(Ground::ActiveDirectory),
        ];
        for (total, count) in totals.iter_mut().zip(counts) {
            *total += count;
        }
        let _ = writeln!(text, "| {} | {} |", link(name), cells(counts));
    }
    let _ = writeln!(text, "| together | {} |", cells(totals));
}

fn cells(counts: [usize; 4]) -> String {
    counts.map(|count| count.to_string()).join(" | ")
}

fn link(name: &str) -> String {
    format!("[{name}](../scenarios/{name})")
}

fn table<'a>(
    text: &mut String,
    title: &str,
    shown: &[Shown],
    names: impl IntoIterator<Item = &'a str>,
    shows: impl Fn(&Coverage, &str) -> bool,
) {
    let _ = write!(text, "\n## {title}\n\n| | shown by |\n|---|---|\n");
    for name in names {
        let by = shown.iter().filter(|it| shows(&it.coverage, name));
        let by: Vec<String> = by.map(|it| link(&it.name)).collect();
        let by = match by.split_at_checked(MOST) {
            _ if by.is_empty() => elsewhere(name),
            Some((first, more)) if !more.is_empty() => {
                format!("{} and {} more", first.join(", "), more.len())
            }
            _ => by.join(", "),
        };
        let _ = writeln!(text, "| `{name}` | {by} |");
    }
}

/// The test of what no scenario can show, and why none can.
fn elsewhere(name: &str) -> String {
    let known = shown_elsewhere().find(|known| {
        let below = known.name.ends_with('.') || known.name.ends_with("[]");
        known.name == name || (below && name.starts_with(known.name))
    });
    known.map_or_else(
        || "nothing".to_owned(),
        |known| {
            let (file, test) = known.test;
            format!("`{file}`: `{test}` ({})", known.why)
        },
    )
}

//! The gateway's unit and the connector's: what holds one in holds the other in, and both say how a port below 1024 is had.

use super::finding;
use crate::tidy::Finding;
use crate::tidy::tree::Tree;

const UNITS: [&str; 2] = [
    "packaging/systemd/entryway.service",
    "packaging/systemd/entryway-connector.service",
];
/// What differs: which command it is.
const OWN: &str = "ExecStart=";
/// Settings that are off, for whoever needs them, and not only for one of the two.
const OFFERED: &str = "CAP_NET_BIND_SERVICE";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let units = UNITS.map(|path| tree.file(path).map(|file| file.text.as_str()));
    let [Some(gateway), Some(connector)] = units else {
        let gone = UNITS.into_iter().zip(units);
        let gone = gone.filter(|(_, unit)| unit.is_none());
        return gone
            .map(|(path, _)| {
                finding(
                    path,
                    0,
                    "units",
                    "expected a unit to compare with the other, found no such file".to_owned(),
                    "put it back, or tell this rule its new name",
                )
            })
            .collect();
    };
    let pairs = [
        (UNITS[0], gateway, connector),
        (UNITS[1], connector, gateway),
    ];
    let missing = pairs.into_iter().flat_map(|(path, own, other)| {
        let own = settings(own);
        let missing = settings(other)
            .into_iter()
            .filter(move |line| !own.contains(line));
        missing.map(move |line| {
            finding(
                path,
                0,
                "units",
                format!(
                    "expected `{line}` in `[Service]`, as in the other unit, found no such line"
                ),
                "add the line here, or take it from the other",
            )
        })
    });
    missing.collect()
}

/// The lines of `[Service]` that both have.
fn settings(unit: &str) -> Vec<&str> {
    let lines = unit.lines().skip_while(|line| *line != "[Service]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let is_shared = |line: &&str| match line.strip_prefix('#') {
        Some(comment) => comment.contains(OFFERED),
        None => line.contains('=') && !line.starts_with(OWN),
    };
    lines.filter(is_shared).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::rules::tests::finds;

    #[test]
    fn a_unit_that_is_not_where_it_was_is_found() {
        let [first, second] = UNITS.map(|path| format!("{path}:0 units"));
        let unit = "[Service]\nLimitCORE=0\n";
        let renamed = "packaging/systemd/entryway-site.service";
        let files = [(UNITS[0], unit), (renamed, unit)];
        finds(check, Vec::new(), &files, &[&second]);
        finds(check, Vec::new(), &[(UNITS[1], unit)], &[&first]);
        finds(check, Vec::new(), &[], &[&first, &second]);
    }

    #[test]
    fn what_one_unit_has_the_other_has() {
        let gateway = "[Service]\nExecStart=a\nLimitCORE=0\n#AmbientCapabilities=CAP_NET_BIND_SERVICE\n#Other=1\n[Install]\nWantedBy=a\n";
        let of = |connector: &str, expected: &[&str]| {
            let files = [(UNITS[0], gateway), (UNITS[1], connector)];
            finds(check, Vec::new(), &files, expected);
        };
        let [first, second] = UNITS.map(|path| format!("{path}:0 units"));
        of(&gateway.replace("ExecStart=a", "ExecStart=b"), &[]);
        of(&gateway.replace("LimitCORE=0\n", ""), &[&second]);
        of(&gateway.replace("#Ambient", "#"), &[&first, &second]);
    }
}

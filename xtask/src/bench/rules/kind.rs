//! The kinds of rules that a login looks up, and as many rows of each as are wanted: all but the last
//! are for others.

use entryway_conformance::Domain;
use std::fmt::{self, Write};

/// What there is much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    TypeRange,
    ClassByName,
    ClassByGroup,
    ClassByAddress,
    ClassByDomain,
    ClassByType,
    Subtree,
    Ending,
    HomeFolder,
    AccountTemplate,
    Everything,
}

/// A criterion of a class for others, by its number, and one for the people of the bench.
type Criterion = (fn(usize) -> String, &'static str);

const BY_NAME: Criterion = (|at| format!("users = \"other{at}\""), "users = \"u*\"");
const BY_GROUP: Criterion = (
    |at| format!("group = \"staff/other{at}\""),
    "group = \"staff/crowd\"",
);
const BY_ADDRESS: Criterion = (
    |at| format!("address = \"10.{}.{}.0/24\"", at / 256 % 256, at % 256),
    "address = \"192.0.2.0/24\"",
);
const BY_DOMAIN: Criterion = (|_| "domain = \"local\"".to_owned(), "domain = \"staff\"");
const BY_TYPE: Criterion = (
    |_| "user_type = \"real\"".to_owned(),
    "user_type = \"virtual\"",
);

impl Kind {
    pub(super) const ALL: [Self; 11] = [
        Self::TypeRange,
        Self::ClassByName,
        Self::ClassByGroup,
        Self::ClassByAddress,
        Self::ClassByDomain,
        Self::ClassByType,
        Self::Subtree,
        Self::Ending,
        Self::HomeFolder,
        Self::AccountTemplate,
        Self::Everything,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::TypeRange => "user type ranges",
            Self::ClassByName => "classes by user name",
            Self::ClassByGroup => "classes by group",
            Self::ClassByAddress => "classes by address",
            Self::ClassByDomain => "classes by domain",
            Self::ClassByType => "classes by user type",
            Self::Subtree => "DN filters by subtree",
            Self::Ending => "DN filters by literal ending",
            Self::HomeFolder => "home folders, a class each",
            Self::AccountTemplate => "account templates, a class each",
            Self::Everything => "all of these together",
        }
    }

    /// Where the answer shows that the last row was the one, and what it says there.
    pub(super) fn shown(self) -> &'static [(&'static str, &'static str)] {
        const CLASS: (&str, &str) = ("/session/user_class", "found");
        const HOME: (&str, &str) = ("/session/home", "/srv/found/u0000001");
        const TEMPLATE: (&str, &str) = ("/session/home", "/srv/template/u0000001");
        match self {
            Self::TypeRange => &[("/session/user_type", "virtual")],
            Self::ClassByName
            | Self::ClassByGroup
            | Self::ClassByAddress
            | Self::ClassByDomain
            | Self::ClassByType => &[CLASS],
            // Others would have kept the person out.
            Self::Subtree | Self::Ending => &[],
            Self::HomeFolder => &[CLASS, HOME],
            Self::AccountTemplate | Self::Everything => &[CLASS, TEMPLATE],
        }
    }

    /// The domain without what would make the rules superfluous.
    pub(super) fn domain(domain: Domain) -> Domain {
        domain
            .without_map("user_type")
            .without_map("home")
            .defaults("user_type = \"real\"")
    }

    /// So many rows, as text of the configuration.
    pub(super) fn rows(self, count: usize) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut out, count);
        out
    }

    fn write(self, out: &mut String, count: usize) -> fmt::Result {
        match self {
            Self::TypeRange => ranges(out, count),
            Self::ClassByName => classes(out, count, &[BY_NAME]),
            Self::ClassByGroup => {
                groups(out)?;
                classes(out, count, &[BY_GROUP])
            }
            Self::ClassByAddress => classes(out, count, &[BY_ADDRESS]),
            Self::ClassByDomain => classes(out, count, &[BY_DOMAIN]),
            Self::ClassByType => {
                ranges(out, 1)?;
                classes(out, count, &[BY_TYPE])
            }
            Self::Subtree => filters(out, count, "under = \"", true),
            Self::Ending => filters(out, count, "pattern = \".*,", true),
            Self::HomeFolder => {
                classes(out, count, &[BY_NAME])?;
                homes(out, count)
            }
            Self::AccountTemplate => {
                classes(out, count, &[BY_NAME])?;
                templates(out, count)
            }
            Self::Everything => {
                groups(out)?;
                ranges(out, count)?;
                let all = [BY_NAME, BY_GROUP, BY_ADDRESS, BY_DOMAIN, BY_TYPE];
                classes(out, count, &all)?;
                filters(out, count, "under = \"", false)?;
                filters(out, count, "pattern = \".*,", true)?;
                homes(out, count)?;
                templates(out, count)
            }
        }
    }
}

/// Ten thousand uids that nobody has for each row but the last.
fn ranges(out: &mut String, count: usize) -> fmt::Result {
    for at in 1..count {
        let from = 1_000_000 + at * 10_000;
        let to = from + 9_999;
        writeln!(
            out,
            "\n[[user_type_range]]\nfrom = {from}\nto = {to}\ntype = \"real\""
        )?;
    }
    writeln!(
        out,
        "\n[[user_type_range]]\nfrom = 100000\nto = 199999\ntype = \"virtual\""
    )
}

/// So many rows for each criterion, and behind them all the class `found`.
fn classes(out: &mut String, count: usize, criteria: &[Criterion]) -> fmt::Result {
    for (which, (other, _)) in criteria.iter().enumerate() {
        for at in 1..count {
            writeln!(
                out,
                "\n[[user_class]]\nname = \"c{which}-{at}\"\n{}",
                other(at)
            )?;
        }
    }
    writeln!(out, "\n[[user_class]]\nname = \"found\"")?;
    for (_, ours) in criteria {
        writeln!(out, "{ours}")?;
    }
    Ok(())
}

fn groups(out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "\n[domain.staff.groups]\nbase = \"ou=groups,dc=example,dc=org\"\nmembership = \"member\"\nname_attribute = \"ou\"\ndepth = -1"
    )
}

fn filters(out: &mut String, count: usize, start: &str, with_ours: bool) -> fmt::Result {
    let names = (1..count).map(|at| format!("ou=other{at}"));
    for name in names.chain(with_ours.then(|| "ou=people".to_owned())) {
        writeln!(
            out,
            "\n[[domain.staff.dn_filter]]\n{start}{name},dc=example,dc=org\""
        )?;
    }
    Ok(())
}

fn homes(out: &mut String, count: usize) -> fmt::Result {
    for class in class_names(count) {
        let prefix = class.as_str();
        writeln!(
            out,
            "\n[[home_folder]]\nclass = \"{class}\"\nprefix = \"/srv/{prefix}\""
        )?;
    }
    Ok(())
}

fn templates(out: &mut String, count: usize) -> fmt::Result {
    for (at, class) in class_names(count).enumerate() {
        writeln!(
            out,
            "\n[[account_template]]\nname = \"t{at:05}\"\nclass = \"{class}\"\nhome = \"/srv/template/{{name}}\""
        )?;
    }
    Ok(())
}

fn class_names(count: usize) -> impl Iterator<Item = String> {
    (1..count)
        .map(|at| format!("c0-{at}"))
        .chain(["found".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn as_many_rows_as_asked_for() {
        let rows = |kind: Kind, header: &str| kind.rows(7).matches(header).count();
        assert_eq!(rows(Kind::TypeRange, "[[user_type_range]]"), 7);
        assert_eq!(rows(Kind::ClassByAddress, "[[user_class]]"), 7);
        assert_eq!(rows(Kind::Ending, "[[domain.staff.dn_filter]]"), 7);
        assert_eq!(rows(Kind::HomeFolder, "[[home_folder]]"), 7);
        assert_eq!(rows(Kind::AccountTemplate, "[[account_template]]"), 7);
        // Five criteria for others, and one class for everybody here.
        assert_eq!(rows(Kind::Everything, "[[user_class]]"), 5 * 6 + 1);
    }
}

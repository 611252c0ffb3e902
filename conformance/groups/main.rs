//! One table of groups on real servers, by every method: equal answers, and what each costs.
//!
//! The answers are worked out from how the groups are made. `UPDATE_GOLDEN=1` writes the figures to `docs/groups.md`; times
//! are those of the machine that ran it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod browse;
mod cast;
mod servers;

use cast::DEPTH;
use entryway_directory::{Finder, Membership};
use entryway_lookup::{
    EntryId, GroupLookup, GroupsOfQuestion, Kinds, MembersQuestion, NameLookup, Reach,
    ResolveQuestion, Spent, Wanted,
};
use servers::Directory;
use std::fmt::Write;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/groups.md");
const MARK: &str = "<!-- figures -->\n";
/// The last row.
const LARGE: &str = "members of a large group";
const CYCLE: [&str; 3] = ["cn=c1,", "cn=c2,", "cn=c3,"];
const DEADLINE: Duration = Duration::from_secs(180);

/// A question of the table.
enum Asked {
    /// The groups of this entry.
    GroupsOf(&'static str),
    /// The members of this one.
    Members(&'static str),
}

struct Row {
    what: &'static str,
    asked: Asked,
    expected: Vec<String>,
    /// By what alone it is asked; by every method of the server where that is open.
    only: Option<Membership>,
}

const USUAL: &[Membership] = &[Membership::Auto, Membership::Member, Membership::MemberOf];
const OF_ACTIVE_DIRECTORY: &[Membership] = &[
    Membership::Auto,
    Membership::Member,
    Membership::MemberOf,
    Membership::InChain,
    Membership::TokenGroups,
];

#[test]
fn the_table_is_the_same_everywhere_and_so_is_paging() {
    let parts: [fn() -> String; 4] = [
        || part(&servers::openldap(), USUAL),
        lists,
        || part(&servers::ds389(), USUAL),
        || part(&servers::samba(), OF_ACTIVE_DIRECTORY),
    ];
    if std::env::var_os("UPDATE_GOLDEN").is_none() {
        std::thread::scope(|scope| {
            let parts = parts.map(|part| scope.spawn(part));
            for part in parts {
                part.join().expect("a whole table");
            }
        });
        return;
    }
    // One behind the other: their times are looked at.
    let page: String = parts.iter().map(|part| part()).collect();
    let written = std::fs::read_to_string(PAGE).expect("docs/groups.md");
    let (head, _) = written.split_once(MARK).expect("the mark of the figures");
    std::fs::write(PAGE, format!("{head}{MARK}{page}")).expect("docs/groups.md");
}

/// The table of a server that has all of it, then its pages.
fn part(directory: &Directory, ways: &[Membership]) -> String {
    let mut page = String::new();
    wait_for(async {
        table(directory, ways, &mut page).await;
        browse::check(directory).await;
    });
    page
}

/// The table of a server to which no question is dearer than who has a member: each has it evaluate all of its groups.
fn lists() -> String {
    let directory = servers::openldap_that_works_out_groups();
    let mut page = String::new();
    wait_for(table(&directory, &[Membership::MemberOf], &mut page));
    let by_member = directory.searches_by_member();
    // Groups that are in each other do not tell which of them names somebody.
    let of_cycle = |filter: &String| {
        filter.contains("uid=carol,") || CYCLE.iter().any(|name| filter.contains(name))
    };
    assert!(by_member.iter().all(of_cycle), "{by_member:?}");
    page
}

fn wait_for(asked: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(asked);
}

async fn table(directory: &Directory, ways: &[Membership], page: &mut String) {
    writeln!(
        page,
        "\n### {}\n\n| question | answer | method | round trips | searches | ms |\n|---|--:|---|--:|--:|--:|",
        directory.title
    )
    .unwrap();
    for row in rows(directory) {
        if row.what == LARGE {
            directory.enlarge();
        }
        let up = matches!(row.asked, Asked::GroupsOf(_));
        let only = row.only.map(|only| directory.instead_of(only));
        let ways = match &only {
            Some(only) => std::slice::from_ref(only),
            // Members are walked to in one way.
            None if !up => ways.get(..1).unwrap_or(ways),
            None => ways,
        };
        for way in ways {
            let finder = directory.finder(*way);
            let (found, spent) = ask(&finder, directory, &row.asked).await;
            assert_eq!(
                found, row.expected,
                "{}: {} by {way:?}",
                directory.title, row.what
            );
            let method = if up {
                format!("`{way:?}`")
            } else {
                "downward".to_owned()
            };
            writeln!(
                page,
                "| {} | {} | {method} | {} | {} | {:.1} |",
                row.what,
                found.len(),
                spent.round_trips,
                spent.searches,
                spent.took.as_secs_f64() * 1000.0
            )
            .unwrap();
        }
    }
}

fn rows(directory: &Directory) -> Vec<Row> {
    let cast = &directory.cast;
    let row = |what, asked, expected: Vec<String>| Row {
        what,
        asked,
        expected,
        only: None,
    };
    let texts = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let nested = (1..=DEPTH + 1).map(|at| {
        let below = (1..at).map(|below| format!("/n{below:02}"));
        format!("n{at:02}{}", below.collect::<String>())
    });
    let mut down: Vec<String> = (1..=DEPTH)
        .map(|at| {
            let above = (at + 1..=DEPTH).rev().map(|above| format!("/n{above:02}"));
            format!("n{at:02}{}", above.collect::<String>())
        })
        .collect();
    let all = (1..=DEPTH).rev().map(|above| format!("/n{above:02}"));
    down.push(format!("ada{}", all.collect::<String>()));
    down.sort();
    let only = |way, row| Row {
        only: Some(way),
        ..row
    };
    // In Active Directory people are in groups by DN, and login names in groups are a copy of that for Unix, which `auto` does
    // not look at.
    let together: &[&str] = if directory.looks_at_both() {
        &["dns", "wheel"]
    } else {
        &["dns"]
    };
    vec![
        row(
            "groups nested 12 deep",
            Asked::GroupsOf("ada"),
            nested.collect(),
        ),
        row(
            "a person in 500 groups",
            Asked::GroupsOf("bob"),
            (0..500).map(|at| format!("w{at:03}")).collect(),
        ),
        row(
            "a cycle of three groups",
            Asked::GroupsOf("carol"),
            texts(&["c1", "c2/c1", "c3/c1/c2"]),
        ),
        row(
            "a comma in a name",
            Asked::GroupsOf("dora"),
            texts(&["R, D", "outer/R, D"]),
        ),
        only(
            Membership::Auto,
            row(
                "groups of DNs and of login names together",
                Asked::GroupsOf("eve"),
                texts(together),
            ),
        ),
        only(
            Membership::MemberUid,
            row(
                "groups of login names",
                Asked::GroupsOf("eve"),
                texts(&["wheel"]),
            ),
        ),
        only(
            Membership::MemberUid,
            row(
                "a group of a number",
                Asked::GroupsOf("gil"),
                texts(&["wheel"]),
            ),
        ),
        only(
            Membership::Auto,
            row(
                "a dynamic group in a dynamic group",
                Asked::GroupsOf("fay"),
                texts(&["bern", "berns/bern"]),
            ),
        ),
        row("members, nested 12 deep", Asked::Members("n13"), down),
        row(
            "members of a cycle",
            Asked::Members("c1"),
            texts(&["c2/c3", "c3", "carol"]),
        ),
        only(
            Membership::MemberUid,
            row(
                "members by login name and by number",
                Asked::Members("wheel"),
                texts(&["eve", "gil"]),
            ),
        ),
        row(
            "members of a dynamic group of a dynamic group",
            Asked::Members("berns"),
            texts(&["bern", "fay/bern"]),
        ),
        row(
            LARGE,
            Asked::Members("big"),
            (0..cast.big).map(|at| format!("p{at:05}")).collect(),
        ),
    ]
}

/// Each answer with its path, `name/first/second`, in order.
async fn ask(finder: &Finder, directory: &Directory, asked: &Asked) -> (Vec<String>, Spent) {
    let (name, kinds) = match asked {
        Asked::GroupsOf(name) => (name, Kinds::People),
        Asked::Members(name) => (name, Kinds::Groups),
    };
    let id = id(finder, name, kinds).await;
    let deadline = Instant::now() + DEADLINE;
    let shown = |name: &str, path: &[entryway_lookup::Step]| {
        let path = path.iter().map(|step| format!("/{}", step.name));
        format!("{name}{}", path.collect::<String>())
    };
    let (mut found, spent) = match asked {
        Asked::GroupsOf(_) => {
            let question = GroupsOfQuestion {
                entry: id,
                reach: Reach::Effective,
                limit: u32::MAX,
                deadline,
            };
            let answer = finder.groups_of(question).await.expect("an answer");
            assert_eq!(answer.gaps, [], "{}: {name}", directory.title);
            let groups = answer.groups.iter();
            let groups = groups.map(|group| shown(&group.group.name, &group.path));
            (groups.collect::<Vec<_>>(), answer.spent)
        }
        Asked::Members(_) => {
            let question = MembersQuestion {
                group: id,
                reach: Reach::Effective,
                kinds: Kinds::Both,
                limit: u32::MAX,
                deadline,
            };
            let answer = finder.members(question).await.expect("an answer");
            assert_eq!(answer.gaps, [], "{}: {name}", directory.title);
            assert_eq!(answer.unresolved, [], "{}", directory.title);
            let members = answer.members.iter();
            let members = members.map(|member| shown(&member.entry.name, &member.path));
            (members.collect::<Vec<_>>(), answer.spent)
        }
    };
    found.sort();
    (found, spent)
}

async fn id(finder: &Finder, name: &str, kinds: Kinds) -> EntryId {
    let question = ResolveQuestion {
        queries: vec![name.to_owned()],
        wanted: Wanted {
            kinds,
            unique: false,
            first: true,
            all_domains: true,
            limit: 50,
        },
        domains: Vec::new(),
        deadline: Instant::now() + DEADLINE,
    };
    let found = finder.resolve(question).await.remove(0);
    let first = found.matches.into_iter().next();
    first
        .unwrap_or_else(|| panic!("`{name}`: {:?}", found.gaps))
        .id
}

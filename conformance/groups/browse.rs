//! Paging through a real directory: twenty thousand people, in pages that the server gives.

use crate::servers::Directory;
use entryway_directory::{Finder, Membership};
use entryway_ldap_types::Dn;
use entryway_lookup::{BrowseKinds, BrowseQuestion, Browsing, Page, Position, View};
use std::time::Instant;

const SIZE: u32 = 1000;

async fn page(finder: &Finder, view: View, people: bool, position: Position) -> Page {
    let question = BrowseQuestion {
        domain: "staff".to_owned(),
        view,
        kinds: BrowseKinds {
            people,
            groups: true,
            containers: true,
        },
        position,
        size: Some(SIZE),
        refresh: false,
        deadline: Instant::now() + crate::DEADLINE,
    };
    finder.page(question).await.unwrap()
}

fn names(page: &Page) -> Vec<String> {
    page.rows.iter().map(|row| row.name.to_string()).collect()
}

/// Every page of a list, there and back, a place by its name, and the tree.
pub(crate) async fn check(directory: &Directory) {
    let finder = directory.finder(Membership::Auto);
    let flat = |position| page(&finder, View::Flat, true, position);
    let mut at = flat(Position::Start).await;
    assert_eq!(at.gaps, []);
    let total = at.total;
    assert!(total > 20_000, "{total}");
    let (mut seen, mut pages) = (Vec::new(), 0);
    while let Some(next) = at.next.clone() {
        assert_eq!((at.offset, at.rows.len()), (pages * 1000, 1000));
        seen.extend(names(&at));
        pages += 1;
        at = flat(Position::Cursor(next)).await;
    }
    seen.extend(names(&at));
    assert_eq!(seen.len() as u64, total);
    let mut sorted = seen.clone();
    sorted.sort_by_key(|name| entryway_lookup::fold(name));
    assert_eq!(seen, sorted);
    let back = flat(Position::Cursor(at.previous.clone().unwrap())).await;
    assert_eq!(back.offset, (pages - 1) * 1000);
    assert_eq!(
        names(&back),
        seen[seen.len() - at.rows.len() - 1000..][..1000]
    );
    let sought = flat(Position::Seek("p10000".to_owned())).await;
    assert_eq!(&*sought.rows[0].name, "p10000");
    assert_eq!(seen[usize::try_from(sought.offset).unwrap()], "p10000");
    let figures = finder.browse_figures();
    let each = figures.bytes / figures.rows;
    assert!(each < 200, "{each}");

    let top = page(&finder, View::Below(None), false, Position::Start).await;
    assert_eq!(names(&top)[0], "groups");
    let groups = View::Below(Some(Dn::parse(&top.rows[0].dn).unwrap()));
    let groups = page(&finder, groups, false, Position::Start).await;
    assert!(names(&groups).contains(&"R, D".to_owned()));
}

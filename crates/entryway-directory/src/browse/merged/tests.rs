use super::*;
use crate::browse::list::{Building, NewRow};
use entryway_login::Subject;
use entryway_lookup::{EntryId, RowKind};

fn list(kind: RowKind, names: &[&str]) -> List {
    let mut building = Building::new("staff", kind, usize::MAX);
    for name in names {
        let id = EntryId::from_subject(Subject(format!("staff:{name}"))).unwrap();
        assert!(building.push(&NewRow {
            id: &id,
            name,
            description: None,
            mail: None,
            dn: "cn=x",
        }));
    }
    building.in_order()
}

fn names(slice: &Slice) -> Vec<&str> {
    slice.rows.iter().map(|row| &*row.name).collect()
}

#[test]
fn pages_of_any_size_give_every_row_once_in_both_directions() {
    let people = list(RowKind::Person, &["Ada", "bob", "eve", "mallory", "zoe"]);
    let groups = list(RowKind::Group, &["bob", "devs", "Staff", "zoo"]);
    let merged = Merged(vec![&people, &groups]);
    let all = [
        "Ada", "bob", "bob", "devs", "eve", "mallory", "Staff", "zoe", "zoo",
    ];
    for size in 1..=10 {
        let mut seen = Vec::new();
        let mut slice = merged.first(size);
        loop {
            assert_eq!(slice.offset, seen.len());
            seen.extend(names(&slice).into_iter().map(str::to_owned));
            let Some((_, last)) = slice.edges else { break };
            slice = merged.after(&last, true, size);
        }
        assert_eq!(seen, all, "forward by {size}");
        let mut slice = merged.before(&Mark::new("\u{10ffff}", ""), size);
        let mut seen = Vec::new();
        while let Some((first, _)) = slice.edges.clone() {
            seen.extend(names(&slice).into_iter().rev().map(str::to_owned));
            assert_eq!(slice.offset, all.len() - seen.len());
            slice = merged.before(&first, size);
        }
        seen.reverse();
        assert_eq!(seen, all, "back by {size}");
    }
}

#[test]
fn a_text_is_found_where_it_would_stand() {
    let people = list(RowKind::Person, &["Ada", "bob", "eve"]);
    let merged = Merged(vec![&people]);
    for (text, first) in [("", "Ada"), ("b", "bob"), ("bob", "bob"), ("c", "eve")] {
        let slice = merged.after(&Mark::new(text, ""), false, 1);
        assert_eq!(names(&slice), [first], "{text}");
    }
    let slice = merged.after(&Mark::new("zz", ""), false, 1);
    assert_eq!((slice.rows.len(), slice.offset), (0, 3));
}

#[test]
fn without_lists_there_is_nothing() {
    let merged = Merged(Vec::new());
    assert_eq!(merged.first(5).rows.len(), 0);
    assert_eq!(merged.before(&Mark::new("a", ""), 5).rows.len(), 0);
}

use super::*;

fn id(identity: &str) -> EntryId {
    EntryId::from_subject(Subject(format!("staff:{identity}"))).unwrap()
}

fn list(rows: &[(&str, &str, &str)]) -> List {
    let mut building = Building::new("staff", RowKind::Person, usize::MAX);
    for (name, identity, dn) in rows {
        let row = NewRow {
            id: &id(identity),
            name,
            description: None,
            mail: None,
            dn,
        };
        assert!(building.push(&row));
    }
    building.in_order()
}

#[test]
fn what_was_put_in_comes_out() {
    let identities = [
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        // Not the usual way to write one: kept as it is.
        "3F2504E0-4f89-11d3-9a0c-0305e82c3301",
        "3f2504e0-4f8911d3-9a0c0305-e82c3301",
        "S-1-5-21-1-2-3-1104",
        "dn:cn=doe\\2c jane,ou=people,dc=example,dc=com",
    ];
    let dns = [
        r"CN=Doe\, Jane,OU=People,dc=example,dc=com",
        r#"CN="Doe, Jane",OU=People,dc=example,dc=com"#,
        r"CN=Trailing\\,OU=People,dc=example,dc=com",
        "dc=com",
    ];
    for identity in identities {
        for dn in dns {
            let mut building = Building::new("staff", RowKind::Group, usize::MAX);
            let (id, long) = (id(identity), "x".repeat(300));
            assert!(building.push(&NewRow {
                id: &id,
                name: "Jané  Doe",
                description: Some(&long),
                mail: Some("jane@corp.example"),
                dn,
            }));
            let expected = Row {
                kind: RowKind::Group,
                id,
                name: "Jané  Doe".into(),
                description: Some(long.into()),
                mail: Some("jane@corp.example".into()),
                dn: dn.into(),
            };
            assert_eq!(building.in_order().row(0), Some(expected));
        }
    }
}

#[test]
fn the_identity_that_a_name_gives_takes_no_room() {
    let dn = "uid=jane,ou=people,dc=example,dc=com";
    let of_dn = format!("dn:{dn}");
    let short = list(&[("Jane", &of_dn, dn)]);
    let long = list(&[("Jane", "dn:uid=other,ou=people,dc=example,dc=com", dn)]);
    assert_eq!(short.row(0).unwrap().id, id(&of_dn));
    assert!(short.bytes() + 40 < long.bytes());
}

#[test]
fn names_are_in_order_without_regard_to_case_and_namesakes_by_identity() {
    let list = list(&[
        ("bob", "4", "uid=4"),
        ("Jane", "2", "uid=2"),
        ("ADA", "3", "uid=3"),
        ("jane", "1", "uid=1"),
        // The same once more.
        ("Jane", "2", "uid=2"),
    ]);
    let names: Vec<_> = (0..list.len())
        .map(|at| list.row(at).unwrap().name)
        .collect();
    assert_eq!(names, ["ADA", "bob", "jane", "Jane"].map(Box::from));
    let mark = list.mark(2).unwrap();
    assert_eq!(list.before(&mark, false), 2);
    assert_eq!(list.before(&mark, true), 3);
    assert_eq!(list.before(&Mark::new("b", ""), false), 1);
    assert_eq!(list.before(&Mark::new("z", ""), false), 4);
}

#[test]
fn what_is_forgotten_leaves_nothing() {
    let mut building = Building::new("staff", RowKind::Person, usize::MAX);
    let push = |building: &mut Building, name: &str| {
        building.push(&NewRow {
            id: &id(name),
            name,
            description: None,
            mail: None,
            dn: "uid=1,dc=example",
        })
    };
    for name in ["one", "two", "three"] {
        push(&mut building, name);
    }
    building.truncate(1);
    push(&mut building, "four");
    let list = building.in_order();
    assert_eq!(list.len(), 2);
    assert_eq!(&*list.row(0).unwrap().name, "four");
    assert_eq!(&*list.row(1).unwrap().name, "one");
}

#[test]
fn a_row_of_a_usual_person_takes_about_a_hundred_bytes() {
    let mut building = Building::new("staff", RowKind::Person, usize::MAX);
    let rows = 10_000;
    for number in 0..rows {
        let uid = format!("user{number:06}");
        assert!(building.push(&NewRow {
            id: &id(&format!("3f2504e0-4f89-11d3-9a0c-{number:012x}")),
            name: &format!("Person Number {number}"),
            description: Some("Software Engineer"),
            mail: Some(&format!("{uid}@corp.example.com")),
            dn: &format!("uid={uid},ou=engineering,ou=people,dc=corp,dc=example,dc=com"),
        }));
    }
    let list = building.in_order();
    let each = list.bytes() / rows;
    assert!((60..130).contains(&each), "{each} bytes");
}

#[test]
fn there_is_no_more_room_than_was_said() {
    let mut building = Building::new("staff", RowKind::Person, 100);
    let long = "x".repeat(70);
    let row = NewRow {
        id: &id("1"),
        name: &long,
        description: None,
        mail: None,
        dn: "uid=1",
    };
    assert!(building.push(&row));
    assert!(!building.push(&row));
    assert_eq!(building.in_order().len(), 1);
}

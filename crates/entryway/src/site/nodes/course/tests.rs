use super::*;

const HOME: &str = "https://hub.example/connector/v1/plant-a";

/// `+` is up, `-` fails, `?` is dialled for the first time, `h` is where the connector enrolled.
fn after(listed: &[&str], lines: &[(&str, &str)]) -> Vec<String> {
    let listed: Vec<_> = listed.iter().map(|node| (*node).to_owned()).collect();
    let lines: Vec<_> = lines
        .iter()
        .map(|(node, how)| Line {
            node,
            is_home: how.contains('h'),
            is_up: how.contains('+'),
            fails: how.contains('-'),
        })
        .collect();
    course(&listed, HOME, &lines)
}

#[test]
fn the_list_is_dialled_and_nothing_else() {
    assert_eq!(after(&["a", "b"], &[]), ["a", "b"]);
    assert_eq!(after(&["a", "b"], &[("a", "?"), ("b", "-")]), ["a", "b"]);
    assert_eq!(after(&["a", "b"], &[("a", "+"), ("b", "-")]), ["a", "b"]);
    // One that went away with the list.
    assert_eq!(after(&["a"], &[("a", "+"), ("old", "-")]), ["a"]);
    assert_eq!(after(&["a"], &[("a", "?"), ("old", "-")]), ["a"]);
}

#[test]
fn what_stands_is_given_up_once_one_of_the_list_stands() {
    assert_eq!(after(&["a"], &[("old", "+")]), ["a", "old"]);
    assert_eq!(after(&["a"], &[("a", "-"), ("old", "+")]), ["a", "old"]);
    assert_eq!(after(&["a"], &[("a", "+"), ("old", "+")]), ["a"]);
    assert_eq!(after(&["a"], &[("a", "-"), (HOME, "h+")]), ["a", HOME]);
    assert_eq!(after(&["a"], &[("a", "+"), (HOME, "h+")]), ["a"]);
}

#[test]
fn while_none_of_the_list_stands_the_hub_is_dialled_where_it_was_found() {
    assert_eq!(
        after(&["a", "b"], &[("a", "-"), ("b", "-")]),
        ["a", "b", HOME]
    );
    // It goes on, whatever the others do meanwhile.
    assert_eq!(after(&["a"], &[("a", "?"), (HOME, "h?")]), ["a", HOME]);
    // A list of what cannot be dialled is none.
    assert_eq!(after(&[], &[]), [HOME]);
    // It is one of the list already.
    assert_eq!(after(&["a"], &[("a", "h-")]), ["a"]);
}

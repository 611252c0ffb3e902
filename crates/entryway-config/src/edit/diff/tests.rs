use super::*;

/// Follows the steps and gives what they lead to, and how many lines they keep.
fn check(old: &str, new: &str, kept: usize) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split(' ').collect(), new.split(' ').collect());
    let (mut from, mut to, mut same) = (Vec::new(), Vec::new(), 0);
    for step in steps(&old, &new) {
        match step {
            Step::Keep {
                old: left,
                new: right,
            } => {
                assert_eq!(old[left], new[right]);
                from.push(old[left]);
                to.push(new[right]);
                same += 1;
            }
            Step::Drop { old: left } => from.push(old[left]),
            Step::Add { new: right } => to.push(new[right]),
        }
    }
    assert_eq!((from, to, same), (old, new, kept));
}

#[test]
fn the_shortest_way_is_found() {
    check("a b c", "a b c", 3);
    check("a b c", "x", 0);
    check("a b c d", "a x c d", 3);
    check("a b c a b b a", "c b a b a c", 4);
    check("a a a b", "b a a a", 3);
    check("a b c d e f g h", "h a b c x d f g", 6);
    check("1 2 3 4 5 6 7 8 9", "9 8 7 6 5 4 3 2 1", 1);
    check("a b c", "x x x x x x x x x a b c x x x", 3);
    check("x y", "a b c d e f x y", 2);
    check("a b c d e f x y", "x y", 2);
    check("q a b c d e f x y r", "q x y z z z z z z r", 4);
}

#[test]
fn distant_differences_stand_apart() {
    let old: Vec<String> = (0..20).map(|line| line.to_string()).collect();
    let mut new = old.clone();
    new[2] = "two".to_owned();
    new.insert(17, "new".to_owned());
    let text = unified(Path::new("x"), &old.join("\n"), &new.join("\n"));
    let heads: Vec<&str> = text.lines().filter(|line| line.starts_with('@')).collect();
    assert_eq!(heads, ["@@ -1,6 +1,6 @@", "@@ -15,6 +15,7 @@"]);
}

#[test]
fn a_secret_that_changes_is_shown_as_a_line_that_changes() {
    let one = "[[token]]\nsecret = \"hunter2\"\n";
    let text = unified(Path::new("x"), one, &one.replace("hunter2", "hunter3"));
    assert!(
        text.contains("-secret = \"***\"\n+secret = \"***\"\n"),
        "{text}"
    );
    assert!(!text.contains("hunter"), "{text}");
}

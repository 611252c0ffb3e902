//! Variables of the environment that the command line knows.

use crate::world::World;

#[test]
fn a_variable_that_is_empty_says_nothing() {
    let world = World::new();
    for name in ["ENTRYWAY_CONFIG", "ENTRYWAY_LOG", "ENTRYWAY_LOG_FORMAT"] {
        let mut command = world.command(&["explain", "jdoe"]);
        let ended = command.env(name, "").output().expect("an end");
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(
            (ended.status.code(), told.as_str()),
            (Some(0), ""),
            "{name}"
        );
    }
    let ended = world.command(&["explain", "jdoe", "--config", ""]).output();
    assert_eq!(
        ended.expect("an end").status.code(),
        Some(2),
        "an option that says nothing is a mistake"
    );
}

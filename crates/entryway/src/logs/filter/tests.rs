use super::Filter;
use tracing::Level;
use tracing::level_filters::LevelFilter;

fn check(filter: &str, target: &str, level: Level, expected: bool) {
    let filter = Filter::level(LevelFilter::INFO)
        .refined(filter)
        .expect("a filter");
    assert_eq!(
        filter.allows(target, level),
        expected,
        "{target} at {level}"
    );
}

#[test]
fn the_closest_prefix_decides() {
    check("", "login.decided", Level::INFO, true);
    check("", "login.decided", Level::DEBUG, false);
    check("debug", "login.decided", Level::DEBUG, true);
    check("off", "login.decided", Level::ERROR, false);
    check("warn,login=debug", "login.decided", Level::DEBUG, true);
    check("warn,login=debug", "config.applied", Level::INFO, false);
    check(
        "login=debug,login.decided=off",
        "login.decided",
        Level::ERROR,
        false,
    );
    check(
        "login.decided=off,login=debug",
        "login.abandoned",
        Level::DEBUG,
        true,
    );
    check(" warn , login = info ", "login.decided", Level::INFO, true);
}

#[test]
fn nonsense_is_refused() {
    for text in ["loud", "login=", "login=loud", "5", "login=5"] {
        assert!(
            Filter::level(LevelFilter::INFO).refined(text).is_err(),
            "{text:?}"
        );
    }
}

#[test]
fn the_most_that_is_written_is_known() {
    let filter = Filter::level(LevelFilter::WARN)
        .refined("login=trace")
        .expect("a filter");
    assert_eq!(filter.most(), LevelFilter::TRACE);
}

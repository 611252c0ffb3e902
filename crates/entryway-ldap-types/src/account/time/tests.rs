use super::*;
use std::time::Duration;

#[track_caller]
fn check(text: &str, expected: Option<i64>) {
    assert_eq!(generalized(text), expected, "{text}");
}

#[test]
fn rfc4517_3_3_13_generalized_time() {
    check("19700101000000Z", Some(0));
    check("20200101000000Z", Some(1_577_836_800));
    check("20261120120000Z", Some(1_795_176_000));
    check("20261120120000.0Z", Some(1_795_176_000));
    check("20261120120000,5Z", Some(1_795_176_000));
    check("202611201200Z", Some(1_795_176_000));
    check("2026112012Z", Some(1_795_176_000));
    check("20261120140000+0200", Some(1_795_176_000));
    check("20261120140000+02", Some(1_795_176_000));
    check("20261120083000-0330", Some(1_795_176_000));
    check("19691231235959Z", Some(-1));
    check("20240229000000Z", Some(1_709_164_800));
    check("000001010000Z", Some(-62_167_219_200));
    check("16010101000000Z", Some(-11_644_473_600));
    check("99991231235959Z", Some(253_402_300_799));
}

#[test]
fn what_is_no_generalized_time() {
    for text in [
        "",
        "Z",
        "20261120120000",
        "20261120120000z",
        "202611201Z",
        "20261120120Z",
        "20261120120000.Z",
        "20261120120000.xZ",
        "20261320120000Z",
        "20260020120000Z",
        "20261100120000Z",
        "20261131120000Z",
        "20230229120000Z",
        "19000229120000Z",
        "20261120240000Z",
        "20261120126000Z",
        "20261120120061Z",
        "20261120120000+2",
        "20261120120000+2400",
        "20261120120000+0260",
        "20261120120000Z0",
        "2026112012ééZ",
        "+0200",
    ] {
        check(text, None);
    }
}

#[test]
fn ticks_count_from_1601() {
    assert_eq!(ticks(132_223_104_000_000_000), 1_577_836_800);
    assert_eq!(ticks(0), -SECONDS_1601_TO_1970);
    assert!(ticks(i64::MIN) < 0);
}

#[test]
fn time_before_1970_counts_down() {
    let before = |nanos| unix_seconds(SystemTime::UNIX_EPOCH - Duration::from_nanos(nanos));
    assert_eq!(before(0), 0);
    assert_eq!(before(1), -1);
    assert_eq!(before(1_000_000_000), -1);
    assert_eq!(before(1_000_000_001), -2);
    assert_eq!(days(-1), -1);
    assert_eq!(days(0), 0);
}

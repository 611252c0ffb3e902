use super::{counted, domain, span};
use crate::columns::{Style, render};
use crate::palette::Palette;
use entryway_wire::DomainStatus;

#[test]
fn spans_are_as_long_as_anybody_cares() {
    for (seconds, expected) in [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 d 0 h"),
        (5 * 86_400 + 3 * 3_600 + 7, "5 d 3 h"),
    ] {
        assert_eq!(span(seconds), expected);
    }
}

#[test]
fn one_is_not_many() {
    assert_eq!(counted(0_u32, "day"), "0 days");
    assert_eq!(counted(1_usize, "day"), "1 day");
    assert_eq!(counted(2_i64, "day"), "2 days");
}

#[test]
fn a_domain_without_a_server_says_why() {
    let mut rows = Vec::new();
    let status = DomainStatus {
        name: "staff".to_owned(),
        ready: false,
        problem: Some("srv corp.example: DNS has not answered yet".to_owned()),
        servers: Vec::new(),
    };
    domain(&status, &mut rows);
    let style = Style {
        palette: Palette::new(false),
        width: None,
    };
    let text = render(&rows, style);
    let cause = "no server is known";
    assert!(text.contains(cause), "{text}");
    assert!(text.contains("srv corp.example: DNS has not"), "{text}");
}

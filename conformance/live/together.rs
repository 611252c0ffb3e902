//! Two domains: OpenLDAP first, Active Directory second.

use crate::row::{Expected, Row, accept};
use crate::setups::Setup;

pub(crate) fn rows() -> Vec<Row> {
    use Expected::{Indeterminate, Reject};
    let both = |title: &str, login: &str, password: &str, expected| {
        Row::new(title, Setup::Together, login, password, expected)
    };
    let down = |title: &str, login: &str, password: &str, expected| {
        Row::new(title, Setup::StaffDown, login, password, expected)
    };
    let skip = |title: &str, login: &str, password: &str, expected| {
        Row::new(title, Setup::StaffDownSkip, login, password, expected)
    };
    let his_other_password = "pw-Dave of the lab";
    vec![
        both("found in the first", "erin", "pw-erin", accept("erin")),
        both(
            "found in the second",
            "svcuser",
            "pw-svcuser",
            accept("svcuser"),
        ),
        both(
            "the first record decides",
            "dave",
            his_other_password,
            Reject("wrong_password"),
        ),
        both(
            "a name that says the second",
            "lab/dave",
            his_other_password,
            accept("dave"),
        ),
        both(
            "a NetBIOS name says the second",
            "LAB\\dave",
            his_other_password,
            accept("dave"),
        ),
        both(
            "a suffix says the second",
            "dave@lab.example.org",
            his_other_password,
            accept("dave"),
        ),
        both(
            "in neither",
            "nobody",
            his_other_password,
            Reject("unknown_login"),
        ),
        down(
            "an outage of the first stops a bare name",
            "svcuser",
            "pw-svcuser",
            Indeterminate("directory_unreachable"),
        ),
        down(
            "a named domain does not feel it",
            "lab/svcuser",
            "pw-svcuser",
            accept("svcuser"),
        ),
        skip(
            "skipping it finds the second",
            "svcuser",
            "pw-svcuser",
            accept("svcuser"),
        ),
        skip(
            "skipping it never says unknown",
            "nobody",
            his_other_password,
            Indeterminate("directory_unreachable"),
        ),
    ]
}

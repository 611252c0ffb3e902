use super::*;
use bytes::Bytes;
use entryway_ldap_types::Attribute;

/// Threshold, window in seconds, and whether and how long.
type Expected = (Option<u32>, Option<u64>, Option<LockoutDuration>);

#[track_caller]
fn check(kind: &Kind, attributes: &[(&str, &str)], expected: Expected) {
    let attributes = attributes
        .iter()
        .map(|(name, value)| Attribute {
            name: AttributeName::parse(name).unwrap(),
            values: vec![Bytes::copy_from_slice(value.as_bytes())],
        })
        .collect();
    let policy = kind.read(&Entry {
        dn: Dn::default(),
        dn_text: "".into(),
        attributes,
    });
    let window = policy.window.map(|window| window.as_secs());
    assert_eq!((policy.threshold, window, policy.duration), expected);
}

const fn seconds(seconds: u64) -> Option<LockoutDuration> {
    Some(LockoutDuration::For(Duration::from_secs(seconds)))
}

const GOOD: Option<LockoutDuration> = Some(LockoutDuration::ForGood);

#[test]
fn active_directory_counts_below_zero() {
    let head = |threshold, window, duration| {
        [
            ("lockoutThreshold", threshold),
            ("lockOutObservationWindow", window),
            ("lockoutDuration", duration),
        ]
    };
    check(
        &DOMAIN_HEAD,
        &head("5", "-18000000000", "-6000000001"),
        (Some(5), Some(1800), seconds(601)),
    );
    check(&DOMAIN_HEAD, &head("0", "0", "0"), (None, None, GOOD));
    check(
        &DOMAIN_HEAD,
        &head("10", "x", "-9223372036854775808"),
        (Some(10), None, GOOD),
    );
    check(&DOMAIN_HEAD, &head("-1", "600", "600"), (None, None, None));
    check(&DOMAIN_HEAD, &[], (None, None, None));
    check(
        &FINE_GRAINED,
        &[
            ("msDS-LockoutThreshold", "3"),
            ("msDS-LockoutObservationWindow", "-600000000"),
            ("msDS-LockoutDuration", "-600000000"),
        ],
        (Some(3), Some(60), seconds(60)),
    );
}

#[test]
fn behera_5_2_policies_lock_if_they_say_so() {
    let policy = |locks, most| [("pwdLockout", locks), ("pwdMaxFailure", most)];
    check(&BEHERA, &policy("TRUE", "4"), (Some(4), None, None));
    check(&BEHERA, &policy("FALSE", "4"), (None, None, None));
    check(&BEHERA, &policy("TRUE", "0"), (None, None, None));
    check(&BEHERA, &[("pwdMaxFailure", "4")], (None, None, None));
    check(
        &BEHERA,
        &[
            ("pwdLockout", "true"),
            ("pwdMaxFailure", "4"),
            ("pwdFailureCountInterval", "300"),
            ("pwdLockoutDuration", "0"),
        ],
        (Some(4), Some(300), GOOD),
    );
    check(
        &BEHERA,
        &[
            ("pwdFailureCountInterval", "0"),
            ("pwdLockoutDuration", "-5"),
        ],
        (None, None, None),
    );
}

#[test]
fn what_389_writes() {
    check(
        &NETSCAPE,
        &[
            ("passwordLockout", "on"),
            ("passwordMaxFailure", "3"),
            ("passwordResetFailureCount", "600"),
            ("passwordLockoutDuration", "3600"),
        ],
        (Some(3), Some(600), seconds(3600)),
    );
    check(
        &NETSCAPE,
        &[("passwordLockout", "off"), ("passwordMaxFailure", "3")],
        (None, None, None),
    );
}

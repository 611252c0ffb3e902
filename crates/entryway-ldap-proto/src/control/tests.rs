use super::*;
use entryway_ldap_types::PasswordPolicyError;

fn policy(
    expires_in: Option<u32>,
    grace_left: Option<u32>,
    error: Option<PasswordPolicyError>,
) -> PasswordPolicy {
    PasswordPolicy {
        expires_in,
        grace_left,
        error,
    }
}

/// A password policy value, both ways.
fn check(value: &[u8], expected: PasswordPolicy) {
    assert_eq!(
        decode_password_policy(Some(value)),
        Ok(expected),
        "{value:02x?}"
    );
    assert_eq!(encode_password_policy(&expected), value, "{expected:?}");
}

#[test]
fn draft_behera_6_2_password_policy_response() {
    check(&[0x30, 0], policy(None, None, None));
    check(
        &[0x30, 5, 0xa0, 3, 0x80, 1, 60],
        policy(Some(60), None, None),
    );
    check(&[0x30, 5, 0xa0, 3, 0x81, 1, 2], policy(None, Some(2), None));
    check(
        &[0x30, 3, 0x81, 1, 0],
        policy(None, None, Some(PasswordPolicyError::PasswordExpired)),
    );
    check(
        &[0x30, 8, 0xa0, 3, 0x81, 1, 0, 0x81, 1, 2],
        policy(None, Some(0), Some(PasswordPolicyError::ChangeAfterReset)),
    );
    for code in 0..=9 {
        let decoded = decode_password_policy(Some(&[0x30, 3, 0x81, 1, code])).unwrap();
        assert_eq!(encode_password_policy(&decoded), [0x30, 3, 0x81, 1, code]);
    }
    check(
        &[0x30, 4, 0x81, 2, 1, 0],
        policy(None, None, Some(PasswordPolicyError::Other(256))),
    );
}

#[test]
fn a_password_policy_that_cannot_be_read_is_an_error() {
    let refused = |value: &[u8], expected| {
        assert_eq!(
            decode_password_policy(Some(value)),
            Err(expected),
            "{value:02x?}"
        )
    };
    refused(&[], DecodeError::Truncated);
    refused(&[0x30, 1], DecodeError::Truncated);
    refused(&[0x30, 2, 0xa0, 0], DecodeError::Truncated);
    refused(
        &[0x30, 5, 0xa0, 3, 0x80, 1, 0xff],
        DecodeError::Value {
            what: "timeBeforeExpiration",
        },
    );
    refused(
        &[0x30, 3, 0x81, 1, 0xff],
        DecodeError::Value { what: "error" },
    );
    refused(&[0x30, 0, 0], DecodeError::Trailing { count: 1 });
    let found = Tag(0x31);
    refused(
        &[0x31, 0],
        DecodeError::Tag {
            expected: "PasswordPolicyResponseValue",
            found,
        },
    );
    assert_eq!(decode_password_policy(None), Ok(PasswordPolicy::default()));
}

#[test]
fn nothing_hides_the_error_of_a_password_policy() {
    let refused = |value: &[u8], expected, found| {
        assert_eq!(
            decode_password_policy(Some(value)),
            Err(DecodeError::Tag {
                expected,
                found: Tag(found)
            }),
            "{value:02x?}"
        )
    };
    let end = "the end of the password policy response";
    // An unknown element in front of the error, and behind it.
    refused(&[0x30, 6, 0x82, 1, 0, 0x81, 1, 2], end, 0x82);
    refused(&[0x30, 6, 0x81, 1, 2, 0x82, 1, 0], end, 0x82);
    // Two warnings, two errors, the error first.
    let twice = [
        0x30, 13, 0xa0, 3, 0x80, 1, 1, 0xa0, 3, 0x80, 1, 1, 0x81, 1, 2,
    ];
    refused(&twice, end, 0xa0);
    refused(&[0x30, 6, 0x81, 1, 2, 0x81, 1, 2], end, 0x81);
    refused(&[0x30, 8, 0x81, 1, 2, 0xa0, 3, 0x80, 1, 1], end, 0xa0);
    // The error under a tag that it does not have.
    refused(&[0x30, 3, 0x0a, 1, 2], end, 0x0a);
    refused(&[0x30, 5, 0xa1, 3, 0x0a, 1, 2], end, 0xa1);
    // A warning that is none, or two in one.
    refused(
        &[0x30, 8, 0xa0, 3, 0x85, 1, 9, 0x81, 1, 1],
        "a warning",
        0x85,
    );
    refused(
        &[0x30, 11, 0xa0, 6, 0x80, 1, 9, 0x81, 1, 1, 0x81, 1, 1],
        end,
        0x81,
    );
}

#[test]
fn rfc2696_2_paged_results() {
    let page = PagedResults {
        size: 500,
        cookie: Bytes::from_static(b"more"),
    };
    assert_eq!(page.encode(), b"\x30\x0a\x02\x02\x01\xf4\x04\x04more");
    assert_eq!(PagedResults::decode(&page.encode()), Ok(page.clone()));
    assert_eq!(
        PagedResults::decode(b"\x30\x03\x02\x01\x00"),
        Err(DecodeError::Truncated)
    );
    assert_eq!(
        PagedResults::decode(b"\x30\x05\x02\x01\xff\x04\x00"),
        Err(DecodeError::Value { what: "size" })
    );
    assert_eq!(
        PagedResults::decode(b"\x30\x05\x02\x01\x00\x04\x00\x00"),
        Err(DecodeError::Trailing { count: 1 })
    );

    let control = |oid: &str, value| ReceivedControl {
        oid: oid.into(),
        critical: false,
        value,
    };
    let other = control("1.2.3", None);
    let paged = control(oid::PAGED_RESULTS, Some(page.encode().into()));
    assert_eq!(PagedResults::find(std::slice::from_ref(&other)), Ok(None));
    assert_eq!(PagedResults::find(&[other, paged]), Ok(Some(page)));
    let without_value = control(oid::PAGED_RESULTS, None);
    assert_eq!(
        PagedResults::find(&[without_value]),
        Err(DecodeError::Truncated)
    );
}

#[test]
fn the_room_that_controls_are_given_suffices() {
    let long = Bytes::from(vec![7; 70_000]);
    let controls = [
        RequestControl::PasswordPolicy,
        RequestControl::ManageDsaIt,
        RequestControl::PagedResults {
            page: PagedResults {
                size: u32::MAX,
                cookie: long.clone(),
            },
            critical: true,
        },
        RequestControl::Other {
            oid: "1.2.3".into(),
            critical: true,
            value: Some(long),
        },
    ];
    for count in 0..=controls.len() {
        let mut out = Vec::new();
        write_request_controls(&controls[..count], &mut Writer::new(&mut out));
        assert!(
            out.len() <= request_controls_room(&controls[..count]),
            "{count} controls"
        );
    }
}

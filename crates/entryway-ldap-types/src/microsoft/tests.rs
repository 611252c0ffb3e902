use super::*;

const STORED: [u8; 16] = [
    0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
];
const WRITTEN: &str = "00112233-4455-6677-8899-aabbccddeeff";

#[test]
fn ms_dtyp_2_3_4_2_first_three_fields_are_little_endian() {
    assert_eq!(Guid::from_bytes(&STORED).unwrap().to_string(), WRITTEN);
    assert_eq!(Guid::parse(WRITTEN).unwrap().as_bytes(), &STORED);
}

#[test]
fn ms_dtyp_2_3_4_3_guid_text() {
    let guid = Guid::from_bytes(&STORED);
    assert_eq!(Guid::parse(&WRITTEN.to_uppercase()), guid);
    assert_eq!(Guid::parse(&format!("{{{WRITTEN}}}")), guid);
    for refused in [
        "",
        "{00112233-4455-6677-8899-aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddeeff}",
        "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeeff0",
        "001122334455-6677-8899-aabbccddeeff",
        "00112233445566778899aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddeefg",
        "00112233-4455-6677-8899-aabbccddeeé",
    ] {
        assert_eq!(Guid::parse(refused), None, "{refused}");
    }
}

#[test]
fn guid_bytes_are_sixteen() {
    assert_eq!(Guid::from_bytes(&STORED[1..]), None);
    assert_eq!(Guid::from_bytes(&[0; 17]), None);
}

#[track_caller]
fn check_sid(bytes: &[u8], expected: Option<&str>) {
    assert_eq!(
        Sid::from_bytes(bytes).map(|sid| sid.to_string()).as_deref(),
        expected
    );
}

#[test]
fn ms_dtyp_2_4_2_sids() {
    check_sid(&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0], Some("S-1-5-18"));
    check_sid(
        &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0],
        Some("S-1-5-32-544"),
    );
    check_sid(&[1, 0, 0, 0, 0, 0, 0, 5], Some("S-1-5"));
    check_sid(
        &[1, 1, 0, 0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff],
        Some("S-1-5-4294967295"),
    );
    check_sid(&[1, 0, 1, 0, 0, 0, 0, 0], Some("S-1-0x010000000000"));
}

#[test]
fn ms_dtyp_2_4_2_2_malformed_sids() {
    check_sid(&[], None);
    check_sid(&[1, 1, 0, 0, 0, 0, 0, 5], None);
    check_sid(&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0], None);
    check_sid(&[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 0], None);
    check_sid(&[2, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0], None);
    let mut sixteen = vec![1, 16, 0, 0, 0, 0, 0, 5];
    sixteen.resize(8 + 64, 0);
    check_sid(&sixteen, None);
}

#[track_caller]
fn check_sub_error(diagnostic: &str, expected: Option<AdSubError>) {
    assert_eq!(AdSubError::find(diagnostic), expected);
}

#[test]
fn sub_errors_of_a_bind() {
    use AdSubError::*;
    let bind = |code: &str| {
        format!(
            "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {code}, v1db1\0"
        )
    };
    for (code, expected) in [
        ("525", NoSuchUser),
        ("52e", LogonFailure),
        ("52E", LogonFailure),
        ("530", LogonHours),
        ("531", Workstation),
        ("532", PasswordExpired),
        ("533", AccountDisabled),
        ("568", TooManyContextIds),
        ("701", AccountExpired),
        ("773", MustChange),
        ("775", AccountLocked),
        ("57", Other(0x57)),
        ("0", Other(0)),
        ("80090346", Other(0x8009_0346)),
    ] {
        check_sub_error(&bind(code), Some(expected));
        assert_eq!(u32::from_str_radix(code, 16).unwrap(), expected.code());
        assert_eq!(code.to_lowercase(), expected.to_string());
    }
    check_sub_error("data 775", Some(AccountLocked));
}

#[test]
fn what_only_looks_like_a_sub_error() {
    check_sub_error("", None);
    check_sub_error("invalid credentials", None);
    check_sub_error("metadata 52e, x", None);
    check_sub_error("data base 52e", None);
    check_sub_error("data 52ez", None);
    check_sub_error("data ", None);
    check_sub_error("data 123456789, v1db1", None);
    check_sub_error("data +52e, v1db1", None);
    check_sub_error("data xyz, data 52e, v1db1", Some(AdSubError::LogonFailure));
}

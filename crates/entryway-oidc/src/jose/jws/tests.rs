use super::*;
use crate::jose::read_client_keys;

/// RFC 7515, appendix A.3: ES256.
const EXAMPLE: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const EXAMPLE_KEY: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

/// Knows one signature.
struct Example;

impl Signatures for Example {
    fn is_signature(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        text: &[u8],
        signature: &[u8],
    ) -> bool {
        let (signed, expected) = EXAMPLE.rsplit_once('.').unwrap();
        let x = match key {
            PublicKey::P256 { x, .. } => x[0],
            _ => 0,
        };
        // Octets of the appendix: `r` begins with 14, 209, `s` with 197, 10.
        algorithm == Algorithm::Es256
            && x == 0x7f
            && text == signed.as_bytes()
            && signature.len() == 64
            && signature[..2] == [14, 209]
            && signature[32..34] == [197, 10]
            && URL_SAFE_NO_PAD.encode(signature) == expected
    }
}

fn read(text: &str, algorithm: Algorithm) -> Result<Claims, JwsError> {
    let keys = read_client_keys(EXAMPLE_KEY).unwrap();
    let candidates = keys.iter().map(|key| Candidate {
        kid: Some("1"),
        algorithm,
        key: &key.key,
    });
    verify(text, &["JWT"], candidates, &Example)
}

fn check(text: &str, expected: JwsError) {
    assert_eq!(read(text, Algorithm::Es256).err(), Some(expected), "{text}");
}

fn with_header(header: &str) -> String {
    let (_, rest) = EXAMPLE.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header))
}

#[test]
fn rfc7515_appendix_a_3_the_example_is_read() {
    let claims = read(EXAMPLE, Algorithm::Es256).unwrap();
    assert_eq!(claims["iss"], "joe");
    assert_eq!(claims["exp"], 1_300_819_380);
}

#[test]
fn rfc7515_5_2_whatever_was_altered_must_be_refused() {
    for at in 0..EXAMPLE.len() {
        let other = if EXAMPLE.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        let mut text = EXAMPLE.to_owned();
        text.replace_range(at..=at, other);
        assert!(read(&text, Algorithm::Es256).is_err(), "{at}");
    }
    for at in 0..EXAMPLE.len() {
        assert!(read(&EXAMPLE[..at], Algorithm::Es256).is_err(), "{at}");
    }
    for text in [
        format!("{EXAMPLE}="),
        format!("{EXAMPLE}\n"),
        format!(" {EXAMPLE}"),
        format!("{EXAMPLE}."),
    ] {
        check(&text, JwsError::Malformed);
    }
}

#[test]
fn rfc8725_3_1_the_header_can_only_agree_with_the_key() {
    check(&with_header(r#"{"alg":"none"}"#), JwsError::Algorithm);
    check(&with_header(r#"{"alg":"HS256"}"#), JwsError::Algorithm);
    check(&with_header(r#"{"alg":["ES256"]}"#), JwsError::Algorithm);
    check(&with_header("{}"), JwsError::Algorithm);
    assert_eq!(
        read(EXAMPLE, Algorithm::EdDsa).err(),
        Some(JwsError::Algorithm)
    );
}

#[test]
fn rfc7515_4_1_11_crit_that_is_not_understood_must_be_refused() {
    check(
        &with_header(r#"{"alg":"ES256","crit":["exp"]}"#),
        JwsError::Critical,
    );
    check(
        &with_header(r#"{"alg":"ES256","crit":[]}"#),
        JwsError::Critical,
    );
}

#[test]
fn rfc8725_3_11_another_kind_is_refused() {
    check(
        &with_header(r#"{"alg":"ES256","typ":"logout+jwt"}"#),
        JwsError::Type,
    );
    check(
        &with_header(r#"{"alg":"ES256","typ":"at+jwt"}"#),
        JwsError::Type,
    );
    check(
        &with_header(r#"{"alg":"ES256","typ":1}"#),
        JwsError::Malformed,
    );
    // The right kind gets as far as the signature.
    check(
        &with_header(r#"{"alg":"ES256","typ":"application/jwt"}"#),
        JwsError::Signature,
    );
}

#[test]
fn a_key_that_is_named_is_the_one() {
    check(
        &with_header(r#"{"alg":"ES256","kid":"2"}"#),
        JwsError::NoKey,
    );
    check(
        &with_header(r#"{"alg":"ES256","kid":"1"}"#),
        JwsError::Signature,
    );
    assert_eq!(
        verify(EXAMPLE, &["JWT"], std::iter::empty(), &Example),
        Err(JwsError::NoKey)
    );
}

#[test]
fn what_is_no_jws_is_none() {
    for text in [
        "",
        ".",
        "..",
        "a.b.c",
        "....",
        &"x".repeat(MAX_JWS_BYTES + 1),
    ] {
        check(text, JwsError::Malformed);
    }
    let list = format!(
        "{}.{}.AA",
        URL_SAFE_NO_PAD.encode("[]"),
        URL_SAFE_NO_PAD.encode("[]")
    );
    check(&list, JwsError::Malformed);
}

#[test]
fn rfc8725_3_1_a_key_of_another_kind_is_not_tried() {
    struct Anything;
    impl Signatures for Anything {
        fn is_signature(&self, _: Algorithm, _: &PublicKey, _: &[u8], _: &[u8]) -> bool {
            true
        }
    }
    let keys = read_client_keys(EXAMPLE_KEY).unwrap();
    for (algorithm, expected) in [
        (Algorithm::Es256, None),
        (Algorithm::Rs256, Some(JwsError::Signature)),
    ] {
        let text = with_header(&format!(r#"{{"alg":"{}"}}"#, algorithm.as_str()));
        let candidates = keys.iter().map(|key| Candidate {
            kid: None,
            algorithm,
            key: &key.key,
        });
        assert_eq!(
            verify(&text, &["JWT"], candidates, &Anything).err(),
            expected
        );
    }
}

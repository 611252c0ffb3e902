use super::*;

fn check(key: &str, expected: Result<Option<Algorithm>, KeyError>) {
    let read = read_client_keys(&format!(r#"{{"keys":[{key}]}}"#));
    let algorithm = read.map(|keys| keys.first().map(|key| key.algorithm));
    assert_eq!(algorithm, expected, "{key}");
}

fn rsa_of(bytes: &[u8], e: &str) -> String {
    format!(
        r#"{{"kty":"RSA","n":"{}","e":"{e}"}}"#,
        URL_SAFE_NO_PAD.encode(bytes)
    )
}

const P256: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
const ED25519: &str =
    r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;

#[test]
fn each_key_is_bound_to_one_algorithm() {
    check(&format!("{{{P256}}}"), Ok(Some(Algorithm::Es256)));
    check(
        &format!(r#"{{{P256},"alg":"ES256","use":"sig","kid":"1"}}"#),
        Ok(Some(Algorithm::Es256)),
    );
    check(&format!("{{{ED25519}}}"), Ok(Some(Algorithm::EdDsa)));
    // The names of RFC 8037 and RFC 9864.
    for alg in ["EdDSA", "Ed25519"] {
        let key = format!(r#"{{{ED25519},"alg":"{alg}"}}"#);
        check(&key, Ok(Some(Algorithm::EdDsa)));
    }
    check(&rsa_of(&[0x80; 256], "AQAB"), Ok(Some(Algorithm::Rs256)));
    check(
        &format!(r#"{{{P256},"alg":"RS256"}}"#),
        Err(KeyError::Algorithm),
    );
    check(
        &format!(r#"{{{P256},"alg":"Ed25519"}}"#),
        Err(KeyError::Algorithm),
    );
    check(
        &format!(r#"{{{P256},"alg":"none"}}"#),
        Err(KeyError::Algorithm),
    );
}

#[test]
fn rfc7517_5_keys_that_are_not_understood_should_be_ignored() {
    check(r#"{"kty":"EC","crv":"P-521","x":"","y":""}"#, Ok(None));
    check(r#"{"kty":"new"}"#, Ok(None));
    check(&format!(r#"{{{P256},"use":"enc"}}"#), Ok(None));
}

#[test]
fn private_and_shared_keys_are_refused() {
    check(&format!(r#"{{{P256},"d":"x"}}"#), Err(KeyError::Private));
    check(r#"{"kty":"oct","k":"c2VjcmV0"}"#, Err(KeyError::Private));
}

#[test]
fn rfc7518_3_3_an_rsa_key_must_have_2048_bits_or_more() {
    check(&rsa_of(&[0xff; 255], "AQAB"), Err(KeyError::RsaSize));
    check(&rsa_of(&[0x7f; 256], "AQAB"), Err(KeyError::RsaSize));
    let mut padded = vec![0];
    padded.extend([0x7f; 255]);
    padded.insert(0, 0);
    check(&rsa_of(&padded, "AQAB"), Err(KeyError::RsaSize));
    check(&rsa_of(&[0xff; 1025], "AQAB"), Err(KeyError::RsaSize));
    // 0, 1, 2 and 2^64+1
    for exponent in ["AA", "AQ", "Ag", "AQAAAAAAAAAB"] {
        check(&rsa_of(&[0x80; 256], exponent), Err(KeyError::Numbers));
    }
}

#[test]
fn numbers_have_their_length() {
    check(
        r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
        Err(KeyError::Numbers),
    );
    check(r#"{"kty":"EC","crv":"P-256"}"#, Err(KeyError::Numbers));
    check(
        r#"{"kty":"OKP","crv":"Ed25519","x":"*"}"#,
        Err(KeyError::Numbers),
    );
}

#[test]
fn a_set_is_a_set() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[1]}"#,
        &" ".repeat(MAX_SET_BYTES + 1),
    ] {
        assert_eq!(read_client_keys(text), Err(KeyError::NoSet), "{text}");
    }
    let many = vec![format!("{{{P256}}}"); MAX_KEYS + 1].join(",");
    check(&many, Err(KeyError::NoSet));
    let named = format!(r#"{{{P256},"kid":"1"}}"#);
    check(&format!("{named},{named}"), Err(KeyError::SameName));
}

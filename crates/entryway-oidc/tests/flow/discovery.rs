//! The discovery document and the keys.

use super::*;

fn metadata() -> serde_json::Value {
    serde_json::to_value(Metadata::of(&provider(), &["en", "de"])).unwrap()
}

#[test]
fn discovery_3_the_required_members_are_there() {
    let metadata = metadata();
    assert_eq!(metadata["issuer"], ISSUER);
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
    ] {
        let address = metadata[endpoint].as_str().unwrap();
        assert!(
            address.starts_with("https://login.example.org/oidc/"),
            "{address}"
        );
    }
    assert_eq!(metadata["response_types_supported"], json!(["code"]));
    assert_eq!(metadata["subject_types_supported"], json!(["public"]));
    assert_eq!(
        metadata["code_challenge_methods_supported"],
        json!(["S256"])
    );
    assert_eq!(
        metadata["authorization_response_iss_parameter_supported"],
        json!(true)
    );
    assert_eq!(
        metadata["scopes_supported"],
        json!([
            "openid",
            "profile",
            "email",
            "groups",
            "offline_access",
            "team"
        ])
    );
    assert_eq!(metadata["ui_locales_supported"], json!(["en", "de"]));
}

#[test]
fn discovery_3_rs256_must_be_among_the_algorithms_and_none_of_them_is_none() {
    let metadata = metadata();
    assert_eq!(
        metadata["id_token_signing_alg_values_supported"],
        json!(["ES256", "RS256", "EdDSA"])
    );
    let text = metadata.to_string();
    assert!(
        !text.contains("HS256") && !text.contains("\"implicit\"") && !text.contains("\"password\"")
    );
}

#[test]
fn rfc8414_2_members_of_other_endpoints_than_the_token_endpoint() {
    let metadata = metadata();
    let public = json!([
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none"
    ]);
    assert_eq!(metadata["token_endpoint_auth_methods_supported"], public);
    assert_eq!(
        metadata["token_endpoint_auth_signing_alg_values_supported"],
        json!(["ES256", "RS256", "EdDSA", "Ed25519"])
    );
    assert_eq!(
        metadata["revocation_endpoint_auth_methods_supported"],
        public
    );
    let confidential = json!([
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt"
    ]);
    assert_eq!(
        metadata["introspection_endpoint_auth_methods_supported"],
        confidential
    );
}

#[test]
fn discovery_3_the_issuer_is_https_without_query_and_fragment() {
    for wrong in [
        "http://login.example.org",
        "https://login.example.org/",
        "https://login.example.org?x",
        "https://login.example.org#x",
        "https://u@login.example.org",
        "https://LOGIN.example.org",
        "https://login.example.org:443",
        "https://",
        "login.example.org",
        "",
    ] {
        assert_eq!(Issuer::parse(wrong), Err(IssuerError), "{wrong}");
    }
    for right in [
        "https://login.example.org",
        "https://login.example.org:8443",
        "https://example.org/sso",
    ] {
        assert_eq!(Issuer::parse(right).unwrap().as_str(), right);
    }
}

#[test]
fn discovery_4_1_the_document_is_below_the_issuer_with_its_path() {
    let issuer = Issuer::parse("https://example.org/sso").unwrap();
    assert_eq!(
        issuer.configuration(),
        "https://example.org/sso/.well-known/openid-configuration"
    );
    assert_eq!(issuer.token(), "https://example.org/sso/oidc/token");
}

#[test]
fn rfc7517_4_keys_are_published_with_their_public_parts_alone() {
    let jwks = serde_json::to_value(Jwks::new(&KeyRing::default().published())).unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4);
    for key in keys {
        let key = key.as_object().unwrap();
        let known = ["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use"];
        assert!(
            key.keys().all(|name| known.contains(&name.as_str())),
            "{key:?}"
        );
        assert_eq!(key["use"], "sig");
    }
    assert_eq!(
        keys[1],
        json!({ "kty": "RSA", "n": b64([202; 256]), "e": "AQAB", "kid": "rs", "alg": "RS256", "use": "sig" })
    );
    // What we publish, a client could publish too.
    let read = read_client_keys(&jwks.to_string()).unwrap();
    assert_eq!(
        read.iter().map(|key| key.algorithm).collect::<Vec<_>>(),
        [
            Algorithm::Es256,
            Algorithm::Rs256,
            Algorithm::EdDsa,
            Algorithm::Es256
        ]
    );
}

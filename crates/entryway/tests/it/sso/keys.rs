//! An application's own key, and texts that are signed with it, or only look so.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(super) enum Key {
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    pub(super) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    pub(super) fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    pub(super) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().expect("a key"))
    }

    pub(super) fn algorithm(&self) -> &'static str {
        match self {
            Self::P256(_) => "ES256",
            Self::Rsa(_) => "RS256",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    /// Its public half (RFC 7517).
    pub(super) fn jwk(&self) -> Value {
        let mut jwk = match self {
            Self::P256(pair) => {
                let point = pair.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "x": encoded(&point[1..33]), "y": encoded(&point[33..]) })
            }
            Self::Rsa(pair) => {
                let key = pair.public_key();
                let n = key.modulus().big_endian_without_leading_zero();
                let e = key.exponent().big_endian_without_leading_zero();
                json!({ "kty": "RSA", "n": encoded(n), "e": encoded(e) })
            }
            Self::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key().as_ref()) })
            }
        };
        jwk["kid"] = self.algorithm().into();
        jwk
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_as(
            &json!({ "alg": self.algorithm(), "kid": self.algorithm() }),
            claims,
        )
    }

    /// With a header of somebody's own making.
    pub(super) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let text = joined(header, claims);
        let random = SystemRandom::new();
        let signature = match self {
            Self::P256(pair) => {
                let signature = pair.sign(&random, text.as_bytes()).expect("a signature");
                signature.as_ref().to_vec()
            }
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature)
                    .expect("a signature");
                signature
            }
            Self::Ed25519(pair) => pair.sign(text.as_bytes()).as_ref().to_vec(),
        };
        format!("{text}.{}", encoded(&signature))
    }
}

/// Signed by nobody.
pub(super) fn unsigned(algorithm: &str, claims: &Value) -> String {
    joined(&json!({ "alg": algorithm }), claims) + "."
}

/// With a secret that everybody knows, in the hope that a public key is taken for one.
pub(super) fn signed_with_the_public_key(jwk: &Value, claims: &Value) -> String {
    let bytes = ["x", "n"].iter().find_map(|name| jwk[*name].as_str());
    let bytes = URL_SAFE_NO_PAD
        .decode(bytes.expect("a key"))
        .expect("base64");
    let text = joined(&json!({ "alg": "HS256", "kid": jwk["kid"] }), claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), text.as_bytes());
    format!("{text}.{}", encoded(tag.as_ref()))
}

/// With the claims of another text under the signature of the first.
pub(super) fn with_claims(signed: &str, claims: &Value) -> String {
    let parts: Vec<_> = signed.split('.').collect();
    format!(
        "{}.{}.{}",
        parts[0],
        encoded(claims.to_string().as_bytes()),
        parts[2]
    )
}

fn joined(header: &Value, claims: &Value) -> String {
    let [header, claims] = [header, claims].map(|part| encoded(part.to_string().as_bytes()));
    format!("{header}.{claims}")
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

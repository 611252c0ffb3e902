//! The discovery document (OpenID Connect Discovery 1.0 §3, RFC 8414 §2): what is true of this code, and nothing else.

use crate::session::{ACR_CERTIFICATE, ACR_PASSWORD};
use crate::{Algorithm, ClientMethod, Provider, Scopes};
use serde::Serialize;

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    scopes_supported: Vec<String>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 2],
    grant_types_supported: [&'static str; 3],
    acr_values_supported: Vec<&'static str>,
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: Vec<&'static str>,
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    claim_types_supported: [&'static str; 2],
    claims_supported: Vec<&'static str>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    prompt_values_supported: [&'static str; 4],
    code_challenge_methods_supported: [&'static str; 1],
    authorization_response_iss_parameter_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ui_locales_supported: Vec<String>,
}

impl Metadata {
    /// Of this provider, whose pages speak these languages (BCP 47).
    pub fn of(provider: &Provider, ui_locales: &[&str]) -> Self {
        let issuer = &provider.issuer;
        let standard = [
            Scopes::OPENID,
            Scopes::PROFILE,
            Scopes::EMAIL,
            Scopes::GROUPS,
            Scopes::OFFLINE_ACCESS,
        ];
        let custom = provider.claims.scopes();
        let custom = custom.iter().filter(|scope| !standard.contains(scope));
        let methods = |public: bool| -> Vec<&'static str> {
            let methods = ClientMethod::ALL.into_iter();
            let fitting = methods.filter(|method| public || *method != ClientMethod::None);
            fitting.map(ClientMethod::as_str).collect()
        };
        let algorithms = Algorithm::NAMES.to_vec();
        // What there is a key for; RS256 has to be among them (Discovery §3), which is for whoever keeps the keys.
        let signs = Algorithm::ALL
            .into_iter()
            .filter(|algorithm| provider.signer.current(*algorithm).is_some());
        Self {
            issuer: issuer.as_str().to_owned(),
            authorization_endpoint: issuer.authorize(),
            token_endpoint: issuer.token(),
            userinfo_endpoint: issuer.userinfo(),
            jwks_uri: issuer.jwks(),
            end_session_endpoint: issuer.end_session(),
            revocation_endpoint: issuer.revoke(),
            introspection_endpoint: issuer.introspect(),
            scopes_supported: standard
                .into_iter()
                .chain(custom)
                .map(str::to_owned)
                .collect(),
            response_types_supported: ["code"],
            response_modes_supported: ["query", "form_post"],
            grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
            acr_values_supported: std::iter::once(ACR_PASSWORD)
                .chain(provider.certificates.then_some(ACR_CERTIFICATE))
                .collect(),
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: signs.map(Algorithm::as_str).collect(),
            token_endpoint_auth_methods_supported: methods(true),
            token_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
            revocation_endpoint_auth_methods_supported: methods(true),
            revocation_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
            introspection_endpoint_auth_methods_supported: methods(false),
            introspection_endpoint_auth_signing_alg_values_supported: algorithms,
            claim_types_supported: ["normal", "distributed"],
            claims_supported: vec![
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "acr",
                "amr",
                "at_hash",
                "sid",
                "name",
                "given_name",
                "family_name",
                "preferred_username",
                "picture",
                "locale",
                "email",
                "email_verified",
                "groups",
            ],
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            code_challenge_methods_supported: ["S256"],
            authorization_response_iss_parameter_supported: true,
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
            ui_locales_supported: ui_locales
                .iter()
                .map(|locale| (*locale).to_owned())
                .collect(),
        }
    }
}

//! `id_token_hint`: an ID token of ours that comes back.

use crate::Provider;
use crate::jose::{Candidate, Jwk, JwsError, verify};
use serde_json::Value;

/// What a hint says. It opens nothing: it names whom the application expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hint {
    /// `sub`
    pub(crate) sub: String,
    /// `sid`
    pub(crate) sid: Option<String>,
    /// Each of `aud`.
    pub(crate) audience: Vec<String>,
}

/// Reads it. RP-Initiated Logout §2 and Core §3.1.2.1: also one that has expired, since it proves nothing about now.
pub(crate) fn read_hint(text: &str, provider: &Provider) -> Result<Hint, JwsError> {
    let keys = provider.keys();
    let candidates = keys.iter().map(
        |Jwk {
             kid,
             algorithm,
             key,
         }| Candidate {
            kid: Some(kid),
            algorithm: *algorithm,
            key,
        },
    );
    let claims = verify(text, &["JWT"], candidates, &*provider.signatures)?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    if claim("iss").as_deref() != Some(provider.issuer.as_str()) {
        return Err(JwsError::Malformed);
    }
    let audience = match claims.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => return Err(JwsError::Malformed),
    };
    Ok(Hint {
        sub: claim("sub").ok_or(JwsError::Malformed)?,
        sid: claim("sid"),
        audience,
    })
}

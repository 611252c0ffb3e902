//! `private_key_jwt` (OpenID Connect Core §9, RFC 7523 §3).

use crate::jose::{Candidate, Claims, verify};
use crate::{Client, Fingerprint, Provider, TakeAssertion, Timestamp};
use serde_json::Value;
use std::time::Duration;

/// Longest life of an assertion from now: for so long its `jti` is remembered. Libraries make them for an hour.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);
const MAX_JTI_BYTES: usize = 256;

/// It proves nothing.
pub(super) struct Refused;

/// Everything but whether it was used before: that is the question to ask next.
pub(super) fn check(
    text: &str,
    client: &Client,
    provider: &Provider,
    now: Timestamp,
) -> Result<TakeAssertion, Refused> {
    let candidates = client.keys.iter().map(|key| Candidate {
        kid: key.kid.as_deref(),
        algorithm: key.algorithm,
        key: &key.key,
    });
    let typ = ["JWT", "client-authentication+jwt"];
    let claims = verify(text, &typ, candidates, &*provider.signatures).map_err(|_| Refused)?;
    let is_client =
        |name: &str| claims.get(name).and_then(Value::as_str) == Some(client.id.as_str());
    if !is_client("iss") || !is_client("sub") || !is_for_us(&claims, provider) {
        return Err(Refused);
    }
    let skew = provider.lifetimes.skew;
    let expires = seconds(&claims, "exp").flatten().ok_or(Refused)?.plus(skew);
    let too_long = expires.since(now) > LONGEST_LIFE.saturating_add(skew * 2);
    let not_yet = ["nbf", "iat"]
        .into_iter()
        .any(|name| match seconds(&claims, name) {
            None => false,
            Some(None) => true,
            Some(Some(from)) => from.since(now) > skew,
        });
    if now >= expires || too_long || not_yet {
        return Err(Refused);
    }
    let jti = claims
        .get("jti")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if jti.is_empty() || jti.len() > MAX_JTI_BYTES {
        return Err(Refused);
    }
    Ok(TakeAssertion {
        client: client.id.clone(),
        jti: Fingerprint::of(jti.as_bytes()),
        until: expires,
    })
}

/// Every audience is us, by the issuer or by one of the endpoints that clients authenticate at: an assertion for two
/// could be used by one at the other.
fn is_for_us(claims: &Claims, provider: &Provider) -> bool {
    let issuer = &provider.issuer;
    let ours = [
        issuer.as_str().to_owned(),
        issuer.token(),
        issuer.introspect(),
        issuer.revoke(),
    ];
    let is_ours = |audience: &Value| {
        audience
            .as_str()
            .is_some_and(|audience| ours.iter().any(|our| our == audience))
    };
    match claims.get("aud") {
        Some(Value::Array(many)) => !many.is_empty() && many.iter().all(is_ours),
        Some(one) => is_ours(one),
        None => false,
    }
}

/// A `NumericDate`, which may have a fraction. `Some(None)`: it is there and is none.
fn seconds(claims: &Claims, name: &str) -> Option<Option<Timestamp>> {
    let value = claims.get(name)?;
    let whole = value.as_u64().or_else(|| {
        let seconds = Duration::try_from_secs_f64(value.as_f64()?).ok()?;
        Some(seconds.as_secs())
    });
    Some(whole.map(Timestamp))
}

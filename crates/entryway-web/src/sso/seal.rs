//! What the page's script asks before it seals a password, and the script itself.

use super::front;
use super::own::{Own, field};
use super::words::Language;
use crate::refusal::{Denied, Refusal, TOO_MANY_CHALLENGES, whole_seconds};
use crate::{App, Challenges, Sends, ToSeal, answer, peer};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use entryway_wire::SealWith;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The script. Whoever changes it gives it another name, and its hash is published: docs/sealed-passwords.md.
const SCRIPT: &str = include_str!("seal.js");
/// SHA-256 of [`SCRIPT`], as a policy and an `integrity` attribute name it.
pub(super) const SCRIPT_HASH: &str = "sha256-/epKs22jJz1lCNiSS2gh48WfMY/xhBj9iGkxxdMljP4=";

/// What the script is told where nothing can be sealed now, in the page's language.
#[derive(Serialize)]
struct ProblemJson<'a> {
    problem: &'a str,
}

/// The script.
pub(crate) async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        // Another version has another name.
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, SCRIPT).into_response()
}

/// Whether the person's password is to be sealed, and with what. Whatever is none of our forms is answered with a page,
/// which tells the script nothing: it sends its form, without a password, and the person reads why.
pub(crate) async fn challenge(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let (head, body) = request.into_parts();
    let own = match Own::read(&**sso, &head.headers, body, &app.limits).await? {
        Ok(own) => own,
        Err(page) => return Ok(page),
    };
    let Some(sealing) = sso.sealing() else {
        return Err(Refusal::NotFound);
    };
    let typed = field(&own.sent, "name").unwrap_or_default();
    let (offered, caller) = (&sso.look().offered, own.flow.caller());
    let name = offered.login_name(field(&own.sent, "domain"), typed, &caller);
    let now = Instant::now();
    if sealing.sends(&name, &caller) == Sends::Sealed {
        let from = peer::client_address(&head, &generation.trusted_proxies);
        let taken = app
            .challenges
            .take(from, sealing.challenges_per_minute(), now);
        if let Err(wait) = taken {
            return too_many(own.asks.language(&[]), &caller, wait);
        }
    }
    let by = now + generation.deadline;
    let asked = sealing.challenge(&name, &caller, by).await;
    let mut response = match asked {
        // The script sends its form without a password, and the refusal comes as any other.
        ToSeal::Nobody => StatusCode::NO_CONTENT.into_response(),
        ToSeal::Nothing => answer::json(&SealWith::nothing())?,
        ToSeal::With(challenges) => with(&challenges)?,
        ToSeal::NotNow(fault) => {
            let problem = own.asks.language(&[]).at_site(fault);
            answer::json(&ProblemJson { problem })?
        }
    };
    let private = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, private);
    Ok(response)
}

/// The script shows what it is told, whatever the status.
fn too_many(language: Language, caller: &str, wait: Duration) -> Result<Response, Refusal> {
    let problem = language.too_many_challenges();
    let mut response = answer::json(&ProblemJson { problem })?;
    let status = StatusCode::TOO_MANY_REQUESTS;
    *response.status_mut() = status;
    response.extensions_mut().insert(Denied {
        status,
        problem: TOO_MANY_CHALLENGES,
        caller: Some(caller.into()),
        needed: None,
    });
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, whole_seconds(wait));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Challenges as JSON.
pub(crate) fn with(challenges: &Challenges) -> Result<Response, Refusal> {
    let Challenges {
        site,
        login_name,
        audience,
        challenges,
    } = challenges;
    let sealing = SealWith::of(site, login_name, audience, challenges).ok_or(Refusal::Broken)?;
    sealing
        .to_json()
        .map(answer::written)
        .ok_or(Refusal::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use sha2::{Digest as _, Sha256};

    #[test]
    fn the_hash_is_the_scripts_and_is_published() {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(SCRIPT));
        assert_eq!(SCRIPT_HASH, format!("sha256-{hash}"));
        let published = include_str!("../../../../docs/sealed-passwords.md");
        let digest = Sha256::digest(SCRIPT);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(
            published.contains(&hash) && published.contains(&hex),
            "{hash} {hex}"
        );
    }

    #[test]
    fn the_script_depends_on_nothing() {
        for foreign in [
            "import ",
            "require(",
            "eval(",
            "innerHTML",
            "http:",
            "https:",
        ] {
            assert!(!SCRIPT.contains(foreign), "{foreign}");
        }
    }
}

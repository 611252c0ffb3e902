//! A proxy's question, and what is asked on the way to its answer.

use super::answer::Telling;
use super::dialect::Dialect;
use super::{HOST_SESSION, front};
use crate::peer::{client_address, is_trusted_peer};
use crate::refusal::Refusal;
use crate::sso::cookies;
use crate::{App, FromMemory};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_forward::{Answer, Somebody, Step, begin};
use entryway_oidc::Fingerprint;
use std::sync::Arc;

pub(super) async fn forwarded(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    ask(&app, Dialect::Forwarded, request).await
}

pub(super) async fn nginx(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    ask(&app, Dialect::Nginx, request).await
}

pub(super) async fn nginx_login(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    ask(&app, Dialect::NginxLogin, request).await
}

pub(super) async fn envoy(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    ask(&app, Dialect::Envoy, request).await
}

async fn ask(app: &App, dialect: Dialect, request: Request) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let forward = front(&generation)?;
    let sso = generation.sso.as_ref().ok_or(Refusal::NotFound)?;
    // The body, if a proxy sends one, is the other server's.
    let (head, _) = request.into_parts();
    if !is_trusted_peer(&head, &generation.trusted_proxies) {
        return Err(Refusal::UntrustedProxy);
    }
    let asked = dialect.read(&head);
    let page = asked.page.as_ref().ok().cloned();
    let mut step = begin(forward.rules(), asked);
    let answer = loop {
        step = match step {
            Step::FindSession(host, after) => {
                let cookie = cookies::read(&head.headers, HOST_SESSION);
                let whose = match cookie {
                    Some(text) => {
                        let cookie = Fingerprint::of(text.as_bytes());
                        forward.by_cookie(&host, cookie).await
                    }
                    None => Somebody::Nobody,
                };
                after.resume(&whose)
            }
            Step::VerifyBasic(shown, after) => {
                let host = after.page().host.clone();
                let address = client_address(&head, &generation.trusted_proxies);
                let (whose, from) = forward.by_password(shown, &host, address).await;
                app.observer.password_verified(from == FromMemory::Yes);
                Step::Answer(after.resume(&whose))
            }
            Step::Answer(answer) => break answer,
        };
    };
    told(&answer);
    app.observer.forward_answered(answer.code());
    let telling = Telling {
        dialect,
        sso: &**sso,
        headers: &head.headers,
        page: page.as_ref(),
    };
    Ok(telling.answer(answer))
}

/// What an administrator has to mend.
fn told(answer: &Answer) {
    use entryway_forward::Refusal::{RuleFailed, TooLong};
    match answer {
        Answer::Refused(RuleFailed(rule, problem)) => {
            tracing::warn!(target: "forward.rule_failed", %rule, problem);
        }
        Answer::Refused(TooLong) => {
            let problem = "what is to be told of a person does not fit into headers";
            tracing::warn!(target: "forward.too_long", problem);
        }
        _ => {}
    }
}

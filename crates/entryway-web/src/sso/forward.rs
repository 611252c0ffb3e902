//! Somebody wants a page of a host that forward authentication protects, and is not logged in there.

use super::authorize::{Asks, Failed};
use super::flow::Flow;
use super::own::field;
use super::step::log_in_for;
use super::words::with;
use super::{Browser, browser, form, front};
use crate::forward::{CALLBACK, Wanted};
use crate::peer::client_address;
use crate::refusal::Refusal;
use crate::{App, Forwarding, Handover};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_forward::may_come_back;
use entryway_oidc::Problem;
use std::sync::Arc;

/// Comes from the protected host.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let forward = generation.forward.as_deref().ok_or(Refusal::NotFound)?;
    let (head, _) = request.into_parts();
    let address = client_address(&head, &generation.trusted_proxies);
    let asks = Asks::of(&**sso, &head.headers).offering(&generation, address);
    let sent = match form::query_within(head.uri.query()) {
        Ok(sent) => sent,
        Err(too_much) => return Ok(asks.wrong(too_much.into())),
    };
    let wanted = field(&sent, "to").and_then(|to| Wanted::open(&**sso, to, super::now()));
    let Some(wanted) = wanted else {
        return Ok(asks.too_old());
    };
    let browser = browser(&head.headers);
    Ok(go_on(&asks, Some(forward), browser, &wanted, None).await)
}

/// Back to that host with a code, or first the login.
pub(super) async fn go_on(
    asks: &Asks<'_>,
    forward: Option<&dyn Forwarding>,
    browser: Browser,
    wanted: &Wanted,
    failed: Option<Failed>,
) -> Response {
    // By the rules of now: the host may be protected no longer, and is anybody's then.
    let Some(forward) = forward.filter(|it| may_come_back(it.rules(), &wanted.page)) else {
        return asks.too_old();
    };
    let page = &wanted.page;
    if failed.is_none() {
        let to = Handover {
            browser,
            page,
            tie: wanted.tie,
        };
        match forward.hand_over(to).await {
            Err(_) => return asks.wrong(Problem::Unavailable),
            Ok(Some(code)) => {
                // What it is made of needs no escape.
                let code = code.expose();
                return asks.back_to(&format!("{}{CALLBACK}?code={code}", page.host.origin()));
            }
            Ok(None) => {}
        }
    }
    let words = asks.language(&[]).words();
    let title = with(words.log_in_to, page.host.as_str());
    let flow = Flow::Forward(Wanted {
        page: page.clone(),
        tie: wanted.tie,
    });
    log_in_for(asks, &flow, &title, failed)
}

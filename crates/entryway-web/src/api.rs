//! `POST /api/v1/login`: one login for an application.

use crate::refusal::Refusal;
use crate::{App, Caller, Generation, Scope, bearer, body};
use axum::extract::Request;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use entryway_login::{Attempt, Decided, Decision};
use entryway_wire::LoginRequest;
use http::{HeaderValue, header};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// Decides a login. Every refusal of the person is the same 200, whatever its reason.
pub(crate) async fn login(State(app): State<App>, request: Request) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (head, body) = request.into_parts();
    // The caller is judged first: a stranger's body is not even read.
    let caller = bearer::authorize(&head.headers, &generation, Scope::Login)?;
    let body = body::read_json(&head.headers, body, &app.limits).await?;
    let attempt = attempt(&app, &generation, caller, &body)?;
    drop(body);
    let decided = generation.logins.login(attempt).await;
    respond(&decided, caller)
}

fn attempt(
    app: &App,
    generation: &Generation,
    caller: &Caller,
    body: &[u8],
) -> Result<Attempt, Refusal> {
    let request = LoginRequest::from_json(body).map_err(|error| Refusal::Malformed { error })?;
    let started = Instant::now();
    Ok(Attempt {
        id: app.ids.draw(),
        login_name: request.login_name,
        password: request.password,
        client_address: request.client_address,
        device: None,
        wants_groups: false,
        caller: Some(Arc::clone(&caller.name)),
        at: SystemTime::now(),
        started,
        deadline: started + generation.deadline,
    })
}

fn respond(decided: &Decided, caller: &Caller) -> Result<Response, Refusal> {
    let told = caller.scopes.allow(Scope::LoginReasons);
    match &decided.decision {
        Decision::Indeterminate(fault) => Err(Refusal::Indeterminate {
            id: decided.id,
            fault: *fault,
            told,
        }),
        // Only `explain` asks without a password; an answer from here would let somebody in unproven.
        Decision::WouldAccept(_) => Err(Refusal::Broken),
        Decision::Accept(_) | Decision::Reject(_) | Decision::Challenge(_) => {
            let json = entryway_wire::login_response(decided, told);
            let bytes = serde_json::to_vec(&json).map_err(|_| Refusal::Broken)?;
            Ok((
                [(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json"),
                )],
                bytes,
            )
                .into_response())
        }
    }
}

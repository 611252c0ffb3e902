//! `POST /api/v1/login` and `/revalidate`: one login for an application, and whether an earlier one still holds.

use crate::refusal::Refusal;
use crate::{
    App, Caller, Generation, Revalidated, Scope, Sends, ToSeal, answer, bearer, body, sso,
};
use axum::extract::Request;
use axum::extract::State;
use axum::response::Response;
use entryway_login::{Attempt, SubmittedPassword};
use entryway_wire::{GraceResponse, LoginRequest, RevalidationRequest, SealRequest, SealWith};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// Decides a login. Every refusal of the person is the same 200, whatever its reason.
pub(crate) async fn login(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (head, body) = request.into_parts();
    // The caller is judged first: a stranger's body is not even read.
    let caller = bearer::authorize(&head.headers, &generation, Scope::Login).await?;
    let body = body::read_json(&head.headers, body, &app.limits, app.limits.body_bytes).await?;
    let request = LoginRequest::from_json(&body).map_err(|error| Refusal::Malformed { error })?;
    drop(body);
    let device = request.device.as_deref();
    let attempt = Attempt {
        // One that was not given out here is no reason to keep anybody out.
        device: device.and_then(|token| generation.revalidations.device(token)),
        wants_groups: request.groups,
        ..attempt(
            &app,
            &generation,
            &caller,
            (request.login_name, request.password),
            request.client_address,
        )
    };
    let decided = generation.logins.login(attempt).await;
    answer::decided(&decided, &caller)
}

/// Whether a password is to be sealed, and with what.
pub(crate) async fn challenge(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (head, body) = request.into_parts();
    let caller = bearer::authorize(&head.headers, &generation, Scope::Login).await?;
    let body = body::read_json(&head.headers, body, &app.limits, app.limits.body_bytes).await?;
    let request = SealRequest::from_json(&body).map_err(|error| Refusal::Malformed { error })?;
    let Some(sealing) = &generation.sealing else {
        return answer::json(&SealWith::nothing());
    };
    let now = Instant::now();
    // A caller that does not say where the person is has shown a token, and is trusted with logins.
    if let Some(from) = request.client_address
        && sealing.sends(&request.login_name, &caller.name) == Sends::Sealed
    {
        let taken = app
            .challenges
            .take(Some(from), sealing.challenges_per_minute(), now);
        let caller = &caller.name;
        taken.map_err(|wait| Refusal::TooManyChallenges {
            caller: Arc::clone(caller),
            wait,
        })?;
    }
    let by = now + generation.deadline;
    let asked = sealing.challenge(&request.login_name, &caller.name, by);
    match asked.await {
        ToSeal::Nothing => answer::json(&SealWith::nothing()),
        ToSeal::Nobody => answer::json(&SealWith::nobody()),
        ToSeal::With(challenges) => sso::challenges(&challenges),
        ToSeal::NotNow(fault) => Err(Refusal::Indeterminate {
            id: app.ids.draw(),
            fault,
            told: caller.scopes.allow(Scope::LoginReasons),
        }),
    }
}

/// Decides whether somebody who was let in before is still welcome.
pub(crate) async fn revalidate(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (head, body) = request.into_parts();
    let caller = bearer::authorize(&head.headers, &generation, Scope::Login).await?;
    let body = body::read_json(&head.headers, body, &app.limits, app.limits.body_bytes).await?;
    let request =
        RevalidationRequest::from_json(&body).map_err(|error| Refusal::Malformed { error })?;
    drop(body);
    let nobody = (String::new(), SubmittedPassword::NotAsked);
    let attempt = Attempt {
        wants_groups: request.groups,
        ..attempt(&app, &generation, &caller, nobody, request.client_address)
    };
    let asked = generation.revalidations.revalidate(&request.token, attempt);
    match asked.await {
        Revalidated::Decided(decided) => answer::decided(&decided, &caller),
        Revalidated::Stands { id, fault, until } => {
            let told = caller.scopes.allow(Scope::LoginReasons);
            answer::json(&GraceResponse::new(id, &request.token, until, fault, told))
        }
    }
}

/// An attempt that begins now, on no known device and without groups.
pub(crate) fn attempt(
    app: &App,
    generation: &Generation,
    caller: &Caller,
    (login_name, password): (String, SubmittedPassword),
    client_address: Option<IpAddr>,
) -> Attempt {
    let started = Instant::now();
    Attempt {
        id: app.ids.draw(),
        login_name,
        password,
        client_address,
        device: None,
        wants_groups: false,
        caller: Some(Arc::clone(&caller.name)),
        at: SystemTime::now(),
        started,
        deadline: started + generation.deadline,
    }
}

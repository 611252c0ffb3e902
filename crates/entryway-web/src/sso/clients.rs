//! The endpoints that applications call by themselves: tokens, what they are worth, whom they are about, our keys.

use super::{Language, SingleSignOn, form, front};
use crate::App;
use crate::refusal::Refusal;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use entryway_oidc::{
    ClientRequest, ErrorCode, Jwks, Parameters, Problem, Refused, Scopes, Secret, claims_to_json,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use std::sync::Arc;

const JSON: &str = "application/json";
/// Seconds that a relying party may keep keys and the discovery document: far less than keys are published before
/// they sign.
const PUBLIC: &str = "public, max-age=300";

pub(crate) async fn metadata(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let languages = Language::ALL.map(Language::tag);
    published(&front(&generation)?.metadata(&languages))
}

pub(crate) async fn keys(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let generation = app.current.current();
    published(&Jwks::new(&front(&generation)?.keys()))
}

fn published(document: &impl serde::Serialize) -> Result<Response, Refusal> {
    let mut response = crate::answer::json(document)?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(PUBLIC));
    Ok(open(response))
}

pub(crate) async fn token(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = &**front(&generation)?;
    let asked = match read(&app, request).await? {
        Ok(request) => sso.token(request).await,
        Err(refused) => Err(refused),
    };
    Ok(asked.map_or_else(
        |refused| refuse(sso, refused),
        |answer| {
            let mut response = json(answer.to_json().as_bytes().to_vec());
            // RFC 6749 §5.1: not to be kept on the way; `no-store` is in every answer that says nothing else.
            let headers = response.headers_mut();
            headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
            response
        },
    ))
}

pub(crate) async fn introspect(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = &**front(&generation)?;
    let asked = match read(&app, request).await? {
        Ok(request) => sso.introspect(request).await,
        Err(refused) => Err(refused),
    };
    Ok(asked.map_or_else(
        |refused| refuse(sso, refused),
        |described| json(described.into_bytes()),
    ))
}

pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = &**front(&generation)?;
    let asked = match read(&app, request).await? {
        Ok(request) => sso.revoke(request).await,
        Err(refused) => Err(refused),
    };
    Ok(asked.map_or_else(
        |refused| refuse(sso, refused),
        |()| open(StatusCode::OK.into_response()),
    ))
}

pub(crate) async fn userinfo(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = &**front(&generation)?;
    let asked = match read(&app, request).await? {
        Ok(request) => sso.userinfo(request).await,
        Err(refused) => Err(refused),
    };
    Ok(asked.map_or_else(
        |refused| refuse_bearer(sso, refused, Scopes::OPENID),
        |claims| json(claims_to_json(claims).into_bytes()),
    ))
}

pub(crate) async fn groups(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = &**front(&generation)?;
    let accepted = request.headers().get(header::ACCEPT);
    // OpenID Connect Core §5.6.2: a JWT. Whoever asks for JSON alone gets that.
    let wants_json = accepted.is_some_and(|accepted| accepted == JSON);
    let asked = match read(&app, request).await? {
        Ok(request) => sso.groups(request).await,
        Err(refused) => Err(refused),
    };
    Ok(asked.map_or_else(
        |refused| refuse_bearer(sso, refused, Scopes::GROUPS),
        |told| match wants_json {
            true => json(claims_to_json(told.claims).into_bytes()),
            false => {
                let kind = [(header::CONTENT_TYPE, "application/jwt")];
                open((kind, told.jwt.expose().to_owned()).into_response())
            }
        },
    ))
}

/// An application in a browser asks first whether it may (the Fetch standard). No cookie opens anything here, so
/// everybody may.
pub(crate) async fn preflight(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let generation = app.current.current();
    front(&generation)?;
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    Ok(open((StatusCode::NO_CONTENT, headers).into_response()))
}

/// A request of a client: its header, and the parameters of its body.
async fn read(app: &App, request: Request) -> Result<Result<ClientRequest, Refused>, Refusal> {
    let (head, body) = request.into_parts();
    let authorization = authorization(&head.headers);
    let is_form = head.method == Method::POST
        && (head.headers.contains_key(header::CONTENT_TYPE) || authorization.is_none());
    let sent = if is_form {
        form::read(&head.headers, body, &app.limits).await?
    } else {
        Parameters::new([])
    };
    Ok(match sent {
        Err(too_much) => Err(Problem::from(too_much).into()),
        Ok(parameters) => Ok(ClientRequest {
            authorization,
            parameters,
        }),
    })
}

fn authorization(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?;
    // What is no text proves nothing, and is not as if nothing had been sent.
    Some(Secret::new(value.to_str().unwrap_or_default().to_owned()))
}

fn json(body: Vec<u8>) -> Response {
    open(crate::answer::written(body))
}

/// Scripts of any site may read it: they bring what opens it themselves.
fn open(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    response
}

fn status(refused: Refused) -> StatusCode {
    match refused.problem.code() {
        ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// RFC 6749 §5.2.
fn refuse(sso: &dyn SingleSignOn, refused: Refused) -> Response {
    let mut response = json(refused.to_json().into_bytes());
    *response.status_mut() = status(refused);
    if refused.problem.code() == ErrorCode::InvalidClient {
        challenge(&mut response, &format!("Basic realm=\"{}\"", sso.issuer()));
    }
    response
}

/// RFC 6750 §3.
fn refuse_bearer(sso: &dyn SingleSignOn, refused: Refused, scope: &str) -> Response {
    let mut response = json(refused.to_json().into_bytes());
    *response.status_mut() = status(refused);
    if matches!(response.status().as_u16(), 400 | 401 | 403) {
        challenge(
            &mut response,
            &refused.bearer_challenge(sso.issuer(), scope),
        );
    }
    response
}

fn challenge(response: &mut Response, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
}

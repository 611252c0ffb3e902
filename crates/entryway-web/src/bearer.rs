//! The bearer token of a request (RFC 6750 §2.1; the only form accepted: never in a query or body).

use crate::refusal::Refusal;
use crate::relay::ON_BEHALF;
use crate::{Caller, Generation, Scope};
use entryway_oidc::read_access;
use http::{HeaderMap, header};
use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

/// Who shows a token: of the configuration, or one that an application was given for itself.
pub(crate) enum Shown<'a> {
    /// `[[token]]`.
    Written(&'a Caller),
    /// `[client.X]` with its own access token, or a caller of a hub's.
    Application(Caller),
}

impl Deref for Shown<'_> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        match self {
            Self::Written(caller) => caller,
            Self::Application(caller) => caller,
        }
    }
}

/// The caller behind a request, if it may do what `scope` says.
pub(crate) async fn authorize<'a>(
    headers: &HeaderMap,
    generation: &'a Generation,
    scope: Scope,
) -> Result<Shown<'a>, Refusal> {
    let caller = known(headers, generation).await?;
    allow(&caller, scope)?;
    Ok(caller)
}

/// The caller behind a request, if it may do one of these things at least.
pub(crate) async fn authorize_any<'a>(
    headers: &HeaderMap,
    generation: &'a Generation,
    scopes: &[Scope],
) -> Result<Shown<'a>, Refusal> {
    let caller = known(headers, generation).await?;
    if let Some(first) = scopes.first()
        && !scopes.iter().any(|scope| caller.scopes.allow(*scope))
    {
        allow(&caller, *first)?;
    }
    Ok(caller)
}

/// Whether a caller may do what `scope` says.
pub(crate) fn allow(caller: &Caller, scope: Scope) -> Result<(), Refusal> {
    if caller.scopes.allow(scope) {
        Ok(())
    } else {
        Err(Refusal::Scope {
            caller: Arc::clone(&caller.name),
            needed: scope,
        })
    }
}

async fn known<'a>(headers: &HeaderMap, generation: &'a Generation) -> Result<Shown<'a>, Refusal> {
    let token = token(headers)?;
    let caller = match generation.callers.find(token) {
        Some(caller) if caller.relays => Shown::Application(on_behalf(caller, headers)),
        Some(caller) => Shown::Written(caller),
        None => application(token, generation).await?,
    };
    match caller.expires {
        // Whoever has it had it by right, and may know.
        Some(expires) if expires <= SystemTime::now() => Err(Refusal::ExpiredToken {
            caller: Arc::clone(&caller.name),
        }),
        _ => Ok(caller),
    }
}

/// Whoever asks through another, who says so. Only this process lets one in that does.
fn on_behalf(caller: &Caller, headers: &HeaderMap) -> Caller {
    let asking = headers.get(ON_BEHALF).and_then(|name| name.to_str().ok());
    let name = asking.map(|asking| format!("{} {asking}", caller.name).into());
    Caller {
        name: name.unwrap_or_else(|| Arc::clone(&caller.name)),
        ..caller.clone()
    }
}

/// An application, by an access token that it was given for itself.
async fn application<'a>(token: &[u8], generation: &'a Generation) -> Result<Shown<'a>, Refusal> {
    let text = str::from_utf8(token).map_err(|_| Refusal::UnknownToken)?;
    let (Some(tokens), Some(access)) = (&generation.access_tokens, read_access(text)) else {
        return Err(Refusal::UnknownToken);
    };
    match tokens.caller(access).await {
        Ok(Some(caller)) => Ok(Shown::Application(caller)),
        Ok(None) => Err(Refusal::UnknownToken),
        Err(_) => Err(Refusal::Store {
            problem: "the store gives no answer".to_owned(),
        }),
    }
}

fn token(headers: &HeaderMap) -> Result<&[u8], Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Refusal::NoToken)?;
    if values.next().is_some() {
        // Two would let a proxy in between judge one and us the other.
        return Err(Refusal::UnknownToken);
    }
    let (scheme, token) = value
        .as_bytes()
        .split_at_checked(7)
        .ok_or(Refusal::NoToken)?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return Err(Refusal::NoToken);
    }
    Ok(token.trim_ascii())
}

#[cfg(test)]
mod tests;

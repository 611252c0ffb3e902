//! The bearer token of a request (RFC 6750 §2.1; the only form accepted: never in a query or body).

use crate::refusal::Refusal;
use crate::{Caller, Generation, Scope};
use http::{HeaderMap, header};
use std::sync::Arc;
use std::time::SystemTime;

/// The caller behind a request, if it may do what `scope` says.
pub(crate) fn authorize<'a>(
    headers: &HeaderMap,
    generation: &'a Generation,
    scope: Scope,
) -> Result<&'a Caller, Refusal> {
    let caller = known(headers, generation)?;
    allow(caller, scope)?;
    Ok(caller)
}

/// The caller behind a request, if it may do one of these things at least.
pub(crate) fn authorize_any<'a>(
    headers: &HeaderMap,
    generation: &'a Generation,
    scopes: &[Scope],
) -> Result<&'a Caller, Refusal> {
    let caller = known(headers, generation)?;
    if let Some(first) = scopes.first()
        && !scopes.iter().any(|scope| caller.scopes.allow(*scope))
    {
        allow(caller, *first)?;
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

fn known<'a>(headers: &HeaderMap, generation: &'a Generation) -> Result<&'a Caller, Refusal> {
    let token = token(headers)?;
    let caller = generation
        .callers
        .find(token)
        .ok_or(Refusal::UnknownToken)?;
    match caller.expires {
        // Whoever has it had it by right, and may know.
        Some(expires) if expires <= SystemTime::now() => Err(Refusal::ExpiredToken {
            caller: Arc::clone(&caller.name),
        }),
        _ => Ok(caller),
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

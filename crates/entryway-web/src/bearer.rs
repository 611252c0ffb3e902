//! The bearer token of a request (RFC 6750 §2.1; the only form accepted: never in a query or body).

use crate::refusal::Refusal;
use crate::{Caller, Generation, Scope};
use http::{HeaderMap, header};
use std::sync::Arc;

/// The caller behind a request, if it may do what `scope` says.
pub(crate) fn authorize<'a>(
    headers: &HeaderMap,
    generation: &'a Generation,
    scope: Scope,
) -> Result<&'a Caller, Refusal> {
    let token = token(headers)?;
    let caller = generation
        .callers
        .find(token)
        .ok_or(Refusal::UnknownToken)?;
    if caller.scopes.allow(scope) {
        Ok(caller)
    } else {
        Err(Refusal::Scope {
            caller: Arc::clone(&caller.name),
            needed: scope,
        })
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

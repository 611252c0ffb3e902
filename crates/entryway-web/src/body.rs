//! Reading a request's body: bounded in size and time, and wiped afterwards.

use crate::Limits;
use crate::refusal::Refusal;
use axum::body::{Body, HttpBody};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use zeroize::Zeroizing;

/// Reads a whole JSON body. It holds a password, so our copy is wiped when dropped; what the HTTP
/// library has buffered of it is beyond our reach.
pub(crate) async fn read_json(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    if !is_of("application/json", headers) {
        return Err(Refusal::MediaType);
    }
    read(body, limits, most).await
}

/// Reads a whole form as browsers send it.
pub(crate) async fn read_form(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    if !is_of("application/x-www-form-urlencoded", headers) {
        return Err(Refusal::NoForm);
    }
    read(body, limits, most).await
}

async fn read(body: Body, limits: &Limits, most: usize) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let announced = body.size_hint().lower();
    if announced > most as u64 {
        return Err(Refusal::TooLarge { limit: most });
    }
    // A small body arrives with its head: no timer is needed for what is already here.
    tokio::time::timeout(limits.body, collect(body, most))
        .await
        .unwrap_or(Err(Refusal::BodyTooSlow))
}

async fn collect(mut body: Body, limit: usize) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(limit);
    // Never grown past its first allocation by an honest peer: growing would leave a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(announced.min(limit)));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::BodyBroken)?;
        let Some(chunk) = frame.data_ref() else {
            continue;
        };
        if bytes.len() + chunk.len() > limit {
            return Err(Refusal::TooLarge { limit });
        }
        if bytes.capacity() < bytes.len() + chunk.len() {
            let mut larger = Zeroizing::new(Vec::with_capacity(limit));
            larger.extend_from_slice(&bytes);
            bytes = larger;
        }
        bytes.extend_from_slice(chunk);
    }
    Ok(bytes)
}

fn is_of(media_type: &str, headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return false;
    };
    let Ok(text) = value.to_str() else {
        return false;
    };
    let essence = text.split_once(';').map_or(text, |(essence, _)| essence);
    essence.trim().eq_ignore_ascii_case(media_type)
}

#[cfg(test)]
mod tests;

//! How each proxy tells of a request. A header that is there twice, or that is no text, was not told: whoever could
//! add one would choose which of two is believed.

use super::{ENVOY, HOST_SESSION};
use crate::sso::cookies;
use entryway_forward::{Asked, BasicCredentials, Kind, Page, PageError};
use http::request::Parts;
use http::{HeaderMap, header};

/// What a proxy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri`: Traefik, Caddy.
    Forwarded,
    /// `X-Original-URL` and `X-Original-Method`: nginx, which takes no answer but 2xx, 401 and 403.
    Nginx,
    /// The same, where nginx passes the whole answer on.
    NginxLogin,
    /// The request's own method and host, and its path behind a prefix: Envoy.
    Envoy,
}

impl Dialect {
    /// The question.
    pub(super) fn read(self, head: &Parts) -> Asked {
        let page = match self {
            Self::Forwarded => forwarded(&head.headers),
            Self::Nginx | Self::NginxLogin => original(&head.headers),
            Self::Envoy => envoy(head),
        };
        let headers = &head.headers;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let method = page.as_ref().ok().map(|page| &*page.method);
        let kind = Kind::of(
            method,
            text("sec-fetch-mode"),
            headers.contains_key("x-requested-with"),
            text("accept"),
        );
        let mut shown = headers.get_all(header::AUTHORIZATION).iter();
        let basic = match (shown.next(), shown.next()) {
            (Some(value), None) => BasicCredentials::read(value.as_bytes()),
            _ => None,
        };
        Asked {
            page,
            kind,
            has_cookie: cookies::read(headers, HOST_SESSION).is_some(),
            basic,
        }
    }
}

fn forwarded(headers: &HeaderMap) -> Result<Page, PageError> {
    Page::read(
        one(headers, "x-forwarded-method")?,
        one(headers, "x-forwarded-proto")?,
        one(headers, "x-forwarded-host")?,
        one(headers, "x-forwarded-uri")?,
    )
}

fn original(headers: &HeaderMap) -> Result<Page, PageError> {
    let method = one(headers, "x-original-method")?;
    let missing = PageError::Missing("x-original-url");
    let url = one(headers, "x-original-url")?;
    let (scheme, rest) = url.split_once("://").ok_or(missing)?;
    let path = rest.find('/').ok_or(missing)?;
    let (host, uri) = rest.split_at_checked(path).ok_or(missing)?;
    Page::read(method, scheme, host, uri)
}

fn envoy(head: &Parts) -> Result<Page, PageError> {
    let uri = head.uri.path_and_query().map_or("", |it| it.as_str());
    let uri = uri.strip_prefix(ENVOY).unwrap_or_default();
    // HTTP/2 names it in the target.
    let host = match head.uri.authority() {
        Some(authority) => authority.as_str(),
        None => one(&head.headers, "host")?,
    };
    let scheme = one(&head.headers, "x-forwarded-proto")?;
    Page::read(head.method.as_str(), scheme, host, uri)
}

/// The value of a header that is there once.
pub(super) fn one<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<&'h str, PageError> {
    let mut values = headers.get_all(name).iter();
    let text = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    };
    text.ok_or(PageError::Missing(name))
}

#[cfg(test)]
mod tests;

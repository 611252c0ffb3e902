//! The frame of every page, and what goes with it: style, logo, and headers that keep others out.

use super::{Language, Offered, front, words::Words};
use crate::App;
use crate::refusal::Refusal;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, html};
use std::fmt::Write as _;
use std::sync::Arc;

/// How pages look.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Whose login this is: stands above every page.
    pub title: String,
    /// An image, and its media type.
    pub logo: Option<(Vec<u8>, &'static str)>,
    /// The colour of buttons and links: `#rrggbb`, and whether text on it is white.
    pub accent: Option<(String, bool)>,
    /// The only language; the browser's where there is none.
    pub language: Option<Language>,
    /// Where somebody finds help.
    pub help: Option<String>,
    /// Domains to choose from where somebody logs in.
    pub offered: Offered,
}

/// What stands on a page.
pub(super) struct Page<'a> {
    pub(super) look: &'a Look,
    pub(super) language: Language,
    /// What it is, for the window's title and the heading.
    pub(super) title: &'a str,
    pub(super) body: Markup,
}

/// How a page is sent.
pub(super) struct Sending {
    pub(super) status: StatusCode,
    /// Where its form may lead, besides `https`: the origin of an application on this machine, or a scheme.
    pub(super) leads_to: Option<String>,
    /// The hash of the one script that it has.
    pub(super) script: Option<&'static str>,
    /// Where the script is that seals passwords, if the page has it.
    pub(super) seal: Option<String>,
    pub(super) cookies: Vec<Option<HeaderValue>>,
}

impl Sending {
    pub(super) fn with(status: StatusCode) -> Self {
        Self {
            status,
            leads_to: None,
            script: None,
            seal: None,
            cookies: Vec::new(),
        }
    }
}

const STYLE_SHEET: &str = include_str!("style.css");

impl Page<'_> {
    pub(super) fn words(&self) -> &'static Words {
        self.language.words()
    }

    fn markup(&self) -> Markup {
        let words = self.words();
        html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (self.title) @if !self.look.title.is_empty() { " \u{b7} " (self.look.title) } }
                    link rel="stylesheet" href="../sso/style.css";
                    link rel="icon" href="data:,";
                }
                body {
                    main {
                        @if self.look.logo.is_some() || !self.look.title.is_empty() {
                            header {
                                @if self.look.logo.is_some() { img src="../sso/logo" alt=""; }
                                span { (self.look.title) }
                            }
                        }
                        h1 { (self.title) }
                        (self.body)
                    }
                    @if let Some(help) = &self.look.help {
                        footer { a href=(help) rel="noreferrer" { (words.help) } }
                    }
                }
            }
        }
    }

    pub(super) fn send(&self, sending: Sending) -> Response {
        let mut response = (sending.status, self.markup().into_string()).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(self.language.tag()),
        );
        headers.insert(header::CONTENT_SECURITY_POLICY, policy(&sending));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        // Not `no-referrer`: then browsers would tell no origin of our own forms either.
        let referrer = HeaderValue::from_static("same-origin");
        headers.insert(header::REFERRER_POLICY, referrer);
        set_cookies(&mut response, sending.cookies.into_iter().flatten());
        response
    }
}

pub(super) fn set_cookies(response: &mut Response, cookies: impl Iterator<Item = HeaderValue>) {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Nothing from elsewhere, in no frame. Browsers hold redirects after a form to `form-action` too, and an application
/// may send the browser on: so any `https` place, and of others the one that is registered.
fn policy(sending: &Sending) -> HeaderValue {
    let mut policy = String::from(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' https:",
    );
    if let Some(place) = &sending.leads_to {
        let _ = write!(policy, " {place}");
    }
    if let Some(hash) = sending.script {
        let _ = write!(policy, "; script-src '{hash}'");
    }
    // By its place too: not every browser takes a script that is no part of the page by its hash.
    if let Some(place) = &sending.seal {
        let hash = super::seal::SCRIPT_HASH;
        let _ = write!(policy, "; script-src '{hash}' {place}; connect-src 'self'");
    }
    // What it is made of is printable.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The style sheet, with the colour of the configuration.
pub(crate) async fn style(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let look = front(&generation)?.look();
    let mut sheet = STYLE_SHEET.to_owned();
    if let Some((accent, is_dark)) = &look.accent {
        let on_accent = if *is_dark { "#ffffff" } else { "#000000" };
        let _ = write!(
            sheet,
            "button {{ background: {accent}; border-color: {accent}; color: {on_accent}; }}\nbutton.quiet {{ background: transparent; color: inherit; }}\n"
        );
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    Ok((headers, sheet).into_response())
}

/// The style sheet as it is, where nothing is configured.
pub(crate) async fn plain_style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, STYLE_SHEET).into_response()
}

/// The logo.
pub(crate) async fn logo(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let look = front(&generation)?.look();
    let (bytes, kind) = look.logo.as_ref().ok_or(Refusal::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, *kind),
        (header::CACHE_CONTROL, "public, max-age=300"),
        // An SVG that is opened by itself runs nothing.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
    ];
    Ok((headers, bytes.clone()).into_response())
}

//! An authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1) is read in two parts: where answers may
//! go, whose mistakes are shown to the person and sent nowhere; and the rest, whose mistakes the application hears of.

use super::{Hint, ResponseMode, read_hint};
use crate::record::Challenge;
use crate::redirect::{self, Redirect};
use crate::{Client, Fingerprint, Parameters, Problem, Provider, Scopes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;
use std::time::Duration;

const MAX_STATE_BYTES: usize = 4096;
const MAX_NONCE_BYTES: usize = 1024;
const MAX_LOGIN_HINT_BYTES: usize = 1024;
/// Most words of `acr_values` and `ui_locales` that are looked at: they are wishes.
const MAX_WISHES: usize = 16;

/// Everything that is understood. What is not in the list is ignored (RFC 6749 §3.1).
const KNOWN: [&str; 21] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_mode",
    "nonce",
    "display",
    "prompt",
    "max_age",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "registration",
    "claims",
];

/// What `prompt` demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prompt {
    /// Nobody is shown anything.
    pub none: bool,
    /// The person proves again who they are.
    pub login: bool,
    /// The person is asked again whether they agree.
    pub consent: bool,
    /// The person chooses as whom they go on.
    pub select_account: bool,
}

/// Where the answer goes, and with what. There is one as soon as client and redirect URI are known to belong together.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) redirect: Redirect,
    /// `redirect_uri` was in the request.
    pub(crate) named: bool,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
}

/// A request that may be granted, if the person agrees.
#[derive(Debug, Clone)]
pub struct AuthorizeRequest {
    pub(crate) place: Place,
    /// Whose it is.
    pub client: Arc<Client>,
    /// What is asked for and open to the client.
    pub scopes: Scopes,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    /// `prompt`
    pub prompt: Prompt,
    /// `max_age`, or the client's own.
    pub max_age: Option<Duration>,
    /// `login_hint`: what to write into the field of the name.
    pub login_hint: Option<String>,
    pub(crate) hint: Option<Hint>,
    /// `acr_values`: what the application would like. What was done instead, `acr` says.
    pub acr_values: Vec<String>,
    /// `ui_locales`
    pub ui_locales: Vec<String>,
}

impl Place {
    /// The first part. Whatever is wrong here is shown, never sent: a redirect to an address that is not known to be
    /// the client's is an open redirector (RFC 6749 §4.1.2.1, §10.15).
    pub(crate) fn read(sent: &Parameters, client: &Client) -> Result<Self, Problem> {
        let named = sent.one("redirect_uri")?;
        let openid = || {
            let scopes = sent.only("scope").and_then(|text| Scopes::parse(text).ok());
            scopes.is_some_and(|scopes| scopes.has(Scopes::OPENID))
        };
        let redirect = match named {
            Some(uri) => redirect::find(&client.redirects, uri, client.native)
                .ok_or(Problem::UnknownRedirect)?,
            // RFC 6749 §3.1.2.3: where one is registered it may be left out; Core §3.1.2.1: not with `openid`.
            None if openid() => return Err(Problem::NoRedirect),
            None => redirect::only(&client.redirects).ok_or(Problem::NoRedirect)?,
        };
        Ok(Self {
            redirect,
            named: named.is_some(),
            mode: sent
                .only("response_mode")
                .and_then(ResponseMode::parse)
                .unwrap_or_default(),
            state: sent
                .only("state")
                .filter(|state| is_state(state))
                .map(str::to_owned),
        })
    }
}

impl AuthorizeRequest {
    /// Where the answer will go.
    pub fn redirect(&self) -> &str {
        self.place.redirect.as_str()
    }
    /// The second part.
    pub(crate) fn read(
        sent: &Parameters,
        client: Arc<Client>,
        place: Place,
        provider: &Provider,
    ) -> Result<Self, Problem> {
        sent.check_once(&KNOWN)?;
        if sent.one("state")?.is_some_and(|state| !is_state(state)) {
            return Err(Problem::State);
        }
        match sent.one("response_type")? {
            None => return Err(Problem::NoResponseType),
            Some("code") => {}
            Some(_) => return Err(Problem::ResponseType),
        }
        if !client.grants.code {
            return Err(Problem::GrantNotAllowed);
        }
        if sent.one("request")?.is_some() {
            return Err(Problem::RequestObject);
        }
        if sent.one("request_uri")?.is_some() {
            return Err(Problem::RequestUri);
        }
        if sent.one("registration")?.is_some() {
            return Err(Problem::Registration);
        }
        if sent
            .one("response_mode")?
            .is_some_and(|mode| ResponseMode::parse(mode).is_none())
        {
            return Err(Problem::ResponseMode);
        }
        let nonce = bounded(sent.one("nonce")?, MAX_NONCE_BYTES).ok_or(Problem::Nonce)?;
        let login_hint =
            bounded(sent.one("login_hint")?, MAX_LOGIN_HINT_BYTES).ok_or(Problem::LoginHint)?;
        let hint = sent
            .one("id_token_hint")?
            .map(|hint| read_hint(hint, provider));
        Ok(Self {
            scopes: scopes(sent, &client)?,
            nonce,
            challenge: challenge(sent, &client)?,
            prompt: prompt(sent)?,
            max_age: max_age(sent)?.or(client.default_max_age),
            login_hint,
            hint: hint.transpose().map_err(|_| Problem::Hint)?,
            acr_values: words(sent.one("acr_values")?),
            ui_locales: words(sent.one("ui_locales")?),
            place,
            client,
        })
    }
}

/// RFC 6749 §3.3: what the client may not have is not granted, and the answer says what is.
fn scopes(sent: &Parameters, client: &Client) -> Result<Scopes, Problem> {
    let asked = sent.one("scope")?.ok_or(Problem::NoScope)?;
    let asked = Scopes::parse(asked).map_err(|_| Problem::Scope)?;
    let mut granted = asked.and(&client.scopes);
    if !client.grants.refresh {
        granted = granted.without(Scopes::OFFLINE_ACCESS);
    }
    if granted.is_empty() {
        return Err(Problem::NothingGranted);
    }
    Ok(granted)
}

/// RFC 7636 §4.3, with `S256` alone: `plain`, which is also what a missing method means, shows the verifier to whoever
/// sees the request.
fn challenge(sent: &Parameters, client: &Client) -> Result<Option<Challenge>, Problem> {
    let method = sent.one("code_challenge_method")?;
    let Some(challenge) = sent.one("code_challenge")? else {
        return match method {
            None if !client.must_use_pkce() => Ok(None),
            _ => Err(Problem::NoChallenge),
        };
    };
    if method != Some("S256") {
        return Err(Problem::ChallengeMethod);
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(challenge)
        .map_err(|_| Problem::Challenge)?;
    let hash = bytes.try_into().map_err(|_| Problem::Challenge)?;
    Ok(Some(Challenge(Fingerprint(hash))))
}

fn prompt(sent: &Parameters) -> Result<Prompt, Problem> {
    let mut prompt = Prompt::default();
    let Some(text) = sent.one("prompt")? else {
        return Ok(prompt);
    };
    for word in text.split(' ') {
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(Problem::Prompt),
        }
    }
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
        return Err(Problem::Prompt);
    }
    Ok(prompt)
}

fn max_age(sent: &Parameters) -> Result<Option<Duration>, Problem> {
    let Some(text) = sent.one("max_age")? else {
        return Ok(None);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text
        .parse()
        .ok()
        .filter(|_| digits)
        .ok_or(Problem::MaxAge)?;
    Ok(Some(Duration::from_secs(seconds)))
}

/// Printable ASCII (RFC 6749, appendix A.5).
fn is_state(text: &str) -> bool {
    text.len() <= MAX_STATE_BYTES && text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// `None` where it is too long or has control characters.
fn bounded(text: Option<&str>, most: usize) -> Option<Option<String>> {
    match text {
        Some(text) if text.len() > most || text.chars().any(char::is_control) => None,
        text => Some(text.map(str::to_owned)),
    }
}

fn words(text: Option<&str>) -> Vec<String> {
    let words = text
        .unwrap_or_default()
        .split(' ')
        .filter(|word| !word.is_empty());
    words.take(MAX_WISHES).map(str::to_owned).collect()
}

//! A provider with a world in memory: what the flows ask is answered from tables, or not at all.

#![allow(dead_code, unused_imports)] // not every test needs everything

mod keys;
mod run;
mod world;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entryway_login::{Method, Subject};
use entryway_oidc::*;
pub(crate) use keys::{Checks, Key, KeyRing, forge, header_and_claims, private_key};
pub(crate) use run::*;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
pub(crate) use world::{Outage, Tables};

pub(crate) const ISSUER: &str = "https://login.example.org";
pub(crate) const CALLBACK: &str = "https://app.example.org/callback";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Of [`VERIFIER`]: RFC 7636, appendix B.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const SECRET: &str = "a-secret-of-the-application";
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000);

/// Counts: no two values are the same, and each run has the same ones.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let seed = self.0.fetch_add(1, Ordering::Relaxed);
        for (at, chunk) in bytes.chunks_mut(32).enumerate() {
            let block = Sha256::digest(format!("{seed} {at}"));
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// Groups whose names begin with `hidden` are shown to nobody; the claim `team` is everybody's, `iss` is tried.
pub(crate) struct Rules {
    pub(crate) fail: bool,
}

impl ClaimRules for Rules {
    fn shows_group(&self, _: &Client, group: &str) -> bool {
        !group.starts_with("hidden")
    }
    fn custom(
        &self,
        _: &Client,
        scopes: &Scopes,
        _: &Person,
    ) -> Result<Vec<(String, Value)>, RuleFailed> {
        if self.fail {
            return Err(RuleFailed);
        }
        let iss = ("iss".to_owned(), Value::from("https://evil.example"));
        let team = ("team".to_owned(), Value::from("blue"));
        Ok(if scopes.has("team") {
            vec![iss, team]
        } else {
            vec![iss]
        })
    }
    fn scopes(&self) -> Scopes {
        Scopes::parse("team").unwrap()
    }
}

pub(crate) fn provider() -> Provider {
    Provider {
        issuer: Issuer::parse(ISSUER).unwrap(),
        lifetimes: Lifetimes::default(),
        most_groups: 3,
        qualified_groups: false,
        certificates: false,
        signer: Arc::new(KeyRing::default()),
        signatures: Arc::new(Checks),
        entropy: Arc::new(Counter::default()),
        claims: Arc::new(Rules { fail: false }),
    }
}

pub(crate) fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).unwrap()
}

pub(crate) fn uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text).unwrap()
}

pub(crate) fn id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

/// A confidential client for everything.
pub(crate) fn confidential(name: &str) -> ClientSettings {
    let mut settings = ClientSettings::new(id(name));
    settings.methods = vec![ClientMethod::SecretBasic, ClientMethod::SecretPost];
    settings.secrets = vec![Fingerprint::of(SECRET.as_bytes())];
    settings.grants = GrantTypes {
        code: true,
        refresh: true,
        credentials: true,
    };
    settings.redirects = vec![uri(CALLBACK)];
    settings.post_logout = vec![uri("https://app.example.org/bye")];
    settings.scopes = scopes("openid profile email groups offline_access team");
    settings.own_scopes = scopes("read write");
    settings.named_scopes = scopes("manage");
    settings
}

pub(crate) fn public(name: &str) -> ClientSettings {
    let mut settings = confidential(name);
    settings.methods = vec![ClientMethod::None];
    settings.secrets = Vec::new();
    settings.grants.credentials = false;
    settings
}

pub(crate) fn person(name: &str) -> Person {
    Person {
        subject: Subject(format!("staff:{name}-id")),
        name: name.to_owned(),
        display_name: Some(format!("{name} Doe")),
        given_name: None,
        family_name: Some("Doe".to_owned()),
        of_site: false,
        email: Some(format!("{name}@example.org")),
        email_verified: Some(true),
        picture: None,
        locale: None,
        class: None,
        uid: None,
        gid: None,
        groups: Some(GroupNames {
            names: vec!["engineers".to_owned(), "hidden-ones".to_owned()],
            partial: false,
        }),
        attributes: Vec::new(),
    }
}

/// A session of a login ten minutes ago.
pub(crate) fn session(name: &str) -> BrowserSession {
    BrowserSession {
        id: SessionId(format!("session of {name}").into()),
        sid: format!("sid-of-{name}").into(),
        login: LoginMark("first".into()),
        person: Arc::new(person(name)),
        authenticated_at: Timestamp(NOW.0 - 600),
        method: Method::Password,
        must_change_password: false,
    }
}

pub(crate) type Pairs<'a> = Vec<(&'a str, &'a str)>;

pub(crate) fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Parameters::new(owned).unwrap()
}

/// The request that nothing is wrong with.
pub(crate) fn asking(client: &str) -> Pairs<'_> {
    vec![
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile offline_access"),
        ("state", "a state"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

/// The same with one parameter replaced, added or (empty) taken out.
pub(crate) fn asking_with<'a>(client: &'a str, name: &'a str, value: &'a str) -> Pairs<'a> {
    let mut pairs = asking(client);
    pairs.retain(|(other, _)| *other != name);
    if !value.is_empty() {
        pairs.push((name, value));
    }
    pairs
}

pub(crate) fn pending(pairs: &[(&str, &str)]) -> Pending {
    Pending {
        parameters: parameters(pairs),
        progress: Progress::default(),
    }
}

pub(crate) fn basic(client: &str, secret: &str) -> Secret {
    Secret::new(format!(
        "Basic {}",
        STANDARD.encode(format!("{client}:{secret}"))
    ))
}

pub(crate) fn by_basic(client: &str, pairs: &[(&str, &str)]) -> ClientRequest {
    ClientRequest {
        authorization: Some(basic(client, SECRET)),
        parameters: parameters(pairs),
    }
}

pub(crate) fn by_body(pairs: &[(&str, &str)]) -> ClientRequest {
    ClientRequest {
        authorization: None,
        parameters: parameters(pairs),
    }
}

pub(crate) fn bearer(token: &str) -> ClientRequest {
    ClientRequest {
        authorization: Some(Secret::new(format!("Bearer {token}"))),
        parameters: parameters(&[]),
    }
}

/// The parameters of the query that the browser is sent with, in their order.
pub(crate) fn query(uri: &str) -> Vec<(String, String)> {
    let url = url::Url::parse(uri).unwrap();
    url.query_pairs().into_owned().collect()
}

pub(crate) fn value(pairs: &[(String, String)], name: &str) -> Option<String> {
    let mut values = pairs.iter().filter(|(other, _)| other == name);
    let first = values.next();
    assert!(values.next().is_none(), "`{name}` twice in {pairs:?}");
    first.map(|(_, value)| value.clone())
}

/// Where the browser goes.
pub(crate) fn sent_to(response: &Response) -> String {
    match &response.sent {
        Sent::Redirect(uri) => uri.expose().to_owned(),
        Sent::FormPost { .. } => panic!("a form"),
    }
}

pub(crate) fn answered(authorized: Authorized) -> Response {
    match authorized {
        Authorized::Answer(response) => *response,
        Authorized::Interact(interaction) => panic!("a page: {:?}", interaction.page),
        Authorized::Show(shown) => panic!("shown: {shown:?}"),
    }
}

/// In one word what became of a request.
pub(crate) fn outcome(authorized: &Authorized) -> String {
    match authorized {
        Authorized::Answer(response) => match response.problem {
            None => "code".to_owned(),
            Some(problem) => format!("sent {}", problem.code().as_str()),
        },
        Authorized::Interact(interaction) => format!("page {:?}", interaction.page),
        Authorized::Show(shown) => format!("shown {:?}", shown.0),
    }
}

pub(crate) fn problem<T>(result: Result<T, Refused>) -> Problem {
    match result {
        Ok(_) => panic!("not refused"),
        Err(refused) => refused.problem,
    }
}

pub(crate) fn ok<T>(result: Result<T, Refused>) -> T {
    match result {
        Ok(value) => value,
        Err(refused) => panic!("refused: {refused:?}"),
    }
}

pub(crate) fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

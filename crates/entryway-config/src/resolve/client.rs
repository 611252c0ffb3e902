//! `[client.X]`: the applications that people sign in to. One that is wrong is an error; none is passed over.

mod claims;
mod proof;
mod reach;

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::rules::mention::Sites;
use crate::resolve::told_groups;
use crate::section::{List, Section};
use crate::settings::ClientSetting;
use crate::tree::Entry;
use entryway_oidc::{
    Algorithm, Client, ClientError, ClientId, ClientSettings, Fingerprint, GrantTypes,
    MAX_CLIENT_ID_BYTES,
};
use proof::{Proof, SECRETS};
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Copy)]
enum Grant {
    Code,
    Refresh,
    Credentials,
}

const GRANTS: [(&str, Grant); 3] = [
    ("authorization_code", Grant::Code),
    ("refresh_token", Grant::Refresh),
    ("client_credentials", Grant::Credentials),
];

const ALGORITHMS: [(&str, Algorithm); 2] =
    [("ES256", Algorithm::Es256), ("RS256", Algorithm::Rs256)];

/// The enabled ones, by id; `None` when one is wrong.
pub(super) fn all(
    root: &Section<'_>,
    read: &[Read<'_>],
    sites: &Sites<'_>,
    cx: &Context<'_>,
) -> Option<Vec<ClientSetting>> {
    let clients = root.section("client");
    let mut secrets: Vec<(Fingerprint, Place)> = Vec::new();
    let all: Vec<_> = clients
        .entries()
        .iter()
        .map(|entry| {
            let section = clients.below(&entry.key, "<name>");
            let client = client(entry, &section, (read, sites), &mut secrets, cx);
            // Here, so that its type is looked at whatever else is wrong.
            let enabled = section.boolean("enabled");
            client.map(|client| (client, enabled))
        })
        .collect();
    let all = all.into_iter().collect::<Option<Vec<_>>>()?;
    let enabled = all.into_iter().filter(|(_, enabled)| *enabled);
    let mut clients: Vec<_> = enabled.map(|(client, _)| client).collect();
    clients.sort_by(|one, other| one.client.id.cmp(&other.client.id));
    Some(clients)
}

fn client(
    entry: &Entry,
    client: &Section<'_>,
    (read, sites): (&[Read<'_>], &Sites<'_>),
    secrets: &mut Vec<(Fingerprint, Place)>,
    cx: &Context<'_>,
) -> Option<ClientSetting> {
    let id = id(entry, read, cx);
    let name = match client.entry("name") {
        None => Some(entry.key.clone()),
        Some(_) => client
            .required_text("name", "this client")
            .map(|name| name.text.to_owned()),
    };
    let native = client.boolean("native");
    let proof = proof::proof(client, native, cx);
    if let Some(Proof { secrets: own, .. }) = &proof {
        shared(own, secrets, cx);
    }
    let grants = grants(client, cx);
    let redirects = reach::uris(client, "redirect_uris", cx);
    let post_logout = reach::uris(client, "post_logout_redirect_uris", cx);
    let backchannel = reach::backchannel(client, cx);
    let claims = claims::claims(client, read, sites, cx);
    let groups = told_groups::groups(client, read, cx);
    let scopes = reach::scopes(client, "scopes", cx);
    let own_scopes = reach::scopes(client, "own_scopes", cx);
    let (api, api_scopes) = reach::api(client);
    let algorithm = client.word(
        "id_token_signed_response_alg",
        &ALGORITHMS,
        Algorithm::Es256,
    );
    let pkce_required = client.boolean("pkce");
    let consent = client.boolean("consent");
    let claims_in_id_token = client.boolean("claims_in_id_token");
    let may_introspect = client.boolean("may_introspect");
    let max_age = client.duration("default_max_age");
    let default_max_age: Option<Duration> = client.entry("default_max_age").map(|_| max_age);
    let Proof {
        methods,
        secrets,
        keys,
    } = proof?;
    let claims = claims?;
    let scopes = claims.open(client, scopes?, cx);
    let settings = ClientSettings {
        id: id?,
        name: name?,
        methods,
        secrets: secrets.into_iter().map(|(secret, _)| secret).collect(),
        keys,
        grants: grants?,
        redirects: redirects?,
        post_logout: post_logout?,
        backchannel: backchannel?,
        scopes,
        own_scopes: own_scopes?,
        named_scopes: api_scopes,
        native,
        pkce_required,
        consent,
        id_token_algorithm: algorithm,
        claims_in_id_token,
        may_introspect,
        default_max_age,
    };
    let problems = settings.problems();
    if problems.is_empty() {
        without_effect(client, &settings, cx);
    }
    for problem in problems {
        unfit(client, problem, cx);
    }
    // What it refuses has just been reported.
    let client = Arc::new(Client::new(settings).ok()?);
    Some(ClientSetting {
        client,
        api,
        groups: groups?,
        claims: claims.into_settings(),
    })
}

fn id(entry: &Entry, read: &[Read<'_>], cx: &Context<'_>) -> Option<ClientId> {
    let id = ClientId::parse(&entry.key);
    let shown: String = entry.key.chars().take(64).collect();
    if let Some(authority) = looks_like_a_person(&entry.key, read) {
        cx.push(
            Diagnostic::new(
                Code::BadName,
                format!("`{}` cannot be a `client_id`", shown.escape_debug()),
            )
            .at(
                entry.key_place,
                format!(
                    "it could be somebody's `sub`: those of `{}` begin like this",
                    authority.escape_debug()
                ),
            ),
        );
        return None;
    }
    if id.is_none() {
        cx.push(
            Diagnostic::new(
                Code::BadName,
                format!("`{}` cannot be a `client_id`", shown.escape_debug()),
            )
            .at(
                entry.key_place,
                format!("expected printable ASCII, at most {MAX_CLIENT_ID_BYTES} characters"),
            ),
        );
    }
    id
}

/// Whose subjects begin like this: the `sub` of an application's own token is its id, and must not pass for a person's
/// (RFC 9700 §4.15).
fn looks_like_a_person<'a>(id: &str, read: &'a [Read<'_>]) -> Option<&'a str> {
    let (first, _) = id.split_once(':')?;
    let domains = read.iter().map(|domain| domain.name.text);
    let mut authorities = domains.chain(["local", "os"]);
    authorities.find(|authority| authority.eq_ignore_ascii_case(first))
}

/// Whoever knows a secret of one application would be the other, too.
fn shared(own: &[(Fingerprint, Place)], all: &mut Vec<(Fingerprint, Place)>, cx: &Context<'_>) {
    for (secret, place) in own {
        if let Some((_, first)) = all.iter().find(|(known, _)| known == secret) {
            cx.push(
                Diagnostic::new(Code::SecretShared, "one secret stands twice")
                    .at(*place, "here again")
                    .also(*first, "first here"),
            );
        }
        all.push((*secret, *place));
    }
}

fn grants(client: &Section<'_>, cx: &Context<'_>) -> Option<GrantTypes> {
    let Some(list) = client.texts("grants") else {
        return client.entry("grants").is_none().then_some(GrantTypes {
            code: true,
            ..GrantTypes::default()
        });
    };
    let mut grants = GrantTypes::default();
    let mut whole = not_empty(&list, "grants", "this client may do nothing", cx);
    for item in list.items {
        match client.one_of(item, "grants", &GRANTS) {
            Some(Grant::Code) => grants.code = true,
            Some(Grant::Refresh) => grants.refresh = true,
            Some(Grant::Credentials) => grants.credentials = true,
            None => whole = false,
        }
    }
    whole.then_some(grants)
}

fn not_empty(list: &List<'_>, key: &str, label: &str, cx: &Context<'_>) -> bool {
    if list.items.is_empty() {
        cx.push(Diagnostic::new(Code::Empty, format!("`{key}` is empty")).at(list.place, label));
    }
    !list.items.is_empty()
}

/// Settings that do not fit together, each where it is written.
fn unfit(client: &Section<'_>, problem: ClientError, cx: &Context<'_>) {
    let first = |keys: &[&'static str]| {
        let written = keys.iter().find(|key| client.entry(key).is_some());
        written.copied().unwrap_or("authentication")
    };
    let (key, hint) = match problem {
        ClientError::NoRedirect => {
            client.missing("redirect_uris", "this client");
            return;
        }
        ClientError::Methods => (
            "authentication",
            "`none` is for an application that keeps no secret, and stands alone",
        ),
        ClientError::Secrets => (
            first(&SECRETS),
            "a secret goes with `client_secret_basic` or `client_secret_post` in `authentication`; an application that cannot keep one has neither",
        ),
        ClientError::Keys | ClientError::KeyKind => (
            first(&["keys"]),
            "`keys` goes with `private_key_jwt` in `authentication`",
        ),
        ClientError::PublicCredentials => (
            "grants",
            "without a secret anybody could ask for these tokens",
        ),
        ClientError::RefreshAlone => (
            "grants",
            "`grants = [\"authorization_code\", \"refresh_token\"]`",
        ),
        ClientError::PublicIntrospection => (
            "may_introspect",
            "without a secret anybody could ask whose a token is",
        ),
        ClientError::NativeSecret => (
            "native",
            "everybody who installs it has what is in it: leave the secret out",
        ),
        ClientError::BackchannelScheme => (
            "backchannel_logout_uri",
            "it tells whose session ended: not in clear text",
        ),
    };
    let place = client.written(key).unwrap_or(client.place);
    cx.push(
        Diagnostic::new(
            Code::ClientUnfit,
            "the settings of this client do not fit together",
        )
        .at(place, problem.to_string())
        .hint(hint),
    );
}

/// What is written and changes nothing.
fn without_effect(client: &Section<'_>, settings: &ClientSettings, cx: &Context<'_>) {
    let public = settings
        .methods
        .contains(&entryway_oidc::ClientMethod::None);
    let GrantTypes {
        code, credentials, ..
    } = settings.grants;
    let idle = [
        (
            "pkce",
            public && !settings.pkce_required,
            "a client without a secret must use PKCE in any case",
        ),
        (
            "own_scopes",
            !credentials && client.written("own_scopes").is_some(),
            "`client_credentials` is not among its `grants`",
        ),
        (
            "api",
            !credentials && client.written("api").is_some(),
            "`client_credentials` is not among its `grants`",
        ),
        (
            "redirect_uris",
            !code && !settings.redirects.is_empty(),
            "`authorization_code` is not among its `grants`",
        ),
        (
            "backchannel_logout_session_required",
            settings.backchannel.is_none()
                && client.boolean_quietly("backchannel_logout_session_required") == Some(true),
            "there is no `backchannel_logout_uri`",
        ),
    ];
    for (key, _, why) in idle.iter().filter(|(_, idle, _)| *idle) {
        cx.push(
            Diagnostic::new(Code::NoEffect, format!("`{key}` has no effect"))
                .at(client.written(key).unwrap_or(client.place), *why),
        );
    }
}

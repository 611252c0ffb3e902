//! `entryway client`: the applications that people sign in to. Of a secret it tells that there is one.

mod edit;

use crate::cli::{Client, ClientCommand, Common, Output};
use crate::exit::Exit;
use crate::table::aligned;
use crate::{out, sources};
use entryway_config::{ClientSetting, SsoSettings};
use serde::Serialize;

/// Shows them, or changes what is written of them.
pub(crate) fn client(common: &Common, asked: &Client) -> Result<Exit, Exit> {
    let loaded = || sources::load_and_show(common).map(|(_, loaded)| loaded);
    match &asked.command {
        ClientCommand::List => Ok(list(common, loaded()?.settings.sso.as_deref())),
        ClientCommand::Show { name } => {
            let loaded = loaded()?;
            let sso = loaded.settings.sso.as_deref();
            let found = sso.and_then(|sso| {
                let mut clients = sso.clients.iter();
                let found = clients.find(|one| one.client.id.as_str() == name)?;
                Some((sso, found))
            });
            match found {
                Some((sso, setting)) => Ok(show(common, sso, setting)),
                None => {
                    let name = name.escape_debug();
                    out::aside(&format!("error: there is no client `{name}`\n"));
                    Err(Exit::No)
                }
            }
        }
        ClientCommand::Create(new) => edit::create(common, new),
        ClientCommand::Renew { id } => edit::renew(common, id),
        ClientCommand::Remove { id, how } => edit::remove(common, id, *how),
    }
}

/// A client in a line.
#[derive(Serialize)]
struct Listed<'a> {
    client_id: &'a str,
    name: &'a str,
    authentication: Vec<&'static str>,
    grants: Vec<&'static str>,
    scopes: Vec<&'a str>,
}

impl<'a> Listed<'a> {
    fn of(setting: &'a ClientSetting) -> Self {
        let client = &setting.client;
        Self {
            client_id: client.id.as_str(),
            name: &client.name,
            authentication: client.methods.iter().map(|way| way.as_str()).collect(),
            grants: grants(setting),
            scopes: client.scopes.iter().collect(),
        }
    }
}

fn grants(setting: &ClientSetting) -> Vec<&'static str> {
    let grants = setting.client.grants;
    [
        ("authorization_code", grants.code),
        ("refresh_token", grants.refresh),
        ("client_credentials", grants.credentials),
    ]
    .into_iter()
    .filter_map(|(name, may)| may.then_some(name))
    .collect()
}

fn list(common: &Common, sso: Option<&SsoSettings>) -> Exit {
    if sso.is_none() && common.output == Output::Text {
        out::aside("there is no single sign-on: the configuration has no `[sso]`\n");
    }
    let clients = sso.map_or(&[][..], |sso| &sso.clients);
    let listed: Vec<_> = clients.iter().map(Listed::of).collect();
    out::answer_as(common, &listed, || {
        let head = ["client_id", "name", "authentication", "scopes"].map(str::to_owned);
        let lines = listed.iter().map(|client| {
            [
                client.client_id.to_owned(),
                client.name.to_owned(),
                client.authentication.join(" "),
                client.scopes.join(" "),
            ]
        });
        aligned([head].into_iter().chain(lines))
    });
    Exit::Done
}

/// All of a client, in the words of the configuration, and what its own configuration asks for.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    listed: Listed<'a>,
    issuer: &'a str,
    discovery: String,
    secrets: usize,
    keys: Vec<ShownKey<'a>>,
    redirect_uris: Vec<&'a str>,
    post_logout_redirect_uris: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_logout_uri: Option<&'a str>,
    own_scopes: Vec<&'a str>,
    /// At Entryway's own API.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    api: Vec<&'static str>,
    native: bool,
    pkce: bool,
    consent: bool,
    id_token_signed_response_alg: &'static str,
    claims_in_id_token: bool,
    may_introspect: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_max_age_s: Option<u64>,
    /// Without it every group.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<&'a str>>,
    claims: Vec<ShownClaim<'a>>,
}

#[derive(Serialize)]
struct ShownKey<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    alg: &'static str,
}

#[derive(Serialize)]
struct ShownClaim<'a> {
    name: &'a str,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(sso: &'a SsoSettings, setting: &'a ClientSetting) -> Self {
        let client = &setting.client;
        let keys = client.keys.iter().map(|key| ShownKey {
            kid: key.kid.as_deref(),
            alg: key.algorithm.as_str(),
        });
        let claims = setting.claims.iter().map(|claim| ShownClaim {
            name: &claim.name,
            value: claim.value.text(),
            scope: claim.scope.as_deref(),
        });
        Self {
            listed: Listed::of(setting),
            issuer: sso.issuer.as_str(),
            discovery: sso.issuer.configuration(),
            secrets: client.secrets.len(),
            keys: keys.collect(),
            redirect_uris: client.redirects.iter().map(|uri| uri.as_str()).collect(),
            post_logout_redirect_uris: client.post_logout.iter().map(|uri| uri.as_str()).collect(),
            backchannel_logout_uri: client.backchannel.as_ref().map(|told| told.uri.as_str()),
            own_scopes: client.own_scopes.iter().collect(),
            api: setting.api.iter().map(|scope| scope.as_str()).collect(),
            native: client.native,
            pkce: client.must_use_pkce(),
            consent: client.consent,
            id_token_signed_response_alg: client.id_token_algorithm.as_str(),
            claims_in_id_token: client.claims_in_id_token,
            may_introspect: client.may_introspect,
            default_max_age_s: client.default_max_age.map(|age| age.as_secs()),
            groups: setting
                .groups
                .as_ref()
                .map(|groups| groups.iter().collect()),
            claims: claims.collect(),
        }
    }
}

fn show(common: &Common, sso: &SsoSettings, setting: &ClientSetting) -> Exit {
    let shown = Shown::of(sso, setting);
    out::answer_as(common, &shown, || {
        let mut lines: Vec<[String; 2]> = Vec::new();
        let mut line = |key: &str, values: &[&str]| {
            for (at, value) in values.iter().enumerate() {
                let key = if at == 0 { key } else { "" };
                lines.push([key.to_owned(), (*value).to_owned()]);
            }
        };
        let yes = |is: bool| if is { "yes" } else { "no" };
        line("client_id", &[shown.listed.client_id]);
        line("name", &[shown.listed.name]);
        line("authentication", &[&shown.listed.authentication.join(" ")]);
        if shown.secrets > 0 {
            line("secrets", &[&shown.secrets.to_string()]);
        }
        let keys = shown.keys.iter().map(|key| match key.kid {
            Some(kid) => format!("{} {kid}", key.alg),
            None => key.alg.to_owned(),
        });
        let keys: Vec<String> = keys.collect();
        line("keys", &keys.iter().map(String::as_str).collect::<Vec<_>>());
        line("grants", &[&shown.listed.grants.join(" ")]);
        line("redirect_uris", &shown.redirect_uris);
        line(
            "post_logout_redirect_uris",
            &shown.post_logout_redirect_uris,
        );
        line(
            "backchannel_logout_uri",
            shown.backchannel_logout_uri.as_slice(),
        );
        line("scopes", &[&shown.listed.scopes.join(" ")]);
        if !shown.own_scopes.is_empty() {
            line("own_scopes", &[&shown.own_scopes.join(" ")]);
        }
        if !shown.api.is_empty() {
            line("api", &[&shown.api.join(" ")]);
        }
        match &shown.groups {
            None => line("groups", &["every group"]),
            Some(none) if none.is_empty() => line("groups", &["none"]),
            Some(patterns) => line("groups", &[&patterns.join(" ")]),
        }
        let claims: Vec<String> = shown.claims.iter().map(claim).collect();
        line(
            "claims",
            &claims.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        line("native", &[yes(shown.native)]);
        line("pkce", &[yes(shown.pkce)]);
        line("consent", &[yes(shown.consent)]);
        line(
            "id_token_signed_response_alg",
            &[shown.id_token_signed_response_alg],
        );
        line("claims_in_id_token", &[yes(shown.claims_in_id_token)]);
        line("may_introspect", &[yes(shown.may_introspect)]);
        if let Some(age) = shown.default_max_age_s {
            line("default_max_age", &[&format!("{age}s")]);
        }
        line("issuer", &[shown.issuer]);
        line("discovery", &[&shown.discovery]);
        aligned(lines)
    });
    Exit::Done
}

fn claim(claim: &ShownClaim<'_>) -> String {
    let ShownClaim { name, value, scope } = claim;
    match scope {
        Some(scope) => format!("{name} = {value}  (with `{scope}`)"),
        None => format!("{name} = {value}"),
    }
}

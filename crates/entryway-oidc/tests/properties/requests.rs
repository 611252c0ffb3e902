//! One request at any endpoint.

use super::odd::{Change, changed, changes, text};
use super::support::*;
use super::{assert_ends, many};
use entryway_oidc::*;
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

fn clients() -> Vec<ClientSettings> {
    let mut native = public("native");
    native.native = true;
    native.redirects = vec![uri("http://127.0.0.1/cb"), uri(CALLBACK)];
    let mut asks = confidential("asks");
    asks.consent = true;
    vec![confidential("app"), public("spa"), native, asks]
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// Without the help of the code that is tested.
fn is_registered(client: &str, uri: &str) -> bool {
    if uri == CALLBACK {
        return true;
    }
    let rest = uri
        .strip_prefix("http://127.0.0.1")
        .and_then(|rest| rest.strip_suffix("/cb"));
    let port = rest.filter(|_| client == "native");
    port.is_some_and(|port| {
        let digits = port.strip_prefix(':').unwrap_or("1");
        digits
            .parse::<u16>()
            .is_ok_and(|number| number > 0 && number.to_string() == digits)
    })
}

fn check_authorize(
    client: &str,
    changes: &[Change],
    logged_in: bool,
    down: HashSet<usize>,
) -> String {
    let pairs = changed(&asking(client), changes);
    let mut run = run(clients());
    run.world.outage = Outage::At(down);
    if !logged_in {
        run.world.browser = None;
    }
    let authorized = run.authorize(&borrowed(&pairs));
    let named = |name: &str| {
        pairs
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    };
    if let Authorized::Answer(response) = &authorized {
        let client = named("client_id").unwrap();
        let sent = named("redirect_uri")
            .filter(|uri| !uri.is_empty())
            .unwrap_or(CALLBACK);
        assert!(is_registered(client, sent), "{client}: {sent}");
        let fields = match &response.sent {
            Sent::Redirect(to) => {
                let rest = to.expose().strip_prefix(sent).unwrap();
                assert!(rest.starts_with('?'), "{rest}");
                assert!(
                    rest.bytes()
                        .all(|byte| byte.is_ascii_graphic() && byte != b'#'),
                    "{rest}"
                );
                query(to.expose())
            }
            Sent::FormPost { action, fields } => {
                assert_eq!(action, sent);
                let owned = |(name, value): &(&str, Secret)| {
                    ((*name).to_owned(), value.expose().to_owned())
                };
                fields.iter().map(owned).collect()
            }
        };
        assert_eq!(value(&fields, "iss").as_deref(), Some(ISSUER));
        assert_eq!(value(&fields, "code").is_some(), response.problem.is_none());
        assert_eq!(
            value(&fields, "error").is_some(),
            response.problem.is_some()
        );
        if let Some(state) = value(&fields, "state") {
            assert_eq!(named("state"), Some(state.as_str()));
        }
    }
    for (code, _) in run.world.codes.values() {
        let asked = named("scope")
            .and_then(|scope| Scopes::parse(scope).ok())
            .unwrap();
        let client = &run.world.clients[&code.grant.client];
        assert!(code.grant.scopes.is_within(&asked) && code.grant.scopes.is_within(&client.scopes));
        assert!(code.challenge.is_some() || !client.is_public());
    }
    outcome(&authorized)
        .split(['(', ' '])
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn an_answer_goes_only_where_it_may_and_nothing_is_granted_that_was_not_asked() {
    let down = prop::collection::hash_set(1..6usize, 0..2);
    let client = prop::sample::select(vec!["app", "spa", "native", "asks"]);
    let ends = many(
        6_000,
        (client, changes(4), any::<bool>(), down),
        |(client, changes, logged_in, down)| check_authorize(client, &changes, logged_in, down),
    );
    assert_ends(
        &ends,
        &[
            "code",
            "page Login",
            "page Consent",
            "page Reauthenticate",
            "shown UnknownRedirect",
            "shown UnknownClient",
            "shown Repeated",
            "shown Unavailable",
            "sent invalid_request",
            "sent invalid_scope",
            "sent login_required",
            "sent temporarily_unavailable",
            "sent unsupported_response_type",
            "sent request_not_supported",
        ],
    );
}

#[test]
fn no_request_of_a_client_is_too_odd() {
    let starts = prop::sample::select(vec![0, 1, 2, 3]);
    let header = prop::option::of(text());
    let ends = many(
        6_000,
        (starts, changes(4), header, 0..5usize),
        |(start, changes, header, endpoint)| {
            let mut run = run(clients());
            let code = run.code(&asking("app"));
            let tokens = run.tokens();
            let refresh = tokens.refresh.unwrap();
            let pairs = match start {
                0 => redeeming(&code),
                1 => refreshing(refresh.expose()),
                2 => vec![("grant_type", "client_credentials")],
                _ => vec![("token", tokens.access.expose())],
            };
            let pairs = changed(&pairs, &changes);
            let authorization = match header {
                Some(text) => Some(Secret::new(text)),
                None => Some(basic("app", SECRET)),
            };
            let request = ClientRequest {
                authorization,
                parameters: parameters(&borrowed(&pairs)),
            };
            let refused = match endpoint {
                0 => run.token(request).err(),
                1 => run.introspect(request).err(),
                2 => run.revoke(request).err(),
                3 => run.userinfo(request).err(),
                _ => {
                    let out = run.logout(&borrowed(&pairs), None);
                    return match out {
                        Logout::Confirm { .. } => "confirm".to_owned(),
                        Logout::SignedOut(_) => "out".to_owned(),
                        Logout::Show(problem) => format!("{problem:?}"),
                    };
                }
            };
            refused.map_or("done".to_owned(), |refused| {
                refused.problem.code().as_str().to_owned()
            })
        },
    );
    assert_ends(
        &ends,
        &[
            "done",
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "unsupported_grant_type",
            "invalid_token",
            "confirm",
        ],
    );
}

#[test]
fn an_outage_never_becomes_a_refusal() {
    let down = prop::collection::hash_set(1..8usize, 0..3);
    let ends = many(600, (down, 0..4usize), |(down, which)| {
        let mut run = run(vec![confidential("app")]);
        let code = run.code(&asking("app"));
        let tokens = run.tokens();
        let refresh = tokens.refresh.unwrap();
        let access = tokens.access;
        run.world.asked.clear();
        run.world.outage = Outage::At(down);
        let refused = match which {
            0 => run.redeem(&code).err(),
            1 => run.refresh(refresh.expose()).err(),
            2 => run.userinfo(bearer(access.expose())).err(),
            _ => run
                .revoke(by_basic("app", &[("token", refresh.expose())]))
                .err(),
        };
        let problem = refused.map(|refused| refused.problem);
        assert!(
            matches!(problem, None | Some(Problem::Unavailable)),
            "{problem:?}"
        );
        format!("{which} {problem:?}")
    });
    assert_eq!(ends.len(), 8, "each both ways: {ends:?}");
}

#[test]
fn no_text_is_a_signed_one_but_those_that_are() {
    let provider = Arc::new(provider());
    let mut run = run(vec![confidential("app")]);
    let hint = run.tokens().id_token.unwrap().expose().to_owned();
    let ends = many(
        4_000,
        (0..hint.len(), text(), any::<bool>()),
        |(at, inserted, replace)| {
            let end = if replace {
                (at + inserted.len()).min(hint.len())
            } else {
                at
            };
            let text = match hint.get(..at).zip(hint.get(end..)) {
                Some((before, after)) => format!("{before}{inserted}{after}"),
                None => inserted,
            };
            let step = logout(
                Arc::clone(&provider),
                LogoutRequest {
                    parameters: parameters(&[("id_token_hint", &text)]),
                    confirmed: None,
                },
                NOW,
            );
            let read = match Tables::new(vec![confidential("app")]).walk(step) {
                Logout::Show(Problem::Hint) => false,
                Logout::SignedOut(_) => true,
                _ => panic!("neither"),
            };
            // A parameter that is empty was not sent.
            assert_eq!(read, text == hint || text.is_empty(), "{text}");
            read.to_string()
        },
    );
    assert_ends(&ends, &["true", "false"]);
}

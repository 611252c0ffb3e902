//! Requests from end to end in a world of tables. Each test is named after the sentence of a specification that it
//! shows: `rfc6749_3_1_…` is RFC 6749 §3.1, `core_…` OpenID Connect Core 1.0, `discovery_…` Discovery 1.0,
//! `rp_logout_…` RP-Initiated Logout 1.0, `backchannel_…` Back-Channel Logout 1.0; `own_…` is what we decided.
//! `docs/openid.md` has them all, by specification.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // what is odd here is a failed test

mod authorize;
mod backchannel;
mod claims;
mod client_proof;
mod consent;
mod credentials;
mod discovery;
mod introspect;
mod logout;
mod names;
mod openid;
mod pkce;
mod redirects;
mod refresh;
mod revoke;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod token;
mod userinfo;
mod world;

use entryway_oidc::*;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use support::*;

fn app() -> Run {
    run(vec![confidential("app")])
}

/// What becomes of the ordinary request with one parameter replaced (or left out, if it is empty).
fn check(name: &str, value: &str, expected: &str) {
    let outcome = outcome(&app().authorize(&asking_with("app", name, value)));
    assert_eq!(outcome, expected, "{name}={value}");
}

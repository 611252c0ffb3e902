//! OAuth 2.0 and OpenID Connect as data: what a browser or a client sent, and what the world answers, go in; the next
//! step, and in the end an answer, come out.
//!
//! A request is a [`Step`] that asks for things; [`drive`] or a test answers. This crate must not know sockets, HTTP,
//! response statuses, files, clocks, randomness or how a signature is computed: time comes with each request, the
//! rest through ports ([`Signer`], [`Signatures`], [`Entropy`], [`ClaimRules`], and [`World`] for what takes time).
//!
//! - A place that an answer is redirected to is a [`Redirect`]; only the comparison with what is registered makes one.
//! - A code is made of a proof that only the dispatcher makes, tokens of one that only client authentication makes.
//! - An outage is `temporarily_unavailable`. It is never a refusal, and a refusal is never made of one.
//! - Secrets have no `Debug`; what is kept of them is a [`Fingerprint`].

mod authorize;
mod claims;
mod client;
mod client_proof;
mod discovery;
mod family;
mod introspect;
mod jose;
mod logout;
mod parameters;
mod person;
mod problem;
mod provider;
mod record;
mod redirect;
mod revoke;
mod scope;
mod secret;
mod session;
mod step;
mod stored;
mod time;
mod token;
mod userinfo;

pub use authorize::{
    Agreement, AuthorizeRequest, Authorized, Granted, Interaction, Next, Page, Pending, Progress,
    Prompt, Response, ResponseMode, Sent, Shown, authorize, dispatch,
};
pub use claims::is_reserved_claim;
pub use client::{
    BackchannelLogout, Client, ClientError, ClientId, ClientKey, ClientMethod, ClientSettings,
    GrantTypes, MAX_CLIENT_ID_BYTES,
};
pub use client_proof::{Authenticated, ClientRequest, Refused};
pub use discovery::Metadata;
pub use family::{Family, Replaced};
pub use introspect::introspect;
pub use jose::{
    Algorithm, Jwk, Jwks, JwsError, KeyError, KeyUnusable, MAX_JWS_BYTES, PublicKey, Signatures,
    Signer, SigningKey, read_client_keys,
};
pub use logout::{Logout, LogoutNotice, LogoutRequest, SignedOut, logout, notices};
pub use parameters::{
    MAX_PARAMETERS, MAX_TOTAL_BYTES, MAX_VALUE_BYTES, Parameters, Repeated, TooMuch,
};
pub use person::{GroupNames, GroupPatterns, Person, PersonFacts, sub};
pub use problem::{ErrorCode, Problem};
pub use provider::{ClaimRules, Issuer, IssuerError, Lifetimes, Provider, RuleFailed, paths};
pub use record::{AccessRecord, Challenge, CodeRecord, Grant};
pub use redirect::{MAX_URI_BYTES, Redirect, RedirectUri, UriError};
pub use revoke::revoke;
pub use scope::{MAX_SCOPE_BYTES, MAX_SCOPES, ScopeError, Scopes};
pub use secret::{Entropy, FamilyId, Fingerprint, Secret, read_access};
pub use session::{ACR_CERTIFICATE, ACR_PASSWORD, BrowserSession, LoginMark, SessionId};
pub use step::{
    Answer, Ask, DropAccess, EndSession, FindAccess, FindBrowser, FindClient, FindConsent,
    FindFamily, FindSession, FirstUse, KeepCode, KeepConsent, KeepTokens, Kept, Question,
    Revalidate, RevokeFamily, Rotate, Rotated, Step, TakeAssertion, TakeCode, TakenCode,
    Unavailable, Welcome, World, drive,
};
pub use stored::{Stored, StoredError};
pub use time::Timestamp;
pub use token::{TokenAnswer, token};
pub use userinfo::{GroupsTold, Told, claims_to_json, groups, userinfo};

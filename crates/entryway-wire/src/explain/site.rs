//! What a site's connector said.

use crate::write::hex;
use entryway_login::{AssertedOutcome, NameForm, ReplyProof, ReplyStated, SiteForm, SiteOutcome};
use serde::Serialize;

/// A signed reply, and by what it is found in the connector's own record: the statement's digest and its signature.
#[derive(Serialize)]
pub(super) struct SiteAnsweredJson<'a> {
    site: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    connector: Option<&'a str>,
    #[serde(flatten)]
    outcome: OutcomeJson<'a>,
    /// SHA-256 of the statement, in hexadecimal digits.
    reply: String,
    /// Likewise.
    signature: String,
    /// Likewise: of a reply that is signed together with others, the way to what is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stated: Option<StatedJson<'a>>,
}

/// Of what a signed statement was made, so that it can be made again; bytes in hexadecimal digits. Who stated it stands
/// beside it at the hub, and in it at the connector.
#[derive(Serialize)]
pub(crate) struct StatedJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connector: Option<&'a str>,
    nonce: String,
    time_ms: u64,
    method: &'static str,
    request: String,
    body: String,
    key: String,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

impl<'a> StatedJson<'a> {
    pub(crate) fn by(site: &'a str, connector: &'a str, stated: &'a ReplyStated) -> Self {
        Self {
            site: Some(site),
            connector: Some(connector),
            ..Self::of(stated)
        }
    }
    fn of(stated: &'a ReplyStated) -> Self {
        Self {
            site: None,
            connector: None,
            nonce: hex(&stated.nonce),
            time_ms: stated.time_ms,
            method: stated.method,
            request: hex(&stated.request),
            body: hex(&stated.body),
            key: hex(&stated.key),
            outcome: &stated.outcome,
            code: stated.code.as_deref(),
            subject: stated.subject.as_deref(),
            name: stated.name.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[rustfmt::skip] // one outcome a line reads as the table it is
enum OutcomeJson<'a> {
    Accepted { name: &'a str, #[serde(skip_serializing_if = "Vec::is_empty")] left_out: Vec<&'static str> },
    MustChange,
    Refused { reason: &'static str, #[serde(skip_serializing_if = "Option::is_none")] told: Option<&'a str> },
    NoVerdict { fault: &'static str, #[serde(skip_serializing_if = "Option::is_none")] told: Option<&'a str> },
    SealRefused { why: &'a str },
    Changed,
}

impl<'a> SiteAnsweredJson<'a> {
    pub(super) fn of(
        site: &'a str,
        connector: Option<&'a str>,
        proof: &'a ReplyProof,
        outcome: &'a SiteOutcome,
    ) -> Self {
        Self {
            site,
            connector,
            outcome: OutcomeJson::of(outcome),
            reply: hex(&proof.digest),
            signature: hex(&proof.signature),
            beside: (!proof.beside.is_empty()).then(|| hex(&proof.beside)),
            stated: proof.stated.as_deref().map(StatedJson::of),
        }
    }
}

/// A signed assertion, likewise.
#[derive(Serialize)]
pub(super) struct SiteAssertedJson<'a> {
    site: &'a str,
    connector: &'a str,
    #[serde(flatten)]
    outcome: AssertedJson<'a>,
    assertion: String,
    signature: String,
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum AssertedJson<'a> {
    LetIn,
    Refused { reason: &'static str, told: &'a str },
    NoVerdict { fault: &'static str },
}

impl<'a> SiteAssertedJson<'a> {
    pub(super) fn of(
        site: &'a str,
        connector: &'a str,
        proof: &ReplyProof,
        outcome: &'a AssertedOutcome,
    ) -> Self {
        let outcome = match outcome {
            AssertedOutcome::LetIn => AssertedJson::LetIn,
            AssertedOutcome::Refused { reason, told } => AssertedJson::Refused {
                reason: reason.code(),
                told,
            },
            AssertedOutcome::NoVerdict { fault } => AssertedJson::NoVerdict {
                fault: fault.code(),
            },
        };
        Self {
            site,
            connector,
            outcome,
            assertion: hex(&proof.digest),
            signature: hex(&proof.signature),
        }
    }
}

impl<'a> OutcomeJson<'a> {
    fn of(outcome: &'a SiteOutcome) -> Self {
        match outcome {
            SiteOutcome::Accepted { name, left_out } => Self::Accepted {
                name,
                left_out: left_out.iter().map(|what| what.as_str()).collect(),
            },
            SiteOutcome::MustChange => Self::MustChange,
            SiteOutcome::Refused { reason, told } => Self::Refused {
                reason: reason.code(),
                told: told.as_deref(),
            },
            SiteOutcome::NoVerdict { fault, told } => Self::NoVerdict {
                fault: fault.code(),
                told: told.as_deref(),
            },
            SiteOutcome::SealRefused { why } => Self::SealRefused { why },
            SiteOutcome::Changed => Self::Changed,
        }
    }
}

pub(super) fn form_name(form: SiteForm) -> &'static str {
    match form {
        SiteForm::Named(NameForm::Slash) => "slash",
        SiteForm::Named(NameForm::Backslash) => "backslash",
        SiteForm::Named(NameForm::Suffix) => "suffix",
        SiteForm::ByClient => "client",
    }
}

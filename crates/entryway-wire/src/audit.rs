//! A decision as the record of decisions keeps it.

use crate::explain::StatedJson;
use crate::json::to_json;
use crate::response::{LoginResponse, explanation};
use crate::time::Rfc3339;
use crate::write::{Text, hex};
use entryway_login::{Decided, DomainId, ReplyStated, RuleId};
use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::net::IpAddr;
use std::time::SystemTime;

/// What a record is made of; borrows it all.
pub struct AuditBody<'a> {
    /// When it was decided.
    pub at: SystemTime,
    /// What was asked: `login`, `revalidation` or `password_change`.
    pub kind: &'a str,
    /// As typed, cut.
    pub login_name: &'a str,
    /// The application that asked; `None` for the command line.
    pub caller: Option<&'a str>,
    /// Where the person is, if anybody said so.
    pub client_address: Option<IpAddr>,
    /// The decision and its trace.
    pub decided: &'a Decided,
    /// By what the reply to a hub is found, where one asked.
    pub told: Option<ToldAs<'a>>,
}

/// A signed reply: the same in the records of both sides.
#[derive(Debug, Clone, Copy)]
pub struct ToldAs<'a> {
    /// SHA-256 of the statement that was signed.
    pub reply: &'a [u8],
    /// Over it, or over the root that `beside` leads to.
    pub signature: &'a [u8],
    /// The way to that root; empty where the reply is signed alone.
    pub beside: &'a [u8],
    /// Of what the statement was made, beside the login: site, connector and the rest.
    pub stated: Option<(&'a str, &'a str, &'a ReplyStated)>,
}

#[derive(Serialize)]
struct BodyJson<'a> {
    at: Text<Rfc3339>,
    kind: &'a str,
    login_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_address: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stated: Option<StatedJson<'a>>,
    #[serde(flatten)]
    explanation: LoginResponse<'a>,
}

impl<'a> AuditBody<'a> {
    /// `{"at": "…", "kind": "login", "login_name": "…", …}` and the keys of an explanation. Sealed tokens are not in it.
    pub fn to_json<P: Into<Cow<'a, str>>>(
        &self,
        place: &dyn Fn(RuleId) -> Option<P>,
        domain_name: &dyn Fn(DomainId) -> Option<&'a str>,
    ) -> Vec<u8> {
        let body = BodyJson {
            at: Text(Rfc3339(self.at)),
            kind: self.kind,
            login_name: self.login_name,
            caller: self.caller,
            client_address: self.client_address,
            reply: self.told.map(|told| hex(told.reply)),
            signature: self.told.map(|told| hex(told.signature)),
            beside: (self.told.filter(|told| !told.beside.is_empty())).map(|told| hex(told.beside)),
            stated: self.told.and_then(|told| {
                let (site, connector, stated) = told.stated?;
                Some(StatedJson::by(site, connector, stated))
            }),
            explanation: explanation(self.decided, place, domain_name),
        };
        // Texts and numbers alone: there is nothing that could not be written.
        to_json(&body).unwrap_or_default()
    }
}

/// A record of the audit, as it is shown to programs: `{"node": "…", "seq": 7, "record": {…}}`. The record reads as it was
/// written, by whatever version.
#[derive(Serialize)]
pub struct RecordedJson<'a> {
    node: &'a str,
    seq: i64,
    record: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<SignedJson<'a>>,
}

/// What came of looking at the signature of a site's connector in a record.
#[derive(Debug, Clone, Serialize)]
pub struct SignedJson<'a> {
    /// `verified`, `unknown_key`, `does_not_fit`, `not_recomputable`.
    pub verdict: &'static str,
    /// Whose connector signed it, as the record says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<&'a str>,
    /// Which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector: Option<&'a str>,
    /// The fingerprint of the key in the record, as people compare it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_fingerprint: Option<String>,
    /// What does not fit, in words.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub misfits: &'a [&'static str],
}

impl<'a> RecordedJson<'a> {
    /// `None` for a body that is not JSON: nothing here wrote that.
    pub fn new(node: &'a str, seq: i64, body: &'a [u8]) -> Option<Self> {
        Some(Self {
            node,
            seq,
            record: serde_json::from_slice(body).ok()?,
            signed: None,
        })
    }

    /// With what came of looking at a connector's signature in it.
    pub fn looked_at(self, signed: Option<SignedJson<'a>>) -> Self {
        Self { signed, ..self }
    }
}

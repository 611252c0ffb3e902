//! Problem documents (RFC 9457): what a caller gets instead of an answer.

use crate::write::Text;
use entryway_login::{Fault, LoginId};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// `application/problem+json`. The status is chosen by whoever answers, and repeated in the document (RFC 9457 §3.1.2).
#[derive(Debug, Clone, Serialize)]
pub struct Problem<'a> {
    /// A URI that names the kind of problem; `about:blank` when the status says it all.
    #[serde(rename = "type")]
    pub kind: Cow<'a, str>,
    /// The kind, in a few words.
    pub title: Cow<'a, str>,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Cow<'a, str>>,
    /// The kind as a stable word for programs: what they should go by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Cow<'a, str>>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Cow<'a, str>>,
    /// Which part of the request it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// The login's correlation id, when there is a login.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "id")]
    pub id: Option<LoginId>,
    /// The fault's code, for callers that may know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<&'static str>,
    /// The domains that are concerned, when some are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<Cow<'a, str>>,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct At {
    /// `query`, `path`, `header` or `body`.
    #[serde(rename = "in")]
    pub within: &'static str,
    /// What it is called there.
    pub name: &'static str,
}

impl<'a> Problem<'a> {
    /// A problem that its status and title describe.
    pub fn new(status: u16, title: impl Into<Cow<'a, str>>) -> Self {
        Self {
            kind: "about:blank".into(),
            title: title.into(),
            status,
            detail: None,
            code: None,
            remedy: None,
            at: None,
            id: None,
            fault: None,
            domains: Vec::new(),
        }
    }
    /// Adds what happened this time.
    pub fn detail(mut self, detail: impl Into<Cow<'a, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }
    /// Adds the word for programs, and what to do about it.
    pub fn because(
        mut self,
        code: impl Into<Cow<'a, str>>,
        remedy: impl Into<Cow<'a, str>>,
    ) -> Self {
        self.code = Some(code.into());
        self.remedy = Some(remedy.into());
        self
    }
    /// Adds which part of the request it is about.
    pub fn at(mut self, at: Option<At>) -> Self {
        self.at = at;
        self
    }
    /// A login without a verdict: the person's sentence, the id to ask about, and the fault for those who may know.
    /// That a seal was not opened everybody may: it says nothing of anybody, and whoever sealed it has to seal anew.
    pub fn indeterminate(status: u16, id: LoginId, fault: Fault, show_fault: bool) -> Self {
        let row = fault.row();
        Self {
            detail: Some(row.person.into()),
            id: Some(id),
            fault: (show_fault || fault == Fault::SealExpired).then_some(row.code),
            ..Self::new(status, "the login has no verdict")
        }
    }
}

fn id<S: Serializer>(id: &Option<LoginId>, serializer: S) -> Result<S::Ok, S::Error> {
    id.map(Text).serialize(serializer)
}

#[cfg(test)]
mod tests;

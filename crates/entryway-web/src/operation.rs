//! What can be asked at which path, as data: routes are made of it, requests are read by it, and the OpenAPI document
//! is written from it.

use crate::{App, Scope};
use axum::routing::MethodRouter;
use http::Method;
use std::sync::Arc;

/// One thing that can be asked.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    /// Its name, for programs that are generated from the document; look-ups are counted by it.
    pub(crate) id: &'static str,
    pub(crate) method: Verb,
    /// With `{name}` where a part of it is variable.
    pub(crate) path: &'static str,
    /// In a line.
    pub(crate) summary: &'static str,
    pub(crate) needs: Needs,
    pub(crate) parameters: &'static [Parameter],
    /// The schema of its body.
    pub(crate) body: Option<&'static str>,
    /// What a 200 holds: media types with the names of their schemas.
    pub(crate) answers: &'static [(&'static str, Content)],
    /// Other statuses that are no problems.
    pub(crate) others: &'static [(u16, &'static str)],
    /// Statuses with a problem document.
    pub(crate) problems: &'static [u16],
    pub(crate) to: fn() -> MethodRouter<Arc<App>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

impl Verb {
    /// As OpenAPI spells it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Delete => "delete",
        }
    }

    /// Whether a request asks so; `HEAD` asks as `GET` does (RFC 9110 §9.3.2).
    pub(crate) fn is(self, method: &Method) -> bool {
        match self {
            Self::Get => method == Method::GET || method == Method::HEAD,
            Self::Post => method == Method::POST,
            Self::Delete => method == Method::DELETE,
        }
    }
}

/// Who may ask.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needs {
    /// Anybody.
    Nothing,
    /// A caller with this scope.
    Scope(Scope),
    /// Anybody for what the configuration shows to anybody, else a caller with this scope.
    PublicOr(Scope),
    /// A caller with those of these that what it asks for takes.
    SomeOf(&'static [Scope]),
}

/// What a body is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    /// JSON of this schema.
    Json(&'static str),
    /// JSON of one of these.
    Either(&'static [&'static str]),
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// A part of a request beside its body.
#[derive(Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: Within,
    pub(crate) required: bool,
    pub(crate) form: Form,
    pub(crate) about: &'static str,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    Query,
    Path,
    Header,
}

impl Within {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Path => "path",
            Self::Header => "header",
        }
    }
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// A text of at most so many bytes.
    Text { most: usize },
    /// A number.
    Number { least: u32, most: u32 },
    /// `true` or `false`.
    Flag,
    /// One of these.
    Word(&'static [&'static str]),
}

impl Operation {
    /// Whether it reads of people and groups and does nothing else.
    pub(crate) fn is_lookup(&self) -> bool {
        let reads =
            |scope: &Scope| matches!(scope, Scope::PeopleRead | Scope::GroupsRead | Scope::Browse);
        match &self.needs {
            Needs::Nothing => false,
            Needs::Scope(scope) | Needs::PublicOr(scope) => reads(scope),
            Needs::SomeOf(scopes) => scopes.iter().all(reads),
        }
    }

    /// Whether it is at this path.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        // Most are, or are not, without a look at the parts.
        self.path == path || (self.path.contains('{') && self.variables(path).is_some())
    }

    /// The parts of a path that this one's variables stand for; nothing where it is another path.
    pub(crate) fn variables<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let (mut ours, mut theirs) = (self.path.split('/'), path.split('/'));
        let mut found = Vec::new();
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return Some(found),
                (Some(our), Some(their)) if our.starts_with('{') && !their.is_empty() => {
                    found.push(their);
                }
                (Some(our), Some(their)) if our == their => {}
                _ => return None,
            }
        }
    }
}

//! Sessions that stand for those of a single sign-on: `down` gives no answer, `twin` is two people, `nobody` none.

use entryway_oidc::{Answer, Fingerprint, Unavailable};
use entryway_web::{
    AccessTokens, Asked, Caller, Ending, NotEnded, Scope, SessionDesk, SessionsAsked,
};
use entryway_wire::{SessionJson, SessionsJson};
use std::sync::Arc;

pub(crate) struct Desk;

fn session() -> SessionJson {
    SessionJson {
        id: "one".to_owned(),
        subject: "staff:1".to_owned(),
        username: "jane".to_owned(),
        since: "2026-11-29T12:00:00Z".to_owned(),
        used: "2026-11-29T12:10:00Z".to_owned(),
        ends: "2026-11-29T20:10:00Z".to_owned(),
        address: Some("192.0.2.7".to_owned()),
        agent: None,
        clients: vec!["app".to_owned()],
    }
}

/// The access token of an application that may look people up, and of one while the store is down.
pub(crate) const ACCESS: &str = "ewa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
pub(crate) const ACCESS_UNKNOWN: &str = "ewa_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
pub(crate) const ACCESS_DOWN: &str = "ewa_AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl AccessTokens for Desk {
    fn caller(&self, access: Fingerprint) -> Asked<'_, Answer<Option<Caller>>> {
        Box::pin(async move {
            if access == Fingerprint::of(ACCESS_DOWN.as_bytes()) {
                return Err(Unavailable);
            }
            let known = access == Fingerprint::of(ACCESS.as_bytes());
            Ok(known.then(|| Caller {
                name: "client app".into(),
                scopes: [Scope::PeopleRead].into_iter().collect(),
                expires: None,
                relays: false,
            }))
        })
    }
}

impl SessionDesk for Desk {
    fn everybodys(&self, asked: SessionsAsked) -> Asked<'_, Answer<SessionsJson>> {
        Box::pin(async move {
            if asked.whose.as_deref() == Some("down") {
                return Err(Unavailable);
            }
            Ok(SessionsJson {
                sessions: vec![session()],
                next: Some("one".to_owned()),
            })
        })
    }

    fn end_for(
        &self,
        ending: Ending,
        caller: Option<Arc<str>>,
    ) -> Asked<'_, Result<u64, NotEnded>> {
        Box::pin(async move {
            assert!(caller.is_some(), "it is known who asks");
            let (one, named) = match &ending {
                Ending::One(id) => (true, &*id.0),
                Ending::AllOf(whose) => (false, whose.as_str()),
            };
            match named {
                "down" => Err(NotEnded::Unavailable),
                "nobody" if one => Err(NotEnded::NoSession),
                "nobody" => Err(NotEnded::Nobody),
                "twin" => Err(NotEnded::Several),
                _ => Ok(1),
            }
        })
    }
}

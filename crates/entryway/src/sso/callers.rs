//! Applications that call our own API with an access token for themselves.

use super::front::Inner;
use super::keys::now_ms;
use super::world::in_time;
use entryway_config::TokenScope;
use entryway_oidc::{AccessRecord, Answer, Fingerprint, Stored as _, Unavailable};
use entryway_web::{Caller, Scope};
use std::time::{Duration, UNIX_EPOCH};

impl Inner {
    /// What the configuration says now counts, and not what it said when the token was given out.
    pub(super) async fn caller(&self, access: Fingerprint) -> Answer<Option<Caller>> {
        let store = self.store();
        let Some(text) = in_time(store.access(&access.0, now_ms())).await? else {
            return Ok(None);
        };
        let record = AccessRecord::from_stored(&text).map_err(|_| {
            tracing::error!(target: "sso.unreadable", what = "access token");
            Unavailable
        })?;
        // A person's token is for what applications do on the person's behalf, and opens nothing here.
        if record.grant.is_some() {
            return Ok(None);
        }
        let mut clients = self.settings.clients.iter();
        let Some(setting) = clients.find(|setting| setting.client.id == record.client) else {
            return Ok(None);
        };
        let may = setting.api.iter();
        let asked = may.filter(|scope| record.scopes.has(scope.as_str()));
        let expires = UNIX_EPOCH + Duration::from_secs(record.expires.0);
        Ok(Some(Caller {
            name: format!("client {}", record.client.as_str()).into(),
            scopes: asked.map(|scope| scope_of(*scope)).collect(),
            expires: Some(expires),
            relays: false,
        }))
    }
}

/// A scope of the configuration, as the front knows it.
pub(crate) fn scope_of(scope: TokenScope) -> Scope {
    match scope {
        TokenScope::Login => Scope::Login,
        TokenScope::LoginReasons => Scope::LoginReasons,
        TokenScope::PeopleRead => Scope::PeopleRead,
        TokenScope::GroupsRead => Scope::GroupsRead,
        TokenScope::Browse => Scope::Browse,
        TokenScope::Hub => Scope::Hub,
        TokenScope::Admin => Scope::Admin,
    }
}
